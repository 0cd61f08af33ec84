// The stand-in controllers beside the real Istio, in one cluster: of the same objects both say the same, condition by
// condition, and naas reads the same from both.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { STAND_IN_CLASS } from '../../src/local/controllers/access.ts';
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import { judgePlanned } from '../../src/plan/gateway-waits.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import type { Condition, ListenerStatus, LiveObject, RouteParentStatus } from '../../src/spec/gateway-objects.ts';
import { refOf } from '../../src/spec/inventory.ts';
import { soon } from '../ops/administrator.ts';
import { AGREE_CASES, type AgreeCase, PLACES } from './agree-cases.ts';
import { addressesOf, endpoints, giveAddress, ingressService } from './ingress.ts';
import { ISTIO_CLASS, type Istiod, startIstiod } from './istiod.ts';

const CONTROLLERS = { istio: ISTIO_CLASS, 'stand-in': STAND_IN_CLASS } as const;
type Controller = keyof typeof CONTROLLERS;
const SERVICE = 'ingress';

let platform: Platform;
let istiod: Istiod;
let cluster: KubernetesCluster;
beforeAll(async () => {
  platform = await startPlatform({
    worker: false,
    // Nobody calls it: there is no worker.
    temporalAddress: '127.0.0.1:1',
    crds: ['istio-networking'],
    standIns: { zone: 'stand-in.test' },
    say: console.log,
  });
  istiod = await startIstiod(platform);
  cluster = await connectCluster({ name: 'c1', kubeconfig: platform.kubeconfig, fieldManager: 'test' });
});
afterAll(async () => {
  await cluster?.close();
  await istiod?.stop();
  await platform?.stop();
});

/** The case's objects in namespaces of their own, and of this controller's class. */
function placed(object: KubernetesObject, controller: Controller, prefix: string): KubernetesObject {
  const text = JSON.stringify(object).replace(
    /"namespace":"(home|tenant|stranger)"/g,
    (_, place) => `"namespace":"${prefix}-${place}"`,
  );
  const moved = JSON.parse(text) as KubernetesObject;
  if (moved.kind !== 'Gateway') return moved;
  const addresses = controller === 'istio' ? { addresses: addressesOf(`${prefix}-home`, SERVICE) } : {};
  const spec = { ...(moved['spec'] as object), gatewayClassName: CONTROLLERS[controller], ...addresses };
  return { ...moved, spec };
}

const apply = (...objects: KubernetesObject[]) =>
  Promise.all(objects.map((each) => cluster.apply(each, { ...soon(), force: true })));

async function stage(prefix: string, controller: Controller): Promise<void> {
  const namespaces = PLACES.map((place) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: `${prefix}-${place}`, labels: { place, 'hostnames.naas.dev/any': 'true' } },
  }));
  await apply(...namespaces);
  if (controller === 'stand-in') return;
  await apply(ingressService(`${prefix}-home`, SERVICE), endpoints(`${prefix}-home`, SERVICE));
  await giveAddress(platform.kubeconfig, `${prefix}-home`, SERVICE);
}

interface Seen {
  said: Record<string, unknown>;
  judged: Record<string, string>;
}

/** By `Kind/name`: what the controller says, without its words and times, and what naas makes of it. */
async function look(objects: readonly KubernetesObject[]): Promise<Seen> {
  const seen: Seen = { said: {}, judged: {} };
  for (const object of objects.filter(({ apiVersion }) => apiVersion === 'gateway.networking.k8s.io/v1')) {
    const live = await cluster.read(refOf('c1', object), soon());
    const key = `${object.kind}/${object.metadata.name}`;
    seen.said[key] = live && said(live);
    const judgement = judgePlanned(object, live);
    const why = judgement.state === 'ready' ? [] : [reasonIn(judgement.why)];
    seen.judged[key] = [judgement.state, ...why].join(' ');
  }
  return seen;
}

function reasonIn(why: string): string {
  return /\((\w+)/.exec(why)?.[1] ?? why.replace(/^.*: /, '');
}

function said(live: LiveObject): unknown {
  const { conditions, listeners, parents, attachedListenerSets } = (live['status'] ?? {}) as {
    conditions?: Condition[];
    listeners?: ListenerStatus[];
    parents?: RouteParentStatus[];
    attachedListenerSets?: number;
  };
  const generation = live.metadata.generation;
  return {
    ...(conditions && { conditions: texts(conditions, generation) }),
    ...(live.kind === 'Gateway' && { attachedListenerSets: attachedListenerSets ?? 0 }),
    ...(!isRoute(live) && {
      listeners: Object.fromEntries(
        (listeners ?? []).map(({ name, attachedRoutes, conditions: own, ...more }) => [
          name,
          {
            attachedRoutes,
            kinds: (more as { supportedKinds?: unknown }).supportedKinds,
            conditions: texts(own, generation),
          },
        ]),
      ),
    }),
    ...(isRoute(live) && { parents: (parents ?? []).map((each) => texts(each.conditions, generation)) }),
  };
}

const isRoute = ({ kind }: LiveObject): boolean => kind.endsWith('Route');

function texts(conditions: readonly Condition[] = [], generation: number | undefined): string[] {
  const text = ({ type, status, reason, observedGeneration }: Condition): string =>
    `${type}=${status} ${reason}${observedGeneration === generation ? '' : ', of another generation'}`;
  // Of a listener in conflict nobody looks at the references; what was said of them before the conflict was seen may stay.
  const conflicted = conditions.some(({ type, status }) => type === 'Conflicted' && status === 'True');
  return conditions
    .filter(({ type }) => !(conflicted && type === 'ResolvedRefs'))
    .map(text)
    .sort();
}

async function play({ steps }: AgreeCase, prefix: string, controller: Controller): Promise<KubernetesObject[]> {
  const standing = new Map<string, KubernetesObject>();
  for (const [index, step] of steps.entries()) {
    // What is older counts in whole seconds.
    if (index > 0) await new Promise((next) => setTimeout(next, 1_100));
    const objects = step.map((each) => placed(each, controller, prefix));
    await apply(...objects);
    for (const each of objects) standing.set(`${each.kind} ${each.metadata.name}`, each);
  }
  return [...standing.values()];
}

describe('of the same objects Istio and the stand-ins say the same:', () => {
  it.each(AGREE_CASES.map((each, index) => ({ ...each, index })))('$name', async ({ index, ...each }) => {
    const objects = await Promise.all(
      (['istio', 'stand-in'] as const).map(async (controller) => {
        const prefix = `case-${index}-${controller}`;
        await stage(prefix, controller);
        return play(each, prefix, controller);
      }),
    );
    await vi.waitFor(
      async () => {
        const [istio, standIn] = await Promise.all(objects.map(look));
        expect(istio?.judged).toMatchObject(each.judged);
        expect(standIn?.said).toEqual(istio?.said);
        expect(standIn?.judged).toEqual(istio?.judged);
      },
      { timeout: 15_000, interval: 100 },
    );
  });
});
