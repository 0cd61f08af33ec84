// The four stages of provisioning: each applies exactly the objects that were approved, all of a stage in parallel. Safe
// to repeat: every write is create-only or an apply. They never render and never choose.
import { setTimeout } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { managedKind } from '../plan/kinds.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import type { PackedStage } from '../spec/admission.ts';
import { NaasError } from '../spec/errors.ts';
import { describeRef, type Effect, type ObjectEffect, type ObjectRef, refKey, refOf } from '../spec/inventory.ts';
import { allEffects, asNaasError, lostUntil, PartialFailure } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { make, makeOrMend, stampDeadline, standsAlready } from './fresh.ts';
import { type ClaimHostnamesInput, claimNames } from './hostnames.ts';
import { unpackStage } from './packing.ts';
import { incarnationOf } from './stamp.ts';
import { writing } from './switch.ts';

export interface StageInput {
  stage: PackedStage;
  /** Read back before access is granted: what must hold by then. */
  expect?: ObjectRef[];
}

/** The claim, and the hostnames that are claimed before it. */
export interface ClaimInput extends StageInput {
  names?: ClaimHostnamesInput | undefined;
}

export interface StageOutcome {
  effects: Effect[];
  /** Set where an attempt was lost: until then it may still write, on what it finds by then. */
  lostUntil?: string;
}

/** The quota controller usually needs 5–50 ms; the pause grows so that a slow one is not hammered. */
const FIRST_LOOK_MS = 5;
const LONGEST_PAUSE_MS = 500;

export function stageActivities(cluster: Cluster) {
  return {
    /**
     * Create-only: POSTs the namespace with its incarnation. Finding our own earlier attempt is success. Its hostnames come first,
     * so that of two requests for one name the second ends before it has made anything.
     */
    async claimNamespace({ stage, names }: ClaimInput): Promise<StageOutcome> {
      const body = async (options: CallOptions): Promise<StageOutcome> => {
        const held = names === undefined ? [] : await claimNames(cluster, names, options);
        const claims = unpackStage(stage).map((object) => stampDeadline(object, cluster, options));
        const writes = claims.map((object) => ({
          ref: refOf(cluster.name, object),
          write: () => claim(cluster, object, options),
        }));
        return { effects: [...held, ...(await after(held, allEffects(writes)))] };
      };
      return writing(cluster, body, { unfenced: true });
    },

    /** Limits, quota and the denying policy; done when the quota's status is enforced. */
    async ensureGuardrails({ stage }: StageInput): Promise<StageOutcome> {
      return writing(cluster, async (options) => {
        const objects = unpackStage(stage);
        const effects = await applyAll(cluster, objects, options);
        await untilAllEnforced(cluster, objects, effects, options);
        return outcome(effects);
      });
    },

    async ensureEquipment({ stage }: StageInput): Promise<StageOutcome> {
      return writing(cluster, async (options) => outcome(await applyAll(cluster, unpackStage(stage), options)));
    },

    /** Reads the guardrails back, then binds the roles: nobody has access before limits, quota and policies hold. */
    async grantAccess({ stage, expect = [] }: StageInput): Promise<StageOutcome> {
      return writing(cluster, async (options) => {
        await readBack(cluster, expect, options);
        return outcome(await applyAll(cluster, unpackStage(stage), options));
      });
    },
  };
}

export function outcome(effects: ObjectEffect[]): StageOutcome {
  const until = lostUntil();
  return { effects, ...(until === undefined ? {} : { lostUntil: until }) };
}

/** A quota counts when its status shows it; what fails here tells of the writes before it, too. */
export async function untilAllEnforced(
  cluster: Cluster,
  objects: KubernetesObject[],
  effects: ObjectEffect[],
  options: CallOptions,
): Promise<void> {
  const quotas = objects.filter(hasStatus);
  await after(effects, Promise.all(quotas.map((quota) => untilEnforced(cluster, quota, options))));
}

export function applyAll(cluster: Cluster, objects: KubernetesObject[], options: CallOptions): Promise<ObjectEffect[]> {
  return allEffects(
    objects.map((object) => ({
      ref: refOf(cluster.name, object),
      write: () => apply(cluster, object, options),
    })),
  );
}

