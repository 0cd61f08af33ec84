// What people see of a registrable domain and of the teams that hold parts of it: the same shape in the workflow query, the CLI and
// the docs. JSON-safe; it decides nothing.
import type { DomainState, Hold } from './domain-lifecycle.ts';
import { missingWords } from './domain-lifecycle.ts';
import type { Money } from './spec.ts';

/** As it has to stand in the DNS of the domain. */
export interface TxtRecord {
  name: string;
  value: string;
}

/** A zone that naas makes for the name, and that its team hands over by entering its NS set at the DNS above. */
export interface Delegation {
  /** `failed`: nobody entered it in time, or the zone could not be made; nothing of it is left. */
  state: 'making' | 'waiting' | 'delegated' | 'leaving' | 'failed';
  since: string;
  /** When `waiting` ends by itself. */
  until?: string;
  nameServers: string[];
  /** So long resolvers remember whom the DNS above refers to. */
  ttlSeconds?: number;
  why?: string;
}

/** Of a domain that is to be bought. */
export interface Purchase {
  /** Of the first year; absent: whoever buys it finds out. */
  price?: Money;
  reason?: string;
  /** In words. */
  approvers: string;
  buyers: string;
  approvedBy?: string;
  /** What a person has to do, in the words of whoever sells domains. */
  task?: string;
  paid?: Money;
}

export interface Holding extends Hold {
  agreed: string[];
  /** Who registered it. */
  owner: string;
  /** ISO 8601, from Temporal's clock; so are all times here. */
  since: string;
  /** When the state ends by itself. */
  until?: string;
  /** The newest time at which its proof was seen. */
  provenAt?: string;
  /** Any of them proves it: the team's own first, then those of whom it came from. */
  records: TxtRecord[];
  /** Another team has asked for it. */
  transfer?: { to: string; by: string; at: string; record: TxtRecord };
  purchase?: Purchase;
  delegation?: Delegation;
  /** A zone is to be made once it is proven; so many days its NS set may take then. */
  wantsZone?: number;
  /** What it is after `leaving`. */
  leavesFor?: 'lapsed' | 'released';
  /** Why it ended, or what is wrong. */
  why?: string;
}

export interface HoldingStatus extends Holding {
  /** The teams whose leads have to decide. */
  awaits: string[];
  /** What a person can do now; empty where nothing is to be done. */
  todo: string[];
}

export interface DomainNote {
  at: string;
  kind: 'state' | 'message' | 'notice';
  text: string;
  by?: string;
}

export interface DomainStatus {
  /** The part that somebody registered, such as example.org. */
  domain: string;
  holdings: HoldingStatus[];
  timeline: DomainNote[];
}

export const DOMAIN_TIMELINE_LENGTH = 100;

export function holdingStatus(holding: Holding, all: readonly Holding[]): HoldingStatus {
  const awaits =
    holding.state === 'contested' ? missingWords(holding, all) : holding.transfer === undefined ? [] : [holding.team];
  return { ...holding, awaits, todo: todoOf(holding, awaits) };
}

function todoOf(holding: Holding, awaits: readonly string[]): string[] {
  const { name, team, state, transfer } = holding;
  const [record] = holding.records;
  const enter = record === undefined ? [] : recordLines(record);
  const decide = (asking: string): string[] =>
    awaits.map((holder) => `a lead of ${holder} decides: naas domain approve ${name} --team ${asking} (or reject)`);
  switch (state) {
    case 'wanted':
      return [
        `${holding.purchase?.approvers} decide on its purchase${priceWords(holding)}: naas domain approve ${name} --team ${team} (or reject)`,
      ];
    case 'ordered':
      return [
        `${holding.purchase?.buyers}: ${holding.purchase?.task ?? `buy ${name}`}`,
        `then: naas domain bought ${name} --team ${team} --price "AMOUNT CURRENCY"`,
      ];
    case 'pending':
      return [
        'enter this record at the DNS of the domain, beside whatever stands there:',
        ...enter,
        `naas looks by itself, ever less often; to have it look at once: naas domain add ${name} --team ${team}`,
      ];
    case 'contested':
      return decide(team);
    case 'grace':
      return ['the record that proves the domain is missing; enter it again:', ...enter];
    case 'verified':
      return [...(transfer === undefined ? [] : decide(transfer.to)), ...delegationTodo(holding)];
    case 'leaving':
      return delegationTodo(holding);
    case 'lapsed':
    case 'rejected':
    case 'released':
      return [];
  }
}

export function priceWords({ purchase }: Pick<Holding, 'purchase'>): string {
  const price = purchase?.paid ?? purchase?.price;
  return price === undefined ? ', at a price that is not known yet' : ` for ${price.amount} ${price.currency} a year`;
}

function delegationTodo({ name, delegation }: Holding): string[] {
  if (delegation === undefined) return [];
  const lines = delegation.nameServers.map((server) => `  ${name}  NS  ${server}`);
  switch (delegation.state) {
    case 'waiting':
      return ['enter these records at the DNS above it, and no other NS record of that name:', ...lines];
    case 'leaving':
      return [
        'take these records away at the DNS above it, if they still stand there; the zone goes after that:',
        ...lines,
      ];
    case 'making':
    case 'delegated':
    case 'failed':
      return [];
  }
}

/** By what a hold is proven. */
export function proofOf({ name, records, delegation }: Holding): {
  name: string;
  records: TxtRecord[];
  delegation?: { nameServers: string[] };
} {
  if (delegation?.state !== 'delegated') return { name, records };
  return { name, records, delegation: { nameServers: delegation.nameServers } };
}

/** Whether there is a zone to take away. */
export function hasZone({ delegation }: Pick<Holding, 'delegation'>): boolean {
  return delegation !== undefined && delegation.state !== 'failed';
}

function recordLines({ name, value }: TxtRecord): string[] {
  return [`  name   ${name}`, '  type   TXT', `  value  ${value}`];
}

/** How a run is found: its states and its teams, each once. */
export function domainTokens(holdings: readonly Holding[]): string[] {
  const live = holdings.filter(({ state }) => state !== 'rejected' && state !== 'released');
  return [...new Set(live.flatMap(({ state, team }) => [stateToken(state), teamToken(team)]))].sort();
}

export function stateToken(state: DomainState): string {
  return `state:${state}`;
}

export function teamToken(team: string): string {
  return `team:${team}`;
}
