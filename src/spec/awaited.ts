// How large the list of people becomes that a waiting request stands under in `NaasAwaits`. Too large a list would stop the
// run where nobody can mend it, so it is measured before: over the catalog's rules, and over each request.
import type { People } from './approval.ts';
import { awaitsGroup, awaitsUser } from './names.ts';

/** What Temporal stores as one search attribute's value unless its operator allows more. */
export const AWAITED_MAX_BYTES = 2_048;

/** Leaves a rule's requests room for the leads of other teams, who are asked when traffic comes from their namespaces. */
export const AWAITED_BY_RULE_MAX_BYTES = 1_500;

interface Seat extends People {
  escalation: People;
}

/** Of all seats, escalated: the most that the list can hold. */
export function awaitedBytes(seats: readonly Seat[]): number {
  const people = seats.flatMap((seat) => [seat, seat.escalation]);
  const tokens = people.flatMap(({ users, groups }) => [...users.map(awaitsUser), ...groups.map(awaitsGroup)]);
  return new TextEncoder().encode(JSON.stringify([...new Set(tokens)])).length;
}
