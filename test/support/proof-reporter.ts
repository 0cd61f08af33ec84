// Ends a run with the table suites × cases × violations, for people on the output and for programs in .naas/proofs.json.
// A test file that fails without having recorded itself stands in the table all the same.
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { ROOT } from '../../tools/paths.mjs';
import { PROOFS_FOLDER, type ProofRow, readProofs } from './proof-rows.ts';
import { RUN_SEED } from './run-seed.ts';

/** The table of the last run that had a proof in it. */
const LAST_RUN = join(ROOT, '.naas', 'proofs.json');

export class ProofReporter implements Reporter {
  #folder = '';

  onInit(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'naas-proofs-'));
    // The processes of the test files inherit it.
    process.env[PROOFS_FOLDER] = this.#folder;
    process.env[RUN_SEED] ??= String(randomInt(1_000_000));
    console.log(`seed ${process.env[RUN_SEED]} (${RUN_SEED} sets it)`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = withFailures(readProofs(this.#folder), modules.filter(isProof).map(endOf));
    rmSync(this.#folder, { recursive: true, force: true });
    if (rows.length === 0) return;
    mkdirSync(dirname(LAST_RUN), { recursive: true });
    writeFileSync(LAST_RUN, `${JSON.stringify({ full: process.env['NAAS_FULL'] === '1', rows }, null, 2)}\n`);
    console.log(`\n${proofText(rows)}\n`);
  }
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
