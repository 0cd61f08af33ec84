// Approval: one wait with a deadline, woken by decisions; reminder, escalation and lapse at recorded times. For the first
// request and for operations alike. Who may decide is judged in spec/approval, not here.
import { condition } from '@temporalio/workflow';
import { openSlots, seated } from '../spec/approval.ts';
import type { ErrorName } from '../spec/errors.ts';
import { endOperation } from './operation-end.ts';
import { beginProvisioning } from './provision.ts';
import { admittedOf, askedOf, awaitsDecision, enter, isLong, note, notify, now, publish, type Run } from './run.ts';

export function openApproval(run: Run): void {
  const { sender } = admittedOf(run);
  beginDeliberation(run, sender.subject);
  enter(run, 'awaiting-approval', 'deciding', asks(run));
}

/** The same for an operation that was just set; its namespace stays `ready`. */
export function openOperationApproval(run: Run, requester: string): void {
  beginDeliberation(run, requester);
  note(run, { kind: 'phase', text: `${run.state.operation?.kind} awaits approval: ${asks(run)}` });
  publish(run);
}

function beginDeliberation(run: Run, requester: string): void {
  const asked = askedOf(run);
  const { admission } = asked;
  if (admission === null) throw new Error(`namespace ${run.name} asks for an approval without an admission`);
  const { planDigest, changeDigest, approval } = admission;
  asked.approval = { requester, planDigest, changeDigest, slots: approval.slots, escalated: false, counted: [] };
  asked.approvalOpenedAt = now();
  asked.reminded = false;
}

function asks(run: Run): string {
  return `rule "${askedOf(run).admission?.approval.rule}" asks ${seats(run)}`;
}

/** A proof is checked in milliseconds; a key file that is away must not keep a request open for ever. */
const PROOF_PATIENCE_MS = 60_000;

/** One wait: until a decision or a cancel has settled it, or the next deadline. */
export async function awaitApproval(run: Run): Promise<void> {
  const asked = askedOf(run);
  // Another request may have taken this one's place while nobody looked.
  const waits = (): boolean => askedOf(run) === asked && awaitsDecision(run.state);
  const deadline = nextDeadline(run);
  const patienceMs = Math.max(0, deadline.atMs - Date.now());
  const summary = `${deadline.text} unless ${seats(run)} decides first`;
  const woken = await condition(() => !waits() || isLong(run), patienceMs, { summary });
  if (woken) return;
  // A decision whose proof is still being checked now was seen before the deadline: it is heard out first.
  if (run.deciding > 0)
    await condition(() => run.deciding === 0 || !waits(), PROOF_PATIENCE_MS, {
      summary: 'Waits for the proofs of decisions that came in time',
    });
  if (waits()) act(run, deadline.kind);
}

function act(run: Run, kind: Deadline['kind']): void {
  switch (kind) {
    case 'remind':
      askedOf(run).reminded = true;
      return notify(run, seats(run), `${run.name} still waits for your decision`);
    case 'escalate':
      return escalate(run);
    case 'lapse': {
      const minutes = askedOf(run).admission?.approval.times.lapseAfterMinutes;
      return dismiss(run, 'Lapsed', `nobody decided within ${minutes} minutes`);
    }
  }
}

const DISMISSED = { Cancelled: 'cancelled', Rejected: 'rejected', Lapsed: 'lapsed' } as const;

/** Nothing had been made: a first request ends the run, an operation leaves the namespace as it was. */
function dismiss(run: Run, code: keyof typeof DISMISSED & ErrorName, why: string): void {
  askedOf(run).problems = [{ code, message: why }];
  if (run.state.operation === null) enter(run, DISMISSED[code], 'deciding', `${why}; nothing had been made`);
  else endOperation(run, DISMISSED[code], `${why}; nothing had been changed`);
}

/** Moves the run on when it is decided; called where a decision or a cancel is counted, so that its answer says where to. */
export function settle(run: Run): void {
  const asked = askedOf(run);
  const { approval, cancelledBy } = asked;
  if (!awaitsDecision(run.state) || approval === null) return;
  if (cancelledBy !== undefined) return dismiss(run, 'Cancelled', `${cancelledBy} cancelled it`);
  const no = approval.counted.find((entry) => entry.decision === 'reject');
  if (no !== undefined) return dismiss(run, 'Rejected', `${no.subject} rejected it: ${no.reason || 'no reason given'}`);
  if (openSlots(approval).length > 0) return;
  const text = `approved by ${approval.counted.map((entry) => entry.subject).join(', ')}`;
  if (run.state.operation === null) beginProvisioning(run, text);
  else beginApplying(run, text);
}

export function beginApplying(run: Run, text: string): void {
  const { operation } = run.state;
  if (operation === null) return;
  operation.step = 'applying';
  note(run, { kind: 'phase', text: `${operation.kind} begins: ${text}` });
  publish(run);
}

function escalate(run: Run): void {
  const { approval } = askedOf(run);
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
  const asked = askedOf(run);
  const { remindAfterMinutes, escalateAfterMinutes } = asked.admission?.approval.times ?? NEVER;
  const openedMs = Date.parse(asked.approvalOpenedAt ?? run.state.requestedAt);
  const after = (minutes: number): number => openedMs + minutes * 60_000;
  const lapse: Deadline = { kind: 'lapse', atMs: lapsesAtMs(run), text: 'Lapses' };
  const pending: Deadline[] = [lapse];
  if (!asked.reminded) pending.push({ kind: 'remind', atMs: after(remindAfterMinutes), text: 'Reminds the approvers' });
  if (asked.approval?.escalated === false)
    pending.push({ kind: 'escalate', atMs: after(escalateAfterMinutes), text: 'Escalates to the next group' });
  return pending.reduce((nearest, each) => (each.atMs < nearest.atMs ? each : nearest));
}

/** Without an admission there is nothing to wait for. */
const NEVER = { remindAfterMinutes: 0, escalateAfterMinutes: 0, lapseAfterMinutes: 0 };

export function lapsesAtMs(run: Run): number {
  const asked = askedOf(run);
  const { lapseAfterMinutes } = asked.admission?.approval.times ?? NEVER;
  return Date.parse(asked.approvalOpenedAt ?? run.state.requestedAt) + lapseAfterMinutes * 60_000;
}

function seats(run: Run): string {
  const { approval } = askedOf(run);
  if (approval === null) return 'nobody';
  return openSlots(approval)
    .map((slot) => {
      const people = seated(slot, approval.escalated);
      return `${slot.slot} (${[...people.users, ...people.groups].join(', ')})`;
    })
    .join(' and ')
    .slice(0, 300);
}
