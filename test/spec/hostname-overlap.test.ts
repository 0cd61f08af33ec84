// Where names meet, and what a new one hides, each held to a model that asks for every single name.
import { describe, expect, it } from 'vitest';
import { covers, describeShadow, overlaps, shadowedWildcards } from '../../src/spec/hostname-overlap.ts';
import fc from '../support/properties.ts';
import { answering } from '../support/zone-answers.ts';

const LABELS = ['a', 'b'];

/** Every name of up to `depth` labels below `z`, and `z`. */
function everyName(depth: number): string[] {
  if (depth === 0) return ['z'];
  const shorter = everyName(depth - 1);
  return [...new Set([...shorter, ...LABELS.flatMap((label) => shorter.map((name) => `${label}.${name}`))])];
}
/** One deeper than what is drawn, so that each wildcard means something. */
const UNIVERSE = everyName(5);
const exact = fc.constantFrom(...everyName(4));
const name = fc.oneof(
  exact,
  exact.map((domain) => `*.${domain}`),
);

/** Written as the Gateway API words it: a suffix match on the text after the star. */
const means = (pattern: string): string[] =>
  UNIVERSE.filter((each) => (pattern.startsWith('*') ? each.endsWith(pattern.slice(1)) : each === pattern));

describe('two names', () => {
  it('overlap exactly where some host name is meant by both', () => {
    fc.assert(
      fc.property(name, name, (left, right) => {
        const meant = new Set(means(left));
        expect(overlaps(left, right)).toBe(means(right).some((each) => meant.has(each)));
        expect(overlaps(right, left)).toBe(overlaps(left, right));
      }),
      { numRuns: 1000 },
    );
  });

  it('cover each other exactly where nothing is meant by the other alone', () => {
    fc.assert(
      fc.property(name, name, (wide, narrow) => {
        const meant = new Set(means(wide));
        expect(covers(wide, narrow)).toBe(means(narrow).every((each) => meant.has(each)));
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['a.z', 'a.z', true],
    ['a.z', 'b.z', false],
    ['*.z', 'a.z', true],
    ['*.z', 'b.a.z', true],
    ['*.z', 'z', false],
    ['*.z', '*.a.z', true],
    ['*.a.z', '*.b.z', false],
    ['*.a.z', 'a.z', false],
    ['*.a.z', 'ba.z', false],
    ['*.a.z', 'b.ca.z', false],
    ['a.z', 'b.a.z', false],
  ])('%s and %s overlap: %s', (left, right, expected) => {
    expect(overlaps(left, right)).toBe(expected);
    expect(overlaps(right, left)).toBe(expected);
  });
});

describe('a new name', () => {
  it('is told to hide exactly the answers that a server stops giving', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 5 }), name, (before, added) => {
        const after = [...before, added];
        const stopped = UNIVERSE.filter(
          (asked) => answering(asked, before) !== undefined && answering(asked, after) === undefined,
        );
        const told = shadowedWildcards(added, before);
        const hidden = UNIVERSE.filter((asked) =>
          told.some(({ below, itself, under }) => (asked === below ? itself : under && asked.endsWith(`.${below}`))),
        ).filter((asked) => !covers(added, asked));
        expect(hidden).toEqual(stopped);
        for (const { wildcard } of told)
          expect(stopped.every((asked) => answering(asked, before) === wildcard)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a.b.example.com', 'b.example.com and names below b.example.com'],
    ['b.example.com', 'names below b.example.com'],
    ['*.b.example.com', 'b.example.com'],
    ['*.a.b.example.com', 'b.example.com and names below b.example.com'],
  ])('%s hides the wildcard for %s', (added, hidden) => {
    const [shadow, ...more] = shadowedWildcards(added, ['*.example.com', 'www.example.com']);
    expect(more).toEqual([]);
    expect(shadow && describeShadow(added, shadow)).toBe(
      `${added} hides *.example.com for ${hidden}: they answer no longer unless they have records of their own`,
    );
  });

  it.each([
    ['www.example.com', 'it is there already'],
    ['c.www.example.com', 'the wildcard did not answer below a name that exists'],
    ['*.example.com', 'it is the wildcard'],
    ['a.example.net', 'it is of another domain'],
    ['example.com', 'the wildcard does not stand for its domain'],
  ])('%s hides nothing: %s', (added) => {
    expect(shadowedWildcards(added, ['*.example.com', 'www.example.com'])).toEqual([]);
  });
});
