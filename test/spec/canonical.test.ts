// Canonical JSON and its digest.

import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../src/spec/canonical.ts';
import fc from '../support/properties.ts';

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}

describe('canonicalJson', () => {
  it('sorts keys by code unit at every depth and writes no white space', () => {
    expect(canonicalJson({ b: [{ z: 1, a: null }], a: 'ä', B: 1e21, '': -0 })).toBe(
      '{"":0,"B":1e+21,"a":"ä","b":[{"a":null,"z":1}]}',
    );
  });

  it('is the same for every order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value));
        expect(canonicalJson(shuffled(plain))).toBe(canonicalJson(plain));
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out a key that is undefined, as the wire does', () => {
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = { again: [cycle] };
  let deep: unknown = 1;
  for (let level = 0; level < 5_000; level += 1) deep = [deep];

  it.each([
    ['NaN', { a: { b: Number.NaN } }, '$.a.b'],
    ['Infinity', [1, Number.POSITIVE_INFINITY], '$[1]'],
    ['a cycle', cycle, 'contains itself'],
    ['undefined in a list', [undefined], '$[0]'],
    ['a hole in a list', new Array(2), '$[0]'],
    ['a function', { f: () => 1 }, '$.f'],
    ['a bigint', 1n, 'bigint'],
    ['a date', new Date(0), 'no plain object'],
    ['a map', new Map([[1, 2]]), 'no plain object'],
    ['endless nesting', deep, 'deeper'],
  ])('refuses %s and says where', (_name, value, where) => {
    expect(() => canonicalJson(value)).toThrow(where);
  });

  it('takes the same object twice side by side', () => {
    const shared = { a: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });
});

describe('sha256Hex', () => {
  it('gives the published digests', () => {
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex('ä')).toBe(sha256Hex('\u00e4'));
  });
});
