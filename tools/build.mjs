// `npm run build`: what an image or a package runs. Compiles the sources to `dist`, with a stand-in for the fake, and bundles
// the workflows beside them; `--out FOLDER` builds elsewhere. Plain JavaScript without dependencies.
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { lightenTypes } from './declarations.mjs';
import { next, script } from './next.mjs';
import { endWithSignals } from './run.mjs';
import { setup } from './setup.mjs';
import { standIn } from './stand-in.mjs';

async function main() {
  const { values } = parseArgs({ options: { out: { type: 'string', default: script('dist') } } });
  const out = resolve(values.out);
  const env = await setup({ controlPlane: false, temporal: false, testServer: false });
  // A file whose source is gone must not be shipped.
  await rm(out, { recursive: true, force: true });
  const tsc = [
    script('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    script('tsconfig.build.json'),
    '--outDir',
    out,
  ];
  const compiled = await next(tsc, env);
  if (compiled !== 0) return compiled;
  await Promise.all([standIn(out), lightenTypes(out)]);
  return await next([script('tools', 'bundle.mjs'), join(out, 'workflow-bundle.js')], env);
}

endWithSignals();
try {
  process.exitCode = await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
