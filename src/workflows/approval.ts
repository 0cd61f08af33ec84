// Approval: one wait with a deadline, woken by decisions; reminder, escalation and lapse at recorded times. Who may decide
// is judged in spec/approval, not here.
import { condition } from '@temporalio/workflow';
import { openSlots, seated } from '../spec/approval.ts';
import { beginProvisioning } from './provision.ts';
import { admittedOf, enter, isLong, notify, now, publish, type Run } from './run.ts';

export function openApproval(run: Run): void {
  const { state } = run;
  const admission = admittedOf(run);
  state.approval = {
    requester: admission.sender.subject,
    planDigest: admission.planDigest,
    changeDigest: admission.changeDigest,
    slots: admission.approval.slots,
    escalated: false,
    counted: [],
  };
  state.approvalOpenedAt = now();
  enter(run, 'awaiting-approval', 'deciding', `rule "${admission.approval.rule}" asks ${seats(run)}`);
}

export async function awaitApproval(run: Run): Promise<void> {
  const deadline = nextDeadline(run);
  const patienceMs = Math.max(0, deadline.atMs - Date.now());
  const woken = await condition(() => outcome(run) !== undefined || isLong(run), patienceMs, {
    summary: `${deadline.text} unless ${seats(run)} decides first`,
  });
  if (woken) return conclude(run);
  switch (deadline.kind) {
    case 'remind':
      run.state.reminded = true;
      return notify(run, seats(run), `${run.name} still waits for your decision`);
    case 'escalate':
      return escalate(run);
    case 'lapse':
      run.state.problems = [
        {
          code: 'Lapsed',
          message: `nobody decided within ${admittedOf(run).approval.times.lapseAfterMinutes} minutes`,
        },
      ];
      return enter(run, 'lapsed', 'deciding', 'nobody decided in time; nothing had been made');
  }
}

type Outcome = 'approved' | 'rejected' | 'cancelled';

function outcome({ state }: Run): Outcome | undefined {
  const { approval } = state;
  if (approval === null) return undefined;
  if (state.cancelledBy !== undefined) return 'cancelled';
  if (approval.counted.some((entry) => entry.decision === 'reject')) return 'rejected';
  return openSlots(approval).length === 0 ? 'approved' : undefined;
}

function conclude(run: Run): void {
  const { state } = run;
  const deciders = state.approval?.counted.map((entry) => entry.subject).join(', ') ?? '';
  switch (outcome(run)) {
    case 'approved':
      return beginProvisioning(run, `approved by ${deciders}`);
    case 'rejected': {
      const no = state.approval?.counted.find((entry) => entry.decision === 'reject');
      state.problems = [
        { code: 'Rejected', message: `${no?.subject} rejected it: ${no?.reason || 'no reason given'}` },
      ];
      return enter(run, 'rejected', 'deciding', `${no?.subject} rejected it; nothing had been made`);
    }
    case 'cancelled':
      state.problems = [{ code: 'Cancelled', message: `${state.cancelledBy} cancelled it` }];
      return enter(run, 'cancelled', 'deciding', `${state.cancelledBy} cancelled it; nothing had been made`);
    case undefined:
      return;
  }
}

function escalate(run: Run): void {
  const { approval } = run.state;
  if (approval === null) return;
  approval.escalated = true;
  notify(run, seats(run), `${run.name} waits for a decision and was escalated to you`);
  publish(run);
}

interface Deadline {
  kind: 'remind' | 'escalate' | 'lapse';
  atMs: number;
  text: string;
}

function nextDeadline(run: Run): Deadline {
  const { state } = run;
  const { times } = admittedOf(run).approval;
  const openedMs = Date.parse(state.approvalOpenedAt ?? state.requestedAt);
  const after = (minutes: number): number => openedMs + minutes * 60_000;
  const lapse: Deadline = { kind: 'lapse', atMs: after(times.lapseAfterMinutes), text: 'Lapses' };
  const pending: Deadline[] = [lapse];
  if (!state.reminded)
    pending.push({ kind: 'remind', atMs: after(times.remindAfterMinutes), text: 'Reminds the approvers' });
  if (state.approval?.escalated === false)
    pending.push({ kind: 'escalate', atMs: after(times.escalateAfterMinutes), text: 'Escalates to the next group' });
  return pending.reduce((nearest, each) => (each.atMs < nearest.atMs ? each : nearest));
}

function seats(run: Run): string {
  const { approval } = run.state;
  if (approval === null) return 'nobody';
  return openSlots(approval)
    .map((slot) => {
      const people = seated(slot, approval.escalated);
      return `${slot.slot} (${[...people.users, ...people.groups].join(', ')})`;
    })
    .join(' and ')
    .slice(0, 300);
}
