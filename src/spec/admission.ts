// The recorded answer of `admit`: everything a run decides on later. Types only, JSON-safe; kept in Temporal's history.
import type { ApprovalPolicy, People, Sender } from './approval.ts';
import type { Problem } from './errors.ts';
import type { ObjectRef, Stage } from './inventory.ts';
import type { NamespaceSpec } from './spec.ts';

export interface Change {
  verb: 'create' | 'change' | 'keep' | 'conflict';
  ref: ObjectRef;
  /** Paths of our fields that differ from the live object; empty for create and keep. */
  fields: string[];
}

/** How patient a run is; from the catalog, recorded, so that a replay sees the same numbers. */
export interface Timing {
  /** After this an unfinished stage counts as failed and is undone. */
  stageTimeoutSeconds: number;
  heartbeatSeconds: number;
  /** First pause of a blocked removal before it is tried again; grows to `blockedRetryMaxSeconds`. */
  blockedRetrySeconds: number;
  blockedRetryMaxSeconds: number;
  /** A run this long is carried over into a fresh history at its next quiet moment. */
  continueAsNewAfterEvents: number;
}

/** The objects of one stage, rendered and stamped: gzip + base64 of a JSON array. What was approved is what is applied. */
export type PackedStage = string;

export interface Admitted {
  verdict: 'admitted';
  sender: Sender;
  requestSha256: string;
  spec: NamespaceSpec;
  incarnation: string;
  planDigest: string;
  changeDigest: string;
  changes: Change[];
  stages: Record<Stage, PackedStage>;
  refs: Record<Stage, ObjectRef[]>;
  approval: ApprovalPolicy;
  /** Who may send what to this namespace from now on. */
  rights: { teardown: People; cancel: People };
  timing: Timing;
}

export interface Refused {
  verdict: 'refused';
  problems: Problem[];
}

export type Admission = Admitted | Refused;
