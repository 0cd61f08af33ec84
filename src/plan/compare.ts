// Planned against live: what would be created, kept, changed, or stands in the way. Only fields of ours count; what others
// added is theirs, except where a field is one whole that we set.
import type { Change } from '../spec/admission.ts';
import { type FieldPath, fieldText } from '../spec/field-path.ts';
import type { ObjectRef } from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import { compareQuantities, parseQuantity } from '../spec/quantities.ts';
import { byText } from '../spec/resolve-problems.ts';
import type { KubernetesObject } from './plan.ts';

export interface Comparison {
  /** Whether the live object is somebody else's; by default it is without our incarnation. */
  foreign?: boolean;
  /** Places that the applied plan set and this one does not: what still stands there goes away. */
  dropped?: readonly FieldPath[];
  /** What is somebody else's is taken over: it is changed at least by getting our marks. */
  adopting?: boolean;
}

export function compare(
  ref: ObjectRef,
  planned: KubernetesObject,
  live: KubernetesObject | undefined,
  { foreign = isForeign(live), dropped = [], adopting = false }: Comparison = {},
): Change {
  if (live === undefined) return { verb: 'create', ref, fields: [] };
  const standing = dropped.filter((path) => valueAt(live, path) !== undefined);
  const paths = [...differences(planned, live, []), ...standing];
  const fields = [...new Set(paths.map(fieldText))].sort(byText);
  if (foreign && !adopting) return { verb: 'conflict', ref, fields };
  if (fields.length === 0) return { verb: foreign ? 'change' : 'keep', ref, fields };
  return { verb: 'change', ref, fields, values: valuesAt(paths, planned, live) };
}

/** Room for whom a RoleBinding names, which is what people decide on; longer values are for the rendered objects. */
const MAX_VALUE_LENGTH = 160;
const MAX_VALUES = 30;

function valuesAt(paths: readonly FieldPath[], planned: unknown, live: unknown): NonNullable<Change['values']> {
  const shown = paths.slice(0, MAX_VALUES).map((path) => {
    const [from, to] = [shortAt(live, path), shortAt(planned, path)];
    return [fieldText(path), { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }] as const;
  });
  return Object.fromEntries(shown);
}

function shortAt(document: unknown, path: FieldPath): string | undefined {
  const value = valueAt(document, path);
  if (value === undefined) return undefined;
  const text = JSON.stringify(value);
  return text.length <= MAX_VALUE_LENGTH ? text : `${text.slice(0, MAX_VALUE_LENGTH - 1)}…`;
}

export function valueAt(document: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((at, step) => {
    if (typeof step === 'number') return Array.isArray(at) ? at[step] : undefined;
    return isRecord(at) ? own(at, step) : undefined;
  }, document);
}

/** What others added to a field that is one whole: as long as it stands, what we set does not mean what it says. */
export function surplus(planned: KubernetesObject, live: KubernetesObject): FieldPath[] {
  return Object.entries(planned).flatMap(([key, value]) =>
    WHOLE.has(`${planned.kind}.${key}`) ? added(value, live[key], [key]) : [],
  );
}

function added(planned: unknown, live: unknown, path: FieldPath): FieldPath[] {
  if (!isRecord(planned) || !isRecord(live)) return [];
  return Object.keys(live).flatMap((key) => {
    if (Object.hasOwn(planned, key)) return added(planned[key], live[key], [...path, key]);
    return isEmpty(live[key]) ? [] : [[...path, key]];
  });
}

/** Whether what stands at a place is what we would set there. */
export function standsAt(kind: string, path: FieldPath, planned: unknown, live: unknown): boolean {
  return differing(planned, live, path, WHOLE.has(`${kind}.${String(path[0])}`)).length === 0;
}

function isForeign(live: KubernetesObject | undefined): boolean {
  return live !== undefined && live.metadata.labels?.[LABEL.incarnation] === undefined;
}

/**
 * Fields that are one whole: an addition by somebody else changes what ours means, such as a rule in a policy that denies
 * everything, or a label in a selector that chose every pod.
 */
const WHOLE: ReadonlySet<string> = new Set(['NetworkPolicy.spec', 'RoleBinding.roleRef', 'RoleBinding.subjects']);

/** Maps of quantities, compared by value: "1000m" is "1". */
const QUANTITY_MAPS: ReadonlySet<string> = new Set(['hard', 'default', 'defaultRequest', 'max', 'min']);

function differences(planned: KubernetesObject, live: KubernetesObject, path: FieldPath): FieldPath[] {
  return Object.entries(planned).flatMap(([key, value]) => {
    if (key === 'apiVersion' || key === 'kind') return [];
    const whole = WHOLE.has(`${planned.kind}.${key}`);
    return differing(value, live[key], [...path, key], whole);
  });
}

function differing(planned: unknown, live: unknown, path: FieldPath, whole: boolean): FieldPath[] {
  if (Array.isArray(planned)) return differingLists(planned, Array.isArray(live) ? live : [], path, whole);
  if (isRecord(planned)) return isRecord(live) ? differingRecords(planned, live, path, whole) : [path];
  return isSame(planned, live, path) ? [] : [path];
}

function differingRecords(
  planned: Record<string, unknown>,
  live: Record<string, unknown>,
  path: FieldPath,
  whole: boolean,
): FieldPath[] {
  const ours = Object.entries(planned).flatMap(([key, value]) =>
    differing(value, own(live, key), [...path, key], whole),
  );
  const added = whole ? Object.keys(live).filter((key) => !Object.hasOwn(planned, key) && !isEmpty(live[key])) : [];
  return [...ours, ...added.map((key) => [...path, key])];
}

/** Items are matched by what identifies them, else by place. A list that we set is ours whole, its length too. */
function differingLists(
  planned: readonly unknown[],
  live: readonly unknown[],
  path: FieldPath,
  whole: boolean,
): FieldPath[] {
  const identities = live.map(identity);
  const keyed = planned.every((item) => identity(item) !== undefined) && identities.every((each) => each !== undefined);
  const items = planned.flatMap((item, index) => {
    const at = keyed ? identities.indexOf(identity(item) ?? '') : index;
    return differing(item, at === -1 ? undefined : live[at], [...path, index], whole);
  });
  return planned.length === live.length ? items : [...items, path];
}

function identity(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  if (!isRecord(item)) return undefined;
  const { kind, name, protocol, port } = item;
  if (typeof name === 'string') return `${String(kind)} ${name}`;
  return protocol === undefined && port === undefined ? undefined : `${String(protocol)} ${String(port)}`;
}

function isSame(planned: unknown, live: unknown, path: FieldPath): boolean {
  if (planned === live) return true;
  if (!QUANTITY_MAPS.has(String(path.at(-2))) || planned === undefined || live === undefined) return false;
  try {
    return compareQuantities(parseQuantity(String(planned)), parseQuantity(String(live))) === 0;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The API server drops an empty list or map where it can, so it says no more than a missing one. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
