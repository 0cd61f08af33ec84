// The last words of a wait, for a run or for one operation: what came of it, and what to do next. Pure.
import { ERRORS, type ErrorName } from '../spec/errors.ts';
import type { Status } from '../spec/status.ts';
import type { ChangeAnswer } from './answers.ts';
import { failureOf, failureOfOperation } from './outcome.ts';
import type { Paint } from './paint.ts';
import { renderBlocked } from './render-blocked.ts';
import { renderProblem } from './render-error.ts';
import { span, when } from './time.ts';

export function renderOutcome(status: Status, nowMs: number, paint: Paint): string[] {
  if (status.phase === 'ready') return readyLines(status, nowMs, paint);
  if (status.phase === 'deleted') return deletedLines(status, nowMs, paint);
  if (status.phase === 'blocked' && status.blocked !== undefined)
    return renderBlocked(status.name, status.blocked, nowMs, paint);
  // Nothing of what was given up has been undone, so the hint of its exit code would be wrong.
  const failure = status.phase === 'abandoned' ? undefined : failureOf(status.phase);
  return [
    `${paint('red', '✘')} ${status.name} is ${status.phase}.`,
    ...status.problems.flatMap((problem) => renderProblem(problem, paint)).map((line) => `  ${line}`),
    ...(failure === undefined ? [] : [hint(failure, status.name, paint)]),
    ...leftLines(status),
  ];
}

export function renderOperationOutcome(
  status: Status,
  { requestId, operation }: ChangeAnswer,
  nowMs: number,
  paint: Paint,
): string[] {
  const { name, lastOperation, blocked } = status;
  if (status.operation?.requestId === requestId && blocked !== undefined)
    return renderBlocked(name, blocked, nowMs, paint);
  if (lastOperation?.requestId !== requestId) {
    const what = `the ${operation?.kind ?? 'operation'} ${requestId} is over, and another one has ended since`;
    return [`${paint('yellow', '?')} ${name}: ${what}.`, hint('Unknown', name, paint)];
  }
  const { kind, outcome, problems } = lastOperation;
  const failure = failureOfOperation(outcome);
  if (failure === undefined) return [`${paint('green', '✔')} ${paint('bold', name)}: the ${kind} is applied.`];
  return [
    `${paint('red', '✘')} ${name}: the ${kind} is ${outcome}${outcome === 'dropped' ? '' : '; the namespace is as it was before'}.`,
    ...problems.flatMap((problem) => renderProblem(problem, paint)).map((line) => `  ${line}`),
    hint(failure, name, paint),
  ];
}

function hint(failure: ErrorName, name: string, paint: Paint): string {
  return `  ${paint('cyan', '→')} ${ERRORS[failure].hint.replaceAll('NAME', name)}`;
}

function readyLines(status: Status, nowMs: number, paint: Paint): string[] {
  const { provisioningStartedAt, readyAt, lease } = status;
  const took =
    provisioningStartedAt === undefined || readyAt === undefined
      ? ''
      : `, made in ${span(Date.parse(readyAt) - Date.parse(provisioningStartedAt))}`;
  const ends = lease?.endsAt === undefined ? [] : [`  lease ends ${when(lease.endsAt, nowMs)}`];
  const objects = `${status.inventory.length} ${status.inventory.length === 1 ? 'object' : 'objects'}`;
  return [
    `${paint('green', '✔')} ${paint('bold', status.name)} is ready: ${objects}${took}.`,
    ...ends,
    `  next: ${paint('cyan', `naas status ${status.name}`)}, ${paint('cyan', `kubectl -n ${status.name} get all`)}`,
  ];
}

function deletedLines(status: Status, nowMs: number, paint: Paint): string[] {
  const { name, team, leftBehind, quarantinedUntil } = status;
  const nothing = leftBehind.length === 0 ? '; nothing that naas made is left' : '';
  const rests =
    quarantinedUntil === undefined
      ? []
      : [`  its name rests until ${when(quarantinedUntil, nowMs)}; team ${team} may take it before.`];
  return [`${paint('green', '✔')} ${name} is deleted${nothing}.`, ...rests, ...leftLines(status)];
}

function leftLines({ name, leftAlone, leftBehind }: Status): string[] {
  const see = `see \`naas status ${name}\``;
  return [
    ...(leftAlone.length === 0 ? [] : [`  ${leftAlone.length} left alone, because somebody else owns them: ${see}.`]),
    ...(leftBehind.length === 0 ? [] : [`  ${leftBehind.length} left behind, given up by people: ${see}.`]),
  ];
}
