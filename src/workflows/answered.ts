// What the newest messages were answered, so that a repeated one gets the same answer, after a renewed history as well.
import type { Run } from './run.ts';
import type { LifecycleState } from './state.ts';

const ANSWERED_LENGTH = 100;
/** A difference can be a hundred times as long as the rest of an answer, and all of this travels with a renewed history. */
const WITH_CHANGES = 5;

export function remember({ state }: Run, entry: LifecycleState['answered'][number]): void {
  const entries = [...state.answered, entry].slice(-ANSWERED_LENGTH);
  state.answered = entries.map((each, index) =>
    index < entries.length - WITH_CHANGES && 'changes' in each.answer
      ? { ...each, answer: { ...each.answer, changes: [] } }
      : each,
  );
}
