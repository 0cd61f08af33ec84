// What people see of one namespace: the same shape in the workflow query, the CLI and the docs. Types only, JSON-safe.
import type { Change } from './admission.ts';
import type { Problem } from './errors.ts';
import type { Effect, InventoryEntry, OwnedRef, Stage } from './inventory.ts';
import type { OperationStep, Phase } from './lifecycle.ts';
import type { Pause } from './switch.ts';

/** What the run waits for and what a person can do about it, in plain words. */
export interface Waiting {
  what: string;
  /** ISO 8601, from Temporal's clock; so are all times here. */
  since: string;
  until?: string;
  todo: string;
}

/** One object that keeps a namespace from dying, as far as the API server tells. */
export interface Blocker {
  kind: string;
  count?: number;
  finalizers?: string[];
  /** Known only for kinds that naas may list. */
  names?: string[];
  /** The command that shows the objects to somebody with more rights. */
  look: string;
}

export interface Blocked {
  phase: Phase;
  step: Step;
  since: string;
  attempts: number;
  problems: Problem[];
  objects: OwnedRef[];
  blockers: Blocker[];
}

/** What was given up by a person: kept for ever, with who and why. */
export interface LeftBehind {
  ref: OwnedRef;
  by: string;
  reason: string;
  at: string;
}

export type OperationKind = 'change' | 'transfer';

/** An operation on a living namespace, beside its phase. */
export interface OperationStatus {
  kind: OperationKind;
  step: OperationStep;
  requestId: string;
  requester: string;
  /** In the requester's words. */
  reason?: string;
  since: string;
  planDigest: string;
  changeDigest: string;
  changes: Change[];
  approval?: { slots: SlotStatus[]; lapsesAt: string };
}

/** How the newest operation that is over ended; nothing of it is left where it was not applied. */
export interface OperationOutcome {
  kind: OperationKind;
  requestId: string;
  planDigest: string;
  outcome: 'applied' | 'rejected' | 'lapsed' | 'cancelled' | 'undone' | 'dropped';
  problems: Problem[];
  at: string;
}

/** Where in its phase a run is. `undoing` is the removal of what a failed or cancelled provisioning left. */
export type Step =
  | Stage
  | 'admitting'
  | 'deciding'
  | 'undoing'
  | 'revoking'
  | 'withdrawing'
  | 'unrouting'
  | 'removing'
  | 'releasing'
  | 'waiting'
  | 'changing';

export interface SlotStatus {
  slot: string;
  why: string;
  users: string[];
  groups: string[];
  decidedBy?: string;
}

export interface Status {
  name: string;
  phase: Phase;
  step: Step;
  team: string;
  project: string;
  environment: string;
  tier: string;
  template: string;
  cluster: string;
  requester: string;
  requestId: string;
  incarnation?: string;
  planDigest?: string;
  changeDigest?: string;
  requestedAt: string;
  /** Set once; the time to it excludes waiting for people. */
  readyAt?: string;
  provisioningStartedAt?: string;
  /** By which it is reached from outside, as they were asked for. */
  hostnames?: string[];
  lease?: { days: number; endsAt?: string };
  approval?: { slots: SlotStatus[]; lapsesAt: string };
  operation?: OperationStatus;
  lastOperation?: OperationOutcome;
  waitsFor?: Waiting;
  blocked?: Blocked;
  /** Until when the name of a deleted namespace rests for its team. */
  quarantinedUntil?: string;
  /** Set while a write of this run waits for `naas resume`. */
  paused?: Pause;
  /** Why it ended as refused, rejected, lapsed, cancelled or failed. */
  problems: Problem[];
  inventory: InventoryEntry[];
  /** Entries of the inventory that were not ours when they were to be removed. */
  leftAlone: OwnedRef[];
  leftBehind: LeftBehind[];
  /** True when no worker answered and only Temporal's own records speak. */
  stale: boolean;
  /** Set when the run was ended past naas (`terminated`, `timed out`): nobody watches the namespace any more. */
  endedInTemporal?: string;
}

/** What `list` shows: from search attributes alone, so that it never wakes a run. */
export interface StatusRow {
  name: string;
  phase: Phase | 'unknown';
  team: string;
  environment: string;
  needsPerson: boolean;
  /** Present while it waits for `naas resume`. */
  paused?: true;
  /** The error of what is blocked, or of a run that ended with one. */
  errorType?: string;
  leaseEnd?: string;
  startedAt: string;
  closedAt?: string;
}

export type TimelineKind = 'request' | 'phase' | 'decision' | 'notice' | 'effect' | 'message' | 'problem';

export interface TimelineEntry {
  at: string;
  kind: TimelineKind;
  text: string;
  /** Who caused it, where a person did. */
  by?: string;
  effect?: Effect;
  /** The request on whose behalf an effect was had. */
  request?: string;
  problem?: Problem;
}

/** The timeline keeps the newest entries only; the audit export keeps all (later). */
export const TIMELINE_LENGTH = 200;
