// A difference in lines: what would be created, changed, kept, removed or stands in the way, and each field from → to. Pure.
import type { KubernetesObject } from '../plan/plan.ts';
import type { Change } from '../spec/admission.ts';
import { describeRef, isObject, type OwnedRef } from '../spec/inventory.ts';
import { assertNever } from './assert-never.ts';
import { valueAt } from './field-path.ts';
import type { Paint, Style } from './paint.ts';
import { columns } from './table.ts';

type Verb = Change['verb'];

const VERBS: readonly Verb[] = ['create', 'change', 'keep', 'conflict', 'remove'];

/** Every object with its fields; the rendered objects, where they are at hand, tell what a value becomes in full. */
export function renderChanges(
  changes: readonly Change[],
  objects: readonly KubernetesObject[],
  paint: Paint,
): string[] {
  return changes.flatMap((change) => {
    const object = objects.find((candidate) => isOf(change.ref, candidate));
    const cells = change.fields.map((field) => [field, movement(change, field, object, paint)]);
    return [`${heading(change.verb, paint)} ${describeRef(change.ref)}`, ...columns(cells, '      ')];
  });
}

/** The same for a living namespace: what stays as it is takes one line, what is new is shown whole. */
export function renderDifference(
  changes: readonly Change[],
  objects: readonly KubernetesObject[],
  paint: Paint,
): string[] {
  const kept = changes.filter(({ verb }) => verb === 'keep').length;
  const differing = changes.filter(({ verb }) => verb !== 'keep').map((change) => withContent(change, objects));
  return [
    ...renderChanges(differing, objects, paint),
    ...(kept === 0 ? [] : [`${heading('keep', paint)} ${counted(kept, 'object')}`]),
  ];
}

export function summary(changes: readonly Change[], paint: Paint, what = 'Plan'): string {
  const counts = VERBS.map((verb) => [verb, changes.filter((change) => change.verb === verb).length] as const)
    // Removals are for living namespaces alone; elsewhere the word would only frighten.
    .filter(([verb, count]) => verb !== 'remove' || count > 0)
    .map(([verb, count]) => (count === 0 ? `0 to ${verb}` : paint(styleOf(verb), `${count} to ${verb}`)));
  return `${what}: ${counts.join(', ')}.`;
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function heading(verb: Verb, paint: Paint): string {
  return paint(styleOf(verb), `${signOf(verb)} ${verb.padEnd(8)}`);
}

/** A new object has no fields that differ: its content is what somebody who decides has to see. */
function withContent(change: Change, objects: readonly KubernetesObject[]): Change {
  const object = objects.find((candidate) => isOf(change.ref, candidate));
  if (change.verb !== 'create' || object === undefined) return change;
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, status: _status, ...content } = object;
  return { ...change, fields: Object.keys(content) };
}

function movement(change: Change, field: string, object: KubernetesObject | undefined, paint: Paint): string {
  const arrow = paint('dim', '→');
  const planned = object === undefined ? undefined : valueAt(object, field);
  const said = change.values?.[field];
  if (said === undefined) return planned === undefined ? '' : `${arrow} ${JSON.stringify(planned)}`;
  // A summary cuts long values; where the object is at hand, all of what is decided on is shown.
  const to = said.to?.endsWith('…') && planned !== undefined ? JSON.stringify(planned) : said.to;
  return `${said.from ?? 'none'} ${arrow} ${to ?? 'none'}`;
}

function isOf(ref: OwnedRef, object: KubernetesObject): boolean {
  if (!isObject(ref)) return false;
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
