// `teardown` and `cancel`, by message and natively: they only set the course; the story in lifecycle.ts follows it.
import { LIFECYCLE } from '../spec/lifecycle.ts';
import { settle } from './approval.ts';
import type { CancelMessage, PhaseAnswer, TeardownMessage } from './messages.ts';
import { dropOperation } from './operation-end.ts';
import { askedOf, enter, note, type Run, situation } from './run.ts';
import { ask, proveRight } from './sender.ts';

export async function teardown(run: Run, message: TeardownMessage): Promise<PhaseAnswer> {
  ask(run, 'teardown');
  const sender = await proveRight(run, 'teardown', message);
  const cell = ask(run, 'teardown');
  if (cell.answer === 'once') return { phase: run.state.phase, note: cell.why };
  dropOperation(run, `${sender.subject} asked for the deletion of the namespace`);
  run.state.blocked = null;
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
  const cell = ask(run, 'cancel');
  if (cell.answer === 'once') return { phase: run.state.phase, note: cell.why };
  return cancelBy(run, sender.subject, message.reason);
}

/** A native Temporal cancel means the same; whoever may send one is an operator of Temporal. */
export function cancelNatively(run: Run): void {
  const cell = LIFECYCLE[situation(run)].cancel;
  if (cell.answer === 'refuse') {
    note(run, { kind: 'message', text: `a cancel through Temporal has no effect: ${cell.why}` });
    return;
  }
  cancelBy(run, 'an operator of Temporal');
}

function cancelBy(run: Run, who: string, reason?: string): PhaseAnswer {
  const { state } = run;
  const asked = askedOf(run);
  if (asked.cancelledBy !== undefined || state.step === 'undoing' || state.operation?.step === 'undoing')
    return { phase: state.phase, note: 'it is being undone already' };
  asked.cancelledBy = who;
  note(run, { kind: 'message', text: `cancel${reason === undefined ? '' : `: ${reason}`}`, by: who });
  run.inFlight?.cancel();
  settle(run);
  return { phase: state.phase };
}
