// How an operation ends: what came of it is kept, and the namespace is `ready` as before. It calls no activity.
import type { OperationOutcome } from '../spec/status.ts';
import { note, now, publish, type Run } from './run.ts';

export function endOperation(run: Run, outcome: OperationOutcome['outcome'], text: string): void {
  const { state } = run;
  const { operation } = state;
  if (operation === null) return;
  const { kind, requestId, admission, problems } = operation;
  state.lastOperation = { kind, requestId, planDigest: admission.planDigest, outcome, problems, at: now() };
  state.operation = null;
  state.step = 'waiting';
  note(run, { kind: 'phase', text: `${kind} ${outcome}: ${text}` });
  publish(run);
}

/** The namespace itself goes: what waited for people, or could not be put back, has no subject any more. */
export function dropOperation(run: Run, why: string): void {
  if (run.state.operation === null) return;
  run.state.operation.problems = [{ code: 'Cancelled', message: why }];
  endOperation(run, 'dropped', why);
}
