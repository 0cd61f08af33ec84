// What a change or a transfer is answered at once: the difference, who has to approve, what to do next. Pure.
import type { ChangeAnswer } from './answers.ts';
import type { Paint } from './paint.ts';
import { renderDifference, summary } from './render-changes.ts';
import { operationWords } from './render-operation.ts';
import { renderSlots } from './render-people.ts';

export function renderChanged(answer: ChangeAnswer, waiting: boolean, paint: Paint): string[] {
  const { name, requestId, operation, changes, awaits, planDigest } = answer;
  if (operation === undefined) return [`${paint('dim', '=')} ${paint('bold', name)}: ${answer.note ?? 'unchanged'}`];
  const asked =
    awaits.length === 0
      ? ['  approved by policy, nobody is asked']
      : ['  needs the approval of', ...renderSlots(awaits, paint, '    ')];
  const next = waiting ? [] : [`  next: ${paint('cyan', `naas status ${name}`)}`];
  return [
    `${paint('green', '✔')} ${paint('bold', name)} ${operation.kind} accepted: ${operationWords(operation.step)}`,
    ...renderDifference(changes, [], paint).map((line) => `    ${line}`),
    `  ${summary(changes, paint, 'Difference')}`,
    `  request id ${requestId}, plan ${planDigest.slice(0, 12)}`,
    ...asked,
    ...next,
  ];
}
