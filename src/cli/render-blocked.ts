// What blocks a run, and the commands that help: the same words in `status`, in `watch` and at the end of a wait. Pure.
import { describeRef } from '../spec/inventory.ts';
import { blockedSection, runbook } from '../spec/runbook.ts';
import type { Blocked, Blocker } from '../spec/status.ts';
import type { Paint } from './paint.ts';
import { renderProblem } from './render-error.ts';
import { columns } from './table.ts';
import { when } from './time.ts';

export function renderBlocked(name: string, blocked: Blocked, nowMs: number, paint: Paint): string[] {
  const tries = blocked.attempts === 1 ? '1 try' : `${blocked.attempts} tries`;
  return [
    `${paint('red', 'Blocked')} in ${blocked.phase} (${blocked.step}) since ${when(blocked.since, nowMs)}, after ${tries}`,
    ...blocked.problems.flatMap((problem) => renderProblem(problem, paint)).map((line) => `  ${line}`),
    ...blocked.objects.map((ref) => `  object   ${describeRef(ref)}`),
    ...blocked.blockers.flatMap(blockerLines),
    '  It is tried again by itself and goes on once the blocker is gone:',
    ...commands(name, blocked).map((command) => `    ${paint('cyan', command)}`),
    '  Operators can',
    ...columns(
      operatorCommands(name, blocked).map(([command, what]) => [paint('cyan', command), what]),
      '    ',
    ),
    `  What it means and what helps: ${runbook(blockedSection(blocked))}`,
  ];
}

function operatorCommands(name: string, blocked: Blocked): (readonly [string, string])[] {
  return [
    [`naas retry ${name}`, 'have it tried at once'],
    [
      `naas skip ${name} --reason "…"`,
      isSkippable(blocked)
        ? 'leave the named objects as they are, and go on'
        : 'not here: what blocks is the Namespace itself, or inside it',
    ],
    [
      `naas abandon ${name} --reason "…"`,
      blocked.phase === 'ready'
        ? 'give up a living namespace: it stays as it is, without a run; prefer skip'
        : 'end the run with all that is left',
    ],
  ];
}

/** Without the Namespace nothing would be left of a removal; an undo of an operation may leave it as it stands. */
function isSkippable({ phase, objects }: Blocked): boolean {
  return objects.length > 0 && (phase === 'ready' || objects.every(({ kind }) => kind !== 'Namespace'));
}

function blockerLines(blocker: Blocker): string[] {
  const count = blocker.count === undefined ? '' : `${blocker.count} × `;
  const finalizers = blocker.finalizers?.length ? `, finalizer ${blocker.finalizers.join(', ')}` : '';
  const names = blocker.names?.length ? `: ${blocker.names.join(', ')}` : '';
  return [`  blocker  ${count}${blocker.kind}${finalizers}${names}`];
}

function commands(name: string, blocked: Blocked): string[] {
  return [...new Set([...blocked.blockers.map((blocker) => blocker.look), `naas watch ${name}`])];
}
