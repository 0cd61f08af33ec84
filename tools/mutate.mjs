// `npm run mutate`: set-up, then each guard is taken away once and has to be missed by a test. Plain JavaScript without
// dependencies.
import { next, script } from './next.mjs';
import { endWithSignals } from './run.mjs';
import { setup } from './setup.mjs';
import { fetchGatewayCrds } from './upstream-crds.mjs';

const args = process.argv.slice(2);
const has = (...flags) => flags.some((flag) => args.includes(flag));
const runs = !has('--help', '-h', '--list');
const servers = runs && !has('--unit');

// Stdout belongs to the report: `--json` is one object and nothing else.
console.log = console.error;
endWithSignals();
try {
  const env = await setup({ controlPlane: servers, temporal: servers, testServer: servers });
  if (servers) await fetchGatewayCrds(env);
  process.exitCode = await next([script('test', 'mutate', 'main.ts'), ...args], env);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
