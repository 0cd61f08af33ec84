// Where the parts that set-up fetches live, and which versions they are. Plain JavaScript without dependencies, because
// it also runs before anything is installed. It looks; it never downloads or builds.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

export const VERSIONS = {
  node: '24.21.0',
  /** The Kubernetes client and vitest refuse anything older. */
  nodeMinimum: '22.19.0',
  temporal: '1.9.1',
  /** The first with a server that knows update-with-start by default. */
  temporalMinimum: '1.4.0',
  temporalTestServer: '1.40.0',
  kubernetes: '1.37.2',
};

/** Outside the checkout: another checkout, or a fresh clone of this one, finds it again. */
export function cacheDir(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'naas');
}

/** -1, 0 or 1; missing parts count as 0, a suffix such as `-rc1` is ignored. */
export function compareVersions(a, b) {
  const parts = (version) => version.split(/[-+]/)[0].split('.').map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

/** Node ships one npm package a platform; on Apple's processors its name differs for historical reasons. */
export function nodePackage(platform = process.platform, arch = process.arch) {
  const system = platform === 'win32' ? 'win' : platform;
  return `${platform === 'darwin' && arch === 'arm64' ? 'node-bin' : 'node'}-${system}-${arch}`;
}

/** The folder that has `node` in it once set-up fetched one for this checkout. */
export function fetchedNodeBin() {
  return join(ROOT, '.tools', 'node_modules', nodePackage(), 'bin');
}

export function controlPlaneSource() {
  return join(ROOT, 'tools', 'controlplane');
}

/** The name carries a hash of the sources: a changed module is another binary, an unchanged one is found again. */
export function controlPlaneBinary(env = process.env) {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(controlPlaneSource(), file)));
  const name = `controlplane-v${VERSIONS.kubernetes}-${hash.digest('hex').slice(0, 12)}`;
  return join(cacheDir(env), name, 'controlplane');
}

export function temporalCli(env = process.env) {
  return join(cacheDir(env), `temporal-${VERSIONS.temporal}`, 'bin', 'temporal');
}

export function temporalTestServer(env = process.env) {
  return join(cacheDir(env), `temporal-test-server-${VERSIONS.temporalTestServer}`, 'bin', 'temporal-test-server');
}

export function upstreamCrdsSource() {
  return join(ROOT, 'tools', 'upstream-crds');
}

/** All of them, for measurements. Named, as the control plane is, by a hash of what it is made from. */
export function upstreamCrds(env = process.env) {
  return crdsIn('upstream-crds', env);
}

/** Those that the embedded cluster needs for gateways and certificates. */
export function gatewayCrds(env = process.env) {
  return crdsIn('gateway-crds', env);
}

function crdsIn(name, env) {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', '../upstream-crds.mjs'])
    hash.update(readFileSync(join(upstreamCrdsSource(), file)));
  return join(cacheDir(env), `${name}-${hash.digest('hex').slice(0, 12)}`, 'crds.yaml');
}

/** The first file of this name on PATH; null without one. */
export function onPath(name, env = process.env) {
  for (const folder of (env.PATH || '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, name))) return join(folder, name);
  }
  return null;
}

/** What a variable names, or the cache holds; null for what is not there. */
export function findParts(env = process.env) {
  const first = (named, cached) => named || (existsSync(cached) ? cached : null);
  return {
    controlPlane: first(env.NAAS_CONTROLPLANE, controlPlaneBinary(env)),
    temporalCli: first(env.NAAS_TEMPORAL_CLI, temporalCli(env)),
    temporalTestServer: first(env.NAAS_TEMPORAL_TEST_SERVER, temporalTestServer(env)),
  };
}

/** The file that a variable names, or the cache holds; null without one. */
export function findGatewayCrds(env = process.env) {
  if (env.NAAS_UPSTREAM_CRDS) return env.NAAS_UPSTREAM_CRDS;
  return existsSync(gatewayCrds(env)) ? gatewayCrds(env) : null;
}
