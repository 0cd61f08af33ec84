// Brings a living namespace from one approved plan to another: pre-images first, then only what differs, each write on the
// version that it was decided on. It renders nothing, and puts nothing back (restore.ts does).

import { compare, valueAt } from '../plan/compare.ts';
import { changeDigest } from '../plan/index.ts';
import { managedKind } from '../plan/kinds.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { asMergePatch, type FieldReturn, leaves } from '../plan/restore.ts';
import type { Change, ChangeAdmitted, PackedStage } from '../spec/admission.ts';
import { NaasError } from '../spec/errors.ts';
import type { FieldPath } from '../spec/field-path.ts';
import {
  describeRef,
  type Effect,
  type InventoryEntry,
  type ObjectRef,
  refKey,
  refOf,
  STAGES,
  type Stage,
} from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import { allEffects, atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { bind, boundPatch, onFreshVersion, unchanged, versionOf } from './fresh.ts';
import { packJson, unpackStage } from './packing.ts';
import { readBack, stampDeadline, untilAllEnforced } from './stages.ts';
import { unstamped } from './stamp.ts';
import { writing } from './switch.ts';

/** What stood in an object's place before the operation; null: nothing. */
export interface PreImage {
  ref: ObjectRef;
  stage: Stage;
  live: KubernetesObject | null;
}

export interface CaptureInput {
  stages: Record<Stage, PackedStage>;
  removals: InventoryEntry[];
  dropped: ChangeAdmitted['dropped'];
  /** What is somebody else's is taken over. */
  adopting?: boolean;
  /** What was approved; when our own fields have moved since, the answer says what it would be now. */
  changeDigest: string;
}

export type Captured =
  | { moved: { changes: Change[]; changeDigest: string } }
  | { /** gzip + base64 of PreImage[] */ images: string; uids: Record<string, string> };

export interface EnsureChangeInput {
  stage: Stage;
  objects: PackedStage;
  incarnation: string;
  /** By reference key: the objects that were captured; what came since in another's name is not ours to write. */
  uids: Record<string, string>;
  dropped: ChangeAdmitted['dropped'];
  /** Fields that others hold are taken, because people have approved exactly that; elsewhere they are a conflict. */
  adopting: boolean;
  expect?: ObjectRef[];
}

export function changeActivities(cluster: Cluster) {
  return {
    /** Reads everything that the change will touch, before its first write. */
    async captureChange({
      stages,
      removals,
      dropped,
      adopting = false,
      changeDigest: approved,
    }: CaptureInput): Promise<Captured> {
      return atTheBoundary(async () => {
        const options = callOptions();
        const wanted = STAGES.flatMap((stage) => unpackStage(stages[stage]).map((object) => ({ stage, object })));
        const reads = [
          ...wanted.map(({ stage, object }) => ({ ref: refOf(cluster.name, object), stage, object })),
          ...removals.map(({ stage, state: _state, uid: _uid, ...ref }) => ({ ref, stage, object: undefined })),
        ];
        const images = await Promise.all(
          reads.map(async ({ ref, stage, object }) => ({ ref, stage, object, live: await cluster.read(ref, options) })),
        );
        const changes = images.map(
          ({ ref, object, live }): Change =>
            object === undefined
              ? { verb: 'remove', ref, fields: [] }
              : compare(ref, unstamped(object), live, { dropped: dropped[refKey(ref)] ?? [], adopting }),
        );
        const now = changeDigest(changes);
        if (now !== approved) return { moved: { changes, changeDigest: now } };
        return {
          images: packJson(images.map(({ ref, stage, live }): PreImage => ({ ref, stage, live: bare(live) }))),
          uids: Object.fromEntries(
            images.flatMap(({ ref, live }) => (live === undefined ? [] : [[refKey(ref), live.metadata.uid ?? '']])),
          ),
        };
      });
    },

    /** One stage of a change: writes what differs, nothing else. */
    async ensureChange(input: EnsureChangeInput): Promise<{ effects: Effect[] }> {
      return writing(cluster, async (options) => {
        const objects = unpackStage(input.objects);
        if (input.expect !== undefined) await readBack(cluster, input.expect, options);
        const effects = await allEffects(
          objects.map((object) => {
            const ref = refOf(cluster.name, object);
            return { ref, write: () => ensure(cluster, ref, object, input, options) };
          }),
        );
        await untilAllEnforced(cluster, objects, effects, options);
        return { effects };
      });
    },

    /** What the wanted plan holds no more; after everything else stands. */
    async removeDropped({
      entries,
      incarnation,
    }: {
      entries: InventoryEntry[];
      incarnation: string;
    }): Promise<{ effects: Effect[] }> {
      return writing(cluster, async (options) => {
        return {
          effects: await allEffects(
            entries.map(({ stage: _stage, state: _state, uid, ...ref }) => ({
              ref,
              write: () => drop(cluster, ref, uid, incarnation, options),
            })),
          ),
        };
      });
    },
  };
}

/** Managed fields are bookkeeping of the server, and half of an object's bytes. */
function bare(live: KubernetesObject | undefined): KubernetesObject | null {
  if (live === undefined) return null;
  const { managedFields: _managedFields, ...metadata } = live.metadata;
  return { ...live, metadata };
}

async function ensure(
  cluster: Cluster,
  ref: ObjectRef,
  object: KubernetesObject,
  input: Pick<EnsureChangeInput, 'uids' | 'dropped' | 'adopting'>,
  options: CallOptions,
): Promise<Effect> {
  const captured = input.uids[refKey(ref)];
  const dropped = input.dropped[refKey(ref)] ?? [];
  return onFreshVersion(cluster, ref, options, async (live) => {
    if (live === undefined) return createNew(cluster, ref, object, captured, options);
    const ours = incarnationOf(live) === incarnationOf(object);
    if (captured === undefined ? !ours : live.metadata.uid !== captured) throw another(ref);
    if (compare(ref, object, live, { foreign: false, dropped }).verb === 'keep') return unchanged(ref, live);
    if (object.kind === 'Namespace') return cluster.merge(ref, mergePatch(object, live, dropped), options);
    return cluster.apply(bind(object, live), { ...options, force: managedKind(object).guardrail || input.adopting });
  });
}

/** A late one must not land after an undo, so it says until when it counts; the fence holds it to that. */
async function createNew(
  cluster: Cluster,
  ref: ObjectRef,
  object: KubernetesObject,
  captured: string | undefined,
  options: CallOptions,
): Promise<Effect> {
  // Deleted by somebody since it was captured: it is made anew, for it is ours to be there.
  if (captured !== undefined && object.kind === 'Namespace') throw another(ref);
  return cluster.apply(stampDeadline(object, cluster, options), { ...options, force: managedKind(object).guardrail });
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
  uid: string | undefined,
  incarnation: string,
  options: CallOptions,
): Promise<Effect> {
  return onFreshVersion(cluster, ref, options, async (live): Promise<Effect> => {
    if (live === undefined) return { verb: 'delete', ref, outcome: 'absent' };
    if (incarnationOf(live) !== incarnation || (uid !== undefined && live.metadata.uid !== uid)) {
      return { verb: 'delete', ref, outcome: 'skipped' };
    }
    const version = versionOf(live);
    return cluster.remove(ref, version.uid, { ...options, resourceVersion: version.resourceVersion });
  });
}

function another(ref: ObjectRef): NaasError {
  return new NaasError({
    code: 'NotOurs',
    message: `${describeRef(ref)} on cluster ${ref.cluster} is another object than the one that was looked at before the change; somebody made it anew. Look at it, then send the change again.`,
  });
}

export function incarnationOf(object: KubernetesObject): string | undefined {
  return object.metadata.labels?.[LABEL.incarnation];
}
