// Keeps the table of the last full run in docs/reliability.md: `node test/support/reliability-table.ts` after
// `npm run test:full`. A run that failed, or was a sample, is not kept.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';
import { LAST_RUN, type ProofTable } from './proof-reporter.ts';

export const PAGE = join(ROOT, 'docs', 'reliability.md');
const BEGIN = '<!-- the last full run -->';
const END = '<!-- end of the last full run -->';

export function reliabilityTable({ endedAt, seed, rows }: ProofTable): string {
  const cases = rows.reduce((sum, row) => sum + row.cases, 0);
  const violations = rows.reduce((sum, row) => sum + row.violations, 0);
  return [
    `Run on ${endedAt.slice(0, 10)} with seed ${seed}: ${cases} cases, ${violations} violations.`,
    '',
    '| suite | cases | violations |',
    '|---|---:|---:|',
    ...rows.map((row) => `| ${row.suite} | ${row.cases} | ${row.violations} |`),
  ].join('\n');
}

/** The suites that the page tells of. */
export function suitesIn(page: string): string[] {
  const [from, to] = placeIn(page);
  return [...page.slice(from, to).matchAll(/^\| (.+?) \| \d+ \|/gm)].map(([, suite]) => suite ?? '');
}

export function withTable(page: string, table: string): string {
  const [from, to] = placeIn(page);
  return `${page.slice(0, from)}\n${table}\n${page.slice(to)}`;
}

function placeIn(page: string): [number, number] {
  const from = page.indexOf(BEGIN) + BEGIN.length;
  const to = page.indexOf(END);
  if (from < BEGIN.length || to < from) throw new Error(`${PAGE} has lost the marks around its table`);
  return [from, to];
}

function keep(): void {
  const table = JSON.parse(readFileSync(LAST_RUN, 'utf8')) as ProofTable;
  const violations = table.rows.reduce((sum, row) => sum + row.violations, 0);
  if (!table.full || violations > 0)
    throw new Error(`the last run was ${table.full ? 'not clean' : 'a sample'}: run \`npm run test:full\` first`);
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), reliabilityTable(table)));
}

if (process.argv[1] === import.meta.filename) keep();
