// A run in words: what it waits for, what a person can do, and the Status that everybody sees. Pure over the state.
import { openSlots, seated } from '../spec/approval.ts';
import { describeRef } from '../spec/inventory.ts';
import { blockedSection, runbook } from '../spec/runbook.ts';
import type { Blocked, Status, Waiting } from '../spec/status.ts';
import { describePause, type Pause } from '../spec/switch.ts';
import { type Asked, knownUntil, type LifecycleState, type Operation } from './state.ts';

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
    ...(spec?.reach === undefined ? {} : { hostnames: spec.reach.names.map((each) => each.name) }),
    ...(spec === undefined ? {} : { lease: { days: spec.leaseDays, ...optional({ endsAt: state.leaseEndsAt }) } }),
    ...optional({
      approval: approvalOf(state),
      operation: operationOf(state),
      lastOperation: state.lastOperation,
      blocked: state.blocked ?? undefined,
      paused: state.paused,
      quarantinedUntil: state.quarantinedUntil,
    }),
    problems: state.problems,
    inventory: state.inventory,
    leftAlone: state.leftAlone,
    leftBehind: state.leftBehind,
    stale: false,
  };
}

/** What stands in the Temporal UI as the run's current details. */
export function detailsOf(name: string, state: LifecycleState): string {
  const waiting = waitingOf(name, state);
  const beside = state.operation === null ? '' : `, ${state.operation.kind}: ${state.operation.step}`;
  const lines = [`**${name}** is **${state.phase}**${beside}${waiting === undefined ? ` (${state.step})` : ''}.`];
  if (waiting !== undefined)
    lines.push('', `Waits for: ${waiting.what}${untilWords(waiting)}`, '', `What to do: ${waiting.todo}`);
  for (const problem of state.blocked?.problems ?? state.operation?.problems ?? state.problems)
    lines.push('', `${problem.code}: ${problem.message}`);
  return lines.join('\n');
}

function untilWords({ until }: Waiting): string {
  return until === undefined ? '' : `, until ${until}`;
}

export function waitingOf(name: string, state: LifecycleState): Waiting | undefined {
  if (state.paused !== undefined) return pausedWait(state.paused);
  switch (state.phase) {
    case 'awaiting-approval':
      return approvalWait(name, state);
    case 'blocked':
      return state.blocked === null ? undefined : blockedWait(name, state.blocked);
    case 'ready':
      if (state.operation !== null) return operationWait(name, state, state.operation);
      return {
        what:
          state.leaseEndsAt === undefined
            ? 'the next message'
            : `the next message; its lease runs until ${state.leaseEndsAt}`,
        since: state.readyAt ?? state.requestedAt,
        todo: `nothing; \`naas change ${name}\` changes it, \`naas delete ${name}\` takes it away`,
      };
    case 'provisioning':
      return domainWait(name, state) ?? enteringWait(name, state) ?? removalWait(name, state);
    case 'deleting':
      return removalWait(name, state);
    case 'deleted':
      return state.quarantinedUntil === undefined ? undefined : quarantineWait(state, state.quarantinedUntil);
    case 'requested':
    case 'refused':
    case 'rejected':
    case 'lapsed':
    case 'cancelled':
    case 'failed':
    case 'abandoned':
      return undefined;
  }
}

/** Where nothing waits for people, the effect itself is what is waited for: the UI shows its activity. */
function operationWait(name: string, state: LifecycleState, operation: Operation): Waiting | undefined {
  if (operation.step === 'awaiting-approval') return approvalWait(name, state);
  const elsewhere = domainWait(name, state) ?? enteringWait(name, state);
  if (elsewhere !== undefined) return elsewhere;
  const undoing = operation.step === 'undoing';
  return {
    what: undoing ? `the undo of ${operation.kind} ${operation.requestId}` : `${operation.kind} ${operation.requestId}`,
    since: operation.startedAt,
    todo: undoing
      ? 'nothing; what stood there before comes back'
      : `nothing; \`naas cancel ${name}\` puts everything back`,
  };
}

