// A removal or an undo that cannot go on: told once, tried again by itself with growing pauses, at once when a person asks.
import { condition } from '@temporalio/workflow';
import type { Blocked } from '../spec/status.ts';
import { admittedOf, enter, noteProblems, now, publish, type Run } from './run.ts';

export function block(run: Run, why: Pick<Blocked, 'problems' | 'objects' | 'blockers'>): void {
  const { state } = run;
  if (state.blocked !== null) {
    const changed =
      JSON.stringify([state.blocked.problems, state.blocked.blockers]) !== JSON.stringify([why.problems, why.blockers]);
    state.blocked = { ...state.blocked, ...why, attempts: state.blocked.attempts + 1 };
    if (changed) {
      noteProblems(run, why.problems);
      publish(run);
    }
    return;
  }
  const interrupted = state.phase;
  state.blocked = { phase: interrupted, step: state.step, since: now(), attempts: 1, ...why };
  noteProblems(run, why.problems);
  enter(run, 'blocked', state.step, `${interrupted} cannot go on`);
}

export function unblock(run: Run): void {
  const { state } = run;
  if (state.blocked === null) return;
  const { phase, step: interruptedStep } = state.blocked;
  state.blocked = null;
  enter(run, phase, interruptedStep, 'the blocker is gone; the run goes on by itself');
}

/** Ends early when an operator asks for another try, or has moved the run on. `retryAfterMs`: what the system itself asked for. */
export async function pauseBlocked(run: Run, retryAfterMs = 0): Promise<void> {
  const { timing } = admittedOf(run);
  const attempts = run.state.blocked?.attempts ?? 1;
  const seconds = Math.min(timing.blockedRetrySeconds * 2 ** (attempts - 1), timing.blockedRetryMaxSeconds);
  const pauseMs = Math.max(seconds * 1000, retryAfterMs);
  await condition(() => run.retried || run.state.blocked === null, pauseMs, {
    summary: `Blocked: tries ${run.name} again`,
  });
  run.retried = false;
}
