// Runs a property over generated cases, reports how many there were and whether one was violated. `npm test` takes a core of
// them, NAAS_FULL=1 all.
import fc from 'fast-check';
import { expect } from 'vitest';
import { recordProof } from './proof-table.ts';
import { runSeed } from './run-seed.ts';

export const FULL = process.env['NAAS_FULL'] === '1';

export interface Counts {
  core: number;
  full: number;
}

export function numberOf({ core, full }: Counts): number {
  return FULL ? full : core;
}

/** `violations` answers what is wrong with a case, in words; empty when nothing is. */
export function prove<Case>(
  suite: string,
  cases: fc.Arbitrary<Case>,
  counts: Counts,
  violations: (each: Case) => string[],
): void {
  const numRuns = numberOf(counts);
  const result = fc.check(
    fc.property(cases, (each) => {
      const wrong = violations(each);
      if (wrong.length > 0) throw new Error(wrong.join('\n'));
    }),
    { numRuns, seed: runSeed() },
  );
  recordProof(suite, result.numRuns, result.failed ? 1 : 0);
  expect(result.failed ? fc.defaultReportMessage(result) : '').toBe('');
}

/** The same cases at each call, for suites that send them to real servers. */
export function sampled<Case>(cases: fc.Arbitrary<Case>, counts: Counts): Case[] {
  return fc.sample(cases, { numRuns: numberOf(counts), seed: runSeed() });
}
