// Brings a living namespace from one approved plan to another: pre-images first, then only what was shown to differ, each
// write on the version that it was decided on. It renders nothing, and puts nothing back (restore.ts does).

import { compare, valueAt } from '../plan/compare.ts';
import { changeDigest } from '../plan/index.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { asMergePatch, type FieldReturn, leaves } from '../plan/restore.ts';
import type { Change, ChangeAdmitted, PackedStage } from '../spec/admission.ts';
import { NaasError } from '../spec/errors.ts';
import type { FieldPath } from '../spec/field-path.ts';
import { quotaShortfalls } from '../spec/guardrails.ts';
import {
  type ByStage,
  bareRef,
  describeRef,
  type ObjectEffect,
  type ObjectEntry,
  type ObjectRef,
  type ObjectStage,
  refKey,
  refOf,
} from '../spec/inventory.ts';
import { FENCED_OFF, HOSTNAMES_REFUSED, LABEL } from '../spec/names.ts';
import { allEffects, atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { boundPatch, make, mend, onFreshVersion, unchanged, versionOf } from './fresh.ts';
import { packJson, unpackStage, unpackStages } from './packing.ts';
import { readBack, untilAllEnforced } from './stages.ts';
import { incarnationOf, unstamped } from './stamp.ts';
import { inTheWay, isKnown, liveQuotaOf } from './survey.ts';
import { writing } from './switch.ts';

/** What stood in an object's place before the operation; null: nothing. */
export interface PreImage {
  ref: ObjectRef;
  stage: ObjectStage;
  live: KubernetesObject | null;
}

export interface CaptureInput {
  stages: ByStage<PackedStage>;
  removals: ObjectEntry[];
  dropped: ChangeAdmitted['dropped'];
  /** What is somebody else's is taken over. */
  adopting?: boolean;
  /** What was in force before is in force again, however much is in use. */
  repairing?: boolean;
  /** What the change does beside the objects, as it was approved. */
  beside?: Change[];
  /** What was approved; when our own fields have moved since, the answer says what it would be now. */
  changeDigest: string;
  /** UIDs of what is ours, whatever became of its labels. */
  ours: string[];
}

export type Captured =
  | { moved: { changes: Change[]; changeDigest: string } }
  | { /** gzip + base64 of PreImage[] */ images: string; uids: Record<string, string> };

export interface EnsureChangeInput {
  stage: ObjectStage;
  objects: PackedStage;
  /** Reference keys of what was shown to differ: nothing else is written. */
  touched: string[];
  /** By reference key: the objects that were captured; what came since in another's name is not ours to write. */
  uids: Record<string, string>;
  dropped: ChangeAdmitted['dropped'];
  /** Fields that others hold are taken, because people have approved exactly that or they were ours; elsewhere they are a conflict. */
  adopting: boolean;
  expect?: ObjectRef[];
}

export interface RemoveDroppedInput {
  removals: ObjectRef[];
  incarnation: string;
  /** As captured: what came since in another's name is not ours to remove. */
  uids: Record<string, string>;
}

export function changeActivities(cluster: Cluster) {
  return {
    /** Reads everything that the change will touch, before its first write. */
    async captureChange(input: CaptureInput): Promise<Captured> {
      return atTheBoundary(() => capture(cluster, input, callOptions()));
    },

    /** One stage of a change: writes what differs, nothing else. */
    async ensureChange(input: EnsureChangeInput): Promise<{ effects: ObjectEffect[] }> {
      return writing(cluster, async (options) => {
        const touched = new Set(input.touched);
        const objects = unpackStage(input.objects).filter((object) => touched.has(refKey(refOf(cluster.name, object))));
        if (input.expect !== undefined) await readBack(cluster, input.expect, options);
        const effects = await allEffects(
          objects.map((object) => {
            const ref = refOf(cluster.name, object);
            const write = () => ensure(cluster, ref, object, input, options);
            return { ref, write: input.adopting || input.stage === 'route' ? () => heardOf(ref, write) : write };
          }),
        );
        await untilAllEnforced(cluster, objects, effects, options);
        return { effects };
      });
    },

    /** What the wanted plan holds no more; after everything else stands. */
    async removeDropped({ removals, incarnation, uids }: RemoveDroppedInput): Promise<{ effects: ObjectEffect[] }> {
      return writing(cluster, async (options) => {
        return {
          effects: await allEffects(
            removals.map((ref) => ({
              ref,
              write: () => drop(cluster, ref, { incarnation, uid: uids[refKey(ref)] }, options),
            })),
          ),
        };
      });
    },
  };
}

async function capture(cluster: Cluster, input: CaptureInput, options: CallOptions): Promise<Captured> {
  const { stages, removals, dropped, adopting = false } = input;
  const wanted = unpackStages(stages);
  const reads = [
    ...wanted.map(({ stage, object }) => ({ ref: refOf(cluster.name, object), stage, object })),
    ...removals.map((entry) => ({ ref: bareRef(entry), stage: entry.stage, object: undefined })),
  ];
  const images = await Promise.all(
    reads.map(async ({ ref, stage, object }) => ({ ref, stage, object, live: await cluster.read(ref, options) })),
  );
  const ours = new Set(input.ours);
  const changes = images.map(({ ref, object, live }): Change => {
    if (object === undefined) return { verb: 'remove', ref, fields: [] };
    const whose = adopting && input.repairing !== true ? { foreign: true } : isKnown(live, ours);
    const comparison = { dropped: dropped[refKey(ref)] ?? [], adopting, ...whose };
    return compare(ref, unstamped(object), live, comparison);
  });
  // Come since it was admitted: no approval covers it, and nobody can give one.
  const short = input.repairing === true ? [] : images.flatMap(({ object, live }) => shortfalls(object, live));
  const problems = [...inTheWay(changes), ...short];
  if (problems.length > 0) throw new NaasError(problems);
  const all = [...changes, ...(input.beside ?? [])];
  const now = changeDigest(all);
  if (now !== input.changeDigest) return { moved: { changes: all, changeDigest: now } };
  return {
    images: packJson(images.map(({ ref, stage, live }): PreImage => ({ ref, stage, live: imageOf(live, adopting) }))),
    uids: Object.fromEntries(
      images.flatMap(({ ref, live }) => (live === undefined ? [] : [[refKey(ref), live.metadata.uid ?? '']])),
    ),
  };
}

/** While people decided, more may have come into use than the change leaves. */
function shortfalls(object: KubernetesObject | undefined, live: KubernetesObject | undefined) {
  if (object?.kind !== 'ResourceQuota') return [];
  const { hard } = object['spec'] as { hard: Record<string, string> };
  return quotaShortfalls(hard, liveQuotaOf(live));
}

/** Managed fields are half of an object's bytes; only what is taken over from others has to be theirs again after an undo. */
function imageOf(live: KubernetesObject | undefined, adopting: boolean): KubernetesObject | null {
  if (live === undefined) return null;
  if (adopting) return live;
  const { managedFields: _managedFields, ...metadata } = live.metadata;
  return { ...live, metadata };
}

async function ensure(
  cluster: Cluster,
  ref: ObjectRef,
  object: KubernetesObject,
  input: Pick<EnsureChangeInput, 'uids' | 'dropped' | 'adopting'>,
  options: CallOptions,
): Promise<ObjectEffect> {
  const captured = input.uids[refKey(ref)];
  const dropped = input.dropped[refKey(ref)] ?? [];
  return onFreshVersion(cluster, ref, options, async (live) => {
    if (live === undefined) {
      // Deleted by somebody since it was captured: it is made anew, for it is ours to be there. A namespace is not.
      if (captured !== undefined && object.kind === 'Namespace') throw another(ref);
      return make(cluster, object, options);
    }
    // Made by an attempt before this one, where it is not the one that was captured.
    if (live.metadata.uid !== captured && incarnationOf(live) !== incarnationOf(object)) throw another(ref);
    if (compare(ref, object, live, { foreign: false, dropped }).verb === 'keep') return unchanged(ref, live);
    if (object.kind === 'Namespace') return cluster.merge(ref, mergePatch(object, live, dropped), options);
    return mend(cluster, object, live, { ...options, adopting: input.adopting });
  });
}

/** The mark that adopts the Namespace, or its hostnames, were written a moment ago; not every API server need have heard of it. */
export async function heardOf<T>(ref: ObjectRef, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof NaasError) || error.code !== 'Forbidden' || !isUnheard(error)) throw error;
    const message = `${describeRef(ref)} on cluster ${ref.cluster}: the API server has not heard yet of what its namespace is given: ${error.message}`;
    throw new NaasError({ code: 'NotReadyYet', message }, { cause: error });
  }
}

