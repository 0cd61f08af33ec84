// The public contract of the lifecycle workflow: every update, signal and query with its payload, and what workflows there are.
// Callers import it; it decides nothing. A change here is a change for every caller: schemas/messages.json is generated from it, and a test holds it
// to what was released.
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Change } from '../spec/admission.ts';
import type { DomainStatus } from '../spec/domain-status.ts';
import type { Problem } from '../spec/errors.ts';
import type { ByStage } from '../spec/inventory.ts';
import type { OperationStep, Phase } from '../spec/lifecycle.ts';
import type { OrphanReport } from '../spec/orphans.ts';
import type { Proof } from '../spec/proof.ts';
import type { OperationKind, Status, TimelineEntry } from '../spec/status.ts';
import type { DomainRecheck } from './domain-contract.ts';

export interface Submission {
  /** Makes the call repeatable: the same id and content answer the same. */
  requestId: string;
  /** `adopt` takes over a namespace that was never naas's; `recover` starts a lost run again (request: {name}). */
  mode: 'create' | 'adopt' | 'recover';
  /** The request as written by a person, parsed from YAML or JSON but not yet trusted. */
  request: unknown;
  /** Compact JWS of {subject, groups, message, namespace, bodySha256 of {mode, request}, nonce, iat, exp}, or an unsigned claim. */
  by: Proof;
}

/** The start argument of a lifecycle: it carries the request too, so that one whose update is lost still proceeds. */
export interface StartArgument {
  submission: Submission;
}

export interface SubmitAnswer {
  name: string;
  phase: Phase;
  requestId: string;
  planDigest: string;
  changeDigest: string;
  /** Empty when the request was approved by policy. */
  awaits: { slot: string; why: string; users: string[]; groups: string[] }[];
}

/** A whole wanted state for a living namespace; what is not said in it falls back to the catalog's defaults. */
export interface ChangeMessage {
  requestId: string;
  request: unknown;
  /** The applied plan that the sender looked at; the change is refused when another one holds by now. */
  basedOn?: string;
  reason?: string;
  by: Proof;
}

/** Hands the namespace over to another team of the catalog: their people, their cost; everything else of it stays. */
export interface TransferMessage {
  requestId: string;
  team: string;
  reason?: string;
  by: Proof;
}

export interface ChangeAnswer {
  name: string;
  requestId: string;
  phase: Phase;
  /** Absent when nothing had to be changed. */
  operation?: { kind: OperationKind; step: OperationStep };
  planDigest: string;
  changeDigest: string;
  changes: Change[];
  /** Empty when the change was approved by policy. */
  awaits: { slot: string; why: string; users: string[]; groups: string[] }[];
  note?: string;
}

export interface DecisionMessage {
  /** Compact JWS of {subject, groups, namespace, incarnation, planDigest, changeDigest, decision, nonce, iat, exp}, or an unsigned claim. */
  proof: Proof;
  planDigest: string;
  changeDigest: string;
  decision: 'approve' | 'reject';
  reason?: string;
}

export interface DecideAnswer {
  slot: string;
  decision: 'approve' | 'reject';
  phase: Phase;
  /** Slots that are still open. */
  awaits: string[];
}

export interface TeardownMessage {
  requestId: string;
  reason?: string;
  by: Proof;
}

export interface CancelMessage {
  requestId: string;
  reason?: string;
  by: Proof;
}

export interface RetryMessage {
  requestId: string;
  by: Proof;
}

/** Gives up the objects that block: they stay as they are, listed with the reason for ever. */
export interface SkipMessage {
  requestId: string;
  reason: string;
  /** What the sender saw blocking, such as `ConfigMap shop-cart-dev/naas-information`: if it is another by now, nothing is given up. */
  objects?: string[];
  by: Proof;
}

/** Ends the run of a blocked namespace; what is left of it is listed. */
export interface AbandonMessage {
  requestId: string;
  reason: string;
  by: Proof;
}

export interface PhaseAnswer {
  phase: Phase;
  /** Said when nothing new began. */
  note?: string;
}

/** What an approver decides on: the digests, the verbs per object and the rendered objects, packed by stage. */
export interface PlanAnswer {
  planDigest: string;
  changeDigest: string;
  incarnation: string;
  changes: Change[];
  /** What is worth knowing before it is decided. */
  notices?: string[];
  /** gzip + base64 of a JSON array of objects. */
  stages: ByStage<string>;
  /** What it belongs to: the first request, or an operation on the living namespace. */
  kind: 'request' | OperationKind;
}

/** The request that holds, as it was written: what a change is made from. */
export interface RequestAnswer {
  requestId: string;
  request: unknown;
  planDigest: string;
}

/** To a namespace's run. Only a knock: whoever is told looks for itself, because anybody may signal. */
export interface DomainMoved {
  domain: string;
  name: string;
}

export const domainMovedSignal = defineSignal<[DomainMoved]>('domainMoved');

export const submitUpdate = defineUpdate<SubmitAnswer, [Submission]>('submit');
export const changeUpdate = defineUpdate<ChangeAnswer, [ChangeMessage]>('change');
export const transferUpdate = defineUpdate<ChangeAnswer, [TransferMessage]>('transfer');
export const decideUpdate = defineUpdate<DecideAnswer, [DecisionMessage]>('decide');
export const teardownUpdate = defineUpdate<PhaseAnswer, [TeardownMessage]>('teardown');
export const cancelUpdate = defineUpdate<PhaseAnswer, [CancelMessage]>('cancel');
export const retryUpdate = defineUpdate<PhaseAnswer, [RetryMessage]>('retry');
export const skipUpdate = defineUpdate<PhaseAnswer, [SkipMessage]>('skip');
export const abandonUpdate = defineUpdate<PhaseAnswer, [AbandonMessage]>('abandon');

/** The same as `decide` for callers that can only signal; an invalid one is recorded and shown, never dropped. */
export const decisionSignal = defineSignal<[DecisionMessage]>('decision');

export const statusQuery = defineQuery<Status>('status');
export const planQuery = defineQuery<PlanAnswer | null>('plan');
export const requestQuery = defineQuery<RequestAnswer | null>('request');
export const historyQuery = defineQuery<TimelineEntry[]>('history');

/** What `preview` answers: the verdict and the plan, with no effect anywhere. */
export interface PreviewAnswer {
  problems: Problem[];
  plan: PlanAnswer | null;
  approval: { rule: string; awaits: { slot: string; why: string; users: string[]; groups: string[] }[] } | null;
}

export interface PreviewArgument {
  /** The name that the request comes to. */
  name: string;
  /** Its `by` names the message `preview`: what was signed to look requests nothing. */
  submission: Submission;
}

/** The workflows that a caller may start, by type: what each is started with and what it ends with. */
export interface Workflows {
  namespaceLifecycle(argument: StartArgument): Promise<Status>;
  preview(argument: PreviewArgument): Promise<PreviewAnswer>;
  /** Started by its Schedule; by hand where somebody wants to know at once. */
  orphanSweep(argument: { graceMinutes: number }): Promise<OrphanReport>;
  /** Started by the first `addDomain` or `buyDomain`, as `domain:` and the registrable domain; over when nobody holds anything of it. */
  domainLifecycle(): Promise<DomainStatus>;
  /** Started by its Schedule; by hand where somebody wants to know at once. */
  domainRecheck(): Promise<DomainRecheck>;
}
