// A namespace with a hostname, on the real Istio: asked for, routed by istiod, answered by the zone's name servers, taken away
// again without a trace. One life in every mode that Istio can do.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NaasClient } from '../../src/client/api.ts';
import { createNaasClient } from '../../src/client/index.ts';
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import type { GatewayStatus, LiveObject, RouteParentStatus } from '../../src/spec/gateway-objects.ts';
import type { GatewayMode } from '../../src/spec/gateway-spec.ts';
import { refOf } from '../../src/spec/inventory.ts';
import type { Phase } from '../../src/spec/lifecycle.ts';
import { LABEL } from '../../src/spec/names.ts';
import { hostnameObject, hostnamesConfigMap, LISTENER_SET_NAME, OWN_GATEWAY_NAME } from '../../src/spec/route-names.ts';
import type { Status } from '../../src/spec/status.ts';
import { type Bind9, fetchBind9 } from '../../tools/bind9.mjs';
import { soon } from '../ops/administrator.ts';
import { contentOf, diff, type Kubectl, kubectl, type Snapshot, snapshot } from '../support/cluster-snapshot.ts';
import { PEOPLE, provers } from '../support/scenario-people.ts';
import { ADDRESS, addressesOf, endpoints, giveAddress, ingressService } from './ingress.ts';
import { INGRESS, istioCatalog, SHARED } from './istio-catalog.ts';
import { ISTIO_CLASS, ISTIO_CONTROLLER, type Istiod, startIstiod } from './istiod.ts';

const ZONE = 'naas.test';
const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const run = promisify(execFile);

let dir: string;
let platform: Platform;
let istiod: Istiod;
let cluster: KubernetesCluster;
let bind9: Bind9;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'naas-istio-'));
  bind9 = await fetchBind9(process.env);
  platform = await startPlatform({
    worker: false,
    crds: ['gateway-api', 'istio-networking'],
    dns: { zones: [ZONE] },
    say: console.log,
  });
  istiod = await startIstiod(platform);
  cluster = await connectCluster({ name: 'c1', kubeconfig: platform.kubeconfig, fieldManager: 'test' });
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SHARED.namespace } });
  await apply(ingressService(SHARED.namespace, INGRESS), endpoints(SHARED.namespace, INGRESS), sharedGateway());
});
afterAll(async () => {
  await cluster?.close();
  await istiod?.stop();
  await platform?.stop();
  await rm(dir, { recursive: true, force: true });
});

const apply = (...objects: KubernetesObject[]) =>
  Promise.all(objects.map((each) => cluster.apply(each, { ...soon(), force: true })));
const live = (
  kind: string,
  namespace: string,
  name: string,
  apiVersion = GATEWAY_API,
): Promise<LiveObject | undefined> =>
  cluster.read(refOf('c1', { apiVersion, kind, metadata: { namespace, name } }), soon());

async function statusOf(kind: string, namespace: string, name: string): Promise<GatewayStatus> {
  return ((await live(kind, namespace, name))?.['status'] ?? {}) as GatewayStatus;
}

function sharedGateway(): KubernetesObject {
  const from = { from: 'Selector', selector: { matchExpressions: [{ key: LABEL.incarnation, operator: 'Exists' }] } };
  const allowedRoutes = { namespaces: from };
  return {
    apiVersion: GATEWAY_API,
    kind: 'Gateway',
    metadata: SHARED,
    spec: {
      gatewayClassName: ISTIO_CLASS,
      addresses: addressesOf(SHARED.namespace, INGRESS),
      allowedListeners: { namespaces: from },
      listeners: [{ name: 'http', port: 80, protocol: 'HTTP', hostname: `*.${ZONE}`, allowedRoutes }],
    },
  };
}

const kube = (): Kubectl => ({ binary: platform.kubectl, first: [], kubeconfig: platform.kubeconfig });

/**
 * Without what leaders of istiod's elections write every few seconds, the list of names, in which a released one rests, and
 * the Gateway's count of ListenerSets, which this Istio never takes back to zero.
 */
async function content(): Promise<Snapshot> {
  const taken = contentOf(await snapshot(kube()));
  const ours = [...taken].filter(
    ([key, text]) =>
      !text.includes('control-plane.alpha.kubernetes.io/leader') && !key.endsWith(`/${hostnamesConfigMap(ZONE)}`),
  );
  return new Map(ours.map(([key, text]) => [key, text.replace(/"attachedListenerSets":\d+,/, '')]));
}

async function attached(): Promise<Record<string, number>> {
  const { listeners = [] } = await statusOf('Gateway', SHARED.namespace, SHARED.name);
  return Object.fromEntries(listeners.map(({ name, attachedRoutes = 0 }) => [name, attachedRoutes]));
}

