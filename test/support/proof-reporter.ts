// Says the run's seed, keeps it when the run fails, and ends a run with the table suites × cases × violations: for people on
// the output, for programs in .naas/proofs.json. A test file that fails unrecorded stands in the table all the same.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { ROOT } from '../../tools/paths.mjs';
import { PROOFS_FOLDER, type ProofRow, readProofs } from './proof-rows.ts';
import { RUN_SEED, runSeed } from './run-seed.ts';

/** The table of the last run that had a proof in it. */
export const LAST_RUN = join(ROOT, '.naas', 'proofs.json');
/** One JSON object a line; a run that failed once is worth being repeated after each change. */
const FAILING_SEEDS = join(ROOT, '.naas', 'failing-seeds.jsonl');

export interface ProofTable {
  /** Whether the long matrices were run whole. */
  full: boolean;
  seed: number;
  /** ISO 8601. */
  endedAt: string;
  rows: ProofRow[];
}

export class ProofReporter implements Reporter {
  #folder = '';

  onInit(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'naas-proofs-'));
    // The processes of the test files inherit it.
    process.env[PROOFS_FOLDER] = this.#folder;
    console.log(`seed ${runSeed()} (${RUN_SEED} sets it)`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = withFailures(readProofs(this.#folder), modules.filter(isProof).map(endOf));
    rmSync(this.#folder, { recursive: true, force: true });
    const table: ProofTable = {
      full: process.env['NAAS_FULL'] === '1',
      seed: runSeed(),
      endedAt: new Date().toISOString(),
      rows,
    };
    mkdirSync(dirname(LAST_RUN), { recursive: true });
    if (rows.length > 0) {
      writeFileSync(LAST_RUN, `${JSON.stringify(table, null, 2)}\n`);
      console.log(`\n${proofText(rows)}\n`);
    }
    const failed = modules
      .filter((module) => module.state() === 'failed')
      .map(({ moduleId }) => relative(ROOT, moduleId));
    if (failed.length > 0) keepSeed(table, failed);
  }
}

function keepSeed({ seed, full, endedAt }: ProofTable, failed: string[]): void {
  appendFileSync(FAILING_SEEDS, `${JSON.stringify({ seed, full, endedAt, failed })}\n`);
  const again = `${RUN_SEED}=${seed} npm run ${full ? 'test:full' : 'test'} -- ${failed.join(' ')}`;
  console.log(`seed ${seed} failed; it is kept in ${relative(ROOT, FAILING_SEEDS)}, and repeated by\n  ${again}`);
}

export interface ModuleEnd {
  file: string;
  failed: number;
}

/** A failed test is a violation even where the suite itself has not counted it. */
export function withFailures(recorded: readonly ProofRow[], modules: readonly ModuleEnd[]): ProofRow[] {
  const rows = recorded.map((row) => ({ ...row }));
  for (const { file, failed } of modules) {
    const own = rows.filter((row) => row.file === file);
    const counted = own.reduce((sum, row) => sum + row.violations, 0);
    if (failed <= counted) continue;
    const [first] = own;
    if (first === undefined) rows.push({ suite: basename(file), cases: 0, violations: failed, file });
    else first.violations += failed - counted;
  }
  return rows.sort((a, b) => (a.suite < b.suite ? -1 : 1));
}

export function proofText(rows: readonly ProofRow[]): string {
  const width = Math.max(...rows.map((row) => row.suite.length), 5);
  const line = (suite: string, cases: string, violations: string): string =>
    `${suite.padEnd(width)}  ${cases.padStart(7)}  ${violations.padStart(10)}`;
  const lines = rows.map((row) => line(row.suite, String(row.cases), String(row.violations)));
  return [line('proof', 'cases', 'violations'), ...lines].join('\n');
}

function isProof(module: TestModule): boolean {
  return module.moduleId.includes('/test/proof/');
}

function endOf(module: TestModule): ModuleEnd {
  const failed = [...module.children.allTests('failed')].length;
  // A file that cannot be loaded, or whose hooks fail, fails without any failed test.
  return { file: module.moduleId, failed: failed === 0 && module.state() === 'failed' ? 1 : failed };
}
