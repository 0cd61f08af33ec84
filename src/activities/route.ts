// The route stage: applies what routes the hostnames, and is done when the controllers say that it is in force. It renders
// nothing; what their conditions mean is judged in spec/route-conditions.
import { setTimeout } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { judgePlanned, sharedGatewayWait } from '../plan/gateway-waits.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import type { PackedStage } from '../spec/admission.ts';
import { NaasError } from '../spec/errors.ts';
import { type GatewayAddress, gatewayAddresses, serviceAddresses } from '../spec/gateway-addresses.ts';
import type { LiveObject } from '../spec/gateway-objects.ts';
import type { GatewaySpec } from '../spec/gateway-spec.ts';
import { type ObjectEffect, type ObjectRef, refOf } from '../spec/inventory.ts';
import { HOSTNAMES_REFUSED } from '../spec/names.ts';
import { type Judgement, judgeAll, judgeGateway } from '../spec/route-conditions.ts';
import { atTheBoundary, callOptions, PartialFailure } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { unpackStage } from './packing.ts';
import { after, applyAll, outcome, type StageOutcome } from './stages.ts';
import { writing } from './switch.ts';

export interface RouteInput {
  stage: PackedStage;
  gateway: GatewaySpec;
}

export interface RouteOutcome extends StageOutcome {
  addresses: GatewayAddress[];
}

/** A controller usually needs some tens of milliseconds; what takes longer is looked at again by the next attempt. */
const FIRST_LOOK_MS = 10;
/** Doubled, the last pause would be as long as all before it, and most of it in vain. */
const EACH_LONGER_BY = 1.4;
const LONGEST_PAUSE_MS = 500;
const LOOKS_FOR_MS = 5_000;
/** A controller may meet an object before it has heard of its namespace, and says for a moment that it is not allowed. */
const FAILED_FOR_MS = 1_000;

export function routeActivities(cluster: Cluster) {
  return {
    async ensureRoute({ stage, gateway }: RouteInput): Promise<RouteOutcome> {
      return writing(cluster, async (options) => {
        const objects = unpackStage(stage);
        const effects = await applyAll(cluster, objects, options).catch(waitForNames);
        const addresses = await untilRouted(cluster, objects, { gateway, effects }, options);
        return { ...outcome(effects), addresses };
      });
    },

    /** Looks only: whatever was written was written before. */
    async awaitRoute({ stage, gateway }: RouteInput): Promise<{ addresses: GatewayAddress[] }> {
      return atTheBoundary(async () => {
        const objects = unpackStage(stage);
        return { addresses: await lookUntilRouted(cluster, objects, gateway, callOptions()) };
      });
    },
  };
}

/** The names stand on the Namespace since a moment ago; not every API server need have heard of it. */
function waitForNames(error: unknown): never {
  if (!(error instanceof PartialFailure) || !isUnheard(error.cause)) throw error;
  const cause = new NaasError({ code: 'NotReadyYet', message: error.message }, { cause: error });
  throw new PartialFailure(cause, { ...error.details, problems: cause.problems });
}

function isUnheard({ code, message }: NaasError): boolean {
  return code === 'Forbidden' && message.includes(HOSTNAMES_REFUSED);
}

/** What fails here tells of the writes before it, too. */
export function untilRouted(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  { gateway, effects }: { gateway: GatewaySpec; effects: ObjectEffect[] },
  options: CallOptions,
): Promise<GatewayAddress[]> {
  const isFresh = effects.some(({ outcome }) => outcome === 'created');
  const routed = async (): Promise<GatewayAddress[]> => {
    // What was made just now no controller has met: a look would only keep them from it.
    if (isFresh) await pause(FIRST_LOOK_MS, options);
    return lookUntilRouted(cluster, objects, gateway, options);
  };
  return after(effects, routed());
}

function pause(forMs: number, { signal }: CallOptions): Promise<void> {
  return setTimeout(forMs, undefined, signal === undefined ? {} : { signal });
}

async function lookUntilRouted(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  gateway: GatewaySpec,
  options: CallOptions,
): Promise<GatewayAddress[]> {
  const giveUpMs = Math.min(Date.now() + LOOKS_FOR_MS, options.deadlineMs);
  let failedAtMs: number | undefined;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * EACH_LONGER_BY, LONGEST_PAUSE_MS)) {
    const { judgement, addresses } = await look(cluster, objects, gateway, options);
    if (judgement.state === 'ready') return addresses;
    failedAtMs = judgement.state === 'failed' ? (failedAtMs ?? Date.now()) : undefined;
    if (judgement.state === 'failed' && Date.now() - (failedAtMs ?? 0) >= FAILED_FOR_MS)
      throw new NaasError(judgement.problem);
    if (Date.now() + pauseMs >= giveUpMs) throw notYet(judgement.why);
    await pause(pauseMs, options);
  }
}

/** What the gateway has by now; a Gateway that is still to be made has none. */
export async function readAddresses(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  gateway: GatewaySpec,
  options: CallOptions,
): Promise<GatewayAddress[]> {
  if (gateway.mode === 'own-gateway') return [];
  const front = frontOf(cluster.name, objects, gateway);
  return addressesOf(front, await cluster.read(front, options));
}

function addressesOf({ kind }: ObjectRef, live: LiveObject | undefined): GatewayAddress[] {
  return kind === 'Service' ? serviceAddresses(live) : gatewayAddresses(live);
}

interface Look {
  judgement: Judgement;
  addresses: GatewayAddress[];
}

async function look(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  gateway: GatewaySpec,
  options: CallOptions,
): Promise<Look> {
  const front = frontOf(cluster.name, objects, gateway);
  const [frontLive, ...live] = await Promise.all(
    [front, ...objects.map((object) => refOf(cluster.name, object))].map((ref) => cluster.read(ref, options)),
  );
  const addresses = addressesOf(front, frontLive);
  const judged = objects.map((object, index) => judgePlanned(object, live[index]));
  const wait = sharedGatewayWait(gateway);
  const shared = wait === undefined ? [] : [judgeGateway(frontLive, wait.sections)];
  const address: Judgement =
    addresses.length > 0
      ? { state: 'ready' }
      : { state: 'waiting', why: `${front.kind} ${front.name} has no address yet` };
  return { judgement: judgeAll([...shared, ...judged, address]), addresses };
}

/** Whose address the hostnames get. */
function frontOf(cluster: string, objects: readonly KubernetesObject[], gateway: GatewaySpec): ObjectRef {
  if (gateway.mode === 'istio-classic') {
    return { system: 'kubernetes', cluster, apiVersion: 'v1', kind: 'Service', ...gateway.service };
  }
  if (gateway.mode !== 'own-gateway') {
    const { namespace, name } = gateway.gateway;
    return {
      system: 'kubernetes',
      cluster,
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      namespace,
      name,
    };
  }
  const own = objects.find(({ kind }) => kind === 'Gateway');
  if (own === undefined) throw new NaasError({ code: 'Unexpected', message: 'the plan holds no Gateway of its own' });
  return refOf(cluster, own);
}

function notYet(why: string): NaasError {
  return new NaasError({ code: 'NotReadyYet', message: `${why} (attempt ${activityInfo().attempt})` });
}
