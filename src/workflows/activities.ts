// The activity proxies, one per kind of work, each option with its reason. Types of activities only; no effect lives here.
import { ActivityCancellationType, type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Timing } from '../spec/admission.ts';
import type { ErrorName } from '../spec/errors.ts';

/**
 * Quick at first, because most faults are a lost connection; then slow, so that a struggling API is left in peace. Which
 * errors are not retried at all the activities say themselves, from the table in spec/errors.
 */
const RETRY = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 10_000 } as const;
/** A refusal by the switch is for the run to hear at once: it waits until naas is resumed, however long that takes. */
const WRITE_RETRY = { ...RETRY, nonRetryableErrorTypes: ['Paused' satisfies ErrorName] };
const FEW_TRIES = { ...WRITE_RETRY, maximumAttempts: 4 };

/**
 * Reads and the writes of a stage last well under a second, so this heartbeat is never sent and costs nothing; it only tells a
 * killed worker sooner than the catalog's, which is for removals that last.
 */
const QUICK_HEARTBEAT_MS = 4_000;

/** Reads and signatures: no deadline of their own, because a request may wait for a cluster that is away. */
export function reading(
  summary: string,
): Pick<
  Activities,
  | 'captureRecords'
  | 'admit'
  | 'admitChange'
  | 'examineOnly'
  | 'verifySender'
  | 'verifyDecision'
  | 'admitDomain'
  | 'lookForProof'
  | 'readCover'
  | 'requireCover'
  | 'readNameHolders'
  | 'admitLoss'
  | 'lookAtDelegation'
  | 'orderDomain'
> {
  const heartbeatTimeout = QUICK_HEARTBEAT_MS;
  return proxyActivities<Activities>({ startToCloseTimeout: 30_000, heartbeatTimeout, retry: RETRY, summary });
}

/** Reads of everything, for a sweep: it ends while it is still worth something, and the next one comes by itself. */
export function sweeping(summary: string): Pick<Activities, 'findOrphans' | 'recheckDomains'> {
  return proxyActivities<Activities>({
    startToCloseTimeout: 5 * 60_000,
    scheduleToCloseTimeout: 30 * 60_000,
    retry: RETRY,
    summary,
  });
}

/** Who has just entered a record sees it found within minutes; who takes weeks costs four looks a day. */
const PROOF_RETRY = { initialInterval: 60_000, backoffCoefficient: 2, maximumInterval: 6 * 60 * 60_000 } as const;

/**
 * For a person to do something in a DNS, for weeks: Temporal looks again and again by itself, and the history grows by three
 * events however long it takes. A cancel need not wait for it: it only reads.
 */
export function proving(forMs: number, summary: string): Pick<Activities, 'awaitProof'> {
  return forPeople(forMs, PROOF_RETRY, summary);
}

/** Somebody is at it, as a rule: seen within seconds at first, and within minutes later. */
const ENTERED_RETRY = { initialInterval: 5_000, backoffCoefficient: 1.5, maximumInterval: 10 * 60_000 } as const;

export function entering(
  forMs: number,
  summary: string,
): Pick<Activities, 'awaitEntered' | 'awaitDelegation' | 'awaitNoDelegation' | 'awaitNamesGone'> {
  return forPeople(forMs, ENTERED_RETRY, summary);
}

function forPeople(forMs: number, retry: ActivityOptions['retry'] & object, summary: string): Activities {
  return proxyActivities<Activities>({
    startToCloseTimeout: 30_000,
    scheduleToCloseTimeout: forMs,
    retry,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });
}

/**
 * No heartbeat: a claim is the one write that nothing in the cluster fences but its own deadline, so no second attempt
 * may begin before the first is over. Short, because that is also how long a killed worker holds it up.
 */
export function claiming(
  timing: Timing,
  summary: string,
): Pick<Activities, 'claimNamespace' | 'claimHostnames' | 'releaseHostnames'> {
  return proxyActivities<Activities>({ ...bounded(timing), startToCloseTimeout: 10_000, summary });
}

/**
 * A heartbeat, because the incarnation fences what a lost attempt may still write when all is undone, and a later change
 * waits until such an attempt is over. So long is the longest that it waits.
 */
export function ensuring(
  timing: Timing,
  summary: string,
): Pick<Activities, 'ensureGuardrails' | 'ensureEquipment' | 'grantAccess'> {
  return proxyActivities<Activities>({
    ...bounded(timing),
    startToCloseTimeout: 30_000,
    heartbeatTimeout: Math.min(QUICK_HEARTBEAT_MS, timing.heartbeatSeconds * 1000),
    summary,
  });
}

/** Load balancers and certificates take minutes where they are slow; looking again costs the history nothing. */
const ROUTE_TAKES_MS = 15 * 60_000;

