// From what stands to what is wanted, and back: the writes that changes, transfers, adoptions and recoveries have in common.
// It looks first, writes only what differs, and remembers how far it came; whoever calls it says what that means for the run.
import { sleep } from '@temporalio/workflow';
import type { Captured } from '../activities/change.ts';
import {
  bareRef,
  confirm,
  type Effect,
  type InventoryEntry,
  isObject,
  type ObjectRef,
  type ObjectStage,
  refKey,
  STAGES,
  strike,
} from '../spec/inventory.ts';
import { changing, restoring } from './activities.ts';
import { awaitDomains } from './await-domain.ts';
import type { block } from './blocked.ts';
import { failureOf } from './failure.ts';
import { isPause, throughPauses } from './pause.ts';
import { listed, readBack } from './provision.ts';
import {
  captureReach,
  claimNewNames,
  publishChange,
  reclaimNames,
  releaseGoing,
  restoreReach,
  withdrawGoing,
  withdrawPublished,
} from './reach-change.ts';
import { recorded } from './recorded.ts';
import { admittedOf, note, noteEffects, type Run } from './run.ts';
import type { Transition } from './state.ts';

export type Moved = Extract<Captured, { moved: unknown }>['moved'];

/** Answers what has moved since it was approved, where that is so: nothing was written then. */
export async function write(run: Run, transition: Transition): Promise<Moved | undefined> {
  const { admission } = transition;
  // What is recovered stands already; whether it may go on is looked at when it is ready.
  if (transition.kind !== 'recover') await awaitDomains(run, admission.spec);
  await untilAlone(run, transition);
  const captured = await capture(run, transition);
  if ('moved' in captured) return captured.moved;
  await captureReach(run, transition);
  transition.images = captured.images;
  const known = new Set(run.state.inventory.map(refKey));
  for (const stage of STAGES) {
    if (stage === 'claim') await claimNewNames(run, transition);
    if (stage === 'route') await withdrawGoing(run, transition);
    if (stage === 'publish') await publishChange(run, transition);
    else await writeObjects(run, transition, stage, { known, uids: captured.uids });
  }
  if (admission.removals.length > 0) {
    transition.reached.push('removal');
    await removeDropped(run, transition, captured.uids);
    await releaseGoing(run, transition);
  }
  return undefined;
}

async function writeObjects(
  run: Run,
  transition: Transition,
  stage: ObjectStage,
  { known, uids }: { known: ReadonlySet<string>; uids: Record<string, string> },
): Promise<void> {
  const refs = touched(transition, stage);
  if (refs.length === 0) return;
  transition.reached.push(stage);
  run.state.inventory.push(...intended(refs, stage, known));
  await ensure(run, transition, stage, refs, uids);
}

/** A worker that was lost while the namespace was made would write its old values over the new ones. */
async function untilAlone(run: Run, { kind }: Transition): Promise<void> {
  const { lostUntil } = run.state;
  if (lostUntil === undefined) return;
  const restMs = Date.parse(lostUntil) - Date.now();
  if (restMs > 0) {
    note(run, { kind: 'notice', text: `the ${kind} waits until ${lostUntil}: a lost worker may write until then` });
    await sleep(restMs, { summary: `Wait until the lost worker that made ${run.name} can write no more` });
  }
  delete run.state.lostUntil;
}

/** What stood there before the first write, recorded; unless our own fields have moved since the change was approved. */
function capture(run: Run, { kind, admission }: Transition): Promise<Captured> {
  const { stages, removals, dropped, timing, changeDigest } = admission;
  const { captureChange } = changing(timing, `Look: what stands in ${run.name} before the ${kind}`);
  // What is taken over is known by its name: it may carry no mark yet, or none any more.
  const adopting = takesOver(kind);
  const ours = adopting ? [] : run.state.inventory.flatMap(({ uid }) => (uid === undefined ? [] : [uid]));
  const repairing = kind === 'recover';
  const beside = admission.changes.filter(({ ref }) => !isObject(ref));
  return captureChange({
    stages,
    removals: removals.filter(isObject),
    dropped,
    adopting,
    repairing,
    ...(beside.length === 0 ? {} : { beside }),
    changeDigest,
    ours,
  });
}

function takesOver(kind: Transition['kind']): boolean {
  return kind === 'adopt' || kind === 'recover';
}

