// A pause of naas, as a run lives through it: it says what it waits for, waits without a trace in its history, and begins
// the refused work anew. It decides nothing: the activities read the switch, and operators move it.
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
} from '@temporalio/workflow';
import type { ErrorName } from '../spec/errors.ts';
import { describePause, type Pause, pauseOf } from '../spec/switch.ts';
import { awaitingResume } from './activities.ts';
import { failureOf } from './failure.ts';
import { note, now, publish, type Run } from './run.ts';

const PAUSED: ErrorName = 'Paused';

/**
 * `work` is begun from its start after each pause, and when a person has moved the run on meanwhile: it has to look at the
 * state itself. An attempt that the switch refused has written nothing.
 */
export async function throughPauses<T>(run: Run, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPause(error)) throw error;
      await outlast(run, pauseOf(failureOf(error).problems, now()));
    }
  }
}

export function isPause(error: unknown): boolean {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === PAUSED;
}

async function outlast(run: Run, pause: Pause): Promise<void> {
  const { state } = run;
  const { phase, blocked, operation } = state;
  const movedOn = (): boolean => state.phase !== phase || state.operation !== operation || isFreed();
  // Only its end counts: a blocked run that is told anew is blocked as before.
  const isFreed = (): boolean => blocked !== null && state.blocked === null;
  // Of two parts that go on side by side the first one tells.
  const isTold = state.paused !== undefined;
  state.paused = pause;
  if (!isTold) note(run, { kind: 'notice', text: describePause(pause), by: pause.by });
  publish(run);
  try {
    await untilResumed(run, movedOn);
    if (!isTold && !movedOn()) note(run, { kind: 'notice', text: 'naas is not paused any more; the run goes on' });
  } catch (error) {
    // Whatever else an operator of Temporal does to this wait: the work is tried again, and refused again if need be.
    if (isCancellation(error)) throw error;
  } finally {
    delete state.paused;
    publish(run);
  }
}

/** Nobody has to resume naas only so that a run can hear that it was abandoned. */
function untilResumed(run: Run, movedOn: () => boolean): Promise<void> {
  return CancellationScope.cancellable(async () => {
    const resumed = awaitingResume(`Paused: ${run.name} waits for \`naas resume\``).untilResumed();
    await Promise.race([resumed, condition(movedOn)]);
    CancellationScope.current().cancel();
  });
}
