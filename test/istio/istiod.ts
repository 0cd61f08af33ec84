// Starts the real istiod on an embedded cluster: every listener on loopback, its class of Gateways served, ended by a leash.
// It makes nothing in the cluster but the namespace that istiod keeps its own things in.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { httpStatus } from '../../src/local/http-probe.ts';
import { createLeash } from '../../src/local/leash.ts';
import type { Platform } from '../../src/local/platform.ts';
import { withFreePorts } from '../../src/local/ports.ts';
import { type ChildHandle, startChild, waitUntilReady } from '../../src/local/processes.ts';
import { findIstio } from '../../tools/istio.mjs';
import { send } from '../ops/administrator.ts';

export const ISTIO_NAMESPACE = 'istio-system';
export const ISTIO_CLASS = 'istio';
export const ISTIO_CONTROLLER = 'istio.io/gateway-controller';

export interface Istiod {
  child: ChildHandle;
  stop(): Promise<void>;
}

/** Ten seconds on two cores; the rest is for a machine that builds something beside it. */
const READY_TIMEOUT_MS = 120_000;
const PORTS = 6;

export async function startIstiod({
  stateDir,
  kubeconfig,
}: Pick<Platform, 'stateDir' | 'kubeconfig'>): Promise<Istiod> {
  const istio = findIstio();
  if (istio === null) throw new Error('istiod is not built; `npm run test:istio` builds it');
  await send(kubeconfig, 'POST', '/api/v1/namespaces', { metadata: { name: ISTIO_NAMESPACE } });
  const home = join(stateDir, 'istio');
  await writeFiles(home, join(istio, 'chart'));
  const leash = createLeash();
  const stop = () => leash.letGo();
  try {
    const child = await withFreePorts(PORTS, async (ports) => {
      const child = startChild({
        name: 'istiod',
        command: join(istio, 'pilot-discovery'),
        args: ['discovery', `--kubeconfig=${kubeconfig}`, '--meshConfig=mesh.yaml', ...listeners(ports)],
        env: { PATH: process.env['PATH'], HOME: home, TMPDIR: home, ...ENVIRONMENT },
        cwd: home,
        logFile: join(stateDir, 'logs', 'istiod.log'),
        leash,
      });
      const url = `http://127.0.0.1:${ports[0]}/ready`;
      await waitUntilReady(child, async () => (await httpStatus(url)) === 200, { timeoutMs: READY_TIMEOUT_MS });
      return child;
    });
    return { child, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ENVIRONMENT = {
  POD_NAMESPACE: ISTIO_NAMESPACE,
  POD_NAME: 'istiod',
  PILOT_ENABLE_GATEWAY_API: 'true',
  PILOT_CERT_PROVIDER: 'istiod',
  CLUSTER_ID: 'Kubernetes',
  REVISION: 'default',
};

function listeners([http, https, grpc, secureGrpc, monitoring, introspection]: readonly number[]): string[] {
  return [
    `--httpAddr=127.0.0.1:${http}`,
    `--httpsAddr=127.0.0.1:${https}`,
    `--grpcAddr=127.0.0.1:${grpc}`,
    `--secureGRPCAddr=127.0.0.1:${secureGrpc}`,
    `--monitoringAddr=127.0.0.1:${monitoring}`,
    '--ctrlz_address=127.0.0.1',
    `--ctrlz_port=${introspection}`,
  ];
}

/** What the chart would put into a ConfigMap: the templates by which istiod makes a Gateway's Deployment and Service. */
async function writeFiles(home: string, chart: string): Promise<void> {
  const inject = join(home, 'var', 'lib', 'istio', 'inject');
  await mkdir(inject, { recursive: true });
  const kubeGateway = await readFile(join(chart, 'files', 'kube-gateway.yaml'), 'utf8');
  const { _internal_defaults_do_not_set: values } = parse(await readFile(join(chart, 'values.yaml'), 'utf8'));
  const { global, sidecarInjectorWebhook, revision, cni, env, gateways } = values;
  const { securityContext, seccompProfile } = gateways ?? {};
  const used = {
    global,
    sidecarInjectorWebhook,
    revision,
    pilot: { cni, env },
    gateways: { securityContext, seccompProfile },
  };
  await Promise.all([
    writeFile(join(home, 'mesh.yaml'), stringify({ rootNamespace: ISTIO_NAMESPACE })),
    writeFile(join(inject, 'values'), JSON.stringify(used)),
    writeFile(join(inject, 'config'), stringify({ policy: 'enabled', templates: { 'kube-gateway': kubeGateway } })),
  ]);
}
