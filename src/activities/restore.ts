// Puts back what a change found: every field of ours gets its old value where ours still stands, what the change made goes,
// what it removed comes back. It goes past failures and reports each; access first, the Namespace last.
import { managedKind } from '../plan/kinds.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { asApplied, asCreated, asMergePatch, differsFromBefore, returns } from '../plan/restore.ts';
import type { PackedStage } from '../spec/admission.ts';
import { type Effect, type ObjectRef, refKey, refOf, STAGES, type Stage } from '../spec/inventory.ts';
import { ANNOTATION } from '../spec/names.ts';
import { allEffects, PartialFailure } from './boundary.ts';
import { incarnationOf, type PreImage } from './change.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { bind, boundPatch, onFreshVersion, unchanged, versionOf } from './fresh.ts';
import { unpackJson, unpackStage } from './packing.ts';
import { writing } from './switch.ts';

export interface RestoreInput {
  /** gzip + base64 of PreImage[]. */
  images: string;
  wanted: Record<Stage, PackedStage>;
  /** What had been applied before; null for what was not ours. */
  applied: Record<Stage, PackedStage> | null;
  incarnation: string;
  /** Reference keys that a person has given up. */
  leftBehind: string[];
}

interface Item {
  image: PreImage;
  wanted: KubernetesObject | undefined;
  applied: KubernetesObject | undefined;
}

export function restoreActivities(cluster: Cluster) {
  return {
    async restore(input: RestoreInput): Promise<{ effects: Effect[] }> {
      return writing(cluster, async (options) => {
        const effects: Effect[] = [];
        let failed: PartialFailure | undefined;
        for (const group of inOrder(itemsOf(cluster.name, input))) {
          try {
            effects.push(...(await restoreGroup(cluster, group, input, options)));
          } catch (error) {
            if (!(error instanceof PartialFailure)) throw error;
            effects.push(...error.details.effects);
            failed = joined(failed, error);
          }
        }
        if (failed === undefined) return { effects };
        throw new PartialFailure(failed.cause, { ...failed.details, effects });
      });
    },
  };
}

function joined(earlier: PartialFailure | undefined, next: PartialFailure): PartialFailure {
  if (earlier === undefined) return next;
  return new PartialFailure(earlier.cause, {
    effects: [],
    problems: [...earlier.details.problems, ...next.details.problems],
    objects: [...earlier.details.objects, ...next.details.objects],
  });
}

function itemsOf(cluster: string, { images, wanted, applied, leftBehind }: RestoreInput): Item[] {
  const byKey = (stages: Record<Stage, PackedStage> | null): Map<string, KubernetesObject> => {
    const objects = stages === null ? [] : STAGES.flatMap((stage) => unpackStage(stages[stage]));
    return new Map(objects.map((object) => [refKey(refOf(cluster, object)), object]));
  };
  const [next, last] = [byKey(wanted), byKey(applied)];
  const given = new Set(leftBehind);
  return unpackJson<PreImage[]>(images)
    .filter(({ ref }) => !given.has(refKey(ref)))
    .map((image) => ({ image, wanted: next.get(refKey(image.ref)), applied: last.get(refKey(image.ref)) }));
}

/** New access goes first and old access comes back last: nobody gets in while the guardrails are on their way. */
function inOrder(items: readonly Item[]): Item[][] {
  const isAccess = ({ image }: Item): boolean => image.stage === 'access';
  const isNamespace = ({ image }: Item): boolean => image.stage === 'claim';
  return [
    items.filter((item) => isAccess(item) && item.wanted !== undefined),
    items.filter((item) => !isAccess(item) && !isNamespace(item)),
    items.filter((item) => isAccess(item) && item.wanted === undefined),
    items.filter(isNamespace),
  ].filter((group) => group.length > 0);
}

