// `naas approvals`: what waits for me, with everything needed to decide and the command that does it. Pure.
import type { InboxItem } from '../client/api.ts';
import type { PlanAnswer } from '../workflows/messages.ts';
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
  return [
    `${paint('bold', item.name)}  ${paint('yellow', status.phase)}`,
    ...facts([
      ['asked by', `${status.requester}, ${when(status.requestedAt, nowMs)}`],
      ['for', `team ${status.team}, project ${status.project}, ${status.environment} (tier ${status.tier})`],
      ['why you', whyYou(item, viewer)],
      ['lapses', status.approval === undefined ? undefined : when(status.approval.lapsesAt, nowMs)],
    ]),
    ...renderSlots(status.approval?.slots ?? [], paint),
    ...(plan === null ? [UNREAD] : renderDecision(item.name, plan, viewer, paint)),
    `  reject   ${paint('cyan', `naas reject ${item.name} ${identity(viewer)} --reason "…"`)}`,
  ];
}

const UNREAD = '  Its plan cannot be read now: no worker answered. Ask again.';

function renderDecision(name: string, plan: PlanAnswer, viewer: Viewer, paint: Paint): string[] {
  const changed = plan.changes.filter((change) => change.verb !== 'create');
  const command = `naas approve ${name} ${identity(viewer)} --digest ${shortDigest(plan)}`;
  return [
    `  ${summary(plan.changes, paint)}`,
    ...renderChanges(changed, [], paint).map((line) => `    ${line}`),
    `  approve  ${paint('cyan', command)}`,
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
