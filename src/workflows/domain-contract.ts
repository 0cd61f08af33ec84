// The public contract of the workflow of a domain: its updates, signals and its query, with what each carries. Callers import it; it
// decides nothing. A change here is a change for every caller, as in messages.ts.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { DomainState } from '../spec/domain-lifecycle.ts';
import type { Delegation, DomainStatus, Purchase, TxtRecord } from '../spec/domain-status.ts';
import type { Proof } from '../spec/proof.ts';
import type { Money } from '../spec/spec.ts';

/** Registers a name, and all below it, for a team; sent again it has the proof looked for at once. */
export interface AddDomainMessage {
  requestId: string;
  name: string;
  team: string;
  /** naas makes a zone for the name once it is proven, and keeps its records; the team enters the zone's NS set above it. */
  delegate?: boolean;
  /** Its `namespace` claim is the workflow id, `domain:` and the registrable domain; so it is in all messages of a domain. */
  by: Proof;
}

/** Asks that a whole domain is bought for a team. */
export interface BuyDomainMessage {
  requestId: string;
  name: string;
  team: string;
  reason?: string;
  by: Proof;
}

/** By whoever bought it. */
export interface BoughtDomainMessage {
  requestId: string;
  name: string;
  team: string;
  /** What the first year costs: a decimal as text, and an ISO 4217 code. */
  price: Money;
  by: Proof;
}

export interface RemoveDomainMessage {
  requestId: string;
  name: string;
  /** Needed where several teams wait for the same name. */
  team?: string;
  reason?: string;
  by: Proof;
}

/** Asks the team that holds the name to give it to another. */
export interface TransferDomainMessage {
  requestId: string;
  name: string;
  /** Who is to have it. */
  team: string;
  reason?: string;
  by: Proof;
}

/** By a lead of a team whose domain is asked for, or overlapped; of a purchase by whoever approves them. */
export interface DecideDomainMessage {
  requestId: string;
  name: string;
  /** Who asks for it. */
  team: string;
  decision: 'approve' | 'reject';
  reason?: string;
  by: Proof;
}

export interface DomainAnswer {
  domain: string;
  /** Canonical. */
  name: string;
  team: string;
  state: DomainState;
  /** What the team has to enter. */
  record?: TxtRecord;
  /** The teams whose leads have to decide. */
  awaits: string[];
  purchase?: Purchase;
  delegation?: Delegation;
  note?: string;
}

/** From a namespace's run: it wants to be told when what a team may name below a domain changes. */
export interface DomainWanted {
  namespace: string;
  name: string;
  team: string;
}

/** Which of the domain's names the daily sweep has missed a proof of. */
export interface DomainTick {
  name: string;
}

export interface DomainRecheck {
  looked: number;
  missing: string[];
  unclear: string[];
  /** Domains whose run was ended in Temporal while these namespaces have names below them. */
  unwatched: { domain: string; namespaces: string[] }[];
}

export const addDomainUpdate = defineUpdate<DomainAnswer, [AddDomainMessage]>('addDomain');
export const buyDomainUpdate = defineUpdate<DomainAnswer, [BuyDomainMessage]>('buyDomain');
export const boughtDomainUpdate = defineUpdate<DomainAnswer, [BoughtDomainMessage]>('boughtDomain');
export const removeDomainUpdate = defineUpdate<DomainAnswer, [RemoveDomainMessage]>('removeDomain');
export const transferDomainUpdate = defineUpdate<DomainAnswer, [TransferDomainMessage]>('transferDomain');
export const decideDomainUpdate = defineUpdate<DomainAnswer, [DecideDomainMessage]>('decideDomain');
/** From the daily sweep, which missed a proof. Only a knock, too. */
export const tickSignal = defineSignal<[DomainTick]>('tick');
export const domainWantedSignal = defineSignal<[DomainWanted]>('domainWanted');
export const domainQuery = defineQuery<DomainStatus>('domain');
