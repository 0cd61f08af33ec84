// `npm test`: set-up, the static checks, all tests on the real servers; the last line counts. Further arguments go to
// vitest (file filters, -t …). Plain JavaScript without dependencies.
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countsIn, lineOf } from './counts.mjs';
import { next, script } from './next.mjs';
import { endWithSignals, run, step } from './run.mjs';
import { setup } from './setup.mjs';

const CHECKS = [
  { name: 'lint and format (biome)', log: 'biome.log', args: ['node_modules/@biomejs/biome/bin/biome', 'check'] },
  { name: 'types (tsc)', log: 'tsc.log', args: ['node_modules/typescript/bin/tsc', '-p', '.'] },
  { name: 'unused code (knip)', log: 'knip.log', args: ['node_modules/knip/bin/knip.js'] },
];

async function check({ name, log, args }, env) {
  try {
    await step(name, () => run('node', args, { cwd: script(), env, logFile: script('.tools', log) }));
    return true;
  } catch (error) {
    console.error(error.message);
    return false;
  }
}

async function main() {
  const env = await setup({ controlPlane: true, temporal: true, testServer: true, crds: true });
  const failedChecks = [];
  for (const each of CHECKS) if (!(await check(each, env))) failedChecks.push(each.name);

  const file = join(tmpdir(), `naas-test-counts-${randomUUID()}.json`);
  const args = process.argv.slice(2);
  // The long matrices, of which the usual run takes a sample.
  const full = args[0] === '--full' ? { NAAS_FULL: '1' } : {};
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...args.filter((arg) => arg !== '--full')];
  // A few files are run to be read along with; all of them are to be over soon (test/support/files-at-once.ts).
  const atOnce = full.NAAS_FULL === undefined ? '4' : '3';
  const whole = vitest.length === 2 ? { NAAS_TEST_FILES_AT_ONCE: atOnce } : {};
  const code = await next(vitest, { ...whole, ...env, ...full, NAAS_TEST_COUNTS: file });
  const counts = await countsIn(file, code);
  for (const name of failedChecks) console.log(`failed check: ${name}`);
  return { passed: counts.passed, failed: counts.failed + failedChecks.length, skipped: counts.skipped };
}

endWithSignals();
const counts = await main().catch((error) => {
  console.error(error.message);
  return { passed: 0, failed: 1, skipped: 0 };
});
process.exitCode = counts.failed === 0 ? 0 : 1;
console.log(lineOf(counts));
