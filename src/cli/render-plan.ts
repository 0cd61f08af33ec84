// `naas plan`: what a request would do, object by object, against the live state. Pure.
import type { KubernetesObject } from '../plan/plan.ts';
import type { Change } from '../spec/admission.ts';
import { describeRef, type ObjectRef } from '../spec/inventory.ts';
import type { PlanAnswer } from './answers.ts';
import { assertNever } from './assert-never.ts';
import { valueAt } from './field-path.ts';
import type { ShownPreview } from './packed.ts';
import type { Paint, Style } from './paint.ts';
import { renderProblem } from './render-error.ts';
import { people } from './render-people.ts';
import { columns } from './table.ts';

type Verb = Change['verb'];

const VERBS: readonly Verb[] = ['create', 'change', 'keep', 'conflict'];

export function renderPreview(answer: ShownPreview, objects: readonly KubernetesObject[], paint: Paint): string[] {
  return [
    ...(answer.plan === null ? [] : renderChanges(answer.plan.changes, objects, paint)),
    ...(answer.plan === null
      ? []
      : ['', `${summary(answer.plan.changes, paint)}  ${paint('dim', `plan ${shortDigest(answer.plan)}`)}`]),
    ...(answer.approval === null ? [] : approvalLines(answer.approval, paint)),
    ...(answer.problems.length === 0
      ? []
      : ['', ...answer.problems.flatMap((problem) => renderProblem(problem, paint))]),
  ];
}

export function renderChanges(
  changes: readonly Change[],
  objects: readonly KubernetesObject[],
  paint: Paint,
): string[] {
  return changes.flatMap((change) => {
    const object = objects.find((candidate) => isObject(change.ref, candidate));
    const head = `${paint(styleOf(change.verb), `${signOf(change.verb)} ${change.verb.padEnd(8)}`)} ${describeRef(change.ref)}`;
    return [
      head,
      ...columns(
        change.fields.map((field) => fieldCells(field, object, paint)),
        '      ',
      ),
    ];
  });
}

export function summary(changes: readonly Change[], paint: Paint): string {
  const counts = VERBS.map((verb) => [verb, changes.filter((change) => change.verb === verb).length] as const);
  return `Plan: ${counts.map(([verb, count]) => (count === 0 ? `0 to ${verb}` : paint(styleOf(verb), `${count} to ${verb}`))).join(', ')}.`;
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

function fieldCells(field: string, object: KubernetesObject | undefined, paint: Paint): string[] {
  const found = object === undefined ? undefined : valueAt(object, field);
  return found === undefined ? [field] : [field, `${paint('dim', '→')} ${JSON.stringify(found)}`];
}

function isObject(ref: ObjectRef, object: KubernetesObject): boolean {
  return ref.apiVersion === object.apiVersion && ref.kind === object.kind && ref.name === object.metadata.name;
}

function signOf(verb: Verb): string {
  switch (verb) {
    case 'create':
      return '+';
    case 'change':
      return '~';
    case 'keep':
      return '=';
    case 'remove':
      return '-';
    case 'conflict':
      return '!';
    default:
      return assertNever(verb);
  }
}

function styleOf(verb: Verb): Style {
  switch (verb) {
    case 'create':
      return 'green';
    case 'change':
      return 'yellow';
    case 'keep':
      return 'dim';
    case 'remove':
    case 'conflict':
      return 'red';
    default:
      return assertNever(verb);
  }
}
