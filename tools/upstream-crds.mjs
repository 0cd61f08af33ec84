// Fetches the CustomResourceDefinitions that a real cluster has, as Go modules, once, into set-up's cache: one YAML file of
// all of them for measurements, one of those for gateways and certificates. It installs nothing. Plain JavaScript without
// dependencies.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, explain } from './cached.mjs';
import { gatewayCrds, upstreamCrds, upstreamCrdsSource } from './paths.mjs';
import { run, step } from './run.mjs';

/** Where each module of tools/upstream-crds/go.mod keeps its definitions. */
const FOLDERS = {
  'github.com/cert-manager/cert-manager': 'deploy/crds',
  'github.com/external-secrets/external-secrets': 'deploy/crds',
  'github.com/open-policy-agent/gatekeeper/v3': 'charts/gatekeeper/crds',
  'github.com/prometheus-operator/prometheus-operator': 'example/prometheus-operator-crd',
  'github.com/vmware-tanzu/velero': 'config/crd/v1/bases',
  'istio.io/api': 'kubernetes',
  'sigs.k8s.io/gateway-api': 'config/crd/standard',
};

/** What the embedded cluster's gateways and certificates need: a few of them, so that a first start stays short. */
const GATEWAY_MODULES = ['github.com/cert-manager/cert-manager', 'istio.io/api', 'sigs.k8s.io/gateway-api'];

export function fetchUpstreamCrds(env) {
  return fetchCrds(env, upstreamCrds(env), Object.keys(FOLDERS));
}

export function fetchGatewayCrds(env) {
  return fetchCrds(env, gatewayCrds(env), GATEWAY_MODULES);
}

/** Answers the file. A folder that holds none would make every measurement beside it a lie, so it is an error. */
async function fetchCrds(env, file, wanted) {
  if (env.NAAS_UPSTREAM_CRDS) return env.NAAS_UPSTREAM_CRDS;
  return await cached(env, file, async (draft, logFile) => {
    const source = upstreamCrdsSource();
    // The versions of go.mod by name: what these modules require themselves is not needed, so its graph is not loaded.
    const { Require } = JSON.parse(goOutput(['mod', 'edit', '-json'], source, env));
    const modules = Require.filter(({ Path }) => wanted.includes(Path)).map(
      ({ Path, Version }) => `${Path}@${Version}`,
    );
    await explain(
      step(`CustomResourceDefinitions of ${modules.length} projects`, () =>
        run('go', ['mod', 'download', ...modules], { cwd: source, env, logFile }),
      ),
      'It needs Go 1.26 or later and the Go module proxy (`go env GOPROXY`); or name a YAML file of definitions in NAAS_UPSTREAM_CRDS',
    );
    const found = modules.flatMap((module) => {
      // Downloaded above: now it only says where.
      const { Path, Dir } = JSON.parse(goOutput(['mod', 'download', '-json', module], source, env));
      const definitions = definitionsIn(join(Dir, FOLDERS[Path]));
      if (definitions.length === 0) throw new Error(`${module} has no definitions in ${FOLDERS[Path]}`);
      return definitions;
    });
    writeFileSync(join(draft, 'crds.yaml'), found.map((definition) => `---\n${definition.trim()}\n`).join(''));
  });
}

/** These folders also hold kustomizations, readmes and a policy. */
function definitionsIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split(/^---.*$/m))
    .filter((document) => /^kind: CustomResourceDefinition$/m.test(document));
}

function goOutput(args, cwd, env) {
  return execFileSync('go', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
