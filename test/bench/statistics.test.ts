import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { interleaved } from '../../bench/interleave.ts';
import { median, percentile, ratio, rounded } from '../../bench/statistics.ts';

const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });

describe('percentile', () => {
  it.each([
    [0, 1],
    [0.5, 3],
    [0.95, 5],
    [1, 5],
  ])('%s of 1 … 5 is %s, by nearest rank', (share, expected) => {
    expect(percentile([5, 3, 1, 4, 2], share)).toBe(expected);
  });

  it('is always a value that was measured', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        expect(list).toContain(percentile(list, share));
      }),
    );
  });
});

describe('median', () => {
  it('is the middle one, or the mean of the middle two', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 7])).toBe(6);
  });

  it('leaves its samples in their order', () => {
    const list = [3, 1, 2];
    median(list);
    expect(list).toEqual([3, 1, 2]);
  });

  it('of nothing is an error, never a number', () => {
    expect(() => median([])).toThrow('nothing was measured');
    expect(() => percentile([], 0.5)).toThrow('nothing was measured');
  });
});

describe('ratio', () => {
  it('divides medians, so that one outlier changes nothing', () => {
    expect(ratio([10, 20, 9_000], [4, 5, 6])).toBe(4);
  });

  it('refuses a baseline of nothing', () => {
    expect(() => ratio([1], [0])).toThrow('nothing to compare with');
  });
});

describe('rounded', () => {
  it('keeps three significant figures', () => {
    expect([rounded(0.123456), rounded(12_345), rounded(7)]).toEqual([0.123, 12_300, 7]);
  });
});

describe('interleaved', () => {
  it('begins each round with another contender and leaves the warm-ups out', async () => {
    const order: string[] = [];
    const contender = (name: string) => async (turn: string) => {
      order.push(`${name}${turn}`);
      return Number(turn);
    };
    const signal = new AbortController().signal;
    const found = await interleaved(
      { a: contender('a'), b: contender('b'), c: contender('c') },
      { rounds: 2, warmups: 1, restMs: 0, signal },
    );
    expect(order.join(' ')).toBe('a0 b0 c0 b1 c1 a1 c2 a2 b2');
    expect(found).toEqual({ a: [1, 2], b: [1, 2], c: [1, 2] });
  });

  it('ends at once when it is stopped', async () => {
    const stop = new AbortController();
    const first = async (): Promise<number> => {
      stop.abort(new Error('stopped'));
      return 1;
    };
    const run = interleaved({ first }, { rounds: 5, warmups: 0, restMs: 60_000, signal: stop.signal });
    await expect(run).rejects.toThrow();
  });
});
