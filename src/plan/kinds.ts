// THE closed list: every kind that naas writes, with its scope and its treatment. The engine's ClusterRole is generated
// from it, and whatever was rendered is held against it before it may be approved. A kind that is not here cannot be written.
import { NaasError, type Problem } from '../spec/errors.ts';
import { isTenantRole, TENANT_ROLES } from '../spec/roles.ts';
import type { KubernetesObject } from './plan.ts';

export interface ManagedKind {
  apiVersion: string;
  /** API group; empty for the core group. */
  group: string;
  kind: string;
  /** Plural, as in URLs and RBAC rules. */
  resource: string;
  scope: 'cluster' | 'namespace';
  /** naas must win over other field managers here; nowhere else is force allowed. */
  guardrail: boolean;
  /** Not every cluster knows it: its definition is installed with a gateway or cert-manager. */
  optional?: true;
  /** What has to be seen on the live object before it counts: that it is there, or that its quota is enforced. */
  readBack: 'exists' | 'quota-enforced';
}

const namespaced = { scope: 'namespace', guardrail: false, readBack: 'exists' } as const;
const core = { apiVersion: 'v1', group: '' } as const;

const gatewayApi = { apiVersion: 'gateway.networking.k8s.io/v1', group: 'gateway.networking.k8s.io' } as const;
const istio = { apiVersion: 'networking.istio.io/v1', group: 'networking.istio.io' } as const;
const defined = { ...namespaced, optional: true } as const;

const GATEWAY_KINDS: readonly ManagedKind[] = [
  { ...gatewayApi, kind: 'Gateway', resource: 'gateways', ...defined },
  { ...gatewayApi, kind: 'ListenerSet', resource: 'listenersets', ...defined },
  { ...gatewayApi, kind: 'HTTPRoute', resource: 'httproutes', ...defined },
  { ...gatewayApi, kind: 'GRPCRoute', resource: 'grpcroutes', ...defined },
  { ...gatewayApi, kind: 'TLSRoute', resource: 'tlsroutes', ...defined },
  { ...istio, kind: 'Gateway', resource: 'gateways', ...defined },
  { ...istio, kind: 'VirtualService', resource: 'virtualservices', ...defined },
  {
    apiVersion: 'cert-manager.io/v1',
    group: 'cert-manager.io',
    kind: 'Certificate',
    resource: 'certificates',
    ...defined,
  },
];

export const MANAGED_KINDS: readonly ManagedKind[] = [
  {
    ...core,
    kind: 'Namespace',
    resource: 'namespaces',
    scope: 'cluster',
    guardrail: false,
    readBack: 'exists',
  },
  { ...core, kind: 'LimitRange', resource: 'limitranges', ...namespaced, guardrail: true },
  {
    ...core,
    kind: 'ResourceQuota',
    resource: 'resourcequotas',
    ...namespaced,
    guardrail: true,
    readBack: 'quota-enforced',
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    group: 'networking.k8s.io',
    kind: 'NetworkPolicy',
    resource: 'networkpolicies',
    ...namespaced,
    guardrail: true,
  },
  { ...core, kind: 'ServiceAccount', resource: 'serviceaccounts', ...namespaced },
  { ...core, kind: 'ConfigMap', resource: 'configmaps', ...namespaced },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    group: 'rbac.authorization.k8s.io',
    kind: 'RoleBinding',
    resource: 'rolebindings',
    ...namespaced,
  },
  ...GATEWAY_KINDS,
];

export function findManagedKind(object: { apiVersion: string; kind: string }): ManagedKind | undefined {
  return MANAGED_KINDS.find((each) => each.kind === object.kind && each.apiVersion === object.apiVersion);
}

/** For callers that hold only what passed the closed list; throws on anything else rather than write it. */
export function managedKind(object: { apiVersion: string; kind: string }): ManagedKind {
  const found = findManagedKind(object);
  if (found !== undefined) return found;
  throw new NaasError({
    code: 'RefusedByGuardrail',
    message: `${object.kind} (${object.apiVersion}) is not on the closed list of kinds that naas may write`,
  });
}

/** What naas may set in metadata; `uid` fences an apply. Owners, finalizers and generated names are never ours to give. */
const METADATA_FIELDS: readonly string[] = ['name', 'namespace', 'labels', 'annotations', 'uid'];

/** A path segment of a URL: nothing in it can reach another object. */
const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** Everything about rendered objects that is not on the list or not in the one namespace; empty when all is well. */
export function outsideClosedList(name: string, objects: readonly KubernetesObject[]): Problem[] {
  return objects.flatMap((object) => {
    const said = `${object.kind} ${object.metadata.name}`;
    return [...kindProblems(name, object), ...metadataProblems(object), ...bindingProblems(object)].map(
      (why): Problem => ({
        code: 'RefusedByGuardrail',
        message: `the plan for ${name} holds ${said}, which naas may not write: ${why}`,
      }),
    );
  });
}

function kindProblems(name: string, object: KubernetesObject): string[] {
  const kind = findManagedKind(object);
  if (kind === undefined) return [`${object.kind} (${object.apiVersion}) is not on the closed list of kinds`];
  const { namespace } = object.metadata;
  if (kind.scope === 'namespace') return namespace === name ? [] : [`it is in namespace "${namespace ?? ''}"`];
  if (namespace !== undefined) return ['a cluster-scoped object has no namespace'];
  return object.metadata.name === name ? [] : ['it is another namespace'];
}

function metadataProblems(object: KubernetesObject): string[] {
  const extra = Object.keys(object.metadata).filter((field) => !METADATA_FIELDS.includes(field));
  return [
    ...extra.map((field) => `it sets metadata.${field}`),
    ...('status' in object ? ['it sets its status'] : []),
    ...(OBJECT_NAME.test(object.metadata.name) ? [] : ['its name is not a DNS subdomain']),
  ];
}

function bindingProblems(object: KubernetesObject): string[] {
  if (object.kind !== 'RoleBinding') return [];
  const role = object['roleRef'] as { kind?: unknown; name?: unknown } | undefined;
  const subjects = (object['subjects'] ?? []) as { kind?: unknown; name?: unknown }[];
  const bindable = role?.kind === 'ClusterRole' && typeof role.name === 'string' && isTenantRole(role.name);
  return [
    ...(bindable
      ? []
      : [`it binds ${String(role?.kind)} ${String(role?.name)}; only ClusterRole ${TENANT_ROLES.join(', ')}`]),
    ...subjects
      .filter(
        ({ kind, name }) =>
          (kind !== 'User' && kind !== 'Group') || typeof name !== 'string' || name.startsWith('system:'),
      )
      .map(({ kind, name }) => `it grants to ${String(kind)} ${String(name)}; only users and groups of people`),
  ];
}
