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
  const property = fc.property(cases, (each) => throwAll(violations(each)));
  report(suite, fc.check(property, { numRuns: numberOf(counts), seed: runSeed() }));
}

/** The same for what takes its time; `each` says how many cases one value holds. */
export async function proveAll<Case>(
  suite: string,
  cases: fc.Arbitrary<Case>,
  counts: Counts & { each: number },
  violations: (each: Case) => Promise<string[]>,
): Promise<void> {
  const property = fc.asyncProperty(cases, async (each) => throwAll(await violations(each)));
  report(suite, await fc.check(property, { numRuns: numberOf(counts), seed: runSeed() }), counts.each);
}

function throwAll(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
}

function report<Case>(suite: string, result: fc.RunDetails<Case>, each = 1): void {
  recordProof(suite, result.numRuns * each, result.failed ? 1 : 0);
  const why = result.errorInstance instanceof Error ? result.errorInstance.stack : String(result.errorInstance);
  expect(result.failed ? `${why}\n${fc.defaultReportMessage(result)}` : '').toBe('');
}

/** The same cases at each call, for suites that send them to real servers. */
export function sampled<Case>(cases: fc.Arbitrary<Case>, counts: Counts): Case[] {
  return fc.sample(cases, { numRuns: numberOf(counts), seed: runSeed() });
}
