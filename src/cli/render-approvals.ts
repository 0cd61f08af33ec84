// `naas approvals`: what waits for me, with everything needed to decide and the command that does it. Pure.
import type { InboxItem } from '../client/api.ts';
import { isObject } from '../spec/inventory.ts';
import type { Status } from '../spec/status.ts';
import type { PlanAnswer } from '../workflows/messages.ts';
import { objectsOf, unpacked } from './packed.ts';
import type { Paint } from './paint.ts';
import { askedFacts, purposeOf } from './render-asked.ts';
import { renderChanges, renderDifference, summary } from './render-changes.ts';
import { renderSlots } from './render-people.ts';
import { noticeLines, shortDigest } from './render-plan.ts';
import { shellWord } from './shell-word.ts';
import { facts } from './table.ts';
import { when } from './time.ts';

export interface Viewer {
  user: string;
  groups: string[];
}

/** What people are asked: the first request, or an operation beside it. */
interface Asked {
  what: string;
  requester: string;
  since: string;
  reason?: string | undefined;
  /** Of an operation the difference says it, object by object. */
  details: ReturnType<typeof askedFacts>;
  approval: Status['approval'];
}

export function renderApprovals(items: readonly InboxItem[], viewer: Viewer, nowMs: number, paint: Paint): string[] {
  if (items.length === 0) return [`Nothing waits for ${who(viewer)}.`];
  return items.flatMap((item, index) => [...(index === 0 ? [] : ['']), ...renderItem(item, viewer, nowMs, paint)]);
}

function renderItem(item: InboxItem, viewer: Viewer, nowMs: number, paint: Paint): string[] {
  const { status, plan } = item;
  const asked = askedOf(item);
  const slots = asked.approval?.slots ?? [];
  return [
    `${paint('bold', item.name)}  ${paint('yellow', asked.what)}`,
    ...facts([
      ['asked by', `${asked.requester}, ${when(asked.since, nowMs)}`],
      ['reason', asked.reason],
      ['for', `team ${status.team}, project ${status.project}, ${status.environment} (tier ${status.tier})`],
      ['purpose', purposeOf(item.request?.request)],
      ...asked.details,
      ['why you', whyYou(slots, viewer)],
      ['lapses', asked.approval === undefined ? undefined : when(asked.approval.lapsesAt, nowMs)],
    ]),
    ...renderSlots(slots, paint),
    ...(plan === null ? [UNREAD] : renderDecision(item.name, plan, viewer, paint)),
    `  reject   ${paint('cyan', `naas reject ${item.name} ${identity(viewer)} --reason "…"`)}`,
  ];
}

const UNREAD = '  Its plan cannot be read now: no worker answered. Ask again.';

function askedOf({ status, request }: InboxItem): Asked {
  const { operation, phase, requester, requestedAt, approval, lease } = status;
  if (operation === undefined) {
    const days = lease === undefined ? undefined : `${lease.days} days from ready on`;
    const details = [...askedFacts(request?.request), ['lease', days] as const];
    return { what: phase, requester, since: requestedAt, details, approval };
  }
  return {
    what: `${operation.kind} awaiting-approval`,
    requester: operation.requester,
    since: operation.since,
    reason: operation.reason,
    details: [],
    approval: operation.approval,
  };
}

function renderDecision(name: string, plan: PlanAnswer, viewer: Viewer, paint: Paint): string[] {
  const command = `naas approve ${name} ${identity(viewer)} --digest ${shortDigest(plan)}`;
  return [
    `  ${summary(plan.changes, paint, plan.kind === 'request' ? 'Plan' : 'Difference')}`,
    ...differenceOf(plan, paint).map((line) => `    ${line}`),
    ...noticeLines(plan.notices, paint).map((line) => `    ${line}`),
    `  approve  ${paint('cyan', command)}`,
  ];
}

/** What people already have is decided on in full; of a first request, whose objects are all new, what is not, and its names. */
function differenceOf(plan: PlanAnswer, paint: Paint): string[] {
  if (plan.kind !== 'request') return renderDifference(plan.changes, objectsOf(unpacked(plan)), paint);
  const changed = plan.changes.filter(({ verb, ref }) => verb !== 'create' || !isObject(ref));
  return renderChanges(changed, [], paint);
}

function whyYou(slots: NonNullable<Status['approval']>['slots'], viewer: Viewer): string | undefined {
  const mine = slots.filter(
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