/** What every name server of the zone says, by dig: how it went, and the addresses. */
async function dig(name: string): Promise<string[]> {
  const servers = platform.azureDns?.nameServers ?? [];
  return Promise.all(
    servers.map(async ({ address }) => {
      const args = [`@${address.address}`, '-p', String(address.port), '+tries=1', '+time=5', name, 'A'];
      const { stdout } = await run(bind9.dig, args, { env: bind9.env, timeout: 30_000 });
      const addresses = [...stdout.matchAll(/\sIN\s+A\s+([\d.]+)$/gm)].map(([, value]) => value);
      return [/status: (\w+)/.exec(stdout)?.[1], ...addresses].join(' ');
    }),
  );
}

async function startClient(mode: GatewayMode): Promise<{ client: NaasClient; stop(): Promise<void> }> {
  const taskQueue = `istio-${mode}`;
  const catalog = await istioCatalog(platform.catalogDir, join(dir, mode), mode);
  const worker = await platform.startWorker({ name: mode, env: { NAAS_CATALOG: catalog, NAAS_TASK_QUEUE: taskQueue } });
  const prove = await provers(platform.issuerKeyFile, join(dir, 'people'));
  const { temporalAddress: address, temporalNamespace: namespace } = platform;
  const client = createNaasClient({ address, namespace, taskQueue, prove: prove.trusted(PEOPLE.owner) });
  return {
    client,
    async stop() {
      await client.close();
      await worker.stop();
    },
  };
}

async function until(client: NaasClient, name: string, phase: Phase): Promise<Status> {
  return vi.waitFor(
    async () => {
      const status = await client.status(name);
      expect(status.phase, `${status.step} ${JSON.stringify([status.problems, status.blocked])}`).toBe(phase);
      return status;
    },
    { timeout: 60_000, interval: 100 },
  );
}

interface Life {
  mode: GatewayMode;
  project: string;
  /** What somebody else has to do meanwhile. */
  meanwhile?(namespace: string): Promise<void>;
  /** What istiod says while it is ready. */
  routed(namespace: string, hostname: string): Promise<void>;
  /** What is gone afterwards, by apiVersion, kind and name. */
  gone(hostname: string): [string, string, string][];
}

async function gatewayPods(namespace: string): Promise<string[]> {
  const label = `gateway.networking.k8s.io/gateway-name=${OWN_GATEWAY_NAME}`;
  const query = ['get', 'pods', '-n', namespace, '-l', label, '-o', 'json'];
  const { items }: { items: LiveObject[] } = JSON.parse(await kubectl(kube(), ...query));
  return items.map(({ status }) => String((status as { phase?: string }).phase));
}