/** The Namespace carries request, digest and Spec, so every change writes it, and first. */
function touched({ admission }: Transition, stage: ObjectStage): ObjectRef[] {
  if (stage === 'claim') return admission.refs.claim;
  const kept = new Set(admission.changes.filter(({ verb }) => verb === 'keep').map(({ ref }) => refKey(ref)));
  return (admission.refs[stage] ?? []).filter((ref) => !kept.has(refKey(ref)));
}

async function ensure(
  run: Run,
  { kind, admission }: Transition,
  stage: ObjectStage,
  refs: ObjectRef[],
  uids: Record<string, string>,
): Promise<void> {
  const { stages, timing, dropped } = admission;
  const { ensureChange } = changing(timing, `${kind} of ${run.name}: ${listed(refs)}`);
  const input = {
    stage,
    objects: stages[stage] ?? '',
    touched: refs.map(refKey),
    uids,
    dropped,
    adopting: takesOver(kind),
    ...(stage === 'access' ? { expect: readBack(admission) } : {}),
  };
  await throughPauses(run, () => recorded(run, () => ensureChange(input)));
}

async function removeDropped(run: Run, { kind, admission }: Transition, uids: Record<string, string>): Promise<void> {
  const { timing, incarnation } = admission;
  const removals = admission.removals.filter(isObject).map((entry) => bareRef(entry));
  if (removals.length === 0) return;
  const { removeDropped } = changing(timing, `${kind} of ${run.name}: remove ${listed(removals)}`);
  await throughPauses(run, () => recorded(run, () => removeDropped({ removals, incarnation, uids })));
}

function intended(refs: ObjectRef[], stage: ObjectStage, known: ReadonlySet<string>): InventoryEntry[] {
  return refs.filter((ref) => !known.has(refKey(ref))).map((ref) => ({ ...ref, stage, state: 'intended' }));
}

/** `back`: how it came back, in words. Else why it could not all be put back. */
export type PutBack = { back: string } | { why: Parameters<typeof block>[1]; retryAfterMs?: number | undefined };

/** Throws nothing but a pause: the work is to be begun again after it. */
export async function putBack(run: Run, transition: Transition): Promise<PutBack> {
  const { images, admission, kind, reached, givenUp } = transition;
  if (images === undefined || reached.length === 0) return { back: 'nothing had been changed' };
  const { restore } = restoring(`Undo the ${kind} of ${run.name}: put back what stood there before`);
  try {
    await reclaimNames(run, transition);
    await withdrawPublished(run, transition);
    const { effects, gone } = await restore({
      images,
      wanted: admission.stages,
      applied: kind === 'adopt' ? null : admittedOf(run).stages,
      incarnation: admission.incarnation,
      touched: objectsReached(transition).map(refKey),
      leftBehind: givenUp,
    });
    returned(run, transition, effects);
    if (gone) return { back: 'the namespace itself was deleted past naas' };
    await restoreReach(run, transition);
    if (givenUp.length > 0) return { back: `all is as it was before, but ${givenUp.length} that were left behind` };
    return { back: 'everything is as it was before' };
  } catch (error) {
    const { problems, objects, effects, retryAfterMs } = failureOf(error);
    returned(run, transition, effects);
    if (isPause(error)) throw error;
    return { why: { problems, objects, blockers: [] }, retryAfterMs };
  }
}

function objectsReached(transition: Transition): ObjectRef[] {
  return transition.reached.flatMap((part): ObjectRef[] => {
    switch (part) {
      case 'removal':
        return transition.admission.removals.filter(isObject);
      case 'names':
      case 'withdrawal':
      case 'publish':
        return [];
      default:
        return touched(transition, part);
    }
  });
}

/** What the change had removed is ours again, as a new object; by this try of the undo, or by one whose answer was lost. */
function returned(run: Run, { admission }: Transition, effects: readonly Effect[]): void {
  const known = new Set(run.state.inventory.map(refKey));
  const standing = effects.filter(({ verb, uid }) => verb !== 'delete' && uid !== undefined);
  const back = new Set(standing.map(({ ref }) => refKey(ref)));
  const again = admission.removals.filter((entry) => back.has(refKey(entry)) && !known.has(refKey(entry)));
  run.state.inventory = strike(confirm([...run.state.inventory, ...again], effects), effects);
  noteEffects(run, effects);
}
