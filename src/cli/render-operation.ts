// An operation on a living namespace in words: what it is about, where it stands, who decides; and how the last one ended. Pure.
import type { OperationStep } from '../spec/lifecycle.ts';
import type { OperationOutcome, OperationStatus } from '../spec/status.ts';
import { assertNever } from './assert-never.ts';
import { failureOfOperation } from './outcome.ts';
import type { Paint } from './paint.ts';
import { renderDifference } from './render-changes.ts';
import { renderProblem } from './render-error.ts';
import { renderSlots } from './render-people.ts';
import { facts } from './table.ts';
import { when } from './time.ts';

export function renderOperation(operation: OperationStatus, nowMs: number, paint: Paint): string[] {
  const { kind, step, approval } = operation;
  const lapses = step === 'awaiting-approval' && approval !== undefined ? when(approval.lapsesAt, nowMs) : undefined;
  return [
    `Operation: ${paint('bold', kind)}, ${paint('yellow', operationWords(step))}`,
    ...facts([
      ['asked by', `${operation.requester}, ${when(operation.since, nowMs)}`],
      ['reason', operation.reason],
      ['request id', operation.requestId],
      ['plan', operation.planDigest.slice(0, 12)],
      ['lapses', lapses],
    ]),
    ...renderDifference(operation.changes, [], paint).map((line) => `  ${line}`),
    ...renderSlots(approval?.slots ?? [], paint),
  ];
}

export function renderLastOperation(last: OperationOutcome, nowMs: number, paint: Paint): string[] {
  const colour = failureOfOperation(last.outcome) === undefined ? 'green' : 'red';
  return [
    `Last operation: ${last.kind}, ${paint(colour, last.outcome)} ${when(last.at, nowMs)}`,
    ...facts([
      ['request id', last.requestId],
      ['plan', last.planDigest.slice(0, 12)],
    ]),
    ...last.problems.flatMap((problem) => renderProblem(problem, paint)).map((line) => `  ${line}`),
  ];
}

export function operationWords(step: OperationStep): string {
  switch (step) {
    case 'awaiting-approval':
      return 'waits for approval';
    case 'applying':
      return 'being applied';
    case 'undoing':
      return 'being undone';
    default:
      return assertNever(step);
  }
}
