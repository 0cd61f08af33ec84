// The state of one lifecycle run, versioned and JSON-safe: what queries show and what continue-as-new carries over.
import type { RecordImage } from '../activities/records.ts';
import type { Admitted, ChangeAdmitted } from '../spec/admission.ts';
import type { ApprovalState } from '../spec/approval.ts';
import type { Problem } from '../spec/errors.ts';
import type { InventoryEntry, OwnedRef, Stage } from '../spec/inventory.ts';
import type { OperationStep, Phase } from '../spec/lifecycle.ts';
import type { RecordSet } from '../spec/record-set.ts';
import type {
  Blocked,
  Blocker,
  LeftBehind,
  OperationKind,
  OperationOutcome,
  Step,
  TimelineEntry,
} from '../spec/status.ts';
import type { Pause } from '../spec/switch.ts';
import type { ChangeAnswer, StartArgument, Submission, SubmitAnswer } from './messages.ts';

/** What people are asked to decide, be it the first request or an operation: both keep it in the same fields. */
export interface Asked {
  admission: Admitted | null;
  approval: ApprovalState | null;
  approvalOpenedAt?: string;
  reminded: boolean;
  /** Set by `cancel` (or a native cancel) while it is in progress. */
  cancelledBy?: string;
  problems: Problem[];
}

/** From what stands to what is wanted, object by object. */
export interface Transition {
  kind: OperationKind | 'adopt' | 'recover';
  admission: ChangeAdmitted;
  /** gzip + base64 of what stood there before (PreImage[]); set before the first write. */
  images?: string;
  /** Of the record sets that it may touch; set before the first write. */
  recordImages?: RecordImage[];
  /** What answered before, by whoever published it. */
  answeredBefore?: Pick<LifecycleState, 'published' | 'awaited' | 'entered'>;
  /** How far it came: each is listed before its first write. */
  reached: (Stage | 'names' | 'withdrawal' | 'removal')[];
  /** Reference keys of what an operator has given up of its undo. */
  givenUp: string[];
}

/** A change or a transfer beside the phase `ready`; gone when it is applied, refused, dropped or undone. */
export interface Operation extends Asked, Transition {
  kind: OperationKind;
  step: OperationStep;
  requestId: string;
  startedAt: string;
  /** In the words of who asked for it; approvers read it. */
  reason?: string;
  admission: ChangeAdmitted;
}

export interface LifecycleState extends Asked {
  v: 2;
  submission: Submission;
  phase: Phase;
  step: Step;
  requestedAt: string;
  provisioningStartedAt?: string;
  readyAt?: string;
  leaseEndsAt?: string;
  /** Until then a lost attempt of the provisioning may still write. */
  lostUntil?: string;
  /** While a namespace that stood already is adopted or recovered. */
  takeover?: Transition;
  /** The request that holds after a change; absent: the submitted one. */
  wanted?: { requestId: string; request: unknown };
  operation: Operation | null;
  lastOperation?: OperationOutcome;
  /** The domains whose proof it waits for, before anything is made. */
  awaitsDomains?: { domains: string[]; since: string };
  /** Somebody knocked: what its team holds of a domain may be another now. */
  domainMoved?: true;
  /** With the gateway's addresses filled in; set before the first of them is written. */
  published?: RecordSet[];
  /** What somebody else publishes, as it is waited for. */
  awaited?: RecordSet[];
  /** What its team enters at the DNS of its own domain. */
  entered?: RecordSet[];
  /** Since when it is waited for, and until when. */
  entering?: { since: string; until: string };
  /** By name, until when caches may still know a record that was taken away. */
  knownUntil?: Record<string, string>;
  inventory: InventoryEntry[];
  leftAlone: OwnedRef[];
  leftBehind: LeftBehind[];
  blocked: Blocked | null;
  /** Set while a write waits for `naas resume`; what it interrupts stays as it is. */
  paused?: Pause;
  /** Of the newest proofs that counted, whatever they were of: each counts once. */
  nonces?: string[];
  /** Since when the namespace is Terminating, and what is still in it. */
  dying?: { since: string; remaining: Blocker[] };
  /** Until when the name of a deleted namespace rests; deleted when somebody of its team takes it before. */
  quarantinedUntil?: string;
  timeline: TimelineEntry[];
  /** The newest request ids with the content they came with and what they were answered, oldest first. */
  answered: { requestId: string; bodySha256: string; answer: SubmitAnswer | ChangeAnswer }[];
}

/** The last of these moments; of ISO 8601 in UTC the latest is the greatest text. */
export function knownUntil({ knownUntil: times = {} }: LifecycleState): string | undefined {
  return Object.values(times).sort().at(-1);
}

/** What a run begins with: a caller's start argument, or what an earlier run of the same namespace carried over. */
export type LifecycleInput = StartArgument | { resume: LifecycleState };

/** A proof lives for minutes; in that time nobody sends this many messages about one namespace. */
export const NONCES_LENGTH = 100;

/** Reads what an older build carried over. A version that this build does not know stops the task until the right build runs. */
export function upgrade(state: LifecycleState | EarlierState): LifecycleState {
  switch (state.v) {
    case 1:
      return { ...state, v: 2, operation: null, leftBehind: [] };
    case 2:
      return state;
    default:
      throw new Error(`this build reads states of version 1 and 2, not ${String((state as { v: unknown }).v)}`);
  }
}

/** Before there were operations. */
type EarlierState = Omit<LifecycleState, 'v' | 'operation' | 'leftBehind'> & { v: 1 };

export function freshState(submission: Submission, requestedAt: string): LifecycleState {
  return {
    v: 2,
    submission,
    admission: null,
    phase: 'requested',
    step: 'admitting',
    requestedAt,
    approval: null,
    reminded: false,
    operation: null,
    inventory: [],
    leftAlone: [],
    leftBehind: [],
    blocked: null,
    problems: [],
    timeline: [{ at: requestedAt, kind: 'request', text: `request ${submission.requestId} received` }],
    answered: [],
  };
}
