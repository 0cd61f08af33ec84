// `npm run test:istio`: set-up, the real Istio control plane, and the tests that run against it; the last line counts. Further
// arguments go to vitest. Plain JavaScript without dependencies.
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { countsIn, lineOf } from './counts.mjs';
import { buildIstio } from './istio.mjs';
import { next } from './next.mjs';
import { endWithSignals } from './run.mjs';
import { setup } from './setup.mjs';
import { fetchGatewayCrds } from './upstream-crds.mjs';

async function main() {
  const env = await setup({ controlPlane: true, temporal: true });
  await fetchGatewayCrds(env);
  await buildIstio(env);
  const file = join(tmpdir(), `naas-test-counts-${randomUUID()}.json`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/istio/vitest.config.ts'];
  const code = await next([...vitest, ...process.argv.slice(2)], { ...env, NAAS_TEST_COUNTS: file });
  return await countsIn(file, code);
}

endWithSignals();
const counts = await main().catch((error) => {
  console.error(error.message);
  return { passed: 0, failed: 1, skipped: 0 };
});
process.exitCode = counts.failed === 0 ? 0 : 1;
console.log(lineOf(counts));
