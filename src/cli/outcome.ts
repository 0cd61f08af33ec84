// Which exit code the end of a lifecycle or of an operation means to the one who waits for it. Pure; the numbers stand in
// spec/errors.
import { ERRORS, type ErrorName } from '../spec/errors.ts';
import type { Phase } from '../spec/lifecycle.ts';
import type { OperationOutcome, Status } from '../spec/status.ts';
import { assertNever } from './assert-never.ts';
import type { Style } from './paint.ts';

/** What the waiting person wants: a namespace that is ready, one that is gone, or just to look on until the end. */
export type Goal = 'ready' | 'deleted' | 'look';

/** The error row that a phase stands for when it was not what was wanted. */
export function failureOf(phase: Phase): ErrorName | undefined {
  switch (phase) {
    case 'refused':
      return 'RefusedByGuardrail';
    case 'rejected':
      return 'Rejected';
    case 'lapsed':
      return 'Lapsed';
    case 'cancelled':
      return 'Cancelled';
    case 'failed':
    case 'abandoned':
      return 'Failed';
    case 'blocked':
      return 'Blocked';
    case 'requested':
    case 'awaiting-approval':
    case 'provisioning':
    case 'ready':
    case 'deleting':
    case 'deleted':
      return undefined;
    default:
      return assertNever(phase);
  }
}

/** The exit code when waiting for `goal` is over in this phase; undefined: wait on. */
export function exitFor(goal: Goal, phase: Phase): number | undefined {
  if (phase === 'blocked' && goal === 'look') return undefined;
  const failure = failureOf(phase);
  if (failure !== undefined) return ERRORS[failure].exit;
  if (phase === 'deleted') return goal === 'ready' ? ERRORS.Ended.exit : 0;
  return phase === 'ready' && goal === 'ready' ? 0 : undefined;
}

/** The error row that the end of an operation stands for when it was not applied. */
export function failureOfOperation(outcome: OperationOutcome['outcome']): ErrorName | undefined {
  switch (outcome) {
    case 'applied':
      return undefined;
    case 'rejected':
      return 'Rejected';
    case 'lapsed':
      return 'Lapsed';
    case 'cancelled':
    case 'dropped':
      return 'Cancelled';
    case 'undone':
      return 'Failed';
    default:
      return assertNever(outcome);
  }
}

/** The exit code when waiting for the end of one operation is over; undefined: wait on. */
export function exitForOperation(requestId: string, status: Status): number | undefined {
  // Temporal's own records know nothing of operations.
  if (status.stale) return undefined;
  if (status.operation?.requestId === requestId) {
    return status.phase === 'blocked' ? ERRORS.Blocked.exit : undefined;
  }
  const { lastOperation } = status;
  // Another one came and went since: how this one ended stands in the history alone.
  if (lastOperation?.requestId !== requestId) return ERRORS.Unknown.exit;
  const failure = failureOfOperation(lastOperation.outcome);
  return failure === undefined ? 0 : ERRORS[failure].exit;
}

/** From nothing to the worst: what a command over many namespaces exits with. */
const BY_GRAVITY = [0, 3, 6, 7, 2, 4, 5, 8, 1];

export function gravest(exits: readonly number[]): number {
  return exits.reduce((worst, exit) => (BY_GRAVITY.indexOf(exit) > BY_GRAVITY.indexOf(worst) ? exit : worst), 0);
}

export function colourOf(phase: Phase | 'unknown'): Style {
  switch (phase) {
    case 'ready':
      return 'green';
    case 'requested':
    case 'provisioning':
    case 'deleting':
      return 'cyan';
    case 'awaiting-approval':
      return 'yellow';
    case 'blocked':
    case 'failed':
    case 'refused':
    case 'rejected':
    case 'abandoned':
      return 'red';
    case 'deleted':
    case 'lapsed':
    case 'cancelled':
    case 'unknown':
      return 'dim';
    default:
      return assertNever(phase);
  }
}
