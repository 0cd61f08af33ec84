// The parts of a JSON Schema that both the comparison and the look at single values read. Pure; no opinion on anything.

export type Schema = boolean | Keywords;
export type Keywords = { readonly [keyword: string]: unknown };
/** What `$ref`s mean, by their whole text. */
export type Definitions = Readonly<Record<string, Schema>>;

/** They tell people something and refuse no value. */
const ANNOTATIONS = [
  'description',
  'title',
  'default',
  'examples',
  '$comment',
  '$schema',
  '$id',
  'definitions',
  '$defs',
];

export const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

export function assertionsOf(schema: Keywords): Keywords {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !ANNOTATIONS.includes(keyword)));
}

export function typesOf({ type }: Keywords): readonly string[] {
  if (type === undefined) return TYPES;
  return Array.isArray(type) ? type : [String(type)];
}

/** The values that a list or a constant names; undefined: it names none. */
export function valuesOf(schema: Keywords): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
}

export function isRef(schema: Schema): boolean {
  return typeof schema === 'object' && typeof schema['$ref'] === 'string';
}

/** Follows a `$ref` to what it means. Annotations may stand beside it; assertions there are read differently by every draft. */
export function deref(schema: Schema, definitions: Definitions): Schema {
  let here = schema;
  const seen = new Set<string>();
  while (typeof here === 'object' && typeof here['$ref'] === 'string') {
    const ref = here['$ref'];
    const beside = Object.keys(assertionsOf(here)).filter((keyword) => keyword !== '$ref');
    if (beside.length > 0) throw new Error(`${beside.join(', ')} beside the $ref to ${ref} cannot be compared`);
    const next = Object.hasOwn(definitions, ref) ? definitions[ref] : undefined;
    if (next === undefined || seen.has(ref)) throw new Error(`the $ref to ${ref} leads nowhere`);
    seen.add(ref);
    here = next;
  }
  return here;
}

export function hasRef(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, item]) => key === '$ref' || hasRef(item));
}
