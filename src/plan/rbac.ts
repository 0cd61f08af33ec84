// One RoleBinding a grant, to the ClusterRole that the catalog allows for it. Never a Role, never a ClusterRoleBinding.
import type { Grant, NamespaceSpec } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

const BINDING_NAME: Readonly<Record<Grant['role'], string>> = {
  admin: 'naas-admins',
  developer: 'naas-developers',
  viewer: 'naas-viewers',
};

export function roleBindings(spec: NamespaceSpec): KubernetesObject[] {
  return spec.grants.map(({ role, clusterRole, subjects }) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: inside(spec, BINDING_NAME[role]),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
    subjects: subjects.map(({ kind, name }) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })),
  }));
}
