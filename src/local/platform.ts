// The embedded platform: Temporal, Kubernetes, naas's own cluster objects and a worker, each started only where none is
// given. Whatever it starts ends with it, and with this process, however that ends.
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../tools/paths.mjs';
import { install } from '../ops/install.ts';
import { createLocalIssuer } from '../providers/proofs/local-issuer.ts';
import { azureEnvironment, LOCAL_RESOURCE_GROUP, LOCAL_SUBSCRIPTION } from './azure-dns/environment.ts';
import { type AzureDns, startAzureDns } from './azure-dns/index.ts';
import { controlPlaneBinary, linkBinaries, temporalCli } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { createLeash, type Leash } from './leash.ts';
import type { LocalDns, PlatformData } from './platform-data.ts';
import type { ChildHandle } from './processes.ts';
import { type StandIns, startStandIns } from './stand-ins.ts';
import { startTemporalServer, type TemporalServer } from './temporal-server.ts';
import { timed } from './timed.ts';
import { type CrdSet, installUpstreamCrds } from './upstream-crds.ts';
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
  /** Definitions of other projects, installed before naas's own objects; an embedded cluster only. */
  crds?: readonly CrdSet[];
  /** Stand-ins for a gateway's and cert-manager's controllers, with what they need; an embedded cluster only. */
  standIns?: { zone: string };
  /** An Azure DNS on this machine that holds these zones; the worker is told of it. */
  dns?: { zones: readonly string[]; limits?: 'off' };
  /** Aborting it stops a start at once; see interruption.ts. */
  signal?: AbortSignal;
}

export interface Platform extends PlatformData {
  /** One more worker, or the first one when the platform was started without. */
  startWorker(overrides?: { env?: NodeJS.ProcessEnv; name?: string }): Promise<ChildHandle>;
  /** Resolves when no process and no folder is left. May be called again. */
  stop(): Promise<void>;
  /** Where it was asked for. */
  readonly azureDns: AzureDns | null;
}

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const say = options.say ?? (() => {});
  const { signal } = options;
  signal?.throwIfAborted();
  if (options.kubeconfig !== undefined && (options.crds ?? options.standIns) !== undefined) {
    throw new Error('definitions and stand-in controllers go into an embedded cluster only; leave out the kubeconfig');
  }
  const leash = createLeash();
  const stateDir = options.stateDir ?? join(tmpdir(), `naas-${randomUUID().slice(0, 8)}`);
  // Told before it exists: there is no moment at which a killed process would leave it behind.
  const isOurs = !existsSync(stateDir);
  if (isOurs) leash.removeFolder(stateDir);
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
    // What this process was still writing may have come after the leash.
    if (isOurs) await rm(stateDir, { recursive: true, force: true });
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

type BootOptions = PlatformOptions & { stateDir: string; say: (line: string) => void };

/** The DNS server is in this process, where no leash ends it: of a start that failed it would keep the process alive. */
async function boot(options: BootOptions, leash: Leash): Promise<Platform> {
  const dns = bootAzureDns(options);
  try {
    return await bootAround(dns, options, leash);
  } catch (error) {
    await dns.then(
      (running) => running?.stop(),
      () => undefined,
    );
    throw error;
  }
}

