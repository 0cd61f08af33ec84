// The comparison of schemas, held against an independent validator: what it lets pass must be true of every value.
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schema } from '../support/json-schema.ts';
import { anySchema, schemaPair, smallValue } from '../support/schema-arbitrary.ts';
import { gapsOf, type Side } from '../support/schema-covers.ts';

const NO_DEFINITIONS = { '#/definitions/One': {}, '#/definitions/Two': {} };
const alone = (schema: Schema): Side => ({ schema, definitions: NO_DEFINITIONS });

/** Without the check of the schemas themselves: it takes most of the time, and they are made here. */
const ajv = new Ajv({ strict: false, logger: false, meta: false, validateSchema: false });

function validatorOf({ schema, definitions }: Side): (value: unknown) => boolean {
  const named = Object.fromEntries(
    Object.entries(definitions).map(([ref, definition]) => [ref.replace('#/definitions/', ''), definition]),
  );
  // Around it, so that the definitions stand beside even a schema that is `true` or a `$ref`.
  const whole = { type: 'object', properties: { value: schema }, definitions: named };
  const validate = ajv.compile(whole);
  return (value) => validate({ value }) === true;
}

describe('where no gap is seen, there is none', () => {
  it('for any two schemas and any value', () => {
    let covered = 0;
    let tried = 0;
    fc.assert(
      fc.property(schemaPair, fc.array(smallValue, { minLength: 15, maxLength: 15 }), ({ wide, narrow }, values) => {
        if (gapsOf(wide, narrow).length > 0) return;
        covered += 1;
        const [acceptedBefore, acceptedNow] = [validatorOf(narrow), validatorOf(wide)];
        for (const value of values.filter(acceptedBefore)) {
          tried += 1;
          expect(acceptedNow(value), JSON.stringify(value)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    // A comparison that sees gaps everywhere would pass as well.
    expect(covered).toBeGreaterThan(50);
    expect(tried).toBeGreaterThan(100);
    // Two compiled validators a pair: seconds on a quiet machine.
  }, 90_000);
});

describe('no gap is seen', () => {
  it('between a schema and itself', () => {
    fc.assert(
      fc.property(anySchema, (schema) => {
        expect(gapsOf(alone(schema), alone(schema))).toEqual([]);
      }),
    );
  });

  const object = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  it.each<[string, Schema, Schema]>([
    [
      'a new field that need not be there',
      { ...object, properties: { ...object.properties, b: { type: 'null' } } },
      object,
    ],
    ['a field that need not be there any more', { ...object, required: [] }, object],
    ['fields that nobody lists', { ...object, additionalProperties: true }, object],
    ['one more word', { enum: ['x', 'y'] }, { enum: ['x'] }],
    ['a text in place of a list of words', { type: 'string' }, { type: 'string', enum: ['x'] }],
    ['one more type', { type: ['string', 'null'] }, { type: 'string' }],
    ['one more branch', { anyOf: [{ type: 'string' }, object] }, { type: 'string' }],
    ['branches in another order', { anyOf: [object, { type: 'null' }] }, { anyOf: [{ type: 'null' }, object] }],
    ['types as branches', { anyOf: [{ type: 'string' }, { type: 'null' }] }, { type: ['null', 'string'] }],
    ['a number in place of an integer', { type: 'number' }, { type: 'integer' }],
    ['a wider bound', { type: 'string', maxLength: 3 }, { type: 'string', maxLength: 2 }],
    ['a pattern that is gone', { type: 'string' }, { type: 'string', pattern: '^x' }],
    ['a list of more', { type: 'array', items: {} }, { type: 'array', items: { type: 'string' } }],
    ['other words about it', { ...object, description: 'now' }, { ...object, description: 'before' }],
    ['a name for a part', { $ref: '#/definitions/One' }, { type: 'array', items: { $ref: '#/definitions/Two' } }],
  ])('%s', (_what, wide, narrow) => {
    expect(gapsOf(alone(wide), alone(narrow))).toEqual([]);
  });

  it('between types that contain themselves', () => {
    const tree = (more: object): Side => ({
      schema: { $ref: '#/definitions/One' },
      definitions: {
        '#/definitions/One': {
          type: 'object',
          properties: { children: { type: 'array', items: { $ref: '#/definitions/One' } }, ...more },
          additionalProperties: false,
        },
      },
    });
    expect(gapsOf(tree({ name: { type: 'string' } }), tree({}))).toEqual([]);
    expect(gapsOf(tree({}), tree({ name: { type: 'string' } }))).toEqual([
      { path: '$.name', what: 'is not accepted any more' },
    ]);
  });
});

describe('a gap is named with its place', () => {
  const within = (schema: Schema): Schema => ({
    type: 'object',
    properties: { list: { type: 'array', items: { type: 'object', properties: { it: schema } } } },
  });
  it.each<[string, Schema, Schema, RegExp]>([
    ['one word less', { enum: ['x'] }, { enum: ['x', 'y'] }, /^"y" is not accepted/],
    ['a list of words for a text', { type: 'string', enum: ['x'] }, { type: 'string' }, /^only "x" is accepted/],
    ['another constant', { const: 2 }, { const: 1 }, /^1 is not accepted/],
    ['one type less', { type: 'string' }, { type: ['string', 'null'] }, /^null is not accepted/],
    ['another type', { type: 'number' }, { type: 'string' }, /^string is not accepted/],
    [
      'a tighter bound',
      { type: 'string', maxLength: 2 },
      { type: 'string', maxLength: 3 },
      /^maxLength is 2 now, before 3/,
    ],
    ['a new bound', { type: 'integer', minimum: 1 }, { type: 'integer' }, /^minimum is 1 now, before without/],
    ['a new pattern', { type: 'string', pattern: '^x' }, { type: 'string' }, /^pattern differs/],
    [
      'fields that nobody listed',
      { type: 'object', additionalProperties: false },
      { type: 'object' },
      /^is not accepted/,
    ],
    ['a type beside branches', { type: 'null', anyOf: [{}] }, { anyOf: [{ type: 'string' }] }, /^string is not/],
    [
      'branches that no bound beside them turns',
      { type: 'null' },
      { maxLength: 2, anyOf: [{ type: 'string' }] },
      /^string is not/,
    ],
    [
      'one branch less',
      { anyOf: [{ type: 'null' }] },
      { anyOf: [{ type: 'null' }, { type: 'string' }] },
      /^string is not/,
    ],
    ['nothing at all', false, { type: 'string' }, /^is not accepted/],
  ])('%s', (_what, wide, narrow, what) => {
    expect(gapsOf(alone(within(wide)), alone(within(narrow)))).toEqual([
      { path: expect.stringMatching(/^\$\.list\[\]\.it(\.\*)?$/), what: expect.stringMatching(what) },
    ]);
  });

  it('a field that is required, one that is gone, and one that has become another', () => {
    const before = { type: 'object', properties: { a: {}, b: {} }, required: [], additionalProperties: false };
    const now = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
    expect(gapsOf(alone(now), alone(before)).map(({ path, what }) => `${path} ${what}`)).toEqual([
      '$.a is required, but need not be there',
      '$.a anything but string is not accepted any more',
      '$.b is not accepted any more',
    ]);
  });

  it.each<[string, Schema]>([
    ['patternProperties', { type: 'object', patternProperties: { '^x': { type: 'string' } } }],
    ['prefixItems', { type: 'array', prefixItems: [{ type: 'string' }] }],
  ])('what it does not understand (%s) is a gap, not a guess', (keyword, schema) => {
    expect(gapsOf(alone({ ...(schema as object), minProperties: 0 }), alone(schema))).toEqual(
      expect.arrayContaining([{ path: '$', what: `${keyword} differs or cannot be compared` }]),
    );
  });

  it('a name that leads nowhere is an error', () => {
    expect(() => gapsOf(alone({ $ref: '#/definitions/None' }), alone({ type: 'string' }))).toThrow(/leads nowhere/);
  });
});
