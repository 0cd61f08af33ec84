// The life of a team's hold on a domain as data: which message is accepted in which state, which state follows which, and who
// holds what where names overlap. Pure and total: a new state or message does not compile until every cell is filled.
import type { Cell } from './lifecycle.ts';

/**
 * `wanted`: it is to be bought, and that waits for an approval. `ordered`: a person buys it. `contested`: everything is there but the word of another team, whose domain it overlaps. `grace`: its proof has gone. `leaving`: it
 * is given up, and the zone that naas made for it goes.
 */
export const DOMAIN_STATES = [
  'wanted',
  'ordered',
  'pending',
  'contested',
  'verified',
  'grace',
  'leaving',
  'lapsed',
  'rejected',
  'released',
] as const;
export type DomainState = (typeof DOMAIN_STATES)[number];

/** `none`: nobody registered it. With `+asked` another team has asked for the domain. */
export const DOMAIN_SITUATIONS = ['none', ...DOMAIN_STATES, 'verified+asked', 'grace+asked'] as const;
export type DomainSituation = (typeof DOMAIN_SITUATIONS)[number];

/** `addByOther` is what `add` means for another team's hold on the very same name. */
export const DOMAIN_MESSAGES = ['add', 'addByOther', 'buy', 'bought', 'transfer', 'decide', 'remove', 'tick'] as const;
export type DomainMessage = (typeof DOMAIN_MESSAGES)[number];

const accept: Cell = { answer: 'accept' };
const once = (why: string): Cell => ({ answer: 'once', why });
const refuse = (code: Extract<Cell, { answer: 'refuse' }>['code'], why: string): Cell => ({
  answer: 'refuse',
  code,
  why,
});

const notThere = refuse('NotFound', 'no team has registered it');
const noQuestion = refuse('NotAwaitingApproval', 'nothing waits for a decision');
const unproven = refuse('StillInProgress', 'its team has not proven it yet, so there is nothing to hand over');
const held = refuse('Conflict', 'another team holds it; ask for a transfer');
const goes = refuse(
  'StillInProgress',
  'it is being given up, and the zone that was made for it goes; ask again after that',
);
const idle = once('there is nothing to look for');

const notOrdered = refuse('NotAwaitingApproval', 'nobody has ordered it');
const registered = refuse('Conflict', 'it is registered already; `naas domain status` shows for whom');

const over: Record<DomainMessage, Cell> = {
  add: accept,
  addByOther: accept,
  buy: accept,
  bought: notOrdered,
  transfer: notThere,
  decide: noQuestion,
  remove: once('it is held no more'),
  tick: idle,
};

const proven: Record<DomainMessage, Cell> = {
  add: once('it is verified already'),
  addByOther: held,
  buy: registered,
  bought: notOrdered,
  transfer: accept,
  decide: noQuestion,
  remove: accept,
  tick: accept,
};

/** Nobody is kept out by what is not proven. */
const waiting: Record<DomainMessage, Cell> = {
  add: accept,
  addByOther: accept,
  buy: registered,
  bought: notOrdered,
  transfer: unproven,
  decide: noQuestion,
  remove: accept,
  tick: idle,
};

const missing: Record<DomainMessage, Cell> = { ...proven, add: accept, tick: once('its proof is being looked for') };

const asked = {
  transfer: refuse('StaleDigest', 'another transfer of it waits for a decision'),
  decide: accept,
} as const;

export const DOMAIN_LIFECYCLE: Record<DomainSituation, Record<DomainMessage, Cell>> = {
  none: { ...over, remove: notThere },
  // A second `add` looks at once: whoever has just entered the record need not wait.
  pending: { ...waiting, add: accept },
  wanted: {
    ...waiting,
    add: once('it waits for the approval of its purchase'),
    buy: once('it is asked for already'),
    decide: accept,
  },
  ordered: { ...waiting, add: once('a person buys it'), buy: once('a person buys it already'), bought: accept },
  contested: {
    ...waiting,
    add: once('it waits for the decision of the team that holds it'),
    decide: accept,
  },
  verified: proven,
  'verified+asked': { ...proven, ...asked },
  grace: missing,
  'grace+asked': { ...missing, ...asked },
  leaving: {
    add: goes,
    addByOther: goes,
    buy: goes,
    bought: notOrdered,
    transfer: goes,
    decide: noQuestion,
    remove: once('it is being given up'),
    tick: idle,
  },
  lapsed: over,
  rejected: over,
  released: over,
};

