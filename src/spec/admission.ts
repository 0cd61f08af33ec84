// The recorded answer of `admit`: everything a run decides on later. Types only, JSON-safe; kept in Temporal's history.
import type { ApprovalPolicy, People, Sender } from './approval.ts';
import type { Problem } from './errors.ts';
import type { FieldPath } from './field-path.ts';
import type { GatewaySpec } from './gateway-spec.ts';
import type { ByStage, InventoryEntry, ObjectRef, OwnedRef } from './inventory.ts';
import type { PlannedReach } from './reach.ts';
import type { RecordSet } from './record-set.ts';
import type { NamespaceSpec } from './spec.ts';

export interface Change {
  verb: 'create' | 'change' | 'keep' | 'remove' | 'conflict';
  ref: OwnedRef;
  /** Paths of our fields that differ from the live object; empty for create, keep and remove. */
  fields: string[];
  /** By path: what stands there and what would, as short JSON; for those who read, so no digest counts it. */
  values?: Record<string, { from?: string; to?: string }>;
}

/** How patient a run is; from the catalog, recorded, so that a replay sees the same numbers. */
export interface Timing {
  /** After this an unfinished stage counts as failed and is undone. */
  stageTimeoutSeconds: number;
  heartbeatSeconds: number;
  /** First pause of a blocked removal before it is tried again; grows to `blockedRetryMaxSeconds`. */
  blockedRetrySeconds: number;
  blockedRetryMaxSeconds: number;
  /** How long a name rests after its deletion before another team may take it. Absent: not at all. */
  quarantineMinutes?: number;
  /** A run this long is carried over into a fresh history at its next quiet moment. */
  continueAsNewAfterEvents: number;
}

/** The objects of one stage, rendered and stamped: gzip + base64 of a JSON array. What was approved is what is applied. */
export type PackedStage = string;

/** `submit`: who may request in the name of its team; they may take the name again before its quarantine is over. */
export type RightName = 'submit' | 'change' | 'transfer' | 'teardown' | 'cancel';
export type Rights = Record<RightName, People>;

/** What is claimed, routed and published beside the objects of the stages. */
export interface AdmittedReach extends PlannedReach {
  gateway: GatewaySpec;
  /** The zones among those of its records that a team has handed over. Absent: none. */
  handedOver?: string[];
  /** By zone: how long a name rests after it was taken away, beyond the time for which caches know it. */
  quarantineMinutes: Record<string, number>;
  /** Who naas is in a zone that others write as well. */
  installation: string;
}

export interface Admitted {
  verdict: 'admitted';
  sender: Sender;
  requestSha256: string;
  spec: NamespaceSpec;
  incarnation: string;
  planDigest: string;
  changeDigest: string;
  changes: Change[];
  /** What is worth knowing before it is decided; absent: nothing. */
  notices?: string[];
  stages: ByStage<PackedStage>;
  refs: ByStage<ObjectRef[]>;
  /** Absent without hostnames. */
  reach?: AdmittedReach;
  approval: ApprovalPolicy;
  /** Who may send what to this namespace from now on. */
  rights: Rights;
  timing: Timing;
  /** Only for a run that was started again over a namespace that stands. */
  recovered?: Recovered;
  /** Whoever `sender` is, they own nothing of it: who does is not known any more. */
  ownerless?: true;
}

export interface Recovered {
  /** When naas made the namespace, by the API server; its lease counts from there. Absent where it was adopted. */
  since?: string;
  terminating: boolean;
  /** What was once written is not kept on the cluster, only what came of it: that, written out whole. */
  request: unknown;
  /** By reference key, of all that stands. */
  uids: Record<string, string>;
  /** The record sets of this life that answer. */
  published?: RecordSet[];
  /** What carries the mark of this life and is in the plan no more: the change that was to take it away was lost. */
  surplus?: InventoryEntry[];
}

export interface Refused {
  verdict: 'refused';
  problems: Problem[];
}

export type Admission = Admitted | Refused;

/** A wanted state for a living namespace, held against what is applied and what is live. */
export interface ChangeAdmitted extends Admitted {
  /** Who asked for the change; `sender` stays the owner of the namespace. */
  by: Sender;
  /** The request that is wanted from now on; a transfer makes it from the one that holds. */
  request: unknown;
  /** What the applied plan holds and the wanted one does not. */
  removals: InventoryEntry[];
  /** By reference key: places that the applied plan sets in an object and the wanted one does not. */
  dropped: Record<string, FieldPath[]>;
  /** What whoever takes a transfer over may do from then on. */
  ownerRights?: RightName[];
}

export type ChangeAdmission = ChangeAdmitted | Refused | { verdict: 'unchanged'; by: Sender };
