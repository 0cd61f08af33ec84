// The brake: no bulk action beyond the limits, whatever the numbers; and words that say the numbers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BulkAction, brake } from '../../src/spec/brake.ts';
import { policySchema } from '../../src/spec/catalog-schema.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const LIMITS = { maximumNamespaces: 10, maximumPercent: 20 };
const verdict = (met: number, total: number, limits = LIMITS) => brake('delete', { met, total }, limits).verdict;

const actions = fc.constantFrom<BulkAction>('delete', 'hibernate', 'change');
const limits = fc.record({
  maximumNamespaces: fc.integer({ min: 1, max: 500 }),
  maximumPercent: fc.integer({ min: 1, max: 100 }),
});
const reach = fc
  .record({ total: fc.nat(5000), share: fc.double({ min: 0, max: 1, noNaN: true }) })
  .map(({ total, share }) => ({ total, met: Math.floor(total * share) }));

describe('the brake', () => {
  it.each([
    [10, 50, 'go'],
    [11, 50, 'stop'],
    [11, 5000, 'stop'],
    [2, 10, 'go'],
    [3, 10, 'stop'],
    [2, 9, 'stop'],
    [0, 0, 'go'],
  ])('%s of %s: %s', (met, total, expected) => {
    expect(verdict(met, total)).toBe(expected);
  });

  it('lets a single one go, however few there are', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), limits, (total, given) => {
        expect(verdict(1, total, given)).toBe('go');
      }),
    );
  });

  it('goes exactly when neither limit is exceeded', () => {
    fc.assert(
      fc.property(actions, reach, limits, (action, { met, total }, given) => {
        // In exact fractions, another way than the code's own.
        const withinShare = BigInt(met) * 100n <= BigInt(given.maximumPercent) * BigInt(total);
        const expected = met <= 1 || (met <= given.maximumNamespaces && withinShare) ? 'go' : 'stop';
        expect(brake(action, { met, total }, given).verdict).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('never gets laxer when more are met, and never stricter when a limit is raised', () => {
    fc.assert(
      fc.property(reach, limits, fc.nat(50), (given, set, more) => {
        if (brake('change', given, set).verdict === 'stop') {
          const met = Math.min(given.total, given.met + more);
          expect(brake('change', { ...given, met }, set).verdict).toBe('stop');
        } else {
          const raised = {
            maximumNamespaces: set.maximumNamespaces + more,
            maximumPercent: Math.min(100, set.maximumPercent + more),
          };
          expect(brake('change', given, raised).verdict).toBe('go');
        }
      }),
    );
  });

  it('stops at counts that are none: more than there are, fractions, less than nothing', () => {
    const wrong = fc.oneof(
      fc.record({ total: fc.nat(100), met: fc.integer({ min: 101, max: 200 }) }),
      fc.constantFrom(
        { total: Number.NaN, met: 1 },
        { total: 10, met: Number.NaN },
        { total: Number.POSITIVE_INFINITY, met: 1 },
        { total: 10, met: -1 },
        { total: -5, met: -5 },
        { total: 10, met: 0.5 },
      ),
    );
    fc.assert(
      fc.property(actions, wrong, (action, given) => {
        expect(brake(action, given, LIMITS)).toMatchObject({
          verdict: 'stop',
          words: expect.stringContaining('no count'),
        });
      }),
    );
  });
});

describe('its limits', () => {
  it('stand in the shipped catalog, and hold as well where a catalog says nothing of them', () => {
    expect(shippedCatalog().policy.brake).toEqual(LIMITS);
    expect(policySchema.shape.brake.parse(undefined)).toEqual(LIMITS);
    expect(policySchema.shape.brake.parse({ maximumPercent: 5 })).toEqual({ ...LIMITS, maximumPercent: 5 });
  });

  it.each([{ maximumNamespaces: 0 }, { maximumPercent: 0 }, { maximumPercent: 101 }, { most: 1 }])(
    'are refused as %s',
    (given) => {
      expect(policySchema.shape.brake.safeParse(given).success).toBe(false);
    },
  );
});

describe('its words', () => {
  it('say how many of how many, the share, and the limits', () => {
    expect(brake('delete', { met: 3, total: 10 }, LIMITS).words).toBe(
      '3 of 10 namespaces (30 %) would be deleted; the brake allows at most 10 and 20 % at once (catalog/policy.yaml, brake), and nothing was begun',
    );
    expect(brake('hibernate', { met: 2, total: 50 }, LIMITS).words).toBe(
      '2 of 50 namespaces (4 %) would be hibernated; the brake allows at most 10 and 20 % at once',
    );
    expect(brake('change', { met: 1, total: 1 }, LIMITS).words).toBe('1 of 1 namespace (100 %) would be changed');
  });

  it('never show a share as allowed that is not', () => {
    const justAbove = fc.record({ total: fc.integer({ min: 2, max: 5000 }), limits }).map(({ total, limits: set }) => ({
      set,
      total,
      met: Math.min(total, Math.floor((total * set.maximumPercent) / 100) + 1),
    }));
    fc.assert(
      fc.property(justAbove, ({ set, ...given }) => {
        const shown = Number(/\(([\d.]+) %\)/.exec(brake('delete', given, set).words)?.[1]);
        expect(shown > set.maximumPercent).toBe(given.met * 100 > set.maximumPercent * given.total);
      }),
      { numRuns: 500 },
    );
  });
});
