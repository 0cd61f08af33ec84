// Puts back what a change found: every field of ours gets its old value where ours still stands, what the change made goes,
// what it removed comes back. It goes past failures and reports each; access first, the Namespace last.
import type { KubernetesObject } from '../plan/plan.ts';
import {
  asApplied,
  asMergePatch,
  asRemade,
  differsFromBefore,
  isMark,
  keepingMarks,
  keepingOwn,
  missing,
  releasing,
  returns,
} from '../plan/restore.ts';
import type { PackedStage } from '../spec/admission.ts';
import { type ByStage, type Effect, type ObjectEffect, type ObjectRef, refKey, refOf } from '../spec/inventory.ts';
import { ANNOTATION, LABEL } from '../spec/names.ts';
import { allEffects, gravest, PartialFailure } from './boundary.ts';
import { heardOf, type PreImage } from './change.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { bind, boundPatch, onFreshVersion, stampDeadline, unchanged, versionOf } from './fresh.ts';
import { unpackJson, unpackStages } from './packing.ts';
import { incarnationOf } from './stamp.ts';
import { writing } from './switch.ts';

export interface RestoreInput {
  /** gzip + base64 of PreImage[]. */
  images: string;
  wanted: ByStage<PackedStage>;
  /** What had been applied before; null for what was not ours. */
  applied: ByStage<PackedStage> | null;
  incarnation: string;
  /** Reference keys of what the operation may have written; nothing else is looked at. */
  touched: string[];
  /** Reference keys that a person has given up. */
  leftBehind: string[];
}

export interface Restored {
  effects: Effect[];
  /** Somebody deleted the namespace itself: there is nothing to put anything back into. */
  gone: boolean;
}

interface Item {
  image: PreImage;
  wanted: KubernetesObject | undefined;
  applied: KubernetesObject | undefined;
}

export function restoreActivities(cluster: Cluster) {
  return {
    async restore(input: RestoreInput): Promise<Restored> {
      return writing(cluster, async (options) => {
        const images = unpackJson<PreImage[]>(input.images);
        if (await isGone(cluster, images, options)) return { effects: [], gone: true };
        const effects: Effect[] = [];
        let failed: PartialFailure | undefined;
        for (const group of inOrder(itemsOf(cluster.name, images, input))) {
          // The marks of an adopted Namespace are what lets naas write inside: they stay for as long as there is work left.
          if (failed !== undefined && input.applied === null && group.some(isNamespace)) break;
          try {
            effects.push(...(await restoreGroup(cluster, group, input.incarnation, options)));
          } catch (error) {
            if (!(error instanceof PartialFailure)) throw error;
            effects.push(...error.details.effects);
            failed = joined(failed, error);
          }
        }
        if (failed === undefined) return { effects, gone: false };
        throw new PartialFailure(failed.cause, { ...failed.details, effects });
      });
    },
  };
}

function joined(earlier: PartialFailure | undefined, next: PartialFailure): PartialFailure {
  if (earlier === undefined) return next;
  return new PartialFailure(gravest([earlier.cause, next.cause]), {
    effects: [],
    problems: [...earlier.details.problems, ...next.details.problems],
    objects: [...earlier.details.objects, ...next.details.objects],
  });
}

async function isGone(cluster: Cluster, images: readonly PreImage[], options: CallOptions): Promise<boolean> {
  const before = images.find(({ ref, live }) => ref.kind === 'Namespace' && live !== null);
  if (before === undefined) return false;
  const live = await cluster.read(before.ref, options);
  return live?.metadata.uid !== before.live?.metadata.uid || live?.metadata['deletionTimestamp'] !== undefined;
}