function isUnheard({ message }: NaasError): boolean {
  return message.includes(FENCED_OFF) || message.includes(HOSTNAMES_REFUSED);
}

/** A Namespace was made by POST, whose fields an apply could never take away again; a merge sets exactly ours. */
function mergePatch(
  object: KubernetesObject,
  live: KubernetesObject,
  dropped: readonly FieldPath[],
): Record<string, unknown> {
  const set = leaves(object).map((path): FieldReturn => ({ path, verb: 'set', value: valueAt(object, path) }));
  const gone = dropped.map((path): FieldReturn => ({ path, verb: 'drop' }));
  return boundPatch(asMergePatch([...set, ...gone]), live);
}

async function drop(
  cluster: Cluster,
  ref: ObjectRef,
  captured: { incarnation: string; uid: string | undefined },
  options: CallOptions,
): Promise<ObjectEffect> {
  return onFreshVersion(cluster, ref, options, async (live): Promise<ObjectEffect> => {
    if (live === undefined) return { verb: 'delete', ref, outcome: 'absent' };
    if (live.metadata.uid !== captured.uid) return { verb: 'delete', ref, outcome: 'skipped' };
    if (incarnationOf(live) !== captured.incarnation) throw unmarked(ref);
    const { uid, resourceVersion } = versionOf(live);
    return cluster.remove(ref, uid, { ...options, resourceVersion });
  });
}

function another(ref: ObjectRef): NaasError {
  return new NaasError({
    code: 'NotOurs',
    message: `${describeRef(ref)} on cluster ${ref.cluster} is another object than the one that was looked at before the change; somebody made it anew. Look at it, then send the change again.`,
  });
}

/** The fence would deny it; passed over, what people agreed to take away would stay. */
function unmarked(ref: ObjectRef): NaasError {
  return new NaasError({
    code: 'NotOurs',
    message: `${describeRef(ref)} on cluster ${ref.cluster} carries ${LABEL.incarnation} no more: somebody took it off, and naas may not remove it. Remove it by hand, or put the label back; then send the change again.`,
  });
}
