// Small JSON Schemas for property tests, in pairs that resemble each other, and values that mostly fit one.
import fc from 'fast-check';
import type { Definitions, Keywords, Schema } from './json-schema.ts';
import type { Side } from './schema-covers.ts';

const FIELDS = ['a', 'b', 'c'];
const WORDS = ['x', 'y', 'z', ''];
const NAMES = ['#/definitions/One', '#/definitions/Two'];

const leaf: fc.Arbitrary<Schema> = fc.oneof(
  fc.constantFrom<Schema>(true, {}, false),
  fc.constantFrom('string', 'integer', 'number', 'boolean', 'null').map((type) => ({ type })),
  fc.subarray(['string', 'integer', 'null'], { minLength: 1 }).map((type) => ({ type })),
  fc.subarray<unknown>([...WORDS, 1, null], { minLength: 1 }).map((values) => ({ enum: values })),
  fc.constantFrom<unknown>(...WORDS, 1, 1.5, null, true).map((value) => ({ const: value })),
  fc.record({ type: fc.constant('string'), maxLength: fc.nat(2), minLength: fc.nat(1) }, { requiredKeys: ['type'] }),
  fc.record({ type: fc.constant('integer'), minimum: fc.nat(3), maximum: fc.nat(3) }, { requiredKeys: [] }),
  fc.constantFrom<Schema>({ type: 'string', pattern: '^x' }, { pattern: '^x' }, { not: { type: 'null' } }),
  fc.constantFrom(...NAMES).map(($ref) => ({ $ref })),
);

function objectOf(field: fc.Arbitrary<Schema>): fc.Arbitrary<Schema> {
  return fc.record(
    {
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom(...FIELDS), field, { noNullPrototype: true }),
      required: fc.subarray(FIELDS),
      additionalProperties: fc.oneof(fc.boolean(), field),
    },
    { requiredKeys: [] },
  );
}

const { schema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    objectOf(tie('schema')),
    tie('schema').map((items) => ({ type: 'array', items })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
}));

export const anySchema = schema;

/** Nothing may stand beside a `$ref`, and values that are listed make branches pointless. */
function keywords(schema: Schema): Keywords {
  return typeof schema === 'boolean' || '$ref' in schema || 'enum' in schema ? {} : schema;
}

/** [wide, narrow]: the same in most places, so that one often covers the other. */
const { pair } = fc.letrec<{ pair: [Schema, Schema] }>((tie) => ({
  pair: fc.oneof(
    { depthSize: 'small' },
    schema.map((same): [Schema, Schema] => [same, same]),
    fc.tuple(schema, schema),
    fc
      .tuple(objectOf(fc.constant(true)), fc.dictionary(fc.constantFrom(...FIELDS), tie('pair')))
      .map(([shape, fields]): [Schema, Schema] => {
        const side = (index: 0 | 1): Schema => ({
          ...(shape as Keywords),
          properties: Object.fromEntries(Object.entries(fields).map(([field, both]) => [field, both[index]])),
        });
        return [side(0), side(1)];
      }),
    tie('pair').map(([wide, narrow]): [Schema, Schema] => [
      { type: 'array', items: wide },
      { type: 'array', items: narrow },
    ]),
    fc
      .tuple(tie('pair'), tie('pair'), fc.boolean())
      .map(([first, second, more]): [Schema, Schema] => [
        { anyOf: [first[0], second[0]] },
        more ? { anyOf: [first[1]] } : { anyOf: [second[1], first[1]] },
      ]),
    fc.tuple(tie('pair'), tie('pair')).map(([field, rest]): [Schema, Schema] => [
      { type: 'object', properties: { a: field[0] }, additionalProperties: rest[0] },
      { type: 'object', properties: { a: field[1] }, additionalProperties: rest[1] },
    ]),
    // Branches beside which something stands.
    fc.tuple(leaf, leaf, tie('pair')).map(([one, other, branch]): [Schema, Schema] => [
      { ...keywords(one), anyOf: [branch[0]] },
      { ...keywords(other), anyOf: [branch[1]] },
    ]),
    // One change at the top that a person would make.
    fc.tuple(objectOf(leaf), fc.constantFrom(...FIELDS), leaf).map(([before, field, added]): [Schema, Schema] => {
      const { properties = {} } = before as { properties?: Keywords };
      return [{ ...(before as Keywords), properties: { ...properties, [field]: added } }, before];
    }),
  ),
}));

export const schemaPair: fc.Arbitrary<{ wide: Side; narrow: Side }> = fc
  .tuple(pair, fc.tuple(pair, pair))
  .map(([top, [one, two]]) => {
    const side = (index: 0 | 1): Side => ({
      schema: top[index],
      definitions: withoutEndless({ [NAMES[0] as string]: one[index], [NAMES[1] as string]: two[index] }),
    });
    return { wide: side(0), narrow: side(1) };
  });

/** A definition that is nothing but a way to itself means nothing: no reader of schemas takes it. */
function withoutEndless(definitions: Record<string, Schema>): Definitions {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, leadsOut(definition) ? definition : {}]),
  );
}

function leadsOut(definition: Schema): boolean {
  if (typeof definition === 'boolean') return true;
  if ('$ref' in definition) return false;
  return !Array.isArray(definition['anyOf']) || definition['anyOf'].every((branch) => leadsOut(branch));
}

/** Values over the same few words and fields. */
export const smallValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(...WORDS, 'xx', 0, 1, 2, 1.5, null, true),
    fc.dictionary(fc.constantFrom(...FIELDS, 'd'), tie('value'), { noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 2 }),
  ),
})).value;