function itemsOf(
  cluster: string,
  images: readonly PreImage[],
  { wanted, applied, touched, leftBehind }: RestoreInput,
): Item[] {
  const byKey = (stages: ByStage<PackedStage> | null): Map<string, KubernetesObject> => {
    const objects = stages === null ? [] : unpackStages(stages).map(({ object }) => object);
    return new Map(objects.map((object) => [refKey(refOf(cluster, object)), object]));
  };
  const [next, last] = [byKey(wanted), byKey(applied)];
  const [meant, given] = [new Set(touched), new Set(leftBehind)];
  return images
    .filter(({ ref }) => meant.has(refKey(ref)) && !given.has(refKey(ref)))
    .map((image) => ({ image, wanted: next.get(refKey(image.ref)), applied: last.get(refKey(image.ref)) }));
}

/**
 * New access goes first and old access comes back last: nobody gets in while the guardrails are on their way. The Namespace is
 * last, because its marks let naas write, but for hostnames that come back: routes may name only what stands on it.
 */
function inOrder(items: readonly Item[]): Item[][] {
  const isAccess = ({ image }: Item): boolean => image.stage === 'access';
  const namespace = items.filter(isNamespace);
  const isEarly = namespace.some(givesNames);
  return [
    items.filter((item) => isAccess(item) && item.wanted !== undefined),
    isEarly ? namespace : [],
    items.filter((item) => !isAccess(item) && !isNamespace(item)),
    items.filter((item) => isAccess(item) && item.wanted === undefined),
    isEarly ? [] : namespace,
  ].filter((group) => group.length > 0);
}

/** An adopted one never had any. */
function givesNames({ image, wanted }: Item): boolean {
  const namesOf = (object: KubernetesObject | null | undefined) => object?.metadata.annotations?.[ANNOTATION.hostnames];
  return namesOf(image.live) !== undefined && namesOf(image.live) !== namesOf(wanted);
}

function isNamespace({ image }: Item): boolean {
  return image.stage === 'claim';
}

function restoreGroup(
  cluster: Cluster,
  group: Item[],
  incarnation: string,
  options: CallOptions,
): Promise<ObjectEffect[]> {
  return allEffects(
    group.map((item) => {
      const write = () => putBack(cluster, item, incarnation, options);
      return {
        ref: item.image.ref,
        write: item.image.stage === 'route' ? () => heardOf(item.image.ref, write) : write,
      };
    }),
  );
}

function putBack(cluster: Cluster, item: Item, incarnation: string, options: CallOptions): Promise<ObjectEffect> {
  const { ref, live: before } = item.image;
  if (before !== null) return giveBack(cluster, item, before, options);
  return onFreshVersion(cluster, ref, options, (live) => takeAway(cluster, ref, live, incarnation, options));
}

async function takeAway(
  cluster: Cluster,
  ref: ObjectRef,
  live: KubernetesObject | undefined,
  incarnation: string,
  options: CallOptions,
): Promise<ObjectEffect> {
  if (live === undefined) return { verb: 'delete', ref, outcome: 'absent' };
  if (incarnationOf(live) !== incarnation) return { verb: 'delete', ref, outcome: 'skipped' };
  const { uid, resourceVersion } = versionOf(live);
  return cluster.remove(ref, uid, { ...options, resourceVersion });
}

/** What may have to be written to one object, each at most once: what others hold on to as well does not go, and is theirs. */
type Step = 'remake' | 'return' | 'release' | 'fill' | 'mark' | 'unmark';

interface Written {
  step: Step | 'done';
  effect: ObjectEffect;
}

async function giveBack(
  cluster: Cluster,
  item: Item,
  before: KubernetesObject,
  options: CallOptions,
): Promise<ObjectEffect> {
  const taken = new Set<Step>();
  let told: ObjectEffect | undefined;
  for (;;) {
    const { step, effect } = await onFreshVersion(cluster, item.image.ref, options, (live) =>
      next(cluster, item, { before, live, taken }, options),
    );
    if (step === 'done') return told ?? effect;
    taken.add(step);
    if (step !== 'mark' && step !== 'unmark') told ??= effect;
  }
}

interface Seen {
  before: KubernetesObject;
  live: KubernetesObject | undefined;
  taken: ReadonlySet<Step>;
}

