// Starts the stand-in controllers: their account and class, the Gateway that everybody shares, and their process. Only in an
// embedded cluster: a real one has controllers of its own.
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';
import type { KubernetesObject } from '../plan/plan.ts';
import { connectCluster, type KubernetesCluster } from '../providers/kubernetes/index.ts';
import { STAND_IN_ACCOUNT, STAND_IN_NAMESPACE, standInAccess, standInNamespace } from './controllers/access.ts';
import { sharedGateway, sharedGatewayNamespace } from './controllers/shared-gateway.ts';
import type { Leash } from './leash.ts';
import { type ChildHandle, startChild, waitUntilReady } from './processes.ts';
import { keepWorkerKubeconfig } from './worker-credentials.ts';

export interface StandInOptions {
  /** The administrator's. */
  kubeconfig: string;
  server: string;
  caFile: string;
  /** The shared Gateway serves every name below it. */
  zone: string;
  stateDir: string;
  leash: Leash;
  signal?: AbortSignal | undefined;
}

export interface StandIns {
  child: ChildHandle;
  /** Where tests set switches and measurements read times; see controllers/admin.ts. */
  admin: string;
  stop(): Promise<void>;
}

/** One call to a server on this machine. */
const CALL_MS = 15_000;
/** Half a second on two cores; 60 s is for a machine that builds something beside it. */
const READY_TIMEOUT_MS = 60_000;
const READY_LINE = /switches at (http:\S+)/;

export async function startStandIns(options: StandInOptions): Promise<StandIns> {
  const { kubeconfig, server, caFile, zone, stateDir, leash, signal } = options;
  const cluster = await connectCluster({ name: 'local', kubeconfig, fieldManager: 'naas-local' });
  try {
    await applyAll(cluster, [standInNamespace(), sharedGatewayNamespace()]);
    await applyAll(cluster, [...standInAccess(), ...sharedGateway(zone)]);
  } finally {
    await cluster.close();
  }
  const file = join(stateDir, 'stand-ins', 'kubeconfig');
  const account = { namespace: STAND_IN_NAMESPACE, name: STAND_IN_ACCOUNT };
  const credentials = await keepWorkerKubeconfig({ kubeconfig, file, account });
  const child = startChild({
    name: 'stand-in controllers',
    command: process.execPath,
    args: [
      join(ROOT, 'src', 'local', 'controllers', 'main.ts'),
      JSON.stringify({ server, caFile, tokenFile: `${file}.token` }),
    ],
    env: { PATH: process.env['PATH'], HOME: stateDir, NODE_OPTIONS: process.env['NODE_OPTIONS'] },
    cwd: ROOT,
    logFile: join(stateDir, 'logs', 'stand-ins.log'),
    leash,
  });
  const stop = async (): Promise<void> => {
    credentials.stop();
    await child.stop(1_000);
  };
  try {
    await waitUntilReady(child, async () => READY_LINE.test(child.log()), { timeoutMs: READY_TIMEOUT_MS, signal });
  } catch (error) {
    await stop();
    throw error;
  }
  return { child, admin: READY_LINE.exec(child.log())?.[1] ?? '', stop };
}

async function applyAll(cluster: KubernetesCluster, objects: readonly KubernetesObject[]): Promise<void> {
  await Promise.all(objects.map((object) => cluster.apply(object, { deadlineMs: Date.now() + CALL_MS, force: true })));
}
