// An operation on a living namespace, as a story: look, write stage by stage, remove what is no longer wanted; and if any of
// it fails for good or is cancelled, put everything back. The phase stays `ready`.
import { isCancellation } from '@temporalio/workflow';
import type { Admitted } from '../spec/admission.ts';
import type { Problem } from '../spec/errors.ts';
import { confirm, type InventoryEntry, type ObjectRef, refKey, STAGES, type Stage, strike } from '../spec/inventory.ts';
import { changing, removing } from './activities.ts';
import { awaitApproval, openOperationApproval } from './approval.ts';
import { block, pauseBlocked, unblock } from './blocked.ts';
import { cancellably } from './cancellable.ts';
import { failureOf } from './failure.ts';
import { endOperation } from './operation-end.ts';
import { isPause, throughPauses } from './pause.ts';
import { listed, readBack } from './provision.ts';
import { admittedOf, isLong, note, noteEffects, noteProblems, publish, type Run } from './run.ts';
import type { Operation, Transition } from './state.ts';

export async function operate(run: Run, operation: Operation): Promise<void> {
  switch (operation.step) {
    case 'awaiting-approval':
      return awaitApproval(run);
    case 'applying':
      return apply(run, operation);
    case 'undoing':
      return undoOperation(run, operation);
  }
}

async function apply(run: Run, operation: Operation): Promise<void> {
  const keep = (images: string): void => {
    operation.images = images;
  };
  try {
    const looked = await cancellably(run, () => write(run, operation, keep));
    if (looked === 'moved') return;
  } catch (error) {
    return turnBack(run, operation, explain(operation, error));
  }
  // The last stage had ended when the cancel came; what was accepted counts all the same.
  if (operation.cancelledBy !== undefined) return turnBack(run, operation, [cancelled(operation)]);
  becomeApplied(run, operation);
}

/** `keep` records what stood there, before the first write. */
export async function write(
  run: Run,
  transition: Transition,
  keep: (images: string) => void,
): Promise<'written' | 'moved'> {
  const { admission } = transition;
  const uids = await capture(run, transition, keep);
  if (uids === 'moved') return 'moved';
  const known = new Set(run.state.inventory.map(refKey));
  for (const stage of STAGES) {
    const refs = touched(transition, stage);
    if (refs.length === 0) continue;
    run.state.inventory.push(...intended(admission.refs[stage], stage, known));
    await ensure(run, transition, stage, refs, uids);
  }
  if (admission.removals.length > 0) await removeDropped(run, transition);
  return 'written';
}

/** What stood there before the first write, recorded; unless our own fields have moved since the change was approved. */
async function capture(
  run: Run,
  transition: Transition,
  keep: (images: string) => void,
): Promise<Record<string, string> | 'moved'> {
  const { admission } = transition;
  const { stages, removals, dropped, timing, changeDigest } = admission;
  const { captureChange } = changing(timing, `Look: what stands in ${run.name} before the ${transition.kind}`);
  const adopting = transition.kind === 'adopt';
  const captured = await captureChange({ stages, removals, dropped, adopting, changeDigest });
  if (!('moved' in captured)) {
    keep(captured.images);
    return captured.uids;
  }
  const { operation } = run.state;
  admission.changes = captured.moved.changes;
  admission.changeDigest = captured.moved.changeDigest;
  note(run, { kind: 'notice', text: `what stands in ${run.name} has moved since the ${transition.kind} was checked` });
  // Approved by policy, it is approved as it stands now; people are asked again.
  if (operation === null || admission.approval.slots.length === 0) return 'moved';
  operation.step = 'awaiting-approval';
  openOperationApproval(run, admission.by.subject);
  return 'moved';
}

/** The Namespace carries request, digest and Spec, so every change writes it, and first: a late one of ours is fenced by it. */
function touched({ admission }: Transition, stage: Stage): ObjectRef[] {
  if (stage === 'claim') return admission.refs.claim;
  const kept = new Set(admission.changes.filter(({ verb }) => verb === 'keep').map(({ ref }) => refKey(ref)));
  return admission.refs[stage].filter((ref) => !kept.has(refKey(ref)));
}

async function ensure(
  run: Run,
  transition: Transition,
  stage: Stage,
  refs: ObjectRef[],
  uids: Record<string, string>,
): Promise<void> {
  const { stages, timing, incarnation, dropped } = transition.admission;
  const { ensureChange } = changing(timing, `${transition.kind} of ${run.name}: ${listed(refs)}`);
  await throughPauses(run, () =>
    recorded(run, () =>
      ensureChange({
        stage,
        objects: stages[stage],
        incarnation,
        uids,
        dropped,
        adopting: transition.kind === 'adopt',
        ...(stage === 'access' ? { expect: readBack(transition.admission) } : {}),
      }),
    ),
  );
}

