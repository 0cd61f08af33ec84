// The people of the demo: the member who asks, and for each open seat another person who may take it. Pure.
import type { SlotStatus } from '../spec/status.ts';

export interface Person {
  subject: string;
  groups: string[];
}

export const REQUESTER = 'ada@example.com';

/** Stand-ins for members of a group that names nobody. */
const STAND_INS = ['lee@example.com', 'pat@example.com', 'kim@example.com', 'sam@example.com'];

export interface Seated {
  slot: string;
  why: string;
  person: Person;
}

/** One person a seat, never the requester, nobody twice. A seat that nobody can take is left out. */
export function seatPeople(slots: readonly SlotStatus[]): Seated[] {
  const taken = new Set([REQUESTER, ...slots.flatMap((slot) => slot.decidedBy ?? [])]);
  const seated: Seated[] = [];
  for (const slot of slots) {
    if (slot.decidedBy !== undefined) continue;
    const [group] = slot.groups;
    const candidates = group === undefined ? slot.users : [...slot.users, ...STAND_INS];
    const subject = candidates.find((candidate) => !taken.has(candidate));
    if (subject === undefined) continue;
    taken.add(subject);
    const groups = slot.users.includes(subject) || group === undefined ? [] : [group];
    seated.push({ slot: slot.slot, why: slot.why, person: { subject, groups } });
  }
  return seated;
}