const AGAIN = ['wanted', 'pending', 'contested', 'verified'] as const;

/** Every step that a hold may take; anything else is a defect. */
export const DOMAIN_TRANSITIONS: Record<DomainState, readonly DomainState[]> = {
  wanted: ['ordered', 'rejected', 'lapsed', 'released'],
  ordered: ['pending', 'contested', 'lapsed', 'released'],
  pending: ['verified', 'contested', 'lapsed', 'released'],
  contested: ['pending', 'verified', 'rejected', 'lapsed', 'released'],
  verified: ['grace', 'leaving', 'released'],
  grace: ['verified', 'leaving', 'lapsed', 'released'],
  leaving: ['lapsed', 'released'],
  lapsed: AGAIN,
  rejected: AGAIN,
  released: AGAIN,
};

/** A team's hold on a name and all below it. */
export interface Hold {
  /** Canonical. */
  name: string;
  team: string;
  state: DomainState;
  /** Teams that agreed to it, though it overlaps what is theirs. */
  agreed: readonly string[];
}

export function domainSituation(hold: (Hold & { transfer?: unknown }) | undefined): DomainSituation {
  if (hold === undefined) return 'none';
  const isAsked = hold.transfer !== undefined;
  if (hold.state === 'verified') return isAsked ? 'verified+asked' : 'verified';
  if (hold.state === 'grace') return isAsked ? 'grace+asked' : 'grace';
  return hold.state;
}

/** Its names may be served, and it keeps others out. Whoever only waits for a proof keeps nobody out. */
export function holds({ state }: Pick<Hold, 'state'>): boolean {
  switch (state) {
    case 'verified':
    case 'grace':
      return true;
    case 'wanted':
    case 'ordered':
    case 'pending':
    case 'contested':
    case 'leaving':
    case 'lapsed':
    case 'rejected':
    case 'released':
      return false;
  }
}

export function isOver({ state }: Pick<Hold, 'state'>): boolean {
  return state === 'lapsed' || state === 'rejected' || state === 'released';
}

export function covers(domain: string, name: string): boolean {
  return domain === name || name.endsWith(`.${domain}`);
}

/** The teams whose word is missing before this one may hold the name: theirs is above it, or below. */
export function missingWords({ name, team, agreed }: Omit<Hold, 'state'>, all: readonly Hold[]): string[] {
  const others = all.filter(
    (other) => other.team !== team && holds(other) && (covers(other.name, name) || covers(name, other.name)),
  );
  return [...new Set(others.map((other) => other.team))].filter((other) => !agreed.includes(other)).sort();
}

/** What a registration begins as; `covered`: the team holds it already, by a name above. */
export function opening(
  name: string,
  team: string,
  all: readonly Hold[],
): { is: 'covered'; by: string } | { is: 'pending' | 'contested' } {
  // The nearest name above is whose it is: below a child that was given away the parent's proof says nothing.
  const [nearest] = all
    .filter((each) => holds(each) && covers(each.name, name))
    .sort((left, right) => right.name.length - left.name.length);
  if (nearest === undefined) return { is: 'pending' };
  if (nearest.team !== team) return { is: 'contested' };
  return nearest.name === name ? { is: 'pending' } : { is: 'covered', by: nearest.name };
}

/** Whether a team's names there may be served, may be so later, or not at all; by the nearest name above that somebody holds. */
export type Cover = 'yes' | 'not-yet' | 'no';

export function coverOf(name: string, team: string, all: readonly Hold[]): Cover {
  // While a zone goes nothing may be served from it, whoever holds what is above.
  const [nearest] = all
    .filter((each) => (holds(each) || each.state === 'leaving') && covers(each.name, name))
    .sort((left, right) => right.name.length - left.name.length);
  if (nearest?.state === 'leaving') return 'no';
  if (nearest?.team === team) return 'yes';
  const hopes = all.some(
    (each) =>
      each.team === team && covers(each.name, name) && !isOver(each) && !holds(each) && each.state !== 'leaving',
  );
  return hopes ? 'not-yet' : 'no';
}