function domainWait(name: string, { awaitsDomains }: LifecycleState): Waiting | undefined {
  if (awaitsDomains === undefined) return undefined;
  const { domains, since } = awaitsDomains;
  const shows = domains.map((domain) => `\`naas domain status ${domain}\``).join(', ');
  return {
    what: `domain ${domains.join(', ')}: its team has still to prove it`,
    since,
    todo: `${shows} shows the record to enter; \`naas cancel ${name}\` ends the wait, nothing has been made`,
  };
}

function enteringWait(name: string, { entering, entered = [] }: LifecycleState): Waiting | undefined {
  if (entering === undefined) return undefined;
  const records = entered.map(({ type, name: owner, values }) => `${owner} ${type} ${values.join(' ')}`);
  return {
    what: `records that its team enters at its own DNS: ${records.join('; ')}`,
    since: entering.since,
    until: entering.until,
    todo: `enter them; naas asks the servers of the domain by itself; \`naas cancel ${name}\` undoes it`,
  };
}

function quarantineWait(state: LifecycleState, until: string): Waiting {
  const team = state.admission?.spec.team ?? 'its team';
  return {
    what: 'the end of the quarantine of its name',
    since: state.timeline.at(-1)?.at ?? state.requestedAt,
    until,
    todo: `nothing; team ${team} may request the name again at once`,
  };
}

function approvalWait(name: string, state: LifecycleState): Waiting | undefined {
  const asked = state.operation ?? state;
  const { approval } = asked;
  if (approval === null) return undefined;
  const seats = openSlots(approval).map((slot) => {
    const people = seated(slot, approval.escalated);
    return `${slot.slot} (${[...people.users, ...people.groups.map((group) => `somebody of ${group}`)].join(', ')}): ${slot.why}`;
  });
  return {
    what: `the decision of ${seats.join('; ')}`,
    since: asked.approvalOpenedAt ?? state.requestedAt,
    ...optional({ until: lapsesAt(asked) }),
    todo: `\`naas approvals\` shows what it would do, and the commands that decide: \`naas approve ${name}\`, \`naas reject ${name}\``,
  };
}

/** Whatever it was about to write: a pause comes before everything else, and is nobody's fault. */
function pausedWait(pause: Pause): Waiting {
  return {
    what: `the end of a pause: ${describePause(pause)}`,
    since: pause.since,
    todo: `\`naas resume\` lets it go on, for an operator of the cluster; nothing is lost meanwhile; see ${runbook('pause-and-resume')}`,
  };
}

/** Its records are gone, and its route stands until nobody can know them any more. */
function forgettingWait(state: LifecycleState): Waiting | undefined {
  const { step, inventory, timeline } = state;
  const until = knownUntil(state);
  const isForgetting =
    step === 'withdrawing' || (step === 'undoing' && inventory.some(({ stage }) => stage === 'route'));
  if (until === undefined || !isForgetting || inventory.some(({ system }) => system === 'dns')) return undefined;
  return {
    what: 'caches that may still know its records',
    since: timeline.at(-1)?.at ?? until,
    until,
    todo: 'nothing; the route stands so long for whoever asked DNS a moment ago',
  };
}

function removalWait(name: string, state: LifecycleState): Waiting | undefined {
  return state.dying === undefined ? forgettingWait(state) : dyingWait(name, state.dying);
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
      `mend what is named here; the run tries again by itself, \`naas retry ${name}\` at once. \`naas history ${name}\` shows what was tried`,
      `see ${runbook(blockedSection(blocked))}`,
    ].join('; '),
  };
}

function operationOf({ operation }: LifecycleState): Status['operation'] {
  if (operation === null) return undefined;
  const { kind, step, requestId, startedAt, reason, admission } = operation;
  const { by, planDigest, changeDigest, changes } = admission;
  return {
    kind,
    step,
    requestId,
    requester: by.subject,
    since: startedAt,
    planDigest,
    changeDigest,
    changes,
    ...optional({ reason, approval: approvalOf(operation) }),
  };
}

function approvalOf(asked: Asked): Status['approval'] {
  const { approval } = asked;
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
    lapsesAt: lapsesAt(asked) ?? '',
  };
}

function lapsesAt(asked: Asked): string | undefined {
  const times = asked.admission?.approval.times;
  if (times === undefined || asked.approvalOpenedAt === undefined) return undefined;
  return new Date(Date.parse(asked.approvalOpenedAt) + times.lapseAfterMinutes * 60_000).toISOString();
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
