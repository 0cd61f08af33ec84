// `npm run bench`: set-up, a build, the measurements. Plain JavaScript without dependencies.
import { next, script } from './next.mjs';
import { endWithSignals } from './run.mjs';
import { setup } from './setup.mjs';

endWithSignals();
try {
  const env = await setup({ controlPlane: false, temporal: false, testServer: false });
  const built = await next([script('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], env);
  process.exitCode = built === 0 ? await next([script('bench', 'startup.ts'), ...process.argv.slice(2)], env) : built;
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
