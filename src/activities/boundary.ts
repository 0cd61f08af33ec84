// The edge between Temporal and the effects: deadlines and cancellation in, typed failures out. It decides nothing else.
import { setTimeout } from 'node:timers/promises';
import {
  ApplicationFailure,
  activityInfo,
  CancelledFailure,
  cancellationSignal,
  heartbeat,
} from '@temporalio/activity';
import { ERRORS, NaasError, type Problem } from '../spec/errors.ts';
import type { Effect, OwnedRef } from '../spec/inventory.ts';
import type { CallOptions } from './cluster.ts';

/** What a failed activity tells the workflow: what went wrong, on what, and what had been done by then. */
export interface FailureDetails {
  problems: Problem[];
  objects: OwnedRef[];
  effects: Effect[];
  /** Which attempt says this. */
  attempt?: number;
  /** As in `lostUntil`, of the attempts before it. */
  lostUntil?: string;
  /** The system asked for so long a pause: for whoever tries again after Temporal has given up. */
  retryAfterMs?: number;
  /** When the turn of a write comes that waits for it: given out once, so the next attempt has to know. */
  turnMs?: number;
}

/**
 * No write may still arrive when the server has given the attempt up and an undo may start. Counted from the moments at
 * which the activity and this attempt were scheduled, which are never later than the attempt's start on the server: it
 * ends with its own timeout or with the activity's, whichever comes first. A process whose clock is behind the server's
 * would read that too late, so its own start counts as well.
 */
const MARGIN_MS = 5_000;

/** With less time than this an attempt would only leave writes behind of which nobody knows whether they took effect. */
const SHORTEST_ATTEMPT_MS = 2_000;

export function callOptions(): CallOptions {
  const info = activityInfo();
  const deadlineMs = Math.min(Date.now() + info.startToCloseTimeoutMs, attemptEndsMs()) - MARGIN_MS;
  if (Date.now() >= deadlineMs - SHORTEST_ATTEMPT_MS)
    throw earlierFailure() ?? tooLate(Date.now() - info.currentAttemptScheduledTimestampMs);
  return { signal: cancellationSignal(), deadlineMs, caller: info.activityType };
}

function attemptEndsMs(): number {
  const info = activityInfo();
  return Math.min(
    info.currentAttemptScheduledTimestampMs + info.startToCloseTimeoutMs,
    ...(info.scheduleToCloseTimeoutMs > 0 ? [info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs] : []),
  );
}

/**
 * Until when an attempt that was given up without a word may still write: a worker that was stopped wakes, reads what stands
 * by then, and goes on. Undefined where each attempt before this one has said that it was over.
 */
export function lostUntil(): string | undefined {
  const { attempt, heartbeatDetails } = activityInfo();
  if (attempt === 1) return undefined;
  const told: FailureDetails | undefined = heartbeatDetails;
  if (told?.attempt === attempt - 1) return told.lostUntil;
  // It began before this one, so it ends before this one has to.
  return new Date(attemptEndsMs()).toISOString();
}

/** What the attempt before this one failed of says more than that this one comes too late. */
function earlierFailure(): PartialFailure | undefined {
  const told: FailureDetails | undefined = activityInfo().heartbeatDetails;
  return told === undefined ? undefined : new PartialFailure(new NaasError(told.problems), told);
}

function tooLate(afterMs: number): NaasError {
  const seconds = Math.round(afterMs / 1000);
  return new NaasError({
    code: 'DeadlinePassed',
    message: `this task came ${seconds} s after Temporal gave it out, by this worker's clock, and nothing was begun: the worker is too busy, or the clocks of worker and Temporal differ (\`naas doctor\` compares them)`,
  });
}

/**
 * Runs an activity's body with a steady heartbeat, and turns what it throws into a failure that names its class. `unfenced`:
 * nothing but its own deadline stops a write of it that is still under way somewhere.
 */
export async function atTheBoundary<T>(body: () => Promise<T>, { unfenced = false } = {}): Promise<T> {
  // Zero or absent: the activity has no heartbeat. Else a third of it: two beats may be lost before the attempt is given up.
  const heartbeatMs = activityInfo().heartbeatTimeoutMs ?? 0;
  const beat = heartbeatMs > 0 ? setInterval(() => heartbeat(), heartbeatMs / 3) : undefined;
  try {
    return await body();
  } catch (error) {
    // Cancelled in the middle: what had been done by then is told all the same.
    if (error instanceof PartialFailure && cancellationSignal().aborted)
      throw new CancelledFailure('cancelled while it wrote', [error.details]);
    const told = withReason(partial(error));
    // A defect has to stay what it is.
    if (told === undefined) throw error;
    // For the next attempt, should it begin too late to learn anything itself, and for a run whose time is over.
    heartbeat({ ...told.details, ...attemptSoFar() });
    if (unfenced && mayBeUnderWay(told.cause)) await untilTooLate();
    throw asFailure(told.cause, told.details);
  } finally {
    clearInterval(beat);
  }
}

