// What `naas request` and the decisions answer at once. Pure.
import type { DecideAnswer, PhaseAnswer, SubmitAnswer } from './answers.ts';
import { colourOf } from './outcome.ts';
import type { Paint } from './paint.ts';
import { renderSlots } from './render-people.ts';

export function renderSubmitted(answer: SubmitAnswer, waiting: boolean, paint: Paint): string[] {
  const awaits =
    answer.awaits.length === 0 ? [] : ['  needs the approval of', ...renderSlots(answer.awaits, paint, '    ')];
  const next = waiting ? [] : [`  next: ${paint('cyan', `naas status ${answer.name}`)}`];
  return [
    `${paint('green', '✔')} ${paint('bold', answer.name)} accepted: ${paint(colourOf(answer.phase), answer.phase)}`,
    `  request id ${answer.requestId}, plan ${answer.planDigest.slice(0, 12)}`,
    ...awaits,
    ...next,
  ];
}

/** The phase of the answer is the one before the run has acted on the decision, so it is not shown. */
export function renderDecided(name: string, answer: DecideAnswer, paint: Paint): string[] {
  // A first request has ended by then; beside a change the namespace is ready all the time.
  const ends =
    answer.phase === 'ready' ? 'the change ends here; the namespace stays as it is' : 'the request ends here';
  if (answer.decision === 'reject') return [`${name}: ${paint('red', 'rejected')} as ${answer.slot}; ${ends}`];
  const then =
    answer.awaits.length === 0 ? 'everybody has approved, it goes on' : `still open: ${answer.awaits.join(', ')}`;
  return [`${name}: ${paint('green', 'approved')} as ${answer.slot}; ${then}`];
}

export function renderPhase(name: string, answer: PhaseAnswer): string[] {
  return [`${name}: ${answer.phase}${answer.note === undefined ? '' : ` (${answer.note})`}`];
}
