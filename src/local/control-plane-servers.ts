// How each program of the control plane is started and when it counts as ready. It decides no order among them.
import { join } from 'node:path';
import type { ControlPlaneFiles } from './control-plane-files.ts';
import { httpStatus } from './http-probe.ts';
import type { Leash } from './leash.ts';
import { withFreePorts } from './ports.ts';
import { type ChildHandle, startChild, waitUntilReady } from './processes.ts';

interface Common {
  binary: string;
  stateDir: string;
  leash: Leash;
  signal: AbortSignal | undefined;
  /** Called as soon as a child runs, so that it is stopped even if it never becomes ready. */
  adopt: (child: ChildHandle) => ChildHandle;
}

// Each is ready within 3 s on two cores; 60 s is for a machine that builds something beside it.
const READY_TIMEOUT_MS = 60_000;

const CONTROLLERS = [
  'namespace-controller',
  'resourcequota-controller',
  'garbage-collector-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'clusterrole-aggregation-controller',
  'validatingadmissionpolicy-status-controller',
  'root-ca-certificate-publisher-controller',
  'deployment-controller',
  'replicaset-controller',
];

export async function startEtcd(common: Common): Promise<{ child: ChildHandle; url: string }> {
  return await withFreePorts(2, async ([clientPort, peerPort]) => {
    const url = `http://127.0.0.1:${clientPort}`;
    const peer = `http://127.0.0.1:${peerPort}`;
    const child = common.adopt(
      run(common, 'etcd', `etcd-${clientPort}`, [
        `--data-dir=${join(common.stateDir, `etcd-${clientPort}`)}`,
        `--listen-client-urls=${url}`,
        `--advertise-client-urls=${url}`,
        `--listen-peer-urls=${peer}`,
        `--initial-advertise-peer-urls=${peer}`,
        `--initial-cluster=default=${peer}`,
        // The data is thrown away when the platform stops: a power cut may cost it, a slow disk must not slow it.
        '--unsafe-no-fsync',
        '--log-level=warn',
      ]),
    );
    await waitUntilReady(child, async () => (await httpStatus(`${url}/readyz`)) === 200, ready(common));
    return { child, url };
  });
}

export async function startApiServer(
  options: Common & { files: ControlPlaneFiles; etcdUrl: string; adminToken: string },
): Promise<{ child: ChildHandle; server: string }> {
  const { files } = options;
  return await withFreePorts(1, async ([port]) => {
    const server = `https://127.0.0.1:${port}`;
    const child = options.adopt(
      run(options, 'kube-apiserver', `kube-apiserver-${port}`, [
        `--etcd-servers=${options.etcdUrl}`,
        `--cert-dir=${files.certDir}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
        // No node ever dials the API server by the address that it advertises.
        '--advertise-address=127.0.0.1',
        '--endpoint-reconciler-type=none',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${files.serviceAccountPublicKey}`,
        `--service-account-signing-key-file=${files.serviceAccountKey}`,
        '--service-cluster-ip-range=10.96.0.0/16',
        `--token-auth-file=${files.tokens}`,
        `--client-ca-file=${files.clientCa}`,
        '--anonymous-auth=false',
        '--authorization-mode=RBAC',
        `--audit-policy-file=${files.auditPolicy}`,
        `--audit-log-path=${files.auditLog}`,
        // Blocking: an answer that a test has seen is in the log. Megabytes before it rotates: never, tests read it whole.
        '--audit-log-mode=blocking',
        '--audit-log-maxsize=4096',
      ]),
    );
    await waitUntilReady(
      child,
      async () => (await httpStatus(`${server}/readyz`, { caFile: files.certFile, token: options.adminToken })) === 200,
      ready(options),
    );
    return { child, server };
  });
}

export async function startControllerManager(
  options: Common & { files: ControlPlaneFiles; adminToken: string; server: string },
): Promise<ChildHandle> {
  const { files } = options;
  const child = options.adopt(
    run(options, 'kube-controller-manager', 'kube-controller-manager', [
      `--kubeconfig=${files.controllerKubeconfig}`,
      `--controllers=${CONTROLLERS.join(',')}`,
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--service-account-private-key-file=${files.serviceAccountKey}`,
      `--root-ca-file=${files.certFile}`,
      // No listener of its own: one port less to lose.
      '--secure-port=0',
      // The default of 20 requests a second is meant to spare a shared API server; this one has no other user.
      '--kube-api-qps=300',
      '--kube-api-burst=600',
    ]),
  );
  // It works once the `default` namespace has its ServiceAccount.
  const probe = `${options.server}/api/v1/namespaces/default/serviceaccounts/default`;
  await waitUntilReady(
    child,
    async () => (await httpStatus(probe, { caFile: files.certFile, token: options.adminToken })) === 200,
    ready(options),
  );
  return child;
}

function run(common: Common, program: string, logName: string, args: string[]): ChildHandle {
  return startChild({
    name: program,
    command: common.binary,
    args: [program, ...args],
    // Proxies and kubeconfigs of the person's shell are not meant for these servers.
    env: { PATH: process.env['PATH'], HOME: common.stateDir, TMPDIR: common.stateDir },
    cwd: common.stateDir,
    logFile: join(common.stateDir, 'logs', `${logName}.log`),
    leash: common.leash,
  });
}

function ready(common: Common): { timeoutMs: number; signal: AbortSignal | undefined } {
  return { timeoutMs: READY_TIMEOUT_MS, signal: common.signal };
}