async function bootAround(dns: Promise<AzureDns | null>, options: BootOptions, leash: Leash): Promise<Platform> {
  const { stateDir, say, signal } = options;
  const catalogDir = options.catalogDir ?? process.env['NAAS_CATALOG'] ?? join(ROOT, 'catalog');
  const workerKubeconfig = join(stateDir, 'worker', 'kubeconfig');

  const [cluster, temporal, issuer, domainKeyFile, workflowBundle, azureDns] = await allEnded(leash, [
    bootKubernetes(options, leash, workerKubeconfig),
    bootTemporal(options, leash),
    createLocalIssuer(join(stateDir, 'issuer')),
    createDomainKey(join(stateDir, 'domain.key')),
    // Its own copy: the cache keeps the newest few, and other checkouts may push this one out while the platform runs.
    timed(say, 'Workflow bundle', () => bundleWorkflows({ outFile: join(stateDir, 'workflows.js') })),
    dns,
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
    domainKeyFile,
    workflowBundle,
    standIns: cluster.standIns?.admin ?? null,
    dns: azureDns && dnsData(azureDns, options.dns?.zones ?? []),
    embedded: { kubernetes: server !== null, temporal: temporal.server !== null },
    pids: {
      ...server?.pids,
      ...(temporal.server && { temporal: temporal.server.pid }),
      ...(cluster.standIns && { standIns: cluster.standIns.child.pid }),
    },
  };

  const workers: ChildHandle[] = [];
  const startWorker = async (overrides: { env?: NodeJS.ProcessEnv; name?: string } = {}): Promise<ChildHandle> => {
    const name = overrides.name ?? (workers.length === 0 ? 'worker' : `worker-${workers.length + 1}`);
    const env = { ...data.dns?.environment, ...options.env, ...overrides.env };
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
    await Promise.all([cluster.standIns?.stop(), azureDns?.stop()]);
    await Promise.all([temporal.server?.stop(), server?.stop()]);
    await leash.letGo();
  };
  return { ...data, azureDns, startWorker, stop: () => (stopped ??= stop()) };
}

/** As `Promise.all`, but when it fails nothing of it goes on: what the leash holds ends, and whoever cleans up then comes last. */
async function allEnded<T extends readonly unknown[]>(
  leash: Leash,
  parts: readonly [...{ [Part in keyof T]: Promise<T[Part]> }],
): Promise<T> {
  try {
    return (await Promise.all(parts)) as unknown as T;
  } catch (error) {
    await Promise.all([leash.letGo(), Promise.allSettled(parts)]);
    throw error;
  }
}

async function bootKubernetes(options: BootOptions, leash: Leash, workerKubeconfig: string) {
  const { stateDir, say, signal } = options;
  const server: ControlPlane | null = options.kubeconfig
    ? null
    : await timed(say, 'Kubernetes API', () =>
        startControlPlane({ binary: controlPlaneBinary(), stateDir: join(stateDir, 'kubernetes'), leash, signal }),
      );
  const kubeconfig = options.kubeconfig ?? server?.kubeconfig ?? '';
  if (server !== null) await bootCrds(options, server);
  await timed(say, "naas's own cluster objects", () => install({ kubeconfig }));
  const [credentials, standIns] = await Promise.all([
    keepWorkerKubeconfig({ kubeconfig, file: workerKubeconfig }),
    bootStandIns(options, leash, server),
  ]);
  return { server, kubeconfig, credentials, standIns };
}

/** The stand-ins read two of the sets, so that asking for them is enough. */
const STAND_IN_CRDS: readonly CrdSet[] = ['gateway-api', 'cert-manager'];

async function bootCrds(
  { crds = [], standIns, say, signal }: PlatformOptions & { say: (line: string) => void },
  { server, caFile, adminToken }: ControlPlane,
): Promise<void> {
  const sets = [...new Set([...crds, ...(standIns === undefined ? [] : STAND_IN_CRDS)])];
  if (sets.length === 0) return;
  await timed(say, `Definitions of ${sets.join(', ')}`, () =>
    installUpstreamCrds({ sets, server, caFile, token: adminToken, signal }),
  );
}

async function bootStandIns(
  { standIns, stateDir, say, signal }: BootOptions,
  leash: Leash,
  server: ControlPlane | null,
): Promise<StandIns | null> {
  if (standIns === undefined || server === null) return null;
  const { kubeconfig, server: url, caFile } = server;
  return await timed(say, 'Stand-in controllers', () =>
    startStandIns({ kubeconfig, server: url, caFile, zone: standIns.zone, stateDir, leash, signal }),
  );
}

/** As an operator would; one of an earlier start goes on, because records in the DNS were made from it. */
async function createDomainKey(file: string): Promise<string> {
  if (!existsSync(file)) await writeFile(file, randomBytes(32), { mode: 0o600 });
  return file;
}

/** In this process: it is small, and tests read its log and plant its faults. */
async function bootAzureDns({ dns, stateDir, say }: BootOptions): Promise<AzureDns | null> {
  if (dns === undefined) return null;
  return await timed(say, 'Azure DNS', () =>
    startAzureDns({
      zones: dns.zones,
      subscription: LOCAL_SUBSCRIPTION,
      resourceGroups: [LOCAL_RESOURCE_GROUP],
      directory: join(stateDir, 'azure-dns'),
      ...(dns.limits === undefined ? {} : { limits: dns.limits }),
    }),
  );
}

async function bootTemporal(
  options: BootOptions,
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

/** What of it crosses to other processes. */
export function dataOf(platform: Platform): PlatformData {
  const { azureDns: _azureDns, startWorker: _startWorker, stop: _stop, ...data } = platform;
  return data;
}

function dnsData(azureDns: AzureDns, zones: readonly string[]): LocalDns {
  const { endpoint, nameServers } = azureDns;
  return {
    endpoint,
    nameServers: nameServers.map(({ address }) => `${address.address}:${address.port}`),
    zones: [...zones],
    environment: azureEnvironment(azureDns),
  };
}

function withoutStop(server: ControlPlane): Omit<ControlPlane, 'stop'> {
  const { stop: _, ...data } = server;
  return data;
}
