// Holds the proofs to their table: every suite records itself under a name of its own, and no failure gets lost on the way.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proofText, withFailures } from '../support/proof-reporter.ts';
import { PAGE, reliabilityTable, suitesIn, withTable } from '../support/reliability-table.ts';

const FOLDER = resolve(import.meta.dirname, '../proof');

const suites = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.test.ts'))
  .map((file) => ({
    file,
    names: [...readFileSync(join(FOLDER, file), 'utf8').matchAll(/(?:recordProof|proofCases)\(\s*'([^']+)'/g)].map(
      ([, name]) => name,
    ),
  }));

describe('a proof suite', () => {
  it('records itself', () => {
    expect(suites.filter(({ names }) => names.length === 0).map(({ file }) => file)).toEqual([]);
  });

  it('has a name of its own', () => {
    const all = suites.flatMap(({ names }) => names);
    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });
});

describe('docs/reliability.md', () => {
  it('tells of no suite that is no more', () => {
    const known = new Set(suites.flatMap(({ names }) => names));
    expect(suitesIn(readFileSync(PAGE, 'utf8')).filter((suite) => !known.has(suite))).toEqual([]);
  });

  it('takes the table of a run, and no other line changes', () => {
    const page = readFileSync(PAGE, 'utf8');
    const rows = [{ suite: 'order in the audit log', cases: 6, violations: 0, file: 'x' }];
    const table = reliabilityTable({ full: true, seed: 7, endedAt: '2026-01-02T03:04:05Z', rows });
    const changed = withTable(page, table);
    expect(suitesIn(changed)).toEqual(['order in the audit log']);
    expect(changed).toContain('Run on 2026-01-02 with seed 7: 6 cases, 0 violations.');
    expect(withTable(changed, '')).toBe(withTable(page, ''));
  });
});

describe('the table', () => {
  const row = { suite: 'order', cases: 6, violations: 0, file: '/test/proof/order.test.ts' };

  it('counts a failed test as a violation, once', () => {
    expect(withFailures([row], [{ file: row.file, failed: 0 }])).toEqual([row]);
    expect(withFailures([row], [{ file: row.file, failed: 2 }])).toEqual([{ ...row, violations: 2 }]);
    const counted = { ...row, violations: 3 };
    expect(withFailures([counted], [{ file: row.file, failed: 2 }])).toEqual([counted]);
  });

  it('names a file that failed without having recorded itself', () => {
    const lost = { suite: 'order.test.ts', cases: 0, violations: 1, file: row.file };
    expect(withFailures([], [{ file: row.file, failed: 1 }])).toEqual([lost]);
    expect(proofText([lost, row])).toMatch(/order\.test\.ts +0 +1\norder +6 +0$/);
  });
});
