// What counts as a guard that is held: a test that failed, and nothing else.
import { describe, expect, it } from 'vitest';
import { judge } from './attempt.ts';
import type { Line } from './failure-lines.ts';

const over = (passed: number, failed = 0, unhandled = 0): Line => ({ over: true, passed, failed, unhandled });
const failed: Line = { failed: 'a story > goes wrong', file: 'test/a.test.ts' };

describe('a run without a guard', () => {
  it.each<[what: string, told: Line[], code: number, isCut: boolean, verdict: string, by: RegExp]>([
    ['in which a test failed', [failed, over(3, 1)], 1, false, 'killed', /goes wrong/],
    ['that was cut after a test had failed', [failed], 1, true, 'killed', /goes wrong/],
    ['that was cut before', [], 1, true, 'error', /had to be cut/],
    ['of a file that cannot be loaded', [{ unloadable: 'test/a.test.ts', why: 'x' }], 1, false, 'error', /loaded: x/],
    ['in which all passed', [over(3)], 0, false, 'survived', /3 tests/],
    ['that found no test of the name', [over(0)], 0, false, 'error', /no test was run/],
    ['that ended badly for no test’s reason', [over(3)], 1, false, 'error', /ended with 1: said/],
    ['with an error outside of every test', [over(3, 0, 1)], 1, false, 'error', /no test failed/],
    ['that said nothing', [], 1, false, 'error', /ended with 1/],
  ])('%s', (_what, told, code, isCut, verdict, by) => {
    const judged = judge(told, code, isCut, 'said');
    expect(judged.verdict).toBe(verdict);
    expect(judged.by).toMatch(by);
  });
});
