// What people may do inside a namespace that naas gave them. Pure data; viewer ⊆ developer ⊆ admin, by construction.
// Nobody here writes what governs the namespace: quota, limits, network policies, roles and bindings, the namespace itself.
// Nor routes from outside (Ingress): hostnames are given by naas. Nor tokens of a ServiceAccount: they would outlive the
// person's access.
import type { KubernetesObject } from '../plan/plan.ts';
import type { TenantRole } from '../spec/roles.ts';
import { INSTALLED } from './installed-labels.ts';
import type { PolicyRule } from './worker-role.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete'];

/** Secrets are missing on purpose: who only looks must not be able to act as the application. */
const VIEWER: PolicyRule[] = [
  {
    apiGroups: [''],
    resources: [
      'configmaps',
      'endpoints',
      'events',
      'limitranges',
      'persistentvolumeclaims',
      'pods',
      'pods/log',
      'pods/status',
      'resourcequotas',
      'resourcequotas/status',
      'serviceaccounts',
      'services',
    ],
    verbs: READ,
  },
  // Bound inside one namespace, this shows that namespace alone; a list of all would be refused.
  { apiGroups: [''], resources: ['namespaces'], verbs: ['get'] },
  {
    apiGroups: ['apps'],
    resources: [
      'controllerrevisions',
      'daemonsets',
      'daemonsets/status',
      'deployments',
      'deployments/scale',
      'deployments/status',
      'replicasets',
      'replicasets/status',
      'statefulsets',
      'statefulsets/scale',
      'statefulsets/status',
    ],
    verbs: READ,
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'], verbs: READ },
  {
    apiGroups: ['autoscaling'],
    resources: ['horizontalpodautoscalers', 'horizontalpodautoscalers/status'],
    verbs: READ,
  },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets', 'poddisruptionbudgets/status'], verbs: READ },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingresses/status', 'networkpolicies'], verbs: READ },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings', 'roles'], verbs: READ },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['get', 'list'] },
];

const DEVELOPER: PolicyRule[] = [
  ...VIEWER,
  { apiGroups: [''], resources: ['configmaps', 'persistentvolumeclaims', 'pods', 'services'], verbs: WRITE },
  { apiGroups: [''], resources: ['secrets'], verbs: [...READ, ...WRITE] },
  // `get` as well as `create`: clients over WebSocket open these with a GET.
  { apiGroups: [''], resources: ['pods/attach', 'pods/exec', 'pods/portforward'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['get', 'update', 'patch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs: WRITE },
  { apiGroups: ['apps'], resources: ['deployments/scale', 'statefulsets/scale'], verbs: ['update', 'patch'] },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: WRITE },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: WRITE },
];

/** Whoever may start pods can act as any ServiceAccount of the namespace; making new ones stays with the admins. */
const ADMIN: PolicyRule[] = [
  ...DEVELOPER,
  { apiGroups: [''], resources: ['serviceaccounts'], verbs: WRITE },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: WRITE },
  {
    apiGroups: [''],
    resources: ['configmaps', 'persistentvolumeclaims', 'pods', 'secrets', 'services'],
    verbs: ['deletecollection'],
  },
  {
    apiGroups: ['apps'],
    resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: ['deletecollection'],
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['deletecollection'] },
];

export const TENANT_RULES: Record<TenantRole, PolicyRule[]> = {
  'tenant-viewer': VIEWER,
  'tenant-developer': DEVELOPER,
  'tenant-admin': ADMIN,
};

export function tenantRoles(): KubernetesObject[] {
  return Object.entries(TENANT_RULES).map(([name, rules]) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: INSTALLED },
    rules,
  }));
}
