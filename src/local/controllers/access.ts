// Who the stand-in controllers are to the API server: an account of their own that reads, and writes status only. And the
// class of the Gateways that they play for. Pure data.
import type { KubernetesObject } from '../../plan/plan.ts';
import { CONTROLLER_NAME, GATEWAY_GROUP, WATCHED } from './objects.ts';

export const STAND_IN_NAMESPACE = 'naas-stand-ins';
export const STAND_IN_ACCOUNT = 'naas-stand-ins';
export const STAND_IN_CLASS = 'naas-stand-in';

const RBAC = 'rbac.authorization.k8s.io';

export function standInAccess(): KubernetesObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: STAND_IN_ACCOUNT, namespace: STAND_IN_NAMESPACE },
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: STAND_IN_ACCOUNT },
      rules: WATCHED.flatMap(({ apiVersion, resource, status }) => {
        const apiGroups = [apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : ''];
        const read = { apiGroups, resources: [resource], verbs: ['list', 'watch'] };
        return status ? [read, { apiGroups, resources: [`${resource}/status`], verbs: ['patch'] }] : [read];
      }),
    },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: STAND_IN_ACCOUNT },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: STAND_IN_ACCOUNT },
      subjects: [{ kind: 'ServiceAccount', name: STAND_IN_ACCOUNT, namespace: STAND_IN_NAMESPACE }],
    },
    {
      apiVersion: `${GATEWAY_GROUP}/v1`,
      kind: 'GatewayClass',
      metadata: { name: STAND_IN_CLASS },
      spec: { controllerName: CONTROLLER_NAME },
    },
  ];
}

export function standInNamespace(): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: STAND_IN_NAMESPACE } };
}