/**
 * Nearly always there is nothing yet, and asking first would cost a call. What an earlier try has made is told by the fence,
 * which lets no second creation write over the first one.
 */
async function apply(cluster: Cluster, object: KubernetesObject, options: CallOptions): Promise<ObjectEffect> {
  try {
    if (activityInfo().attempt === 1) return await make(cluster, object, options);
  } catch (error) {
    if (!standsAlready(error)) throw error;
  }
  return makeOrMend(cluster, object, options);
}

async function claim(cluster: Cluster, object: KubernetesObject, options: CallOptions): Promise<ObjectEffect> {
  try {
    return await cluster.create(object, options);
  } catch (error) {
    if (!(error instanceof NaasError) || error.code !== 'NotOurs') throw error;
    const ref = refOf(cluster.name, object);
    const live = await cluster.read(ref, options);
    // The answer to an earlier attempt was lost: the same incarnation can only be ours.
    if (live !== undefined && incarnationOf(live) === incarnationOf(object) && live.metadata.uid !== undefined) {
      return { verb: 'create', ref, outcome: 'unchanged', uid: live.metadata.uid, ...versionAfter(live) };
    }
    throw error;
  }
}

function versionAfter(live: KubernetesObject): { after?: string } {
  return live.metadata.resourceVersion === undefined ? {} : { after: live.metadata.resourceVersion };
}

function hasStatus(object: { apiVersion: string; kind: string }): boolean {
  return managedKind(object).readBack === 'quota-enforced';
}

/** What fails after writes tells of them, too. */
export async function after<T>(effects: Effect[], rest: Promise<T>): Promise<T> {
  try {
    return await rest;
  } catch (error) {
    if (error instanceof PartialFailure)
      throw new PartialFailure(error.cause, { ...error.details, effects: [...effects, ...error.details.effects] });
    const cause = asNaasError(error);
    throw new PartialFailure(cause, { problems: cause.problems, objects: [], effects });
  }
}

async function untilEnforced(cluster: Cluster, quota: KubernetesObject, options: CallOptions): Promise<void> {
  const ref = refOf(cluster.name, quota);
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    if (quotaIsEnforced(await cluster.read(ref, options))) return;
    if (Date.now() + pauseMs >= options.deadlineMs) throw notYet(ref, 'its status does not show the limits yet');
    await setTimeout(pauseMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

function quotaIsEnforced(live: KubernetesObject | undefined): boolean {
  const spec = live?.['spec'] as { hard?: Record<string, string> } | undefined;
  const status = live?.['status'] as { hard?: Record<string, string>; used?: Record<string, string> } | undefined;
  const keys = Object.keys(spec?.hard ?? {});
  return (
    keys.length > 0 &&
    keys.every((key) => status?.hard?.[key] === spec?.hard?.[key] && status?.used?.[key] !== undefined)
  );
}

/** "Ready" is read back from the API, never assumed. One list a kind: it costs the API server a third of single reads. */
export async function readBack(cluster: Cluster, expect: ObjectRef[], options: CallOptions): Promise<void> {
  const kinds = Map.groupBy(expect, ({ apiVersion, kind, namespace = '' }) => `${apiVersion} ${kind} ${namespace}`);
  const lists = await Promise.all(
    [...kinds.values()].flatMap(([ref]) =>
      ref?.namespace === undefined ? [] : [cluster.list(ref, ref.namespace, options)],
    ),
  );
  const found = new Map(lists.flat().map((live) => [refKey(refOf(cluster.name, live)), live]));
  for (const ref of expect) {
    const live = found.get(refKey(ref));
    if (live === undefined) throw notYet(ref, 'it is not there');
    if (hasStatus(ref) && !quotaIsEnforced(live)) throw notYet(ref, 'its status does not show the limits');
  }
}

function notYet(ref: ObjectRef, why: string): NaasError {
  return new NaasError({
    code: 'NotReadyYet',
    message: `${describeRef(ref)} on cluster ${ref.cluster} is not in force (attempt ${activityInfo().attempt}): ${why}; access is not granted before it is`,
  });
}
