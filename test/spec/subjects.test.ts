// One spelling per person: what collapses, what is refused.

import { describe, expect, it } from 'vitest';
import { canonicalSubject, settleSubject } from '../../src/spec/subjects.ts';
import fc from '../support/properties.ts';

const INVISIBLE = [
  '\u200b',
  '\u200d',
  '\u2060',
  '\ufeff',
  '\u00ad',
  '\u202e',
  '\u2066',
  '\u0007',
  '\u180e',
  '\u034f',
  ' ',
  '\t',
  '\u00a0',
  '\u3000',
];

function fullWidth(text: string): string {
  return text.replace(/[!-~]/g, (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0));
}

const address = fc.emailAddress({ size: 'small' });

describe('canonicalSubject', () => {
  it.each([
    ['Ada@Example.COM', 'ada@example.com'],
    [' ada@example.com ', 'ada@example.com'],
    ['ada@example.com.', 'ada@example.com'],
    ['ada@example.com.\u200b.', 'ada@example.com'],
    ['ａｄａ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ada@example.com'],
    ['ada@example。com', 'ada@example.com'],
    ['a\u200bda@exam\u00adple.com', 'ada@example.com'],
    ['\u202eada@example.com', 'ada@example.com'],
    ['Shop Leads', 'shopleads'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδος', 'οδοσ'],
    ['Ｓhop-Leads', 'shop-leads'],
    ['\u212a', 'k'],
    ['Größe@example.com', 'größe@example.com'],
    ['Gro\u0308ße@example.com', 'größe@example.com'],
    ['иван', 'иван'],
  ])('%j is %j', (text, subject) => {
    expect(canonicalSubject(text)).toBe(subject);
  });

  it.each([
    ['nothing', '', 'nothing readable'],
    ['only invisible characters', '\u200b \u202e', 'nothing readable'],
    ['more than 256 characters', 'a'.repeat(257), 'too long'],
    ['what grows beyond 256 characters', '\ufdfa'.repeat(100), 'too long'],
    ['Latin with a Cyrillic letter', '\u0430da@example.com', 'Latin and Cyrillic'],
    ['Latin with a Greek letter', 'ad\u03b1@example.com', 'Latin and Greek'],
    ['Cyrillic with a Greek letter', '\u0430\u03bf', 'Cyrillic and Greek'],
    ['a Latin letter in full width beside Cyrillic', '\uff41\u0430', 'Latin and Cyrillic'],
  ])('refuses %s as unproven', (_name, text, why) => {
    expect(() => canonicalSubject(text)).toThrow(
      expect.objectContaining({ name: 'Unproven', message: expect.stringContaining(why) }),
    );
  });

  it('is idempotent for whatever it accepts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 64 }), (text) => {
        const settled = settleSubject(text);
        if ('subject' in settled) expect(canonicalSubject(settled.subject)).toBe(settled.subject);
      }),
      { numRuns: 3_000 },
    );
  });

  it('gives one spelling for every case, width and invisible addition', () => {
    fc.assert(
      fc.property(
        address,
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...INVISIBLE)), { maxLength: 5 }),
        (text, additions) => {
          const plain = canonicalSubject(text);
          const dotted = additions.reduce((current, [at, character]) => {
            const index = at % (current.length + 1);
            return current.slice(0, index) + character + current.slice(index);
          }, text);
          for (const variant of [
            text.toUpperCase(),
            fullWidth(text),
            dotted,
            `${text}.`,
            fullWidth(text.toUpperCase()),
          ]) {
            expect(canonicalSubject(variant)).toBe(plain);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('keeps different addresses apart', () => {
    fc.assert(
      fc.property(address, address, (one, other) => {
        fc.pre(one.toLowerCase() !== other.toLowerCase());
        expect(canonicalSubject(one)).not.toBe(canonicalSubject(other));
      }),
    );
  });
});