/** Every parent of the route speaks for Istio, and of the generation that stands there. */
async function routeAccepted(namespace: string, hostname: string): Promise<void> {
  const route = await live('HTTPRoute', namespace, hostnameObject(hostname));
  const { parents = [] } = (route?.['status'] ?? {}) as { parents?: RouteParentStatus[] };
  expect(parents.map(({ controllerName }) => controllerName)).toEqual([ISTIO_CONTROLLER]);
  const said = parents[0]?.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`).sort();
  expect(said).toEqual(['Accepted=True Accepted', 'ResolvedRefs=False BackendNotFound']);
}

async function programmed(kind: string, namespace: string, name: string): Promise<void> {
  const { conditions = [] } = await statusOf(kind, namespace, name);
  expect(conditions.find(({ type }) => type === 'Programmed')).toMatchObject({ status: 'True', reason: 'Programmed' });
}

const LIVES: readonly Life[] = [
  {
    mode: 'listener-set',
    project: 'first',
    async routed(namespace, hostname) {
      await programmed('ListenerSet', namespace, LISTENER_SET_NAME);
      await routeAccepted(namespace, hostname);
      const { listeners } = await statusOf('ListenerSet', namespace, LISTENER_SET_NAME);
      expect(listeners?.map(({ attachedRoutes }) => attachedRoutes)).toEqual([1]);
    },
    gone: (hostname) => [
      [GATEWAY_API, 'ListenerSet', LISTENER_SET_NAME],
      [GATEWAY_API, 'HTTPRoute', hostnameObject(hostname)],
    ],
  },
  {
    mode: 'shared-listener',
    project: 'second',
    async routed(namespace, hostname) {
      await routeAccepted(namespace, hostname);
      expect(await attached()).toEqual({ http: 1 });
    },
    gone: (hostname) => [[GATEWAY_API, 'HTTPRoute', hostnameObject(hostname)]],
  },
  {
    mode: 'own-gateway',
    project: 'fourth',
    async meanwhile(namespace) {
      // Of istiod's own making; that no node runs its pods, and no cloud balances its load, is all that is missing.
      const service = `${OWN_GATEWAY_NAME}-${ISTIO_CLASS}`;
      await vi.waitFor(async () => expect(await live('Service', namespace, service, 'v1')).toBeDefined(), {
        timeout: 20_000,
        interval: 50,
      });
      expect(await live('Deployment', namespace, service, 'apps/v1')).toBeDefined();
      await vi.waitFor(
        async () => {
          const { conditions } = await statusOf('Gateway', namespace, OWN_GATEWAY_NAME);
          const waits = { type: 'Programmed', status: 'False', reason: 'AddressNotAssigned' };
          expect(conditions).toContainEqual(expect.objectContaining(waits));
        },
        { timeout: 20_000, interval: 50 },
      );
      const { spec } = (await live('Service', namespace, service, 'v1')) ?? expect.unreachable();
      await apply(endpoints(namespace, service, (spec as { ports: { port: number }[] }).ports));
      await giveAddress(platform.kubeconfig, namespace, service);
    },
    async routed(namespace, hostname) {
      await programmed('Gateway', namespace, OWN_GATEWAY_NAME);
      // The guardrails of the namespace let the gateway's pod pass; nothing here would start it.
      await vi.waitFor(async () => expect(await gatewayPods(namespace)).toEqual(['Pending']), { timeout: 20_000 });
      await routeAccepted(namespace, hostname);
    },
    gone: (hostname) => [
      [GATEWAY_API, 'Gateway', OWN_GATEWAY_NAME],
      [GATEWAY_API, 'HTTPRoute', hostnameObject(hostname)],
    ],
  },
  {
    mode: 'istio-classic',
    project: 'third',
    async routed(namespace, hostname) {
      for (const [kind, name] of [
        ['Gateway', OWN_GATEWAY_NAME],
        ['VirtualService', hostnameObject(hostname)],
      ] as const)
        expect(await live(kind, namespace, name, 'networking.istio.io/v1')).toBeDefined();
    },
    gone: (hostname) => [
      ['networking.istio.io/v1', 'Gateway', OWN_GATEWAY_NAME],
      ['networking.istio.io/v1', 'VirtualService', hostnameObject(hostname)],
    ],
  },
];

describe('on the real Istio', () => {
  it('the shared Gateway has no address before its Service has', async () => {
    const conditions = async () => (await statusOf('Gateway', SHARED.namespace, SHARED.name)).conditions;
    await vi.waitFor(
      async () => expect(await conditions()).toContainEqual(expect.objectContaining({ reason: 'AddressNotAssigned' })),
      { timeout: 20_000, interval: 50 },
    );
    await giveAddress(platform.kubeconfig, SHARED.namespace, INGRESS);
    await vi.waitFor(() => programmed('Gateway', SHARED.namespace, SHARED.name), { timeout: 20_000, interval: 50 });
    const { addresses } = await statusOf('Gateway', SHARED.namespace, SHARED.name);
    expect(addresses).toEqual([{ type: 'IPAddress', value: ADDRESS }]);
  });

  it.each(LIVES)(
    'a namespace lives and goes without a trace: $mode',
    async ({ mode, project, meanwhile, routed, gone }) => {
      const { client, stop } = await startClient(mode);
      try {
        const hostname = `${project}.${ZONE}`;
        const namespace = `shop-${project}-dev`;
        const before = await content();
        const zone = platform.azureDns?.snapshot();
        expect(await dig(hostname)).toEqual(Array(4).fill('NXDOMAIN'));

        const hostnames = [{ name: hostname }];
        const purpose = 'A life on the real Istio';
        await client.submit(
          {
            apiVersion: 'naas.dev/v1',
            kind: 'NamespaceRequest',
            team: 'shop',
            project,
            environment: 'dev',
            tier: 'dev',
            purpose,
            hostnames,
          },
          { requestId: `make-${mode}` },
        );
        await meanwhile?.(namespace);
        await until(client, namespace, 'ready');
        await routed(namespace, hostname);
        expect(await dig(hostname)).toEqual(Array(4).fill(`NOERROR ${ADDRESS}`));

        await client.teardown(namespace, { requestId: `remove-${mode}` });
        await until(client, namespace, 'deleted');
        expect(await dig(hostname)).toEqual(Array(4).fill('NXDOMAIN'));
        for (const [apiVersion, kind, name] of gone(hostname))
          expect(await live(kind, namespace, name, apiVersion)).toBeUndefined();
        expect(platform.azureDns?.snapshot()).toEqual(zone);
        await vi.waitFor(async () => expect(diff(before, await content())).toEqual([]), {
          timeout: 15_000,
          interval: 500,
        });
        expect(await attached()).toEqual({ http: 0 });
      } finally {
        await stop();
      }
    },
  );
});
