// Counts the tests and ends the run with one plain line, `N passed, N failed`, that people and scripts can read.
import { writeFileSync, writeSync } from 'node:fs';
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[], reason: TestRunEndReason): void {
    const counts = countTests(modules);
    counts.failed += unhandledErrors.length;
    // An interrupted run proves nothing, whatever passed until then.
    if (reason === 'interrupted' && counts.failed === 0) counts.failed = 1;
    const file = process.env['NAAS_TEST_COUNTS'];
    // `npm test` adds its own checks and prints the line itself; otherwise it is the last thing that this process says.
    if (file) writeFileSync(file, JSON.stringify(counts));
    else process.once('exit', () => writeSync(1, `${closingLine(counts)}\n`));
  }
}

export function closingLine(counts: Counts): string {
  const skipped = counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`;
}

function countTests(modules: readonly TestModule[]): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    let failedTests = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A test that never finished did not pass.
      const verdict = state === 'pending' ? 'failed' : state;
      counts[verdict] += 1;
      if (verdict === 'failed') failedTests += 1;
    }
    // A file that cannot be loaded, or whose hooks fail, fails without any failed test.
    if (module.state() === 'failed' && failedTests === 0) counts.failed += 1;
  }
  return counts;
}
