// An operation on a living namespace, as a story: decided, written, or put back as it was. The phase stays `ready`.
import { isCancellation } from '@temporalio/workflow';
import type { Admitted, RightName } from '../spec/admission.ts';
import type { Problem } from '../spec/errors.ts';
import { TRANSFER_SLOTS } from '../spec/names.ts';
import { awaitApproval, openOperationApproval } from './approval.ts';
import { block, pauseBlocked, unblock } from './blocked.ts';
import { cancellably } from './cancellable.ts';
import { failureOf } from './failure.ts';
import { endOperation } from './operation-end.ts';
import { throughPauses } from './pause.ts';
import { isLong, note, noteProblems, publish, type Run } from './run.ts';
import type { Operation } from './state.ts';
import { type Moved, putBack, write } from './transition.ts';

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
  let moved: Moved | undefined;
  try {
    moved = await cancellably(run, () => write(run, operation));
  } catch (error) {
    return turnBack(run, operation, explain(operation, error));
  }
  // The last look or stage had ended when the cancel came; what was accepted counts all the same.
  if (operation.cancelledBy !== undefined) return turnBack(run, operation, [cancelled(operation)]);
  if (moved !== undefined) return askAgain(run, operation, moved);
  becomeApplied(run, operation);
}

/** Approved by policy, it is approved as it stands now; people are asked again. */
function askAgain(run: Run, operation: Operation, moved: Moved): void {
  const { admission } = operation;
  admission.changes = moved.changes;
  admission.changeDigest = moved.changeDigest;
  note(run, { kind: 'notice', text: `what stands in ${run.name} has moved since the ${operation.kind} was checked` });
  if (admission.approval.slots.length === 0) return;
  operation.step = 'awaiting-approval';
  openOperationApproval(run, admission.by.subject);
}

function turnBack(run: Run, operation: Operation, problems: Problem[]): void {
  operation.problems = problems;
  noteProblems(run, problems);
  operation.step = 'undoing';
  publish(run);
}

function becomeApplied(run: Run, operation: Operation): void {
  const { state } = run;
  const { by, request, removals: _removals, dropped: _dropped, ownerRights, ...admission } = operation.admission;
  const seats = operation.kind === 'transfer' ? (operation.approval?.counted ?? []) : [];
  const taker = seats.find(({ slot }) => slot === TRANSFER_SLOTS.takes);
  state.admission = taker === undefined ? admission : ownedBy(taker.subject, admission, ownerRights);
  state.wanted = { requestId: operation.requestId, request };
  if (state.readyAt !== undefined) {
    state.leaseEndsAt = new Date(Date.parse(state.readyAt) + admission.spec.leaseDays * 86_400_000).toISOString();
  }
  const why = operation.reason === undefined ? '' : `: ${operation.reason}`;
  endOperation(run, 'applied', `asked for by ${by.subject}${why}`);
}

function ownedBy(subject: string, admission: Admitted, ownerRights: readonly RightName[] = []): Admitted {
  const rights = { ...admission.rights };
  for (const name of ownerRights) rights[name] = { ...rights[name], users: [...rights[name].users, subject] };
  return { ...admission, sender: { subject, groups: [] }, rights };
}

/** Repeats until everything is back, or was given up by a person; false rounds are told as `blocked`. */
export async function undoOperation(run: Run, operation: Operation): Promise<void> {
  const isMine = (): boolean => run.state.operation === operation;
  while (isMine() && !isLong(run)) {
    const attempt = await throughPauses(run, async () => (isMine() ? putBack(run, operation) : undefined));
    if (!isMine() || attempt === undefined) return;
    if ('back' in attempt) {
      unblock(run);
      return endOperation(run, operation.cancelledBy === undefined ? 'undone' : 'cancelled', attempt.back);
    }
    block(run, attempt.why);
    await pauseBlocked(run, attempt.retryAfterMs);
  }
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
