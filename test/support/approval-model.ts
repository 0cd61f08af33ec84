// What an approval should be, said once more and as simply as possible: sets of numbers, and trying out every seating. It shares
// no code with src, so that both being wrong in the same way would be a coincidence.
import type { Delivery, Request, Seats, Team, World } from './approval-world.ts';

interface Slot {
  now: Set<string>;
  escalated: Set<string>;
}

interface Seen {
  person: number;
  groups: number[];
  nonce: number;
  decision: 'approve' | 'reject';
  genuine: boolean;
}

interface Sat {
  person: number;
  nonce: number;
  /** Slots whose list the person was on. */
  fits: number[];
}

export class ApprovalModel {
  readonly slots: readonly Slot[];
  readonly #requester: number;
  #escalated = false;
  #sat: Sat[] = [];
  #rejected = false;
  readonly #seen: Seen[] = [];

  constructor(world: World, request: Request) {
    const rule = world.rules.find(
      ({ tiers, teams }) =>
        (tiers ?? [request.tier]).includes(request.tier) && (teams ?? [request.team]).includes(request.team),
    );
    if (rule === undefined) throw new Error('the last rule of a world covers everything');
    const asked = rule.slots.map(({ people, escalation }) => slotOf(world, request.team, people, escalation));
    const others = [...new Set(request.ingressFrom)].map((team) =>
      slotOf(world, request.team, { ...world.leads[team], teamLeads: false, leadsOf: [] }, world.consentEscalation),
    );
    this.slots = [...asked, ...others];
    this.#requester = request.requester.person;
  }

  get isOver(): boolean {
    return this.#rejected || this.#sat.length === this.slots.length;
  }

  get isApproved(): boolean {
    return !this.#rejected && this.#sat.length === this.slots.length;
  }

  get isRejected(): boolean {
    return this.#rejected;
  }

  get counted(): readonly number[] {
    return this.#sat.map(({ person }) => person);
  }

  escalate(): void {
    this.#escalated = true;
  }

  /** Whether it counts. */
  deliver(delivery: Delivery): boolean {
    const sent = this.#read(delivery);
    this.#seen.push(sent);
    if (!this.#mayCount(sent)) return false;
    this.#sat.push({ person: sent.person, nonce: sent.nonce, fits: this.#fits(sent) });
    if (sent.decision === 'reject') this.#rejected = true;
    return true;
  }

  /** The same without sending it: would it count now? */
  wouldCount(delivery: Delivery): boolean {
    return this.#mayCount(this.#read(delivery));
  }

  #read({ by, decision, flaw, again }: Delivery): Seen {
    const earlier = again === null ? undefined : this.#seen[again.of % Math.max(this.#seen.length, 1)];
    if (again?.what === 'message' && earlier !== undefined) return earlier;
    const nonce = again?.what === 'nonce' && earlier !== undefined ? earlier.nonce : this.#seen.length;
    return { person: by.person, groups: by.groups, nonce, decision, genuine: flaw === 'none' };
  }

  #mayCount(sent: Seen): boolean {
    if (this.isOver || !sent.genuine) return false;
    if (sent.person === this.#requester) return false;
    if (this.#sat.some(({ person, nonce }) => person === sent.person || nonce === sent.nonce)) return false;
    return canAllSit([...this.#sat.map(({ fits }) => fits), this.#fits(sent)]);
  }

  #fits({ person, groups }: Seen): number[] {
    const is = [`user ${person}`, ...groups.map((group) => `group ${group}`)];
    return this.slots.flatMap(({ now, escalated }, index) =>
      is.some((each) => now.has(each) || (this.#escalated && escalated.has(each))) ? [index] : [],
    );
  }
}

function slotOf(world: World, asking: Team, people: Seats, escalation: Seats): Slot {
  return { now: membersOf(world, asking, people), escalated: membersOf(world, asking, escalation) };
}

function membersOf(world: World, asking: Team, { users, groups, teamLeads, leadsOf }: Seats): Set<string> {
  const leading = [...leadsOf, ...(teamLeads ? [asking] : [])].map((team) => world.leads[team]);
  return new Set([
    ...[users, ...leading.map((each) => each.users)].flat().map((user) => `user ${user}`),
    ...[groups, ...leading.map((each) => each.groups)].flat().map((group) => `group ${group}`),
  ]);
}

/** Tries out every seating: the first person on each slot that fits, the others on what is left. */
function canAllSit(fits: readonly number[][], taken: readonly number[] = []): boolean {
  const [first, ...rest] = fits;
  if (first === undefined) return true;
  return first.some((slot) => !taken.includes(slot) && canAllSit(rest, [...taken, slot]));
}
