// The last words of a wait: what came of it, and what to do next. Pure.
import { ERRORS } from '../spec/errors.ts';
import type { Status } from '../spec/status.ts';
import { failureOf } from './outcome.ts';
import type { Paint } from './paint.ts';
import { renderBlocked } from './render-blocked.ts';
import { renderProblem } from './render-error.ts';
import { span, when } from './time.ts';

export function renderOutcome(status: Status, nowMs: number, paint: Paint): string[] {
  if (status.phase === 'ready') return readyLines(status, nowMs, paint);
  if (status.phase === 'deleted')
    return [`${paint('green', '✔')} ${status.name} is deleted; nothing that naas made is left.`, ...leftLines(status)];
  if (status.phase === 'blocked' && status.blocked !== undefined)
    return renderBlocked(status.name, status.blocked, nowMs, paint);
  const failure = failureOf(status.phase);
  return [
    `${paint('red', '✘')} ${status.name} is ${status.phase}.`,
    ...status.problems.flatMap((problem) => renderProblem(problem, paint)).map((line) => `  ${line}`),
    ...(failure === undefined
      ? []
      : [`  ${paint('cyan', '→')} ${ERRORS[failure].hint.replaceAll('NAME', status.name)}`]),
    ...leftLines(status),
  ];
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

function leftLines(status: Status): string[] {
  return status.leftAlone.length === 0
    ? []
    : [`  ${status.leftAlone.length} left alone, because somebody else owns them: see \`naas status ${status.name}\`.`];
}
