// How an object gets back to what it was before a change: field by field of what we set, and only where our value still
// stands. What others wrote since is theirs. Pure: it decides, the activities write.
import { canonicalJson } from '../spec/canonical.ts';
import type { FieldPath } from '../spec/field-path.ts';
import { ANNOTATION, FIELD_MANAGER, LABEL } from '../spec/names.ts';
import { standsAt, surplus, valueAt } from './compare.ts';
import type { KubernetesObject } from './plan.ts';

/** One field of ours: back to `value`, gone (`value` undefined), or left as somebody else has it since. */
export interface FieldReturn {
  path: FieldPath;
  verb: 'set' | 'drop' | 'leave';
  value?: unknown;
}

export interface Versions {
  /** What we had applied before the change; undefined for an object that was not ours. */
  applied: KubernetesObject | undefined;
  /** What the change applies. */
  wanted: KubernetesObject;
  /** What stood there before the change. */
  before: KubernetesObject;
  /** What stands there now. */
  live: KubernetesObject;
}

export function returns({ applied, wanted, before, live }: Versions): FieldReturn[] {
  const paths = new Map<string, FieldPath>();
  const ours = [...leaves(applied), ...leaves(wanted), ...surplus(wanted, before)];
  for (const path of ours) paths.set(JSON.stringify(path), path);
  const covered = [...paths.values()];
  // A leaf on one side can be a map on the other; the finer places say all that is needed.
  return covered
    .filter((path) => !covered.some((other) => isWithin(other, path)))
    .map((path) => {
      const was = valueAt(before, path);
      const now = valueAt(live, path);
      const set = valueAt(wanted, path);
      const isOurs = set === undefined ? now === undefined : standsAt(wanted.kind, path, set, now);
      const asBefore = isSame(now, was);
      if (!isOurs && !asBefore) return { path, verb: 'leave' };
      // A field that was not ours before, and stands as it stood, stays with whoever holds it.
      if (asBefore && valueAt(applied, path) === undefined) return { path, verb: 'leave' };
      return was === undefined ? { path, verb: 'drop' } : { path, verb: 'set', value: was };
    });
}

/** Whether the live object differs in any field that goes back. */
export function differsFromBefore(live: KubernetesObject, fields: readonly FieldReturn[]): boolean {
  return fields.some(({ path, verb, value }) => verb !== 'leave' && !isSame(valueAt(live, path), value));
}

