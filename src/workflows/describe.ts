// A run in words: what it waits for, what a person can do, and the Status that everybody sees. Pure over the state.
import { openSlots, seated } from '../spec/approval.ts';
import { describeRef } from '../spec/inventory.ts';
import type { Blocked, Status, Waiting } from '../spec/status.ts';
import type { LifecycleState } from './state.ts';

export function statusOf(name: string, state: LifecycleState): Status {
  const { admission } = state;
  const spec = admission?.spec;
  const claimed = claims(state.submission.request);
  return {
    name,
    phase: state.phase,
    step: state.step,
    team: spec?.team ?? claimed('team'),
    project: spec?.project ?? claimed('project'),
    environment: spec?.environment ?? claimed('environment'),
    tier: spec?.tier ?? claimed('tier'),
    template: spec?.template ?? claimed('template'),
    cluster: spec?.cluster ?? claimed('cluster'),
    requester: admission?.sender.subject ?? '',
    requestId: state.submission.requestId,
    requestedAt: state.requestedAt,
    ...(admission === null
      ? {}
      : { incarnation: admission.incarnation, planDigest: admission.planDigest, changeDigest: admission.changeDigest }),
    ...optional({
      readyAt: state.readyAt,
      provisioningStartedAt: state.provisioningStartedAt,
      waitsFor: waitingOf(name, state),
    }),
    ...(spec === undefined ? {} : { lease: { days: spec.leaseDays, ...optional({ endsAt: state.leaseEndsAt }) } }),
    ...optional({ approval: approvalOf(state), blocked: state.blocked ?? undefined }),
    problems: state.problems,
    inventory: state.inventory,
    leftAlone: state.leftAlone,
    stale: false,
  };
}

/** What stands in the Temporal UI as the run's current details. */
export function detailsOf(name: string, state: LifecycleState): string {
  const waiting = waitingOf(name, state);
  const lines = [`**${name}** is **${state.phase}**${waiting === undefined ? ` (${state.step})` : ''}.`];
  if (waiting !== undefined) lines.push('', `Waits for: ${waiting.what}`, '', `What to do: ${waiting.todo}`);
  for (const problem of state.blocked?.problems ?? state.problems)
    lines.push('', `${problem.code}: ${problem.message}`);
  return lines.join('\n');
}

export function waitingOf(name: string, state: LifecycleState): Waiting | undefined {
  switch (state.phase) {
    case 'awaiting-approval':
      return approvalWait(name, state);
    case 'blocked':
      return state.blocked === null ? undefined : blockedWait(name, state.blocked);
    case 'ready':
      return {
        what:
          state.leaseEndsAt === undefined
            ? 'the next message'
            : `the next message; its lease runs until ${state.leaseEndsAt}`,
        since: state.readyAt ?? state.requestedAt,
        todo: `nothing; \`naas delete ${name}\` takes it away`,
      };
    case 'deleting':
    case 'provisioning':
      return state.dying === undefined ? undefined : dyingWait(name, state.dying);
    case 'requested':
    case 'deleted':
    case 'refused':
    case 'rejected':
    case 'lapsed':
    case 'cancelled':
    case 'failed':
      return undefined;
  }
}

function approvalWait(name: string, state: LifecycleState): Waiting | undefined {
  const { approval } = state;
  if (approval === null) return undefined;
  const seats = openSlots(approval).map((slot) => {
    const people = seated(slot, approval.escalated);
    return `${slot.slot} (${[...people.users, ...people.groups.map((group) => `somebody of ${group}`)].join(', ')}): ${slot.why}`;
  });
  return {
    what: `the decision of ${seats.join('; ')}`,
    since: state.approvalOpenedAt ?? state.requestedAt,
    ...optional({ until: lapsesAt(state) }),
    todo: `\`naas approve ${name}\` or \`naas reject ${name} --reason …\`; \`naas plan\` and \`naas approvals\` show what it would do`,
  };
}

/** An ordinary deletion that takes its time. */
function dyingWait(name: string, dying: NonNullable<LifecycleState['dying']>): Waiting {
  const left = dying.remaining.map(({ kind, count }) => (count === undefined ? kind : `${count} × ${kind}`));
  return {
    what: `the end of what is still in it: ${left.join(', ') || 'nothing that the API server names'}`,
    since: dying.since,
    todo: `nothing; \`kubectl get pods -n ${name}\` shows pods that are still stopping`,
  };
}

function blockedWait(name: string, blocked: Blocked): Waiting {
  const objects = blocked.objects.map(describeRef);
  const held = blocked.blockers.map((blocker) => {
    const count = blocker.count === undefined ? '' : `${blocker.count} × `;
    const finalizers = blocker.finalizers === undefined ? '' : ` with finalizer ${blocker.finalizers.join(', ')}`;
    const names = blocker.names === undefined ? '' : ` (${blocker.names.join(', ')})`;
    return `${count}${blocker.kind}${finalizers}${names}`;
  });
  const looks = blocked.blockers.map((blocker) => `\`${blocker.look}\``);
  return {
    what: [...objects, ...held].join('; ') || 'the cluster',
    since: blocked.since,
    todo: [
      ...looks,
      `mend what is named here; the run tries again by itself and goes on. \`naas history ${name}\` shows what was tried`,
    ].join('; '),
  };
}

function approvalOf(state: LifecycleState): Status['approval'] {
  const { approval } = state;
  if (approval === null) return undefined;
  return {
    slots: approval.slots.map((slot) => {
      const people = seated(slot, approval.escalated);
      const decided = approval.counted.find((each) => each.slot === slot.slot);
      return {
        slot: slot.slot,
        why: slot.why,
        users: people.users,
        groups: people.groups,
        ...(decided === undefined ? {} : { decidedBy: decided.subject }),
      };
    }),
    lapsesAt: lapsesAt(state) ?? '',
  };
}

function lapsesAt(state: LifecycleState): string | undefined {
  const times = state.admission?.approval.times;
  if (times === undefined || state.approvalOpenedAt === undefined) return undefined;
  return new Date(Date.parse(state.approvalOpenedAt) + times.lapseAfterMinutes * 60_000).toISOString();
}

/** Before admission only what the request claims is known; it is shown, and nothing is decided on it. */
function claims(request: unknown): (field: string) => string {
  const fields = typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {};
  return (field) => {
    const value = fields[field];
    return typeof value === 'string' ? value.slice(0, 63) : '';
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function optional<T extends Record<string, unknown>>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}
