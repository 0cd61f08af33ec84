// `naas approvals`: what waits for me, with everything needed to decide and the command that does it. Pure.
import type { InboxItem } from '../client/api.ts';
import type { Paint } from './paint.ts';
import { renderSlots } from './render-people.ts';
import { renderChanges, shortDigest, summary } from './render-plan.ts';
import { shellWord } from './shell-word.ts';
import { facts } from './table.ts';
import { when } from './time.ts';

export interface Viewer {
  user: string;
  groups: string[];
}

export function renderApprovals(items: readonly InboxItem[], viewer: Viewer, nowMs: number, paint: Paint): string[] {
  if (items.length === 0) return [`Nothing waits for ${who(viewer)}.`];
  return items.flatMap((item, index) => [...(index === 0 ? [] : ['']), ...renderItem(item, viewer, nowMs, paint)]);
}

function renderItem(item: InboxItem, viewer: Viewer, nowMs: number, paint: Paint): string[] {
  const { status, plan } = item;
  const command = `naas approve ${item.name} ${identity(viewer)} --digest ${shortDigest(plan)}`;
  return [
    `${paint('bold', item.name)}  ${paint('yellow', status.phase)}`,
    ...facts([
      ['asked by', `${status.requester}, ${when(status.requestedAt, nowMs)}`],
      ['for', `team ${status.team}, project ${status.project}, ${status.environment} (tier ${status.tier})`],
      ['why you', whyYou(item, viewer)],
      ['lapses', status.approval === undefined ? undefined : when(status.approval.lapsesAt, nowMs)],
    ]),
    ...renderSlots(status.approval?.slots ?? [], paint),
    `  ${summary(plan.changes, paint)}`,
    ...renderChanges(
      plan.changes.filter((change) => change.verb !== 'create'),
      [],
      paint,
    ).map((line) => `    ${line}`),
    `  approve  ${paint('cyan', command)}`,
    `  reject   ${paint('cyan', `naas reject ${item.name} ${identity(viewer)} --reason "…"`)}`,
  ];
}

function whyYou(item: InboxItem, viewer: Viewer): string | undefined {
  const mine = (item.status.approval?.slots ?? []).filter(
    (slot) =>
      slot.decidedBy === undefined &&
      (slot.users.includes(viewer.user) || slot.groups.some((group) => viewer.groups.includes(group))),
  );
  return mine.length === 0 ? undefined : mine.map((slot) => `${slot.slot}: ${slot.why}`).join('; ');
}

function identity(viewer: Viewer): string {
  return [`--as ${shellWord(viewer.user)}`, ...viewer.groups.map((group) => `--group ${shellWord(group)}`)].join(' ');
}

function who(viewer: Viewer): string {
  return viewer.groups.length === 0
    ? viewer.user
    : `${viewer.user} (${viewer.groups.map((group) => `group ${group}`).join(', ')})`;
}
