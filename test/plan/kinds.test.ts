// The closed list: each way out of it is found.
import { describe, expect, it } from 'vitest';
import { MANAGED_KINDS, managedKind, outsideClosedList } from '../../src/plan/kinds.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';

const binding = (more: Record<string, unknown> = {}): KubernetesObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { name: 'b', namespace: 'n' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'tenant-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'g' }],
  ...more,
});
const configMap = (metadata: Record<string, unknown>, more: Record<string, unknown> = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', namespace: 'n', ...metadata },
  ...more,
});

describe('outsideClosedList', () => {
  it('finds nothing in what is ours', () => {
    expect(
      outsideClosedList('n', [
        binding(),
        configMap({ labels: {}, annotations: {}, uid: 'u' }),
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } },
      ]),
    ).toEqual([]);
  });

  it.each<[string, KubernetesObject, string]>([
    [
      'a kind that is not listed',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'n' } },
      'closed list of kinds',
    ],
    [
      'another version of a listed kind',
      { ...binding(), apiVersion: 'rbac.authorization.k8s.io/v1beta1' },
      'closed list of kinds',
    ],
    ['a cluster-wide binding', { ...binding(), kind: 'ClusterRoleBinding' }, 'closed list of kinds'],
    ['another namespace', configMap({ namespace: 'kube-system' }), 'in namespace "kube-system"'],
    ['no namespace', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }, 'in namespace ""'],
    [
      'the Namespace of somebody else',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } },
      'another namespace',
    ],
    [
      'a Namespace inside a namespace',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n', namespace: 'n' } },
      'has no namespace',
    ],
    ['an owner', configMap({ ownerReferences: [] }), 'metadata.ownerReferences'],
    ['a finalizer', configMap({ finalizers: [] }), 'metadata.finalizers'],
    ['a generated name', configMap({ generateName: 'x' }), 'metadata.generateName'],
    ['a status', configMap({}, { status: {} }), 'status'],
    ['a name that leaves its path', configMap({ name: '../secrets/x' }), 'DNS subdomain'],
    [
      'a role that is not bindable',
      binding({ roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } }),
      'it binds ClusterRole cluster-admin',
    ],
    ['a namespaced role', binding({ roleRef: { kind: 'Role', name: 'tenant-admin' } }), 'it binds Role'],
    ['no role', binding({ roleRef: undefined }), 'it binds undefined'],
    [
      'a service account',
      binding({ subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'n' }] }),
      'it grants to ServiceAccount',
    ],
    ['everybody', binding({ subjects: [{ kind: 'Group', name: 'system:authenticated' }] }), 'system:authenticated'],
  ])('finds %s', (_name, object, why) => {
    expect(outsideClosedList('n', [object])).toEqual([
      expect.objectContaining({ code: 'RefusedByGuardrail', message: expect.stringContaining(why) }),
    ]);
  });
});

describe('managedKind', () => {
  it('gives force to guardrails only', () => {
    expect(MANAGED_KINDS.filter((kind) => kind.guardrail).map((kind) => kind.kind)).toEqual([
      'LimitRange',
      'ResourceQuota',
      'NetworkPolicy',
    ]);
  });

  it('throws on what is not listed', () => {
    expect(() => managedKind({ apiVersion: 'v1', kind: 'Secret' })).toThrow('closed list');
  });
});
