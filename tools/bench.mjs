// `npm run bench`: set-up, then the measurements. Plain JavaScript without dependencies.
import { next, script } from './next.mjs';
import { endWithSignals } from './run.mjs';
import { setup } from './setup.mjs';
import { fetchUpstreamCrds } from './upstream-crds.mjs';

const args = process.argv.slice(2);
const measures = !args.includes('--help') && !args.includes('-h');

/** Without them the rest can still be measured; the report then says why they are missing. */
async function withUpstreamCrds(env) {
  try {
    env.NAAS_UPSTREAM_CRDS = await fetchUpstreamCrds(env);
  } catch (error) {
    env.NAAS_UPSTREAM_CRDS_PROBLEM = error.message;
  }
}

// Stdout belongs to the report: `--json` is one object and nothing else.
console.log = console.error;
endWithSignals();
try {
  const env = await setup({ controlPlane: measures, temporal: measures, testServer: false });
  if (measures) await withUpstreamCrds(env);
  process.exitCode = await next([script('bench', 'main.ts'), ...args], env);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
