// Reads a failed activity: what went wrong, on what, and what had been done by then. It decides nothing.
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { FailureDetails } from '../activities/boundary.ts';
import { isErrorName } from '../spec/errors.ts';

const NOTHING: FailureDetails = { problems: [], objects: [], effects: [] };

function detailsIn(details: unknown[] | null | undefined): FailureDetails | undefined {
  return details?.[0] as FailureDetails | undefined;
}

/** What a failed activity left behind in its details; after a timeout, those of the attempt before it. */
export function failureOf(error: unknown): FailureDetails {
  // Anything else is a defect of the workflow itself: it must stop the task, not pass for a failed activity.
  if (!(error instanceof ActivityFailure)) {
    if (isCancellation(error)) return NOTHING;
    throw error;
  }
  const cause = error.cause;
  if (cause instanceof ApplicationFailure) {
    const details = detailsIn(cause.details);
    if (details !== undefined) return details;
    const code = cause.type !== undefined && cause.type !== null && isErrorName(cause.type) ? cause.type : 'Unexpected';
    return { problems: [{ code, message: cause.message }], objects: [], effects: [] };
  }
  if (cause instanceof CancelledFailure) return detailsIn(cause.details) ?? NOTHING;
  const earlier = cause instanceof TimeoutFailure ? beforeTimeout(cause) : undefined;
  if (earlier !== undefined) return earlier;
  const message = `${error.activityType} did not end in time: ${cause?.message ?? error.message}`;
  return { problems: [{ code: 'DeadlinePassed', message }], objects: [], effects: [] };
}

/** Out of time: what the attempts before had failed of is why. Temporal keeps it as the cause, or as the last heartbeat. */
function beforeTimeout({ cause, lastHeartbeatDetails }: TimeoutFailure): FailureDetails | undefined {
  if (cause instanceof ApplicationFailure) return detailsIn(cause.details);
  return lastHeartbeatDetails as FailureDetails | undefined;
}
