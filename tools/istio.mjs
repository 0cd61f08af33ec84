// Builds Istio's control plane from its Go module, once, into set-up's cache. It starts nothing. Plain JavaScript without
// dependencies.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, explain } from './cached.mjs';
import { cacheDir, ROOT } from './paths.mjs';
import { run, step } from './run.mjs';

const SOURCE = join(ROOT, 'tools', 'istio');
const MODULE = 'istio.io/istio';
/** What the chart of the same commit puts into a cluster for whoever injects: templates of gateways, and their values. */
const CHART = join('manifests', 'charts', 'istio-control', 'istio-discovery');
const CHART_FILES = ['values.yaml', join('files', 'kube-gateway.yaml')];

/** The folder's name carries a hash of what it is made from: a changed module is another one. */
function folder(env) {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(SOURCE, file)));
  return join(cacheDir(env), `istio-${hash.digest('hex').slice(0, 12)}`);
}

/** The folder with `pilot-discovery` and `chart`; null where nothing was built yet. */
export function findIstio(env = process.env) {
  const found = env.NAAS_ISTIO || folder(env);
  return existsSync(join(found, 'pilot-discovery')) ? found : null;
}

export async function buildIstio(env) {
  if (env.NAAS_ISTIO) return env.NAAS_ISTIO;
  await cached(env, join(folder(env), 'pilot-discovery'), async (draft, logFile) => {
    const options = { cwd: SOURCE, env: { ...env, CGO_ENABLED: '0' }, logFile };
    const output = join(draft, 'pilot-discovery');
    await explain(
      step("Istio's control plane, built from source (about 4 min, once)", async () => {
        await run(
          'go',
          ['build', '-trimpath', '-ldflags', '-s -w', '-o', output, `${MODULE}/pilot/cmd/pilot-discovery`],
          options,
        );
        takeChart(draft, env);
      }),
      'It needs Go 1.26 or later (https://go.dev/dl) and the Go module proxy; or name a folder with pilot-discovery in NAAS_ISTIO; then try again',
    );
  });
  return folder(env);
}

function takeChart(draft, env) {
  const list = ['list', '-m', '-f', '{{.Dir}}', MODULE];
  const module = execFileSync('go', list, { cwd: SOURCE, env, encoding: 'utf8' }).trim();
  for (const file of CHART_FILES) {
    mkdirSync(join(draft, 'chart', 'files'), { recursive: true });
    cpSync(join(module, CHART, file), join(draft, 'chart', file));
  }
}
