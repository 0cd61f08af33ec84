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

/** A proof is checked in milliseconds; a key file that is away must not keep a request open for ever. */
const PROOF_PATIENCE_MS = 60_000;

/** One wait: until a decision or a cancel has settled it, or the next deadline. */
export async function awaitApproval(run: Run): Promise<void> {
  const { state } = run;
  const deadline = nextDeadline(run);
  const patienceMs = Math.max(0, deadline.atMs - Date.now());
  const summary = `${deadline.text} unless ${seats(run)} decides first`;
  const woken = await condition(() => state.phase !== 'awaiting-approval' || isLong(run), patienceMs, { summary });
  if (woken) return;
  // A decision whose proof is still being checked now was seen before the deadline: it is heard out first.
  if (run.deciding > 0)
    await condition(() => run.deciding === 0 || state.phase !== 'awaiting-approval', PROOF_PATIENCE_MS, {
      summary: 'Waits for the proofs of decisions that came in time',
    });
  if (state.phase === 'awaiting-approval') act(run, deadline.kind);
}

function act(run: Run, kind: Deadline['kind']): void {
  switch (kind) {
    case 'remind':
      run.state.reminded = true;
      return notify(run, seats(run), `${run.name} still waits for your decision`);
    case 'escalate':
      return escalate(run);
    case 'lapse': {
      const minutes = admittedOf(run).approval.times.lapseAfterMinutes;
      run.state.problems = [{ code: 'Lapsed', message: `nobody decided within ${minutes} minutes` }];
      return enter(run, 'lapsed', 'deciding', 'nobody decided in time; nothing had been made');
    }
  }
}

/** Moves the run on when it is decided; called where a decision or a cancel is counted, so that its answer says where to. */
export function settle(run: Run): void {
  const { state } = run;
  const { approval } = state;
  if (state.phase !== 'awaiting-approval' || approval === null) return;
  if (state.cancelledBy !== undefined) {
    state.problems = [{ code: 'Cancelled', message: `${state.cancelledBy} cancelled it` }];
    return enter(run, 'cancelled', 'deciding', `${state.cancelledBy} cancelled it; nothing had been made`);
  }
  const no = approval.counted.find((entry) => entry.decision === 'reject');
  if (no !== undefined) {
    state.problems = [{ code: 'Rejected', message: `${no.subject} rejected it: ${no.reason || 'no reason given'}` }];
    return enter(run, 'rejected', 'deciding', `${no.subject} rejected it; nothing had been made`);
  }
  if (openSlots(approval).length > 0) return;
  beginProvisioning(run, `approved by ${approval.counted.map((entry) => entry.subject).join(', ')}`);
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

export function lapsesAtMs({ state }: Run): number {
  const minutes = state.admission?.approval.times.lapseAfterMinutes ?? 0;
  return Date.parse(state.approvalOpenedAt ?? state.requestedAt) + minutes * 60_000;
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