function restoreGroup(cluster: Cluster, group: Item[], input: RestoreInput, options: CallOptions): Promise<Effect[]> {
  return allEffects(
    group.map((item) => ({ ref: item.image.ref, write: () => putBack(cluster, item, input, options) })),
  );
}

async function putBack(cluster: Cluster, item: Item, input: RestoreInput, options: CallOptions): Promise<Effect> {
  const { ref, live: before } = item.image;
  return onFreshVersion(cluster, ref, options, async (live): Promise<Effect> => {
    if (before === null) return takeAway(cluster, ref, live, input.incarnation, options);
    if (live === undefined) {
      // What was never ours was not ours to remove, so somebody else did.
      if (incarnationOf(before) !== input.incarnation) return { verb: 'apply', ref, outcome: 'absent' };
      return cluster.create(asCreated(before), options);
    }
    // Removed and made anew by somebody else meanwhile: theirs.
    if (live.metadata.uid !== before.metadata.uid && !isRestored(live, before)) {
      return { verb: 'apply', ref, outcome: 'skipped' };
    }
    return writeBack(cluster, item, before, live, { ...options, adopted: input.applied === null });
  });
}

/** What an earlier try of this undo created anew has another UID, and everything else as it was. */
function isRestored(live: KubernetesObject, before: KubernetesObject): boolean {
  return incarnationOf(live) === incarnationOf(before) && incarnationOf(live) !== undefined;
}

async function takeAway(
  cluster: Cluster,
  ref: ObjectRef,
  live: KubernetesObject | undefined,
  incarnation: string,
  options: CallOptions,
): Promise<Effect> {
  if (live === undefined) return { verb: 'delete', ref, outcome: 'absent' };
  if (incarnationOf(live) !== incarnation) return { verb: 'delete', ref, outcome: 'skipped' };
  const { uid, resourceVersion } = versionOf(live);
  return cluster.remove(ref, uid, { ...options, resourceVersion });
}

async function writeBack(
  cluster: Cluster,
  { image: { ref }, wanted, applied }: Item,
  before: KubernetesObject,
  live: KubernetesObject,
  { adopted, ...options }: CallOptions & { adopted: boolean },
): Promise<Effect> {
  const fields = returns({ applied, wanted: wanted ?? before, before, live });
  if (live.metadata.annotations?.[ANNOTATION.fence] === undefined) {
    if (!differsFromBefore(live, fields)) {
      // The Namespace loses its incarnation last, and that alone fences what is inside of it.
      return adopted && ref.kind !== 'Namespace' ? unchanged(ref, live) : fence(cluster, ref, live, options);
    }
    if (ref.kind === 'Namespace') return cluster.merge(ref, boundPatch(asMergePatch(fields), live), options);
    const object = bind(asApplied(before, fields), live);
    return cluster.apply(object, { ...options, force: managedKind(before).guardrail });
  }
  return unfence(cluster, ref, live, options);
}

/**
 * Nothing to put back, yet a write of the change may still be on its way: it was bound to this very version, so the version
 * has to move. There and back again, because an undo leaves nothing.
 */
async function fence(cluster: Cluster, ref: ObjectRef, live: KubernetesObject, options: CallOptions): Promise<Effect> {
  const mark = { metadata: { annotations: { [ANNOTATION.fence]: 'undo' } } };
  await cluster.merge(ref, boundPatch(mark, live), options);
  const marked = await cluster.read(ref, options);
  return marked === undefined ? { verb: 'merge', ref, outcome: 'absent' } : unfence(cluster, ref, marked, options);
}

async function unfence(
  cluster: Cluster,
  ref: ObjectRef,
  live: KubernetesObject,
  options: CallOptions,
): Promise<Effect> {
  if (live.metadata.annotations?.[ANNOTATION.fence] === undefined) return unchanged(ref, live);
  const patch = { metadata: { annotations: { [ANNOTATION.fence]: null } } };
  const effect = await cluster.merge(ref, boundPatch(patch, live), options);
  return { ...effect, outcome: 'unchanged' };
}
