// The embedded platform: Temporal, Kubernetes, naas's own cluster objects and a worker, each started only where none is
// given. Whatever it starts ends with it, and with this process, however that ends.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';
import { install } from '../ops/install.ts';
import { createLocalIssuer } from '../providers/proofs/local-issuer.ts';
import { controlPlaneBinary, linkBinaries, temporalCli } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { createLeash, type Leash } from './leash.ts';
import type { PlatformData } from './platform-data.ts';
import type { ChildHandle } from './processes.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';
import { timed } from './timed.ts';
import { keepWorkerKubeconfig } from './worker-credentials.ts';
import { startWorkerProcess } from './worker-process.ts';
import { bundleWorkflows } from './workflow-bundle.ts';

export interface PlatformOptions {
  /** One folder for everything. Default: a temporary one. If it is not there yet, it is removed at the end. */
  stateDir?: string;
  say?: (line: string) => void;
  /** Default true. */
  worker?: boolean;
  catalogDir?: string;
  /** More environment for the worker. */
  env?: NodeJS.ProcessEnv;
  /** A cluster that is there already: its administrator's kubeconfig. */
  kubeconfig?: string;
  /** A Temporal that is there already, host:port; the rest comes from Temporal's own variables and files. */
  temporalAddress?: string;
  /** Aborting it stops a start at once; see interruption.ts. */
  signal?: AbortSignal;
}

export interface Platform extends PlatformData {
  /** One more worker, or the first one when the platform was started without. */
  startWorker(overrides?: { env?: NodeJS.ProcessEnv; name?: string }): Promise<ChildHandle>;
  /** Resolves when no process and no folder is left. May be called again. */
  stop(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const say = options.say ?? (() => {});
  const { signal } = options;
  signal?.throwIfAborted();
  const leash = createLeash();
  const stateDir = options.stateDir ?? join(tmpdir(), `naas-${randomUUID().slice(0, 8)}`);
  // Told before it exists: there is no moment at which a killed process would leave it behind.
  if (!existsSync(stateDir)) leash.removeFolder(stateDir);
  // Letting go of the leash ends everything that it holds, in whatever state the start is.
  const abort = (): void => void leash.letGo();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    const platform = await boot({ ...options, stateDir, say }, leash);
    signal?.throwIfAborted();
    return platform;
  } catch (error) {
    await leash.letGo();
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

async function boot(
  options: PlatformOptions & { stateDir: string; say: (line: string) => void },
  leash: Leash,
): Promise<Platform> {
  const { stateDir, say, signal } = options;
  const catalogDir = options.catalogDir ?? process.env['NAAS_CATALOG'] ?? join(ROOT, 'catalog');
  const workerKubeconfig = join(stateDir, 'worker', 'kubeconfig');

  const [cluster, temporal, issuer, workflowBundle] = await Promise.all([
    bootKubernetes(options, leash, workerKubeconfig),
    bootTemporal(options, leash),
    createLocalIssuer(join(stateDir, 'issuer')),
    // Its own copy: the cache keeps the newest few, and other checkouts may push this one out while the platform runs.
    timed(say, 'Workflow bundle', () => bundleWorkflows({ outFile: join(stateDir, 'workflows.js') })),
  ]);
  const binaries = await linkBinaries(join(stateDir, 'bin'));

  const { server } = cluster;
  const data: PlatformData = {
    stateDir,
    kubeconfig: cluster.kubeconfig,
    workerKubeconfig,
    temporalAddress: temporal.address,
    temporalNamespace: temporal.namespace,
    temporalUi: temporal.ui,
    ...binaries,
    auditLog: server?.auditLog ?? null,
    controlPlane: server && withoutStop(server),
    catalogDir,
    issuerKeyFile: issuer.keyFile,
    trustedKeysFile: issuer.jwksFile,
    workflowBundle,
    embedded: { kubernetes: server !== null, temporal: temporal.server !== null },
    pids: { ...server?.pids, ...(temporal.server && { temporal: temporal.server.pid }) },
  };

  const workers: ChildHandle[] = [];
  const startWorker = async (overrides: { env?: NodeJS.ProcessEnv; name?: string } = {}): Promise<ChildHandle> => {
    const name = overrides.name ?? (workers.length === 0 ? 'worker' : `worker-${workers.length + 1}`);
    const env = { ...options.env, ...overrides.env };
    const worker = await startWorkerProcess(data, { leash, name, env, signal });
    workers.push(worker);
    return worker;
  };
  if (options.worker !== false) {
    const worker = await timed(say, 'Worker', () => startWorker());
    data.pids['worker'] = worker.pid;
  }

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    cluster.credentials.stop();
    // Workers first, so that they can hand their tasks back to a server that still answers.
    await Promise.all(workers.map((worker) => worker.stop()));
    await Promise.all([temporal.server?.stop(), server?.stop()]);
    await leash.letGo();
  };
  return { ...data, startWorker, stop: () => (stopped ??= stop()) };
}

async function bootKubernetes(
  options: PlatformOptions & { stateDir: string; say: (line: string) => void },
  leash: Leash,
  workerKubeconfig: string,
) {
  const { stateDir, say, signal } = options;
  const server: ControlPlane | null = options.kubeconfig
    ? null
    : await timed(say, 'Kubernetes API', () =>
        startControlPlane({ binary: controlPlaneBinary(), stateDir: join(stateDir, 'kubernetes'), leash, signal }),
      );
  const kubeconfig = options.kubeconfig ?? server?.kubeconfig ?? '';
  await timed(say, "naas's own cluster objects", () => install({ kubeconfig }));
  const credentials = await keepWorkerKubeconfig({ kubeconfig, file: workerKubeconfig });
  return { server, kubeconfig, credentials };
}

async function bootTemporal(
  options: PlatformOptions & { stateDir: string; say: (line: string) => void },
  leash: Leash,
): Promise<{ address: string; namespace: string; ui: string | null; server: TemporalServer | null }> {
  const { temporalAddress, stateDir, say, signal } = options;
  if (temporalAddress) {
    const namespace = process.env['TEMPORAL_NAMESPACE'] || 'default';
    return { address: temporalAddress, namespace, ui: null, server: null };
  }
  const server = await timed(say, 'Temporal', () =>
    startTemporalServer({ cli: temporalCli(), stateDir: join(stateDir, 'temporal'), leash, signal }),
  );
  return { address: server.address, namespace: server.namespace, ui: server.ui, server };
}

function withoutStop(server: ControlPlane): Omit<ControlPlane, 'stop'> {
  const { stop: _, ...data } = server;
  return data;
}
