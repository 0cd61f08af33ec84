// The state of one lifecycle run, versioned and JSON-safe: what queries show and what continue-as-new carries over.
import type { Admitted } from '../spec/admission.ts';
import type { ApprovalState } from '../spec/approval.ts';
import type { InventoryEntry, ObjectRef } from '../spec/inventory.ts';
import type { Phase } from '../spec/lifecycle.ts';
import type { Problem } from '../spec/errors.ts';
import type { Blocked, Step, TimelineEntry } from '../spec/status.ts';
import type { SubmitAnswer, Submission } from './messages.ts';

/** Which ends a removal leads to: a failed provisioning, a cancelled one, or a teardown. */
export type RemovalEnd = 'failed' | 'deleted';

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
  inventory: InventoryEntry[];
  leftAlone: ObjectRef[];
  blocked: Blocked | null;
  problems: Problem[];
  timeline: TimelineEntry[];
  /** The last 100 request ids with the body they came with and what they were answered, oldest first. */
  answered: { requestId: string; bodySha256: string; answer: SubmitAnswer }[];
}

export const ANSWERED_LENGTH = 100;
