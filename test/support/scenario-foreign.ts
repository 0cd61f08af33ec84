// Things in the cluster that are not naas's: what has to stay untouched, and what keeps a namespace from dying.
import { execFile } from 'node:child_process';
import type { Kubectl } from './cluster-snapshot.ts';
import { kubectl } from './cluster-snapshot.ts';

export const FOREIGN_FINALIZER = 'proof.example.com/hold';

/** A kind of somebody's own, namespaced and of any shape. */
export function definitionOf(group: string, kind: string) {
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular, kind, listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  };
}

const WIDGETS = definitionOf('proof.example.com', 'Widget');

/** Applies objects as somebody else than naas. */
export function applyForeign(kube: Kubectl, objects: object[]): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  return new Promise((resolve, reject) => {
    const child = execFile(
      kube.binary,
      [...kube.first, '--kubeconfig', kube.kubeconfig, 'apply', '-f', '-'],
      (error, _stdout, stderr) => (error === null ? resolve() : reject(new Error(`kubectl apply: ${stderr}`))),
    );
    child.stdin?.end(list);
  });
}

/** Neighbours with names and kinds much like naas's own: after every undo they have to be the same, byte for byte. */
export async function plantForeignObjects(kube: Kubectl): Promise<{ remove(): Promise<void> }> {
  const namespace = 'proof-neighbour';
  const meta = (name: string) => ({ name, namespace, labels: { 'app.kubernetes.io/part-of': 'neighbour' } });
  await applyForeign(kube, [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('naas-info'), data: { of: 'the neighbour' } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('workload') },
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: meta('naas-quota'), spec: { hard: { pods: '3' } } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: meta('default-deny'),
      spec: { podSelector: {}, policyTypes: ['Ingress'] },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: meta('naas-admin'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'neighbours' }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'proof-neighbour' },
      rules: [],
    },
  ]);
  await settled(kube, namespace);
  return {
    async remove() {
      await kubectl(kube, 'delete', 'clusterrole', 'proof-neighbour', '--ignore-not-found');
      await kubectl(kube, 'delete', 'namespace', namespace, '--ignore-not-found');
    },
  };
}

/** Controllers finish their part (quota status) before the first snapshot is taken. */
async function settled(kube: Kubectl, namespace: string): Promise<void> {
  await kubectl(
    kube,
    'wait',
    '-n',
    namespace,
    'resourcequota/naas-quota',
    '--for=jsonpath={.status.used.pods}=0',
    '--timeout=10s',
  );
  for (let tries = 0; tries < 50; tries += 1) {
    const found = await kubectl(
      kube,
      'get',
      'configmap/kube-root-ca.crt',
      'serviceaccount/default',
      '-n',
      namespace,
      '--ignore-not-found',
      '-o',
      'name',
    );
    if (found.trim().split('\n').length === 2) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A kind that naas knows nothing of and may not list. */
export async function installWidgets(kube: Kubectl): Promise<{ remove(): Promise<void> }> {
  await applyForeign(kube, [WIDGETS]);
  await kubectl(kube, 'wait', 'crd/widgets.proof.example.com', '--for=condition=Established', '--timeout=20s');
  return {
    async remove() {
      await kubectl(kube, 'delete', 'crd', 'widgets.proof.example.com', '--ignore-not-found');
    },
  };
}

/** Objects that do not go until somebody takes their finalizer away. */
export interface HeldObject {
  apiVersion: string;
  kind: string;
  name: string;
  [field: string]: unknown;
}

export const HELD_CONFIG_MAP: HeldObject = { apiVersion: 'v1', kind: 'ConfigMap', name: 'keeper' };
export const HELD_WIDGET: HeldObject = { apiVersion: 'proof.example.com/v1', kind: 'Widget', name: 'gadget' };

/** One of each kind that naas writes into a namespace, and so may list. */
export const HELD_OF_EACH_KIND: HeldObject[] = [
  HELD_CONFIG_MAP,
  { apiVersion: 'v1', kind: 'ServiceAccount', name: 'keeper' },
  { apiVersion: 'v1', kind: 'LimitRange', name: 'keeper', spec: { limits: [] } },
  { apiVersion: 'v1', kind: 'ResourceQuota', name: 'keeper', spec: { hard: { pods: '99' } } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'keeper', spec: { podSelector: {} } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    name: 'keeper',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [],
  },
];

const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const ISTIO = 'networking.istio.io/v1';

/** One of each kind that naas writes for a hostname. */
export function heldOfEachHostnameKind(hostname: string): HeldObject[] {
  const backends = [{ backendRefs: [{ name: 'keeper', port: 443 }] }];
  const listeners = [{ name: 'keeper', port: 80, protocol: 'HTTP', hostname }];
  const servers = [{ port: { number: 80, name: 'keeper', protocol: 'HTTP' }, hosts: [`./${hostname}`] }];
  return [
    { apiVersion: GATEWAY_API, kind: 'Gateway', name: 'keeper', spec: { gatewayClassName: 'nobody', listeners } },
    {
      apiVersion: GATEWAY_API,
      kind: 'ListenerSet',
      name: 'keeper',
      spec: { parentRef: { name: 'nobody' }, listeners },
    },
    ...['HTTPRoute', 'GRPCRoute'].map((kind) => ({
      apiVersion: GATEWAY_API,
      kind,
      name: 'keeper',
      spec: { hostnames: [hostname] },
    })),
    {
      apiVersion: GATEWAY_API,
      kind: 'TLSRoute',
      name: 'keeper',
      spec: { hostnames: [hostname], rules: backends },
    },
    { apiVersion: ISTIO, kind: 'Gateway', name: 'keeper', spec: { servers } },
    { apiVersion: ISTIO, kind: 'VirtualService', name: 'keeper', spec: { hosts: [hostname] } },
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      name: 'keeper',
      spec: { secretName: 'keeper', dnsNames: [hostname], issuerRef: { name: 'nobody' } },
    },
  ];
}

export function hold(kube: Kubectl, namespace: string, objects: readonly HeldObject[]): Promise<void> {
  return applyForeign(
    kube,
    objects.map(({ name, ...object }) => ({
      ...object,
      metadata: { name, namespace, finalizers: [FOREIGN_FINALIZER] },
    })),
  );
}

export async function release(kube: Kubectl, namespace: string, objects: readonly HeldObject[]): Promise<void> {
  const patch = JSON.stringify({ metadata: { finalizers: null } });
  for (const { apiVersion, kind, name } of objects) {
    const [version, group] = apiVersion.split('/').reverse();
    // Two groups know a Gateway.
    const resource = group === undefined ? kind : `${kind}.${version}.${group}`;
    await kubectl(kube, 'patch', resource.toLowerCase(), name, '-n', namespace, '--type=merge', '-p', patch);
  }
}