/** Where an attempt only ran out of time, what the one before it met says more. */
function withReason(told: PartialFailure | undefined): PartialFailure | undefined {
  const earlier = told?.cause.isUnsent === true ? earlierFailure() : undefined;
  if (told === undefined || earlier === undefined) return told;
  const { problems, objects } = earlier.details;
  return new PartialFailure(earlier.cause, { ...told.details, problems, objects });
}

function attemptSoFar(): Pick<FailureDetails, 'attempt' | 'lostUntil'> {
  const until = lostUntil();
  return { attempt: activityInfo().attempt, ...(until === undefined ? {} : { lostUntil: until }) };
}

/** Thrown when some writes of a batch failed: carries what was done beside what was not. */
export class PartialFailure extends Error {
  override readonly cause: NaasError;
  readonly details: FailureDetails;

  constructor(cause: NaasError, details: FailureDetails) {
    super(cause.message);
    this.cause = cause;
    this.details = details;
  }
}

function partial(error: unknown): PartialFailure | undefined {
  if (error instanceof PartialFailure) return error;
  if (error instanceof NaasError)
    return new PartialFailure(error, { problems: error.problems, objects: [], effects: [] });
  return undefined;
}

function asFailure(error: NaasError, told: FailureDetails): ApplicationFailure {
  const { retryAfterMs } = error;
  const details = retryAfterMs === undefined ? told : { ...told, retryAfterMs };
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: ERRORS[error.code].permanent || isLastChance(retryAfterMs),
    details: [details],
    // Nobody's fault, and as often as it is looked at: not worth a warning each time.
    ...(error.code === 'Paused' ? { category: 'BENIGN' as const } : {}),
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
  });
}

/** Less than the margin, so that this attempt is still heard; most of the margin, because the servers' clocks differ. */
const LAST_WORD_MS = 500;

/** Nobody has said what became of the write: it, or what a gateway has passed on of it, may still come. */
function mayBeUnderWay({ code }: NaasError): boolean {
  return code === 'Unavailable' || code === 'DeadlinePassed';
}

/** An attempt is over by its answer or by its deadline: before that neither another one may begin nor an undo. */
async function untilTooLate(): Promise<void> {
  const restMs = attemptEndsMs() - LAST_WORD_MS - Date.now();
  if (restMs > 0) await setTimeout(restMs, undefined, { signal: cancellationSignal() });
}

/** The next attempt would come too late to begin anything: what it said of that would hide what really went wrong. */
function isLastChance(retryAfterMs: number | undefined): boolean {
  const { attempt, retryPolicy, scheduledTimestampMs, scheduleToCloseTimeoutMs } = activityInfo();
  if (scheduleToCloseTimeoutMs <= 0) return false;
  const { initialInterval = 0, backoffCoefficient = 1, maximumInterval = Number.POSITIVE_INFINITY } = retryPolicy ?? {};
  const backoffMs = Math.min(Number(initialInterval) * backoffCoefficient ** (attempt - 1), Number(maximumInterval));
  const nextMs = Date.now() + (retryAfterMs ?? backoffMs);
  return nextMs >= scheduledTimestampMs + scheduleToCloseTimeoutMs - MARGIN_MS - SHORTEST_ATTEMPT_MS;
}

/** Does all, past failures; a permanent failure outweighs a transient one, the longest Retry-After counts. */
export async function allEffects<Done extends Effect>(
  writes: { ref: Done['ref']; write: () => Promise<Done> }[],
): Promise<Done[]> {
  const settled = await Promise.allSettled(writes.map(({ write }) => write()));
  const effects: Done[] = [];
  const failed: { ref: OwnedRef; error: NaasError }[] = [];
  settled.forEach((result, index) => {
    const ref = writes[index]?.ref;
    if (result.status === 'fulfilled') effects.push(result.value);
    else if (ref !== undefined) failed.push({ ref, error: asNaasError(result.reason) });
  });
  if (failed.length === 0) return effects;
  throw new PartialFailure(gravest(failed.map(({ error }) => error)), {
    problems: failed.flatMap(({ error }) => error.problems),
    objects: failed.map(({ ref }) => ref),
    effects,
  });
}

export function asNaasError(reason: unknown): NaasError {
  if (reason instanceof NaasError) return reason;
  // An abort is the activity's own cancellation; anything else is a defect and has to stay what it is.
  if (!cancellationSignal().aborted) throw reason;
  return new NaasError({ code: 'Cancelled', message: 'the call was broken off by a cancel' }, { cause: reason });
}

export function gravest(errors: NaasError[]): NaasError {
  const worst =
    errors.find((error) => ERRORS[error.code].permanent) ?? errors.find(({ isUnsent }) => !isUnsent) ?? errors[0];
  const error = worst ?? new NaasError({ code: 'Unexpected', message: 'a write failed and said nothing' });
  // A removal or an undo is tried again whatever failed: no sooner than the system asked for.
  const retryAfterMs = Math.max(0, ...errors.map((each) => each.retryAfterMs ?? 0));
  return retryAfterMs === 0 ? error : new NaasError(error.problems, { cause: error, retryAfterMs });
}
