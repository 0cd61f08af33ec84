// The edge between Temporal and the effects: deadlines and cancellation in, typed failures out. It decides nothing else.
import { ApplicationFailure, activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { ERRORS, NaasError, type Problem } from '../spec/errors.ts';
import type { Effect, ObjectRef } from '../spec/inventory.ts';
import type { CallOptions } from './cluster.ts';

/** What a failed activity tells the workflow: what went wrong, on what, and what had been done by then. */
export interface FailureDetails {
  problems: Problem[];
  objects: ObjectRef[];
  effects: Effect[];
}

/**
 * No write may still arrive when the server has given the attempt up and an undo may start. Counted from the moments at
 * which the activity and this attempt were scheduled, which are never later than the attempt's start on the server: it
 * ends with its own timeout or with the activity's, whichever comes first.
 */
const MARGIN_MS = 5_000;

export function callOptions(): CallOptions {
  const info = activityInfo();
  const attemptEndsMs = info.currentAttemptScheduledTimestampMs + info.startToCloseTimeoutMs;
  const activityEndsMs =
    info.scheduleToCloseTimeoutMs > 0 ? info.scheduledTimestampMs + info.scheduleToCloseTimeoutMs : attemptEndsMs;
  return { signal: cancellationSignal(), deadlineMs: Math.min(attemptEndsMs, activityEndsMs) - MARGIN_MS };
}

/** Runs an activity's body with a steady heartbeat, and turns what it throws into a failure that names its class. */
export async function atTheBoundary<T>(body: () => Promise<T>): Promise<T> {
  const { heartbeatTimeoutMs } = activityInfo();
  // A third of the timeout: two beats may be lost before the server gives the attempt up.
  const beat = heartbeatTimeoutMs === undefined ? undefined : setInterval(() => heartbeat(), heartbeatTimeoutMs / 3);
  try {
    return await body();
  } catch (error) {
    if (error instanceof PartialFailure) throw asFailure(error.cause, error.details);
    if (error instanceof NaasError) throw asFailure(error, { problems: error.problems, objects: [], effects: [] });
    throw error;
  } finally {
    clearInterval(beat);
  }
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

function asFailure(error: NaasError, details: FailureDetails): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: ERRORS[error.code].permanent,
    details: [details],
    ...(error.retryAfterMs === undefined ? {} : { nextRetryDelay: error.retryAfterMs }),
  });
}

/** Does all, past failures; a permanent failure outweighs a transient one, the longest Retry-After counts. */
export async function allEffects(writes: { ref: ObjectRef; write: () => Promise<Effect> }[]): Promise<Effect[]> {
  const settled = await Promise.allSettled(writes.map(({ write }) => write()));
  const effects: Effect[] = [];
  const failed: { ref: ObjectRef; error: NaasError }[] = [];
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

function asNaasError(reason: unknown): NaasError {
  // An abort is the activity's own cancellation: it must stay what it is, so that Temporal sees a cancelled activity.
  if (!(reason instanceof NaasError)) throw reason;
  return reason;
}

function gravest(errors: NaasError[]): NaasError {
  const permanent = errors.find((error) => ERRORS[error.code].permanent);
  if (permanent !== undefined) return permanent;
  const retryAfterMs = Math.max(0, ...errors.map((error) => error.retryAfterMs ?? 0));
  const first = errors[0] ?? new NaasError({ code: 'Unexpected', message: 'a write failed and said nothing' });
  return retryAfterMs === 0 ? first : new NaasError(first.problems, { cause: first, retryAfterMs });
}
