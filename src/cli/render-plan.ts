// `naas plan`: what a request would do, object by object, against the live state. Pure.
import type { KubernetesObject } from '../plan/plan.ts';
import type { PlanAnswer } from './answers.ts';
import type { ShownPreview } from './packed.ts';
import type { Paint } from './paint.ts';
import { renderChanges, summary } from './render-changes.ts';
import { renderProblem } from './render-error.ts';
import { people } from './render-people.ts';
import { columns } from './table.ts';

export function renderPreview(answer: ShownPreview, objects: readonly KubernetesObject[], paint: Paint): string[] {
  return [
    ...(answer.plan === null ? [] : renderChanges(answer.plan.changes, objects, paint)),
    ...(answer.plan === null
      ? []
      : ['', `${summary(answer.plan.changes, paint)}  ${paint('dim', `plan ${shortDigest(answer.plan)}`)}`]),
    ...noticeLines(answer.plan?.notices, paint),
    ...(answer.approval === null ? [] : approvalLines(answer.approval, paint)),
    ...(answer.problems.length === 0
      ? []
      : ['', ...answer.problems.flatMap((problem) => renderProblem(problem, paint))]),
  ];
}

export function noticeLines(notices: readonly string[] = [], paint: Paint): string[] {
  return notices.map((notice) => `${paint('yellow', 'Note:')} ${notice}`);
}

/** What an approver quotes: enough of both digests that a decision on anything else is noticed. */
export function shortDigest(plan: Pick<PlanAnswer, 'planDigest' | 'changeDigest'>): string {
  return `${plan.planDigest.slice(0, 12)}-${plan.changeDigest.slice(0, 12)}`;
}

function approvalLines(approval: NonNullable<ShownPreview['approval']>, paint: Paint): string[] {
  const rule = paint('dim', `(rule ${approval.rule})`);
  if (approval.awaits.length === 0) return [`Approval: by policy, nobody is asked ${rule}`];
  const rows = approval.awaits.map((slot) => [
    paint('yellow', '?'),
    slot.slot,
    `one of ${people(slot)}`,
    paint('dim', slot.why),
  ]);
  return [`Approval: ${rows.length} ${rows.length === 1 ? 'person' : 'people'} ${rule}`, ...columns(rows, '  ')];
}
