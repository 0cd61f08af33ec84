// The provisioning of a namespace that stands already: an adoption or a recovery. It writes like a change, only what differs,
// and its undo gives back exactly what was, where undoing a new namespace deletes it.
import { isCancellation } from '@temporalio/workflow';
import type { Recovered } from '../spec/admission.ts';
import type { Problem } from '../spec/errors.ts';
import { hostnameRef, type InventoryEntry, OBJECT_STAGES, recordRef, refKey } from '../spec/inventory.ts';
import { isEnd } from '../spec/lifecycle.ts';
import { block, pauseBlocked, unblock } from './blocked.ts';
import { cancellably } from './cancellable.ts';
import { failureOf } from './failure.ts';
import { hearDomain } from './lost-names.ts';
import { throughPauses } from './pause.ts';
import { becomeReady } from './provision.ts';
import { admittedOf, enter, isLong, note, noteProblems, type Run, step } from './run.ts';
import type { Transition } from './state.ts';
import { type PutBack, putBack, write } from './transition.ts';

export function isTakeover({ state }: Run): boolean {
  return state.submission.mode !== 'create';
}

export async function takeOver(run: Run): Promise<void> {
  if (run.state.step === 'undoing') return undoTakeover(run);
  const { recovered } = admittedOf(run);
  const transition = begun(run);
  run.state.inventory = recovered === undefined ? [] : standing(run, recovered);
  try {
    const what = await cancellably(run, () => write(run, transition));
    if (what !== undefined) return turnBack(run, [moved(run)]);
  } catch (error) {
    return turnBack(run, explain(run, error));
  }
  if (run.state.cancelledBy !== undefined) return turnBack(run, [cancelled(run)]);
  if (recovered !== undefined) {
    run.state.wanted = { requestId: run.state.submission.requestId, request: recovered.request };
    noteDrift(run);
  }
  delete run.state.takeover;
  becomeReady(run, recovered?.since);
  // While nobody watched, its team may have lost a domain.
  if (recovered !== undefined) hearDomain(run);
}

/** Kept with the run: an undo needs what stood there, also after the history was renewed. */
function begun(run: Run): Transition {
  const { state } = run;
  const { submission } = state;
  const admission = admittedOf(run);
  const { sender: by } = admission;
  const removals = admission.recovered?.surplus ?? [];
  state.takeover = {
    kind: submission.mode === 'adopt' ? 'adopt' : 'recover',
    admission: { ...admission, by, request: submission.request, removals, dropped: {} },
    reached: [],
    givenUp: [],
  };
  return state.takeover;
}

function standing(run: Run, { uids, published = [], surplus = [] }: Recovered): InventoryEntry[] {
  const { refs, reach, spec } = admittedOf(run);
  const names = (reach?.hostnames ?? []).map((each) => hostnameRef(spec.cluster, each));
  const held = names.flatMap((ref): InventoryEntry[] => {
    const uid = uids[refKey(ref)];
    return uid === undefined ? [] : [{ ...ref, stage: 'claim', state: 'confirmed', uid }];
  });
  const answering = published.flatMap((record): InventoryEntry[] => {
    const ref = recordRef(spec.cluster, record);
    const uid = uids[refKey(ref)];
    return uid === undefined ? [] : [{ ...ref, stage: 'publish', state: 'confirmed', uid }];
  });
  const planned = OBJECT_STAGES.flatMap((stage) =>
    (refs[stage] ?? []).flatMap((ref): InventoryEntry[] => {
      const uid = uids[refKey(ref)];
      return uid === undefined ? [] : [{ ...ref, stage, state: 'confirmed', uid }];
    }),
  );
  if (published.length > 0) run.state.published = published;
  return [...held, ...planned, ...answering, ...surplus];
}

/** Its run was lost while it was being deleted: that goes on. */
export function resumeDeletion(run: Run, recovered: Recovered): void {
  run.state.inventory = standing(run, recovered);
  enter(run, 'deleting', 'revoking', 'recovered: its deletion had begun and goes on');
}

function noteDrift(run: Run): void {
  const drifted = admittedOf(run).changes.filter(({ verb }) => verb !== 'keep').length;
  const text =
    drifted === 0 ? 'nothing had drifted, nothing was written' : `${drifted} objects had drifted and were repaired`;
  note(run, { kind: 'notice', text: `recovered from the cluster's own record: ${text}` });
}

async function turnBack(run: Run, problems: Problem[]): Promise<void> {
  run.state.problems = problems;
  noteProblems(run, problems);
  step(run, 'undoing');
  return undoTakeover(run);
}

export async function undoTakeover(run: Run): Promise<void> {
  const { state } = run;
  while (!isLong(run) && (state.phase === 'provisioning' || state.phase === 'blocked')) {
    const attempt = await throughPauses(run, () => attemptUndo(run));
    if (attempt === undefined) return;
    if ('back' in attempt) {
      unblock(run);
      state.inventory = [];
      delete state.takeover;
      return enter(run, 'failed', 'undoing', attempt.back);
    }
    block(run, attempt.why);
    await pauseBlocked(run, attempt.retryAfterMs);
  }
}

async function attemptUndo(run: Run): Promise<PutBack | undefined> {
  const { state } = run;
  if (isEnd(state.phase) || state.takeover === undefined) return undefined;
  const attempt = await putBack(run, state.takeover);
  return isEnd(state.phase) ? undefined : attempt;
}

function explain(run: Run, error: unknown): Problem[] {
  if (run.state.cancelledBy !== undefined || isCancellation(error)) return [cancelled(run)];
  return failureOf(error).problems;
}

function cancelled({ state }: Run): Problem {
  return {
    code: 'Cancelled',
    message: `${state.cancelledBy ?? 'somebody'} cancelled it while it was being taken over`,
  };
}

function moved({ name }: Run): Problem {
  const message = `what stands in namespace ${name} has moved since it was looked at; nothing was written, send the request again`;
  return { code: 'StaleDigest', message };
}
