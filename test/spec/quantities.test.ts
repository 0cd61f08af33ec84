// Kubernetes quantities against the rules of the API server (the first table is what it printed) and a rational model.

import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  canonicalAmount,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
} from '../../src/spec/quantities.ts';
import fc from '../support/properties.ts';

describe('the canonical form', () => {
  it.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1.5', '1500m'],
    ['1024Ki', '1Mi'],
    ['1.5Gi', '1536Mi'],
    ['100', '100'],
    ['1000', '1k'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['1500e3', '1500e3'],
    ['1000e3', '1e6'],
    ['1E3', '1e3'],
    ['100e-3', '100e-3'],
    ['1e2', '100'],
    ['0.1Ki', '102400m'],
    ['1023', '1023'],
    ['1Ki', '1Ki'],
    ['0.5Ki', '512'],
    ['1000Ki', '1000Ki'],
    ['1048576Ki', '1Gi'],
    ['3E', '3E'],
    ['1000M', '1G'],
    ['2048Mi', '2Gi'],
    ['7Ei', '7Ei'],
    ['5u', '5u'],
    ['1000n', '1u'],
    ['-1.5Gi', '-1536Mi'],
    ['+4', '4'],
    ['-0', '0'],
    ['0Gi', '0'],
    ['.5', '500m'],
    ['5.', '5'],
    ['00012k', '12k'],
    ['9223372036854775807', '9223372036854775807'],
  ])('%s is printed as %s', (text, printed) => {
    expect(canonicalQuantity(text)).toBe(printed);
  });

  it('is stable', () => {
    fc.assert(
      fc.property(quantityText(), ({ text }) => {
        const printed = canonicalQuantity(text);
        expect(canonicalQuantity(printed)).toBe(printed);
        expect(compareQuantities(parseQuantity(printed), parseQuantity(text))).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is no quantity', () => {
  it.each([
    '',
    ' ',
    '1 Gi',
    'Gi',
    '.',
    '+',
    '-',
    '1.2.3',
    '1e',
    '1ee3',
    '1KI',
    '1kI',
    '1K',
    '1Kib',
    '0x10',
    '1,5',
    'NaN',
    '1e1000',
    '1_000',
    '１',
  ])('refuses %j and names it', (text) => {
    expect(() => parseQuantity(text)).toThrow(JSON.stringify(text).slice(1, -1));
  });

  it.each([
    ['0.0000000001', 'billionth'],
    ['0.5n', 'billionth'],
    ['9223372036854775808', '2^63-1'],
    ['8Ei', '2^63-1'],
    ['1e999', '2^63-1'],
    ['-10E', '2^63-1'],
    ['9'.repeat(100), 'not a quantity'],
  ])('refuses %s rather than round or cap it', (text, why) => {
    expect(() => parseQuantity(text)).toThrow(why);
  });

  it('refuses amounts finer than a thousandth, which the API server would round up', () => {
    expect(canonicalAmount('0.5')).toBe('500m');
    expect(() => canonicalAmount('0.0005')).toThrow('thousandth');
  });

  it('throws nothing but a problem that names the value, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 80 }),
          fc.string({ unit: fc.constantFrom(...'0123456789.+-eEinumkKMGTP'), maxLength: 12 }),
        ),
        (text) => {
          try {
            parseQuantity(text);
          } catch (error) {
            expect(error).toMatchObject({ name: 'InvalidRequest' });
          }
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

describe('arithmetic', () => {
  it('agrees with a rational model', () => {
    fc.assert(
      fc.property(quantityText(), quantityText(), (left, right) => {
        const [one, other] = [parseQuantity(left.text), parseQuantity(right.text)];
        const cross = left.value.over * right.value.under - right.value.over * left.value.under;
        expect(compareQuantities(one, other)).toBe(cross === 0n ? 0 : cross < 0n ? -1 : 1);
        const sum = addQuantities(one, other);
        const over = left.value.over * right.value.under + right.value.over * left.value.under;
        expect(sum.nanos * left.value.under * right.value.under).toBe(over * 10n ** 9n);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps the notation of the left side', () => {
    expect(formatQuantity(addQuantities(parseQuantity('1Gi'), parseQuantity('1k')))).toBe('1073742824');
    expect(formatQuantity(addQuantities(parseQuantity('1Gi'), parseQuantity('1024')))).toBe('1048577Ki');
    expect(formatQuantity(addQuantities(parseQuantity('0'), parseQuantity('1Gi')))).toBe('1Gi');
  });

  it('refuses a sum that Kubernetes cannot hold', () => {
    const most = parseQuantity('9223372036854775807');
    expect(() => addQuantities(most, parseQuantity('1'))).toThrow('2^63-1');
  });
});

interface Rational {
  over: bigint;
  under: bigint;
}

const SUFFIXES: Record<string, Rational> = {
  n: { over: 1n, under: 10n ** 9n },
  u: { over: 1n, under: 10n ** 6n },
  m: { over: 1n, under: 1000n },
  '': { over: 1n, under: 1n },
  k: { over: 1000n, under: 1n },
  M: { over: 10n ** 6n, under: 1n },
  G: { over: 10n ** 9n, under: 1n },
  Ki: { over: 1024n, under: 1n },
  Mi: { over: 1024n ** 2n, under: 1n },
  Gi: { over: 1024n ** 3n, under: 1n },
  Ti: { over: 1024n ** 4n, under: 1n },
  e3: { over: 1000n, under: 1n },
  'E+2': { over: 100n, under: 1n },
  'e-3': { over: 1n, under: 1000n },
};

/** A text and its value as a fraction, made the other way round from how it is parsed. */
function quantityText(): fc.Arbitrary<{ text: string; value: Rational }> {
  return fc
    .tuple(
      fc.constantFrom('', '+', '-'),
      fc.nat({ max: 10 ** 6 }),
      fc.stringMatching(/^\d{0,3}$/),
      fc.constantFrom(...Object.keys(SUFFIXES)),
    )
    .map(([sign, whole, fraction, suffix]) => {
      // Nothing is finer than a billionth.
      const decimals = suffix === 'n' ? '' : fraction;
      const scale = SUFFIXES[suffix] ?? { over: 1n, under: 1n };
      const under = 10n ** BigInt(decimals.length);
      const over = (BigInt(whole) * under + BigInt(decimals || '0')) * (sign === '-' ? -1n : 1n);
      return {
        text: `${sign}${whole}${decimals === '' ? '' : `.${decimals}`}${suffix}`,
        value: { over: over * scale.over, under: under * scale.under },
      };
    });
}
