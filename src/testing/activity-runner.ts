// Runs the real activities for a run in memory: an attempt, its failure as the workflow would see it, the next attempt. It
// knows no activity.
import { asyncLocalStorage, Context } from '@temporalio/activity';
import { ActivityFailure, ApplicationFailure, CancelledFailure, noopMetricMeter, RetryState } from '@temporalio/common';
import type { RunActivity, Scope } from './workflow-instance.ts';

type Implementations = Record<string, (...args: never[]) => Promise<unknown>>;
type Choices = Parameters<RunActivity>[2];

export function activityRunner(implementations: Implementations): RunActivity {
  return (name, args, options, scope) => attempts(implementations, name, args, options, scope);
}

async function attempts(
  implementations: Implementations,
  name: string,
  args: readonly unknown[],
  options: Choices,
  scope: Scope,
): Promise<unknown> {
  const {
    initialInterval = 1_000,
    backoffCoefficient = 2,
    maximumInterval = 100_000,
    maximumAttempts,
  } = options.retry ?? {};
  const scheduledAtMs = Date.now();
  for (let attempt = 1; ; attempt += 1) {
    scope.throwIfCancelled();
    try {
      return await attemptOnce(implementations, { name, args, options, scope, attempt, scheduledAtMs });
    } catch (error) {
      const cause = asFailure(error);
      const backoffMs = Math.min(initialInterval * backoffCoefficient ** (attempt - 1), maximumInterval);
      const pauseMs = cause instanceof ApplicationFailure ? Number(cause.nextRetryDelay ?? backoffMs) : backoffMs;
      const late =
        options.scheduleToCloseTimeout !== undefined &&
        Date.now() + pauseMs > scheduledAtMs + options.scheduleToCloseTimeout;
      const final =
        cause instanceof CancelledFailure || cause.nonRetryable === true || late || attempt === maximumAttempts;
      if (final) throw failed(name, cause);
      await pause(pauseMs, scope, name);
    }
  }
}

interface Attempt {
  name: string;
  args: readonly unknown[];
  options: Choices;
  scope: Scope;
  attempt: number;
  scheduledAtMs: number;
}

async function attemptOnce(implementations: Implementations, given: Attempt): Promise<unknown> {
  const { name, args, options, scope } = given;
  const implementation = implementations[name];
  if (implementation === undefined) throw ApplicationFailure.nonRetryable(`there is no activity ${name}`);
  const controller = new AbortController();
  const cancelled = scope.cancelRequested.catch((reason: unknown) => {
    controller.abort(reason);
    throw reason;
  });
  cancelled.catch(() => undefined);
  const work = asyncLocalStorage.run(contextOf(given, cancelled, controller.signal), () =>
    implementation(...(overTheWire(args) as never[])),
  );
  // What waits for the end of a cancelled activity hears it from the activity itself.
  const waits = options.cancellationType === 'WAIT_CANCELLATION_COMPLETED';
  return overTheWire(await (waits ? work : Promise.race([work, cancelled])));
}

function contextOf(
  { name, options, attempt, scheduledAtMs }: Attempt,
  cancelled: Promise<never>,
  signal: AbortSignal,
): Context {
  const now = Date.now();
  const info = {
    activityId: name,
    activityType: name,
    attempt,
    scheduledTimestampMs: scheduledAtMs,
    currentAttemptScheduledTimestampMs: now,
    scheduleToCloseTimeoutMs: options.scheduleToCloseTimeout ?? 0,
    startToCloseTimeoutMs: options.startToCloseTimeout ?? 0,
    retryPolicy: options.retry,
  } as unknown as Context['info'];
  const silent = { log: nothing, trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
  return new Context(info, cancelled, signal, nothing, undefined, silent, noopMetricMeter, {
    details: undefined,
  } as never);
}

const nothing = (): void => {};

function asFailure(error: unknown): ApplicationFailure | CancelledFailure {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({ message, type: name, cause: error as Error });
}

function failed(name: string, cause: ApplicationFailure | CancelledFailure): ActivityFailure {
  return new ActivityFailure('Activity task failed', name, name, RetryState.NON_RETRYABLE_FAILURE, undefined, cause);
}

async function pause(ms: number, scope: Scope, name: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([over, scope.cancelRequested]);
  } catch (cancelled) {
    throw failed(name, cancelled as CancelledFailure);
  } finally {
    clearTimeout(timer);
  }
}

/** As JSON carries it: what is undefined is not there, and nobody shares an object with anybody. */
export function overTheWire<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
