// Whether one JSON Schema lets everything through that another does. Pure. It may see a gap that is none, and then a person has
// to look; where it sees none there is none.
import { isDeepStrictEqual } from 'node:util';
import {
  assertionsOf,
  type Definitions,
  deref,
  hasRef,
  isRef,
  type Keywords,
  type Schema,
  TYPES,
  typesOf,
  valuesOf,
} from './json-schema.ts';
import { accepts } from './schema-accepts.ts';

export interface Side {
  schema: Schema;
  definitions: Definitions;
}

/** One way in which the wide schema refuses what the narrow one lets through. */
export interface Gap {
  /** Such as `$.awaits[].slot`. */
  path: string;
  what: string;
}

/** Empty: every value that `narrow` lets through, `wide` lets through as well. */
export function gapsOf(wide: Side, narrow: Side): Gap[] {
  return distinct(new Comparison(wide.definitions, narrow.definitions).gaps(wide.schema, narrow.schema, '$'));
}

/** Compared by their meaning. Anything else has to be the same on both sides, or to be gone in the wide one. */
const UNDERSTOOD = ['type', 'enum', 'const', 'anyOf', 'properties', 'required', 'additionalProperties', 'items'];
const LOWER_BOUNDS = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const UPPER_BOUNDS = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];
/** They change what other keywords mean, so that even dropping one may narrow. */
const ENTANGLED = [
  ...['patternProperties', 'unevaluatedProperties', 'prefixItems', 'additionalItems', 'unevaluatedItems'],
  ...['if', 'then', 'else'],
];

class Comparison {
  readonly #wide: Definitions;
  readonly #narrow: Definitions;
  /** What is being compared further out: a type that contains itself fits if all the rest of it does. */
  readonly #open = new Set<string>();

  constructor(wide: Definitions, narrow: Definitions) {
    this.#wide = wide;
    this.#narrow = narrow;
  }

  gaps(wide: Schema, narrow: Schema, path: string): Gap[] {
    if (wide === true || narrow === false) return [];
    if (wide === false) return [{ path, what: 'is not accepted any more' }];
    if (isRef(wide) || isRef(narrow)) return this.#referred(wide, narrow, path);
    return this.#resolved(wide, narrow === true ? {} : narrow, path);
  }

