// What operators do about a blocked namespace: `retry`, `skip`, `abandon`. They only set the course; the run follows it.
import { bareRef, describeRef, refKey } from '../spec/inventory.ts';
import type { AbandonMessage, PhaseAnswer, RetryMessage, SkipMessage } from './messages.ts';
import { dropOperation } from './operation-end.ts';
import { enter, note, now, type Run, refusal } from './run.ts';
import { ask, proveOperator } from './sender.ts';

export async function retry(run: Run, message: RetryMessage): Promise<PhaseAnswer> {
  ask(run, 'retry');
  const { subject } = await proveOperator(run, 'retry', message);
  ask(run, 'retry');
  note(run, { kind: 'message', text: 'retry', by: subject });
  run.retried = true;
  return { phase: run.state.phase };
}

export async function skip(run: Run, message: SkipMessage): Promise<PhaseAnswer> {
  ask(run, 'skip');
  const { subject } = await proveOperator(run, 'skip', message);
  ask(run, 'skip');
  const { state } = run;
  const objects = state.blocked?.objects ?? [];
  // Without the namespace nothing would be left of the run, which is another decision.
  if (
    objects.length === 0 ||
    ((state.operation ?? state.takeover) === undefined && objects.some(({ kind }) => kind === 'Namespace'))
  ) {
    throw refusal({
      code: 'NotAllowed',
      message: `namespace ${run.name} is blocked by what is inside it or by the Namespace itself, which cannot be skipped; mend it, or \`naas abandon ${run.name} --reason …\` gives all of it up`,
    });
  }
  keepToWhatWasSeen(run, message.objects, objects.map(describeRef));
  const given = new Set(objects.map(refKey));
  state.leftBehind.push(...objects.map((ref) => ({ ref, by: subject, reason: message.reason, at: now() })));
  // Left as it is by this undo; it stays ours, for a later operation to mend and for the deletion to take.
  const transition = state.operation ?? state.takeover;
  if (transition !== undefined) transition.givenUp.push(...given);
  else state.inventory = state.inventory.filter((entry) => !given.has(refKey(entry)));
  note(run, {
    kind: 'message',
    text: `skip ${objects.map(describeRef).join(', ')}: ${message.reason}`,
    by: subject,
  });
  run.retried = true;
  return { phase: state.phase };
}

/** What blocks may be another by the time that somebody has read of it and decided. */
function keepToWhatWasSeen(run: Run, seen: readonly string[] | null | undefined, blocking: readonly string[]): void {
  if (seen === undefined || seen === null) return;
  const known = new Set(seen);
  const others = blocking.filter((each) => !known.has(each));
  if (others.length === 0) return;
  throw refusal({
    code: 'StaleDigest',
    message: `namespace ${run.name} is blocked by other objects by now: ${others.join(', ')}; look at it again before they are given up`,
    field: 'objects',
  });
}

export async function abandon(run: Run, message: AbandonMessage): Promise<PhaseAnswer> {
  ask(run, 'abandon');
  const { subject } = await proveOperator(run, 'abandon', message);
  ask(run, 'abandon');
  const { state } = run;
  dropOperation(run, `${subject} abandoned the namespace`);
  const left = state.inventory.map(bareRef);
  state.leftBehind.push(...left.map((ref) => ({ ref, by: subject, reason: message.reason, at: now() })));
  state.blocked = null;
  enter(run, 'abandoned', state.step, `${subject} gave it up with ${left.length} objects left: ${message.reason}`);
  return { phase: state.phase };
}