async function removeDropped(run: Run, transition: Transition): Promise<void> {
  const { removals, timing, incarnation } = transition.admission;
  const { removeDropped } = changing(timing, `${transition.kind} of ${run.name}: remove ${listed(removals)}`);
  await throughPauses(run, () => recorded(run, () => removeDropped({ entries: removals, incarnation })));
}

async function recorded(run: Run, work: () => Promise<{ effects: Parameters<typeof confirm>[1] }>): Promise<void> {
  const settle = (effects: Parameters<typeof confirm>[1]): void => {
    run.state.inventory = strike(confirm(run.state.inventory, effects), effects);
    noteEffects(run, effects);
  };
  try {
    settle((await work()).effects);
  } catch (error) {
    settle(failureOf(error).effects);
    throw error;
  }
}

function intended(refs: ObjectRef[], stage: Stage, known: ReadonlySet<string>): InventoryEntry[] {
  return refs.filter((ref) => !known.has(refKey(ref))).map((ref) => ({ ...ref, stage, state: 'intended' }));
}

function turnBack(run: Run, operation: Operation, problems: Problem[]): void {
  operation.problems = problems;
  noteProblems(run, problems);
  operation.step = 'undoing';
  publish(run);
}

function becomeApplied(run: Run, operation: Operation): void {
  const { state } = run;
  const { by, request, removals: _removals, dropped: _dropped, ...admission } = operation.admission;
  state.admission = admission;
  state.wanted = { requestId: operation.requestId, request };
  if (state.readyAt !== undefined) {
    state.leaseEndsAt = new Date(Date.parse(state.readyAt) + admission.spec.leaseDays * 86_400_000).toISOString();
  }
  endOperation(run, 'applied', `asked for by ${by.subject}`);
}

/** Repeats until everything is back, or was given up by a person; false rounds are told as `blocked`. */
export async function undoOperation(run: Run, operation: Operation): Promise<void> {
  while (run.state.operation === operation && !isLong(run)) {
    const why = await throughPauses(run, async () =>
      run.state.operation === operation ? putBack(run, operation, admittedOf(run).stages) : undefined,
    );
    if (run.state.operation !== operation) return;
    if (why === undefined) {
      unblock(run);
      const cancelled = operation.cancelledBy !== undefined;
      return endOperation(run, cancelled ? 'cancelled' : 'undone', 'everything is as it was before');
    }
    block(run, why);
    await pauseBlocked(run);
  }
}

/** `applied`: what was ours before; null when nothing was. Answers why it could not all be put back; throws a pause. */
export async function putBack(
  run: Run,
  transition: Transition,
  applied: Admitted['stages'] | null,
): Promise<Parameters<typeof block>[1] | undefined> {
  const { images, admission, kind } = transition;
  // Nothing was looked at, so nothing was written.
  if (images === undefined) return undefined;
  const { stages, timing, incarnation } = admission;
  const leftBehind = run.state.leftBehind.map(({ ref }) => refKey(ref));
  const { restore } = removing(timing, `Undo the ${kind} of ${run.name}: put back what stood there before`);
  try {
    const { effects } = await restore({
      images,
      wanted: stages,
      applied,
      incarnation,
      leftBehind,
    });
    returned(run, transition, effects);
    return undefined;
  } catch (error) {
    const { problems, objects, effects } = failureOf(error);
    returned(run, transition, effects);
    if (isPause(error)) throw error;
    return { problems, objects, blockers: [] };
  }
}

/** What the change had removed is ours again, as a new object. */
function returned(run: Run, transition: Transition, effects: Parameters<typeof confirm>[1]): void {
  const listed = new Set(run.state.inventory.map(refKey));
  const back = new Set(effects.filter(({ outcome }) => outcome === 'created').map(({ ref }) => refKey(ref)));
  const again = transition.admission.removals.filter((entry) => back.has(refKey(entry)) && !listed.has(refKey(entry)));
  run.state.inventory = strike(confirm([...run.state.inventory, ...again], effects), effects);
  noteEffects(run, effects);
}

function explain(operation: Operation, error: unknown): Problem[] {
  if (operation.cancelledBy !== undefined || isCancellation(error)) return [cancelled(operation)];
  return failureOf(error).problems;
}

function cancelled({ cancelledBy, kind }: Operation): Problem {
  return {
    code: 'Cancelled',
    message: `${cancelledBy ?? 'somebody'} cancelled the ${kind} while it was being applied`,
  };
}