/** For server-side apply: what we set is what we own afterwards; what is missing and was ours alone goes away. */
export function asApplied(identity: KubernetesObject, fields: readonly FieldReturn[]): KubernetesObject {
  const { name, namespace } = identity.metadata;
  const object: KubernetesObject = {
    apiVersion: identity.apiVersion,
    kind: identity.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
  for (const { path, verb, value } of fields) if (verb === 'set') put(object, path, value);
  return object;
}

/** For a JSON merge patch: null takes a field away. */
export function asMergePatch(fields: readonly FieldReturn[]): Record<string, unknown> {
  const patch: Record<string, unknown> = {};
  for (const { path, verb, value } of fields) if (verb !== 'leave') put(patch, path, verb === 'drop' ? null : value);
  return patch;
}

/** What the fence knows an adopted object by: without these naas may not write it any more, so they go last. */
const MARKS: readonly FieldPath[] = [
  ['metadata', 'labels', LABEL.incarnation],
  ['metadata', 'annotations', ANNOTATION.request],
];

export function isMark({ path }: FieldReturn): boolean {
  return MARKS.some((mark) => isSame(mark, path));
}

/** What is ours stays marked, also where somebody had taken the mark off before: without it nobody could write it any more. */
export function keepingOwn(fields: readonly FieldReturn[], live: KubernetesObject): FieldReturn[] {
  return fields.flatMap((field) => (isSame(field.path, MARKS[0]) ? keepingMarks([field], live) : [field]));
}

/** All goes back but the marks: an apply would take away what it does not name. */
export function keepingMarks(fields: readonly FieldReturn[], live: KubernetesObject): FieldReturn[] {
  return fields.map((field) => {
    const value = valueAt(live, field.path);
    return isMark(field) && value !== undefined ? { ...field, verb: 'set', value } : field;
  });
}

/** The last write on an object that was taken over: the marks go, and each field is held by whom it was held. */
export function releasing(
  marks: readonly FieldReturn[],
  before: KubernetesObject,
  live: KubernetesObject,
): Record<string, unknown> {
  const patch = asMergePatch(marks);
  const managedFields = heldAsBefore(before, live);
  if (managedFields.length === 0) return patch;
  return { ...patch, metadata: { ...(patch['metadata'] as object | undefined), managedFields } };
}

interface Held {
  manager?: string;
  operation?: string;
  subresource?: string;
  apiVersion?: string;
  time?: string;
}

/** Ours goes. Of the others' each entry is as it was before, but for who has written since: that one's stands as it is. */
function heldAsBefore(before: KubernetesObject, live: KubernetesObject): Held[] {
  const [was, now] = [heldIn(before), heldIn(live)];
  if (was.length === 0) return [];
  const keyOf = ({ manager, operation, subresource, apiVersion }: Held): string =>
    canonicalJson([manager, operation, subresource ?? '', apiVersion]);
  const current = new Map(now.map((entry) => [keyOf(entry), entry]));
  const known = new Set(was.map(keyOf));
  return [
    ...was.map((entry) => {
      const since = current.get(keyOf(entry));
      return since === undefined || since.time === entry.time || entry.manager === FIELD_MANAGER ? entry : since;
    }),
    ...now.filter((entry) => !known.has(keyOf(entry)) && entry.manager !== FIELD_MANAGER),
  ];
}

function heldIn({ metadata }: KubernetesObject): Held[] {
  return (metadata['managedFields'] as Held[] | undefined) ?? [];
}

/** What was ours of an object that has to be made anew; `applied` undefined: all of it. What others added comes after it. */
export function asRemade(applied: KubernetesObject | undefined, before: KubernetesObject): KubernetesObject {
  const ours = leaves(applied ?? before).filter((path) => valueAt(before, path) !== undefined);
  return asApplied(
    before,
    ours.map((path) => ({ path, verb: 'set', value: valueAt(before, path) })),
  );
}

/** Of all that stood there before, what does not stand there at all. */
export function missing(before: KubernetesObject, live: KubernetesObject): FieldReturn[] {
  return leaves(before)
    .filter((path) => valueAt(live, path) === undefined)
    .map((path) => ({ path, verb: 'set', value: valueAt(before, path) }));
}

/** Places that `applied` sets and `wanted` does not: what a change takes away from an object that stays. */
export function dropped(applied: KubernetesObject, wanted: KubernetesObject): FieldPath[] {
  return leaves(applied).filter((path) => valueAt(wanted, path) === undefined);
}

/** Every value of ours with its place: scalars and lists whole; identity and status are nobody's to set. */
export function leaves(object: KubernetesObject | undefined): FieldPath[] {
  if (object === undefined) return [];
  const { apiVersion: _apiVersion, kind: _kind, metadata, status: _status, ...content } = object;
  const marks = Object.entries({ labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} });
  return [
    ...Object.entries(content).flatMap(([key, inner]) => within(inner, [key])),
    ...marks.flatMap(([map, inner]) => Object.keys(inner).map((key): FieldPath => ['metadata', map, key])),
  ];
}

function within(value: unknown, path: FieldPath): FieldPath[] {
  // An empty map says something by being there: `podSelector: {}` chooses every pod.
  if (!isRecord(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, inner]) => within(inner, [...path, key]));
}

/** Of JSON values, or of nothing, which no JSON can say. */
function isSame(left: unknown, right: unknown): boolean {
  if (left === undefined || right === undefined) return left === right;
  return canonicalJson(left) === canonicalJson(right);
}

function isWithin(inner: FieldPath, outer: FieldPath): boolean {
  return inner.length > outer.length && outer.every((step, index) => inner[index] === step);
}

function put(document: Record<string, unknown>, path: FieldPath, value: unknown): void {
  const [last] = path.slice(-1);
  if (last === undefined) return;
  let here = document;
  for (const step of path.slice(0, -1)) {
    const next = isRecord(here[step]) ? here[step] : {};
    here[step] = next;
    here = next;
  }
  here[last] = value;
}

function isRecord(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
