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
  'abandoned',
] as const;
export type Phase = (typeof PHASES)[number];

/** Where an operation on a living namespace is. It runs beside the phase, which stays `ready`. */
export type OperationStep = 'awaiting-approval' | 'applying' | 'undoing';

/** A phase, and with a `+` the step of the operation beside it; `blocked+undoing` is an undo of one that cannot go on. */
export const SITUATIONS = [
  ...PHASES,
  'ready+awaiting-approval',
  'ready+applying',
  'ready+undoing',
  'blocked+undoing',
] as const;
export type Situation = (typeof SITUATIONS)[number];

export function situationOf(phase: Phase, operation: { step: OperationStep } | null): Situation {
  if (operation === null) return phase;
  if (phase === 'ready') return `ready+${operation.step}`;
  return phase === 'blocked' ? 'blocked+undoing' : phase;
}

export const QUERIES = ['status', 'plan', 'history', 'request'] as const;
export const MESSAGES = [
  'submit',
  'change',
  'transfer',
  'decide',
  'decision',
  'teardown',
  'cancel',
  'retry',
  'skip',
  'abandon',
  ...QUERIES,
] as const;
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
const readable = { status: accept, plan: accept, history: accept, request: accept } as const;

const taken = refuse('Conflict', 'the name is held by a namespace that another request made');
const notWaiting = refuse('NotAwaitingApproval', 'nothing waits for a decision');
const undecided = { decide: notWaiting, decision: notWaiting } as const;
const over = refuse('Ended', 'this run is over');
const notBlocked = refuse('NotBlocked', 'nothing is blocked');
const free = { retry: notBlocked, skip: notBlocked, abandon: notBlocked } as const;
const mended = { retry: accept, skip: accept, abandon: accept } as const;
const unchangeable = (cell: Cell) => ({ change: cell, transfer: cell }) as const;

const ended = {
  ...readable,
  submit: over,
  ...unchangeable(over),
  decide: over,
  decision: over,
  teardown: over,
  cancel: over,
  retry: over,
  skip: over,
  abandon: over,
} as const;

const checking = refuse('NotAwaitingApproval', 'the request is still being checked');
const goesAway = refuse('RemovalBegun', 'the namespace is being removed');
const oneAtATime = (why: string): Cell => refuse('StaleDigest', why);

export const LIFECYCLE: Record<Situation, Record<MessageName, Cell>> = {
  requested: {
    ...readable,
    ...free,
    ...unchangeable(refuse('StillInProgress', 'the request is still being checked')),
    submit: accept,
    decide: checking,
    decision: checking,
    teardown: refuse('StillInProgress', 'the request is still being checked; cancel it instead'),
    cancel: accept,
  },
  'awaiting-approval': {
    ...readable,
    ...free,
    ...unchangeable(refuse('StillInProgress', 'nothing exists yet; cancel the request and send another one')),
    submit: taken,
    decide: accept,
    decision: accept,
    teardown: refuse('StillInProgress', 'nothing exists yet; cancel the request instead'),
    cancel: accept,
  },
  provisioning: {
    ...readable,
    ...free,
    ...undecided,
    ...unchangeable(refuse('StillInProgress', 'the namespace is being made; change it when it is ready')),
    submit: taken,
    teardown: refuse('StillInProgress', 'the namespace is being made; cancel undoes it'),
    cancel: accept,
  },
  ready: {
    ...readable,
    ...free,
    ...undecided,
    ...unchangeable(accept),
    submit: taken,
    teardown: accept,
    cancel: refuse('NothingInProgress', 'nothing is in progress; use delete'),
  },
  'ready+awaiting-approval': {
    ...readable,
    ...free,
    ...unchangeable(oneAtATime('another change waits for its approval')),
    submit: taken,
    decide: accept,
    decision: accept,
    teardown: accept,
    cancel: accept,
  },
  'ready+applying': {
    ...readable,
    ...free,
    ...undecided,
    ...unchangeable(oneAtATime('another change is being applied')),
    submit: taken,
    teardown: refuse('StillInProgress', 'a change is being applied; cancel undoes it'),
    cancel: accept,
  },
  'ready+undoing': {
    ...readable,
    ...free,
    ...undecided,
    ...unchangeable(oneAtATime('another change is being undone')),
    submit: taken,
    teardown: refuse('StillInProgress', 'a change is being undone; delete the namespace when that is over'),
    cancel: once('it is being undone already'),
  },
  deleting: {
    ...readable,
    ...free,
    ...undecided,
    ...unchangeable(goesAway),
    submit: refuse('Conflict', 'the name is held by a namespace that is being deleted'),
    teardown: once('it is being deleted already'),
    cancel: refuse('RemovalBegun', 'the removal has begun and cannot be taken back'),
  },
  blocked: {
    ...readable,
    ...mended,
    ...undecided,
    ...unchangeable(goesAway),
    submit: refuse('Conflict', 'the name is held by a namespace whose removal is blocked'),
    teardown: once('it is being removed already and waits for its blocker'),
    cancel: refuse('RemovalBegun', 'the removal has begun and cannot be taken back'),
  },
  'blocked+undoing': {
    ...readable,
    ...mended,
    ...undecided,
    ...unchangeable(oneAtATime('another change is being undone, and that is blocked')),
    submit: taken,
    teardown: accept,
    cancel: once('it is being undone already and waits for its blocker'),
  },
  deleted: ended,
  refused: ended,
  rejected: ended,
  lapsed: ended,
  cancelled: ended,
  failed: ended,
  abandoned: ended,
};

/** Every step that a run may take from one phase to the next; anything else is a defect. */
export const TRANSITIONS: Record<Phase, readonly Phase[]> = {
  requested: ['refused', 'awaiting-approval', 'provisioning', 'deleting', 'cancelled'],
  'awaiting-approval': ['provisioning', 'rejected', 'lapsed', 'cancelled'],
  provisioning: ['ready', 'failed', 'blocked'],
  ready: ['deleting', 'blocked'],
  deleting: ['deleted', 'blocked'],
  blocked: ['provisioning', 'ready', 'deleting', 'abandoned'],
  deleted: [],
  refused: [],
  rejected: [],
  lapsed: [],
  cancelled: [],
  failed: [],
  abandoned: [],
};

export function isEnd(phase: Phase): boolean {
  return TRANSITIONS[phase].length === 0;
}
