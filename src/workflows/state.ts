// The state of one lifecycle run, versioned and JSON-safe: what queries show and what continue-as-new carries over.
import type { Admitted } from '../spec/admission.ts';
import type { ApprovalState } from '../spec/approval.ts';
import type { Problem } from '../spec/errors.ts';
import type { InventoryEntry, ObjectRef } from '../spec/inventory.ts';
import type { Phase } from '../spec/lifecycle.ts';
import type { Blocked, Blocker, Step, TimelineEntry } from '../spec/status.ts';
import type { StartArgument, Submission, SubmitAnswer } from './messages.ts';

export interface LifecycleState {
  v: 1;
  submission: Submission;
  admission: Admitted | null;
  phase: Phase;
  step: Step;
  requestedAt: string;
  provisioningStartedAt?: string;
  readyAt?: string;
  leaseEndsAt?: string;
  approval: ApprovalState | null;
  approvalOpenedAt?: string;
  reminded: boolean;
  /** Set by `cancel` (or a native cancel) while something is in progress. */
  cancelledBy?: string;
  inventory: InventoryEntry[];
  leftAlone: ObjectRef[];
  blocked: Blocked | null;
  /** Since when the namespace is Terminating, and what is still in it. */
  dying?: { since: string; remaining: Blocker[] };
  problems: Problem[];
  timeline: TimelineEntry[];
  /** The newest request ids with the content they came with and what they were answered, oldest first. */
  answered: { requestId: string; bodySha256: string; answer: SubmitAnswer }[];
}

/** What a run begins with: a caller's start argument, or what an earlier run of the same namespace carried over. */
export type LifecycleInput = StartArgument | { resume: LifecycleState };

export const ANSWERED_LENGTH = 100;

/** Reads what an older build carried over. A version that this build does not know stops the task until the right build runs. */
export function upgrade(state: LifecycleState): LifecycleState {
  switch (state.v) {
    case 1:
      return state;
    default:
      throw new Error(`this build reads states of version 1, not ${String((state as { v: unknown }).v)}`);
  }
}

export function freshState(submission: Submission, requestedAt: string): LifecycleState {
  return {
    v: 1,
    submission,
    admission: null,
    phase: 'requested',
    step: 'admitting',
    requestedAt,
    approval: null,
    reminded: false,
    inventory: [],
    leftAlone: [],
    blocked: null,
    problems: [],
    timeline: [{ at: requestedAt, kind: 'request', text: `request ${submission.requestId} received` }],
    answered: [],
  };
}
