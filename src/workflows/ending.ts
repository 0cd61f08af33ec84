// `teardown` and `cancel`, by message and natively: they only set the course; the story in lifecycle.ts follows it.
import { LIFECYCLE } from '../spec/lifecycle.ts';
import { settle } from './approval.ts';
import type { CancelMessage, PhaseAnswer, TeardownMessage } from './messages.ts';
import { enter, note, type Run } from './run.ts';
import { ask, proveRight } from './sender.ts';

export async function teardown(run: Run, message: TeardownMessage): Promise<PhaseAnswer> {
  ask(run, 'teardown');
  const sender = await proveRight(run, 'teardown', message);
  const cell = ask(run, 'teardown');
  if (cell.answer === 'once') return { phase: run.state.phase, note: cell.why };
  enter(
    run,
    'deleting',
    'revoking',
    `${sender.subject} asked for it${message.reason === undefined ? '' : `: ${message.reason}`}`,
  );
  return { phase: run.state.phase };
}

export async function cancel(run: Run, message: CancelMessage): Promise<PhaseAnswer> {
  ask(run, 'cancel');
  const sender = await proveRight(run, 'cancel', message);
  ask(run, 'cancel');
  return cancelBy(run, sender.subject, message.reason);
}

/** A native Temporal cancel means the same; whoever may send one is an operator of Temporal. */
export function cancelNatively(run: Run): void {
  const cell = LIFECYCLE[run.state.phase].cancel;
  if (cell.answer === 'refuse') {
    note(run, { kind: 'message', text: `a cancel through Temporal has no effect: ${cell.why}` });
    return;
  }
  cancelBy(run, 'an operator of Temporal');
}

function cancelBy(run: Run, who: string, reason?: string): PhaseAnswer {
  const { state } = run;
  if (state.cancelledBy !== undefined || state.step === 'undoing')
    return { phase: state.phase, note: 'it is being undone already' };
  state.cancelledBy = who;
  note(run, { kind: 'message', text: `cancel${reason === undefined ? '' : `: ${reason}`}`, by: who });
  run.inFlight?.cancel();
  settle(run);
  return { phase: state.phase };
}
