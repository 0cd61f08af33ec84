// How a proof suite says what it has proven: its row of the table suites × cases × violations. It judges nothing.
import { afterEach, expect } from 'vitest';
import { PROOFS_FOLDER, writeProof } from './proof-rows.ts';

/**
 * For `afterAll`. A case is one fault, race or input with its own expectation; a violation is a case that did not end as
 * it must.
 */
export function recordProof(suite: string, cases: number, violations: number): void {
  console.log(`${suite}: ${cases} cases, ${violations} violations`);
  const folder = process.env[PROOFS_FOLDER];
  // Absent where vitest runs with another reporter: the line above is all that is wanted then.
  if (folder !== undefined) writeProof(folder, { suite, cases, violations, file: expect.getState().testPath ?? '' });
}

const failed: string[] = [];

// For the test file that imports this module: each has an instance of its own.
afterEach(({ task }) => {
  if (task.result?.state === 'fail') failed.push(task.fullName);
});

/** For suites that stop at their first violation: the tests of the file that failed so far, all or those named so. */
export function failedTests(named = ''): number {
  return failed.filter((name) => name.includes(named)).length;
}