  #referred(wide: Schema, narrow: Schema, path: string): Gap[] {
    const pair = JSON.stringify([wide, narrow]);
    if (this.#open.has(pair)) return [];
    this.#open.add(pair);
    const gaps = this.gaps(deref(wide, this.#wide), deref(narrow, this.#narrow), path);
    this.#open.delete(pair);
    return gaps;
  }

  #resolved(wide: Keywords, narrow: Keywords, path: string): Gap[] {
    if (this.#same(assertionsOf(wide), assertionsOf(narrow))) return [];
    const values = valuesOf(narrow);
    if (values !== undefined) {
      return values
        .filter((value) => !accepts(wide, value, this.#wide))
        .map((value) => ({ path, what: `${JSON.stringify(value)} is not accepted any more` }));
    }
    if (Array.isArray(narrow['anyOf'])) return this.#eachBranch(wide, narrow, path);
    const types = typesOf(narrow);
    if (Array.isArray(narrow['type']) && types.length > 1) {
      return types.flatMap((type) => this.#resolved(wide, { ...narrow, type }, path));
    }
    if (Array.isArray(wide['anyOf'])) return this.#someBranch(wide, narrow, path);
    return [
      ...listGaps(wide, path),
      ...typeGaps(wide, narrow, path),
      ...boundGaps(wide, narrow, path),
      ...this.#otherGaps(wide, narrow, path),
      ...(types.includes('object') ? this.#fieldGaps(wide, narrow, path) : []),
      ...(types.includes('array') ? this.gaps(itemsOf(wide), itemsOf(narrow), `${path}[]`) : []),
    ];
  }

  /** Each branch has to fit; what stands beside the branches can only make fewer values of them. */
  #eachBranch(wide: Keywords, narrow: Keywords, path: string): Gap[] {
    const { anyOf, ...beside } = narrow;
    const gaps = (anyOf as Schema[]).flatMap((branch) => this.gaps(wide, branch, path));
    const alone = gaps.length === 0 || Object.keys(assertionsOf(beside)).length === 0;
    return alone || this.#resolved(wide, beside, path).length > 0 ? gaps : [];
  }

  #someBranch(wide: Keywords, narrow: Keywords, path: string): Gap[] {
    const { anyOf, ...beside } = wide;
    const byBranch = (anyOf as Schema[]).map((branch) => this.gaps(branch, narrow, path));
    // A gap in a part tells more than that the whole is of another kind.
    const distance = (gaps: readonly Gap[]): number =>
      gaps.length + (gaps.some((gap) => gap.path === path) ? 1_000 : 0);
    const [closest = []] = byBranch.sort((left, right) => distance(left) - distance(right));
    return [...closest, ...this.#resolved(beside, narrow, path)];
  }

  #fieldGaps(wide: Keywords, narrow: Keywords, path: string): Gap[] {
    const [wideFields, narrowFields] = [fieldsOf(wide), fieldsOf(narrow)];
    const [wideRest, narrowRest] = [restOf(wide), restOf(narrow)];
    const named = Object.entries(wideFields).flatMap(([field, schema]): Gap[] => {
      const other = Object.hasOwn(narrowFields, field) ? narrowFields[field] : undefined;
      if (other !== undefined) return this.gaps(schema, other, `${path}.${field}`);
      const open = this.gaps(schema, narrowRest, `${path}.${field}`);
      return open.length === 0
        ? []
        : [{ path: `${path}.${field}`, what: 'is not listed on the other side, where anything may stand' }];
    });
    const unnamed = Object.entries(narrowFields)
      .filter(([field]) => !Object.hasOwn(wideFields, field))
      .flatMap(([field, schema]) => this.gaps(wideRest, schema, `${path}.${field}`));
    const required = listOf(wide['required']).filter((field) => !listOf(narrow['required']).includes(field));
    return [
      ...required.map((field) => ({ path: `${path}.${field}`, what: 'is required, but need not be there' })),
      ...named,
      ...unnamed,
      ...this.gaps(wideRest, narrowRest, `${path}.*`),
    ];
  }

  #otherGaps(wide: Keywords, narrow: Keywords, path: string): Gap[] {
    const known = new Set([...UNDERSTOOD, ...LOWER_BOUNDS, ...UPPER_BOUNDS, ...ENTANGLED]);
    const added = Object.keys(assertionsOf(wide)).filter(
      (keyword) => !known.has(keyword) && !this.#same(wide[keyword], narrow[keyword]),
    );
    const entangled = ENTANGLED.filter((keyword) => keyword in narrow || keyword in wide);
    return [...added, ...entangled].map((keyword) => ({ path, what: `${keyword} differs or cannot be compared` }));
  }

  /** The same text means the same only where its `$ref`s do. */
  #same(wide: unknown, narrow: unknown): boolean {
    return isDeepStrictEqual(wide, narrow) && (!hasRef(wide) || isDeepStrictEqual(this.#wide, this.#narrow));
  }
}

function typeGaps(wide: Keywords, narrow: Keywords, path: string): Gap[] {
  const accepted = typesOf(wide);
  const lost = typesOf(narrow).filter(
    (type) => !accepted.includes(type) && !(type === 'integer' && accepted.includes('number')),
  );
  if (lost.length === 0) return [];
  const what = lost.length > TYPES.length / 2 ? `anything but ${accepted.join(' or ')}` : lost.join(' or ');
  return [{ path, what: `${what} is not accepted any more` }];
}

function listGaps(wide: Keywords, path: string): Gap[] {
  const values = valuesOf(wide);
  if (values === undefined) return [];
  return [{ path, what: `only ${values.map((value) => JSON.stringify(value)).join(', ')} is accepted now` }];
}

function boundGaps(wide: Keywords, narrow: Keywords, path: string): Gap[] {
  const tighter =
    (isTighter: (now: number, before: number) => boolean) =>
    (keyword: string): Gap[] => {
      const [now, before] = [wide[keyword], narrow[keyword]];
      if (now === undefined) return [];
      if (typeof now === 'number' && typeof before === 'number' && !isTighter(now, before)) return [];
      return [{ path, what: `${keyword} is ${String(now)} now, before ${before ?? 'without bound'}` }];
    };
  return [
    ...LOWER_BOUNDS.flatMap(tighter((now, before) => now > before)),
    ...UPPER_BOUNDS.flatMap(tighter((now, before) => now < before)),
  ];
}

function fieldsOf(schema: Keywords): Readonly<Record<string, Schema>> {
  return (schema['properties'] ?? {}) as Record<string, Schema>;
}

function restOf(schema: Keywords): Schema {
  return (schema['additionalProperties'] ?? true) as Schema;
}

/** A list of schemas, one for each place, is no schema: nobody writes one here. */
function itemsOf(schema: Keywords): Schema {
  if (Array.isArray(schema['items'])) throw new Error('`items` as a list cannot be compared');
  return (schema['items'] ?? true) as Schema;
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function distinct(gaps: readonly Gap[]): Gap[] {
  return [...new Map(gaps.map((gap) => [`${gap.path} ${gap.what}`, gap])).values()];
}