/** Each attempt applies what differs and looks for some seconds; between them Temporal waits. */
export function routing(timing: Timing, summary: string): Pick<Activities, 'ensureRoute'> {
  return proxyActivities<Activities>({
    ...bounded(timing),
    scheduleToCloseTimeout: ROUTE_TAKES_MS,
    startToCloseTimeout: 30_000,
    heartbeatTimeout: Math.min(QUICK_HEARTBEAT_MS, timing.heartbeatSeconds * 1000),
    summary,
  });
}

/** A zone takes 200 writes a minute: some hundred at once have to wait for their turn, which is no fault of theirs. */
const TURN_COMES_WITHIN_MS = 60 * 60_000;

/** On the zone's own queue, where turns are waited for. No heartbeat: nothing in a zone denies a write that comes late. */
export function publishing(taskQueue: string, summary: string): Pick<Activities, 'publishRecord' | 'changeRecord'> {
  return proxyActivities<Activities>({ ...inTurn(taskQueue), retry: WRITE_RETRY, summary });
}

/** Few tries, as for every removal. */
export function withdrawing(taskQueue: string, summary: string): Pick<Activities, 'withdrawRecord' | 'restoreRecord'> {
  return proxyActivities<Activities>({ ...inTurn(taskQueue), retry: FEW_TRIES, summary });
}

function inTurn(taskQueue: string): ActivityOptions {
  return {
    taskQueue,
    startToCloseTimeout: 15_000,
    scheduleToCloseTimeout: TURN_COMES_WITHIN_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
}

/** Only looks; how far it is stands in the failure of its last attempt. */
export function answering(summary: string): Pick<Activities, 'awaitAnswers' | 'awaitRoute'> {
  return proxyActivities<Activities>({
    startToCloseTimeout: 30_000,
    scheduleToCloseTimeout: ROUTE_TAKES_MS,
    retry: RETRY,
    summary,
  });
}

/** A whole zone: Azure takes up to some minutes to delete one. No heartbeat: nothing fences one that comes late. */
export function keepingZone(summary: string): Pick<Activities, 'makeZone' | 'removeZone'> {
  return proxyActivities<Activities>({
    startToCloseTimeout: 60_000,
    scheduleToCloseTimeout: TURN_COMES_WITHIN_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: WRITE_RETRY,
    summary,
  });
}

/** Others take their records away within a minute or so of the route; what stays longer is told to a person. */
const SILENCE_COMES_WITHIN_MS = 5 * 60_000;

export function silencing(summary: string): Pick<Activities, 'awaitSilence'> {
  return proxyActivities<Activities>({
    startToCloseTimeout: 30_000,
    scheduleToCloseTimeout: SILENCE_COMES_WITHIN_MS,
    retry: RETRY,
    summary,
  });
}

/**
 * As patient as a stage. No heartbeat, for the reason of the claim: each attempt reads before it writes, so a worker that was
 * stopped and wakes would write on what it finds then, the undo's work or a later change's. An attempt is over, by its answer
 * or by its deadline, before the next one or an undo begins.
 */
export function changing(
  timing: Timing,
  summary: string,
): Pick<Activities, 'captureChange' | 'ensureChange' | 'removeDropped'> {
  return proxyActivities<Activities>({ ...bounded(timing), startToCloseTimeout: 15_000, summary });
}

/** No heartbeat, for the same reason; longer, because it goes through all that a change has touched. */
export function restoring(summary: string): Pick<Activities, 'restore'> {
  return proxyActivities<Activities>({ startToCloseTimeout: 20_000, retry: FEW_TRIES, summary });
}

/** Few tries: what still fails then is told to a person, and tried again from there for as long as it takes. */
export function removing(
  timing: Timing,
  summary: string,
): Pick<Activities, 'revokeAccess' | 'removeRoute' | 'deleteNamespace'> {
  return proxyActivities<Activities>({
    startToCloseTimeout: 60_000,
    ...heartbeat(timing),
    retry: FEW_TRIES,
    summary,
  });
}

/**
 * No end but the pause's own, so that a pause of days costs the history no more than one of seconds; how often it looks the
 * activity says. A cancel need not wait for it: it only reads.
 */
export function awaitingResume(summary: string): Pick<Activities, 'untilResumed'> {
  return proxyActivities<Activities>({
    startToCloseTimeout: 15_000,
    retry: RETRY,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary,
  });
}

function bounded(timing: Timing): ActivityOptions {
  return {
    scheduleToCloseTimeout: timing.stageTimeoutSeconds * 1000,
    retry: WRITE_RETRY,
    // A cancelled stage may still be writing: its undo begins when it has really ended. Not the SDK's default.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
}

function heartbeat(timing: Timing): ActivityOptions {
  return { heartbeatTimeout: timing.heartbeatSeconds * 1000 };
}
