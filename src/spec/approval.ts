// Approval as data and one pure decision: which slots a request needs, who fills one, when it is refused. No clock:
// the caller hands in the time. No digests are computed here; they are compared.
import type { ErrorName } from './errors.ts';

/** A verified identity; subject and groups are canonical (see providers/proofs). */
export interface Sender {
  subject: string;
  groups: string[];
}

export interface People {
  users: string[];
  groups: string[];
}

/** A seat that one person has to take. Recorded at admission, so that a later catalog cannot move it. */
export interface ApprovalSlot extends People {
  slot: string;
  /** Why this seat is asked, in plain words. */
  why: string;
  /** Joins the list when the request is escalated. */
  escalation: People;
}

export interface ApprovalTimes {
  remindAfterMinutes: number;
  escalateAfterMinutes: number;
  lapseAfterMinutes: number;
}

export interface ApprovalPolicy {
  /** The rule of the catalog that decided. */
  rule: string;
  /** Empty: approved by policy. */
  slots: ApprovalSlot[];
  times: ApprovalTimes;
}

/** What a proof says, once it is verified. */
export interface Decision {
  by: Sender;
  planDigest: string;
  changeDigest: string;
  decision: 'approve' | 'reject';
  nonce: string;
  reason: string;
}

export interface CountedDecision {
  /** The seat that it takes; may move to another of `fits` when that lets the next person sit. */
  slot: string;
  /** Every seat that this person was on the list of. */
  fits: string[];
  subject: string;
  decision: 'approve' | 'reject';
  reason: string;
  nonce: string;
  at: string;
}

export interface ApprovalState {
  requester: string;
  planDigest: string;
  changeDigest: string;
  slots: ApprovalSlot[];
  escalated: boolean;
  counted: CountedDecision[];
}

/** `all` is the whole list with the new decision in it. */
export type Verdict =
  | { counted: CountedDecision; all: CountedDecision[] }
  | { refused: { code: ErrorName; message: string } };

export function isAmong(people: People, sender: Sender): boolean {
  return people.users.includes(sender.subject) || sender.groups.some((group) => people.groups.includes(group));
}

/** Whom a slot accepts now: after escalation the next group as well. */
export function seated(slot: ApprovalSlot, escalated: boolean): People {
  if (!escalated) return { users: slot.users, groups: slot.groups };
  return {
    users: [...slot.users, ...slot.escalation.users],
    groups: [...slot.groups, ...slot.escalation.groups],
  };
}

export function openSlots(state: ApprovalState): ApprovalSlot[] {
  const taken = new Set(state.counted.filter((entry) => entry.decision === 'approve').map((entry) => entry.slot));
  return state.slots.filter((slot) => !taken.has(slot.slot));
}

/** Counts a decision: one seat a subject, never the requester's, never another digest's, never twice. */
export function judge(state: ApprovalState, decision: Decision, at: string): Verdict {
  const { subject } = decision.by;
  const no = (code: ErrorName, message: string): Verdict => ({ refused: { code, message } });
  if (decision.planDigest !== state.planDigest || decision.changeDigest !== state.changeDigest) {
    return no(
      'StaleDigest',
      `the decision is for plan ${short(decision.planDigest)}, the request stands at ${short(state.planDigest)}`,
    );
  }
  if (subject === state.requester) {
    return no('NotAllowed', `${subject} made the request; another person has to decide`);
  }
  if (state.counted.some((entry) => entry.subject === subject || entry.nonce === decision.nonce)) {
    return no('AlreadyDecided', `${subject} has decided on this request already`);
  }
  const fits = state.slots
    .filter((slot) => isAmong(seated(slot, state.escalated), decision.by))
    .map((slot) => slot.slot);
  const { reason, nonce } = decision;
  const all = takeSeat(state.counted, { slot: '', fits, subject, decision: decision.decision, reason, nonce, at });
  const counted = all?.at(-1);
  if (all === undefined || counted === undefined) {
    return no('NotAllowed', `${subject} is not on the list of any open slot: ${describeOpen(state)}`);
  }
  return { counted, all };
}

/** Finds a seat for the newcomer, moving others among the seats that they fit: no valid decision is lost to an order. */
function takeSeat(counted: readonly CountedDecision[], newcomer: CountedDecision): CountedDecision[] | undefined {
  const people = [...counted, newcomer];
  const holder = new Map(counted.map((entry, index) => [entry.slot, index]));
  const asked = new Set<string>();
  const sit = (person: number): boolean => {
    for (const slot of people[person]?.fits ?? []) {
      if (asked.has(slot)) continue;
      asked.add(slot);
      const sitting = holder.get(slot);
      if (sitting === undefined || sit(sitting)) {
        holder.set(slot, person);
        return true;
      }
    }
    return false;
  };
  if (!sit(people.length - 1)) return undefined;
  const seatOf = new Map([...holder].map(([slot, person]) => [person, slot]));
  return people.map((entry, index) => ({ ...entry, slot: seatOf.get(index) ?? entry.slot }));
}

function describeOpen(state: ApprovalState): string {
  return openSlots(state)
    .map((slot) => {
      const people = seated(slot, state.escalated);
      return `${slot.slot} (${[...people.users, ...people.groups.map((group) => `group ${group}`)].join(', ')})`;
    })
    .join('; ');
}

function short(digest: string): string {
  return digest.slice(0, 12);
}
