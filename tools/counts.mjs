// How a run of tests is counted, and the line that says so. Plain JavaScript without dependencies.
import { readFile, rm } from 'node:fs/promises';

/** What the run wrote into `file`; `code` is how it ended. */
export async function countsIn(file, code) {
  const counts = await read(file);
  // A run that fails for a reason that no test shows must not read as a success.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

async function read(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    // The run ended before it could count: that is a failure by itself.
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    await rm(file, { force: true });
  }
}

export function lineOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
}
