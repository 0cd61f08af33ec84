// `naas status`: everything that a person wants to know of one namespace, most important first. Pure.
import { describeRef, kindWords, STAGES } from '../spec/inventory.ts';
import type { Status } from '../spec/status.ts';
import { colourOf } from './outcome.ts';
import type { Paint } from './paint.ts';
import { renderBlocked } from './render-blocked.ts';
import { renderProblem } from './render-error.ts';
import { renderLastOperation, renderOperation } from './render-operation.ts';
import { renderSlots } from './render-people.ts';
import { columns, facts } from './table.ts';
import { absolute, relative, span, when } from './time.ts';

export function renderStatus(status: Status, nowMs: number, paint: Paint): string[] {
  return [
    `${paint('bold', status.name)}  ${paint(colourOf(status.phase), status.phase)}`,
    ...staleLines(status),
    ...factLines(status, nowMs),
    ...waitLines(status, nowMs),
    ...approvalLines(status, nowMs, paint),
    ...(status.operation === undefined ? [] : ['', ...renderOperation(status.operation, nowMs, paint)]),
    ...(status.lastOperation === undefined ? [] : ['', ...renderLastOperation(status.lastOperation, nowMs, paint)]),
    ...(status.blocked === undefined ? [] : ['', ...renderBlocked(status.name, status.blocked, nowMs, paint)]),
    ...(status.problems.length === 0
      ? []
      : ['', ...status.problems.flatMap((problem) => renderProblem(problem, paint))]),
    ...inventoryLines(status, paint),
  ];
}

function staleLines({ stale, endedInTemporal }: Status): string[] {
  if (endedInTemporal !== undefined)
    return [`  stale: its run was ${endedInTemporal} in Temporal, and what is told here was so before`];
  return stale ? ['  stale: no worker answered, so these are the last things that Temporal recorded itself'] : [];
}

function factLines(status: Status, nowMs: number): string[] {
  return facts([
    ['team', words([status.team, status.project, status.environment], ' / ')],
    ['kind', words([status.tier && `tier ${status.tier}`, status.template && `template ${status.template}`], ', ')],
    ['cluster', status.cluster],
    ['hostnames', status.hostnames?.join(', ')],
    ['requested', requested(status, nowMs)],
    ['ready', status.readyAt === undefined ? undefined : readyText(status, status.readyAt, nowMs)],
    ['lease', leaseText(status, nowMs)],
    ['name rests', restText(status, nowMs)],
    ['request id', status.requestId],
    ['incarnation', status.incarnation],
    ['plan', status.planDigest?.slice(0, 12)],
  ]);
}

function words(parts: readonly string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator);
}

function requested(status: Status, nowMs: number): string {
  const by = status.requester === '' ? '' : ` by ${status.requester}`;
  return `${when(status.requestedAt, nowMs)}${by}`;
}

function readyText(status: Status, readyAt: string, nowMs: number): string {
  if (status.provisioningStartedAt === undefined) return when(readyAt, nowMs);
  const worked = span(Date.parse(readyAt) - Date.parse(status.provisioningStartedAt));
  return `${absolute(readyAt)} (${relative(readyAt, nowMs)}), made in ${worked}`;
}

function leaseText(status: Status, nowMs: number): string | undefined {
  if (status.lease === undefined) return undefined;
  const days = `${status.lease.days} days`;
  return status.lease.endsAt === undefined
    ? `${days} from ready on`
    : `${days}, ends ${when(status.lease.endsAt, nowMs)}`;
}

function restText({ quarantinedUntil, team }: Status, nowMs: number): string | undefined {
  if (quarantinedUntil === undefined) return undefined;
  return `until ${when(quarantinedUntil, nowMs)}; team ${team} may take it before`;
}

function waitLines(status: Status, nowMs: number): string[] {
  const waiting = status.waitsFor;
  // What blocks it is told in full further down; that nothing moves before naas is resumed stands here.
  if (waiting === undefined || (status.blocked !== undefined && status.paused === undefined)) return [];
  const until = waiting.until === undefined ? undefined : when(waiting.until, nowMs);
  return [
    '',
    ...facts([
      ['waits for', waiting.what],
      ['since', when(waiting.since, nowMs)],
      ['until', until],
      ['you can', waiting.todo],
    ]),
  ];
}

function approvalLines(status: Status, nowMs: number, paint: Paint): string[] {
  if (status.approval === undefined || status.approval.slots.length === 0) return [];
  const open =
    status.approval.slots.some((slot) => slot.decidedBy === undefined) && status.phase === 'awaiting-approval';
  const lapses = open ? `, lapses ${when(status.approval.lapsesAt, nowMs)}` : '';
  return ['', `Approval${lapses}`, ...renderSlots(status.approval.slots, paint)];
}

function inventoryLines(status: Status, paint: Paint): string[] {
  const owned = STAGES.flatMap((stage) =>
    status.inventory
      .filter((entry) => entry.stage === stage)
      .map((entry) => [
        stage,
        kindWords(entry),
        entry.name,
        entry.state === 'confirmed' ? '' : paint('yellow', 'not confirmed yet'),
      ]),
  );
  const left = status.leftAlone.map((ref) => `  ${describeRef(ref)}`);
  return [
    ...(owned.length === 0
      ? []
      : ['', `Owns ${owned.length} ${owned.length === 1 ? 'object' : 'objects'}`, ...columns(owned, '  ')]),
    ...(left.length === 0 ? [] : ['', 'Left alone, because somebody else owns them', ...left]),
    ...leftBehindLines(status),
  ];
}

/** Given up by people: it stays listed with who and why, so that somebody can still take it away. */
function leftBehindLines({ leftBehind }: Status): string[] {
  if (leftBehind.length === 0) return [];
  const rows = leftBehind.map(({ ref, by, reason, at }) => [describeRef(ref), `${by}, ${absolute(at)}`, reason]);
  return ['', 'Left behind, given up by people', ...columns(rows, '  ')];
}
