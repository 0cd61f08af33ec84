// The rights of naas's own account, generated from the closed list of kinds. Pure. No wildcard, no `escalate`, and nothing
// that the lifecycle does not use: a right goes in together with the code that needs it.
import { MANAGED_KINDS } from '../plan/kinds.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { SYSTEM_NAMESPACE, WORKER_SERVICE_ACCOUNT } from '../spec/names.ts';
import { TENANT_ROLES } from '../spec/roles.ts';
import { INSTALLED } from './installed-labels.ts';

export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  resourceNames?: string[];
  verbs: string[];
}

const RBAC_GROUP = 'rbac.authorization.k8s.io';

export function workerRules(): PolicyRule[] {
  const byKind = MANAGED_KINDS.map((kind) => ({
    apiGroups: [kind.group],
    resources: [kind.resource],
    verbs: [...VERBS],
  }));
  return [
    ...byKind,
    // Where Istio's classic ingress is reached; and of which version the Gateway API's definitions are.
    { apiGroups: [''], resources: ['services'], verbs: ['get'] },
    {
      apiGroups: ['apiextensions.k8s.io'],
      resources: ['customresourcedefinitions'],
      resourceNames: ['gateways.gateway.networking.k8s.io'],
      verbs: ['get'],
    },
    // Without `bind` a RoleBinding may only grant what naas may do itself; with it, exactly these roles and no other.
    { apiGroups: [RBAC_GROUP], resources: ['clusterroles'], resourceNames: [...TENANT_ROLES], verbs: ['bind'] },
  ];
}

/**
 * A namespace is claimed by POST and merged into by a change; everything in it is applied, which is `patch` and, for a first
 * time, `create`. Listing names what keeps a namespace from dying, and namespaces that nobody watches; an undo deletes what
 * a change made.
 */
const VERBS = ['get', 'list', 'create', 'patch', 'delete'];

export function workerAccess(): KubernetesObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: WORKER_SERVICE_ACCOUNT, namespace: SYSTEM_NAMESPACE, labels: INSTALLED },
    },
    {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: 'ClusterRole',
      metadata: { name: WORKER_SERVICE_ACCOUNT, labels: INSTALLED },
      rules: workerRules(),
    },
    {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: WORKER_SERVICE_ACCOUNT, labels: INSTALLED },
      roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: WORKER_SERVICE_ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: WORKER_SERVICE_ACCOUNT, namespace: SYSTEM_NAMESPACE }],
    },
    // In its own namespace alone: elsewhere Leases decide which controller leads. The fence says which of them.
    {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: 'Role',
      metadata: { name: WORKER_SERVICE_ACCOUNT, namespace: SYSTEM_NAMESPACE, labels: INSTALLED },
      rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'patch'] }],
    },
    {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: 'RoleBinding',
      metadata: { name: WORKER_SERVICE_ACCOUNT, namespace: SYSTEM_NAMESPACE, labels: INSTALLED },
      roleRef: { apiGroup: RBAC_GROUP, kind: 'Role', name: WORKER_SERVICE_ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: WORKER_SERVICE_ACCOUNT, namespace: SYSTEM_NAMESPACE }],
    },
  ];
}
