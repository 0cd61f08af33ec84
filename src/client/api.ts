// The client's surface: what a caller can do and what it gets. Types only; loading this loads nothing.
import type { DomainState } from '../spec/domain-lifecycle.ts';
import type { DomainStatus } from '../spec/domain-status.ts';
import type { Proof } from '../spec/proof.ts';
import type { Money } from '../spec/spec.ts';
import type { Status, StatusRow, TimelineEntry } from '../spec/status.ts';
import type { DomainAnswer } from '../workflows/domain-contract.ts';
import type {
  CancelMessage,
  ChangeAnswer,
  DecideAnswer,
  PhaseAnswer,
  PlanAnswer,
  PreviewAnswer,
  RequestAnswer,
  SkipMessage,
  SubmitAnswer,
} from '../workflows/messages.ts';

/**
 * Signs the claims of one message as the caller: adds subject, groups, nonce and expiry, returns a compact JWS. Where the
 * installation trusts Temporal itself (`trust: temporal` in its catalog), it may return {subject, groups} instead.
 */
export type Prove = (claims: Record<string, unknown>) => Promise<Proof>;

export interface NaasClientOptions {
  /** Temporal's host:port; without it TEMPORAL_ADDRESS and Temporal's own configuration files count. */
  address?: string;
  /** Temporal namespace; default `default`. */
  namespace?: string;
  taskQueue?: string;
  prove: Prove;
  /** After this a call ends as `Unknown`: it may still run. Default 10,000. */
  deadlineMs?: number;
}

export interface SubmitOptions {
  /**
   * Makes the call repeatable: the same id and content answer the same. Default: a new one; the same content by the same
   * person is recognised all the same while the namespace lives.
   */
  requestId?: string;
}

export interface DecideOptions {
  decision: 'approve' | 'reject';
  reason?: string;
  /** The digests that were looked at; without them the client decides on what stands there now. */
  planDigest?: string;
  changeDigest?: string;
}

export type EndOptions = Partial<Pick<CancelMessage, 'requestId' | 'reason'>>;

export interface ChangeOptions {
  requestId?: string;
  /** The plan that was looked at: refused when another one holds by now. */
  basedOn?: string;
  reason?: string;
}

export type TransferOptions = Omit<ChangeOptions, 'basedOn'>;

export type GivingUpOptions = Pick<SkipMessage, 'reason'> & { requestId?: string };
export type SkipOptions = GivingUpOptions & Pick<SkipMessage, 'objects'>;

export interface ListFilter {
  team?: string;
  phase?: string;
  environment?: string;
  /** What blocks it, or ended it: a name of the table in spec/errors.ts. */
  errorType?: string;
  /** Runs that are over as well. */
  closed?: boolean;
}

/** One request that waits for a person. */
export interface InboxItem {
  name: string;
  status: Status;
  /** null when no worker answered for this one. */
  plan: PlanAnswer | null;
  /** As it was written; of an operation the one that holds, which the operation would change. */
  request: RequestAnswer | null;
}

/** How often a proof was looked for since it was last asked for, what the last look saw, and when the next one is. */
export interface DomainLook {
  times: number;
  saw?: string;
  nextAt?: string;
}

export interface DomainView extends DomainStatus {
  /** The canonical spelling of what was asked for. */
  asked: string;
  looks: DomainLook[];
}

export interface DomainRow {
  /** What somebody registered, such as example.org. */
  domain: string;
  name: string;
  team: string;
  state: DomainState;
  since: string;
  until?: string;
}

export interface DomainFilter {
  team?: string;
  state?: DomainState;
}

export interface AddDomainOptions {
  requestId?: string;
  /** naas makes a zone for the name, once it is proven; the team enters its NS set above it. */
  delegate?: boolean;
}

/** Domains that teams bring along; names in any spelling. */
export interface DomainClient {
  /** Registers a name and all below it; sent again it has the proof looked for at once. */
  add(name: string, team: string, options?: AddDomainOptions): Promise<DomainAnswer>;
  /** Asks that a whole domain is bought; people approve it, with its price. */
  buy(name: string, team: string, options?: EndOptions): Promise<DomainAnswer>;
  /** For whoever bought it. */
  bought(name: string, team: string, price: Money, options?: { requestId?: string }): Promise<DomainAnswer>;
  status(name: string): Promise<DomainView>;
  list(filter?: DomainFilter): AsyncIterable<DomainRow>;
  /** `team`: where several wait for the same name. */
  remove(name: string, options?: EndOptions & { team?: string }): Promise<DomainAnswer>;
  /** Asks the team that holds it to give it to another. */
  transfer(name: string, team: string, options?: EndOptions): Promise<DomainAnswer>;
  /** For leads of a team whose domain another team asks for, or overlaps. */
  decide(name: string, team: string, decision: 'approve' | 'reject', options?: EndOptions): Promise<DomainAnswer>;
}

/** Every method throws NaasError with a code of the table in spec/errors.ts. */
export interface NaasClient {
  domains: DomainClient;
  submit(request: unknown, options?: SubmitOptions): Promise<SubmitAnswer>;
  /**
   * Takes over a namespace that was never naas's, once an administrator has marked it for exactly this request id:
   * `adopt.naas.dev/allow: <request id>`.
   */
  adopt(request: unknown, options: Required<SubmitOptions>): Promise<SubmitAnswer>;
  /** For operators: starts a lost run again from what the cluster holds. */
  recover(name: string, options?: SubmitOptions): Promise<SubmitAnswer>;
  preview(request: unknown): Promise<PreviewAnswer>;
  decide(name: string, options: DecideOptions): Promise<DecideAnswer>;
  /** Falls back to Temporal's own records after 2 s without a worker, marked stale. */
  status(name: string): Promise<Status>;
  /** Yields each time something that a person would notice has changed, until an end phase or the signal. */
  watch(name: string, options?: { signal?: AbortSignal; intervalMs?: number }): AsyncIterable<Status>;
  list(filter?: ListFilter): AsyncIterable<StatusRow>;
  /** What waits for one of these: `{user: 'ada@example.com', groups: ['shop-leads']}`. */
  approvals(who: { user: string; groups: string[] }): Promise<InboxItem[]>;
  /** The whole wanted state of a living namespace; waits for admission only. */
  change(name: string, request: unknown, options?: ChangeOptions): Promise<ChangeAnswer>;
  transfer(name: string, team: string, options?: TransferOptions): Promise<ChangeAnswer>;
  /** For operators of a blocked namespace: another try at once. */
  retry(name: string, options?: { requestId?: string }): Promise<PhaseAnswer>;
  /** The blocking objects stay as they are, listed with the reason. */
  /** With `objects` nothing else is given up, whatever blocks by then. */
  skip(name: string, options: SkipOptions): Promise<PhaseAnswer>;
  abandon(name: string, options: GivingUpOptions): Promise<PhaseAnswer>;
  plan(name: string): Promise<PlanAnswer | null>;
  /** The request that holds, as it was written; null before it was admitted. */
  request(name: string): Promise<RequestAnswer | null>;
  history(name: string): Promise<TimelineEntry[]>;
  teardown(name: string, options?: EndOptions): Promise<PhaseAnswer>;
  cancel(name: string, options?: EndOptions): Promise<PhaseAnswer>;
  close(): Promise<void>;
}
