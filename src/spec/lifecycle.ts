// The lifecycle as data: which message is accepted in which phase, and which phase follows which. Pure and total:
// a new phase or message does not compile until every cell is filled. Workflows ask it, docs are generated from it.
import type { ErrorName } from './errors.ts';

export const PHASES = [
  'requested',
  'awaiting-approval',
  'provisioning',
  'ready',
  'deleting',
  'blocked',
  'deleted',
  'refused',
  'rejected',
  'lapsed',
  'cancelled',
  'failed',
] as const;
export type Phase = (typeof PHASES)[number];

export const MESSAGES = ['submit', 'decide', 'decision', 'teardown', 'cancel', 'status', 'plan', 'history'] as const;
export type MessageName = (typeof MESSAGES)[number];

/** `once`: accepted, and found to be done or under way already, so nothing new begins. */
export type Cell =
  | { answer: 'accept' }
  | { answer: 'once'; why: string }
  | { answer: 'refuse'; code: ErrorName; why: string };

const accept: Cell = { answer: 'accept' };
const once = (why: string): Cell => ({ answer: 'once', why });
const refuse = (code: ErrorName, why: string): Cell => ({ answer: 'refuse', code, why });

/** Queries only read, in every phase. */
const readable = { status: accept, plan: accept, history: accept } as const;

const taken = refuse('Conflict', 'the name is held by a namespace that another request made');
const notWaiting = refuse('NotAwaitingApproval', 'nothing waits for a decision');
const over = refuse('Ended', 'this run is over');

const ended = { ...readable, submit: over, decide: over, decision: over, teardown: over, cancel: over } as const;

export const LIFECYCLE: Record<Phase, Record<MessageName, Cell>> = {
  requested: {
    ...readable,
    submit: accept,
    decide: refuse('NotAwaitingApproval', 'the request is still being checked'),
    decision: refuse('NotAwaitingApproval', 'the request is still being checked'),
    teardown: refuse('StillInProgress', 'the request is still being checked; cancel it instead'),
    cancel: accept,
  },
  'awaiting-approval': {
    ...readable,
    submit: taken,
    decide: accept,
    decision: accept,
    teardown: refuse('StillInProgress', 'nothing exists yet; cancel the request instead'),
    cancel: accept,
  },
  provisioning: {
    ...readable,
    submit: taken,
    decide: notWaiting,
    decision: notWaiting,
    teardown: refuse('StillInProgress', 'the namespace is being made; cancel undoes it'),
    cancel: accept,
  },
  ready: {
    ...readable,
    submit: taken,
    decide: notWaiting,
    decision: notWaiting,
    teardown: accept,
    cancel: refuse('NothingInProgress', 'nothing is in progress; use delete'),
  },
  deleting: {
    ...readable,
    submit: refuse('Conflict', 'the name is held by a namespace that is being deleted'),
    decide: notWaiting,
    decision: notWaiting,
    teardown: once('it is being deleted already'),
    cancel: refuse('RemovalBegun', 'the removal has begun and cannot be taken back'),
  },
  blocked: {
    ...readable,
    submit: refuse('Conflict', 'the name is held by a namespace whose removal is blocked'),
    decide: notWaiting,
    decision: notWaiting,
    teardown: once('it is being removed already and waits for its blocker'),
    cancel: refuse('RemovalBegun', 'the removal has begun and cannot be taken back'),
  },
  deleted: ended,
  refused: ended,
  rejected: ended,
  lapsed: ended,
  cancelled: ended,
  failed: ended,
};

/** Every step that a run may take from one phase to the next; anything else is a defect. */
export const TRANSITIONS: Record<Phase, readonly Phase[]> = {
  requested: ['refused', 'awaiting-approval', 'provisioning', 'cancelled'],
  'awaiting-approval': ['provisioning', 'rejected', 'lapsed', 'cancelled'],
  provisioning: ['ready', 'failed', 'blocked'],
  ready: ['deleting'],
  deleting: ['deleted', 'blocked'],
  blocked: ['provisioning', 'deleting'],
  deleted: [],
  refused: [],
  rejected: [],
  lapsed: [],
  cancelled: [],
  failed: [],
};

export function isEnd(phase: Phase): boolean {
  return TRANSITIONS[phase].length === 0;
}