async function next(
  cluster: Cluster,
  { image: { ref }, wanted, applied }: Item,
  { before, live, taken }: Seen,
  options: CallOptions,
): Promise<Written> {
  if (live === undefined) {
    // What was never ours was not ours to remove, so somebody else did.
    if (taken.has('remake') || applied === undefined)
      return { step: 'done', effect: { verb: 'apply', ref, outcome: 'absent' } };
    // Applied, not posted: what is ours has to be ours again, or no later change could take it away.
    const made = stampDeadline(asRemade(applied, before), cluster, options);
    return { step: 'remake', effect: await cluster.apply(made, { ...options, force: false }) };
  }
  const remade = live.metadata.uid !== before.metadata.uid;
  // Removed and made anew by somebody else meanwhile: theirs.
  if (remade && (applied === undefined || incarnationOf(live) !== incarnationOf(before))) {
    return { step: 'done', effect: { verb: 'apply', ref, outcome: 'skipped' } };
  }
  const all = returns({ applied, wanted: wanted ?? before, before, live });
  const fields = applied === undefined ? keepingMarks(all, live) : keepingOwn(all, live);
  if (!taken.has('return') && differsFromBefore(live, fields)) {
    if (ref.kind === 'Namespace')
      return { step: 'return', effect: await cluster.merge(ref, boundPatch(asMergePatch(fields), live), options) };
    // By force: only values of ours are written over, whoever else may have taken them on.
    return {
      step: 'return',
      effect: await cluster.apply(bind(asApplied(before, fields), live), { ...options, force: true }),
    };
  }
  const marks = applied === undefined ? all.filter(isMark) : [];
  if (!taken.has('release') && differsFromBefore(live, marks)) {
    const patch = releasing(marks, before, live);
    return { step: 'release', effect: await cluster.merge(ref, boundPatch(patch, live), options) };
  }
  const gaps = remade ? missing(before, live) : [];
  if (!taken.has('fill') && gaps.length > 0) {
    return { step: 'fill', effect: await cluster.merge(ref, boundPatch(asMergePatch(gaps), live), options) };
  }
  if (!taken.has('unmark') && live.metadata.annotations?.[ANNOTATION.fence] !== undefined) {
    return { step: 'unmark', effect: await mark(cluster, ref, { live, applied }, null, options) };
  }
  if (remade || taken.size > 0) return { step: 'done', effect: unchanged(ref, live) };
  // What is adopted has its Namespace lose the incarnation last, and that alone fences what is inside of it.
  if (applied === undefined && ref.kind !== 'Namespace') return { step: 'done', effect: unchanged(ref, live) };
  // Whoever took the permission back has moved the version on; naas may not.
  if (applied === undefined && isForbidden(live)) return { step: 'done', effect: unchanged(ref, live) };
  return { step: 'mark', effect: await mark(cluster, ref, { live, applied }, 'undo', options) };
}

function isForbidden(live: KubernetesObject): boolean {
  return incarnationOf(live) === undefined && live.metadata.annotations?.[ANNOTATION.adoptAllow] === undefined;
}

/**
 * Nothing to put back, yet a write of the change may still be on its way: it was bound to this very version, so the version
 * has to move. There and back again, because an undo leaves nothing.
 */
function mark(
  cluster: Cluster,
  ref: ObjectRef,
  { live, applied }: { live: KubernetesObject; applied: KubernetesObject | undefined },
  value: 'undo' | null,
  options: CallOptions,
): Promise<ObjectEffect> {
  // Without naas's own mark, which somebody may have taken off, the fence lets nothing be written.
  const own = applied === undefined ? undefined : incarnationOf(applied);
  const labels = own === undefined ? {} : { labels: { [LABEL.incarnation]: own } };
  const metadata = { ...labels, annotations: { [ANNOTATION.fence]: value } };
  return cluster.merge(ref, boundPatch({ metadata }, live), options);
}
