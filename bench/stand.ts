// The stand of all measurements: the embedded platform (real Temporal, real API server) and who speaks to it. It measures
// nothing. Nothing of it is left when it is closed, or when this process dies.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { NaasClient } from '../src/client/api.ts';
import { createNaasClient } from '../src/client/index.ts';
import { readCatalog } from '../src/config.ts';
import { LOCAL_ZONE } from '../src/local/azure-dns/environment.ts';
import { createLeash } from '../src/local/leash.ts';
import { type Platform, startPlatform } from '../src/local/platform.ts';
import type { ControlPlaneData } from '../src/local/platform-data.ts';
import { type ChildHandle, startChild } from '../src/local/processes.ts';
import { localProver } from '../src/providers/proofs/local-issuer.ts';
import type { Catalog } from '../src/spec/catalog.ts';
import type { Processes } from './process-usage.ts';

export interface Stand {
  platform: Platform;
  controlPlane: ControlPlaneData;
  catalog: Catalog;
  temporal: Client;
  /** The servers and this process, for CPU accounts. */
  processes: Processes;
  /** Of naas's own account: raw writes and kubectl are judged by the same admission as the worker's. */
  token: string;
  /** Signs as the requester of all measurements. */
  prove: (claims: Record<string, unknown>) => Promise<string>;
  /** A naas worker with the defaults that it ships with, on a task queue of its own. */
  startWorker(taskQueue: string): Promise<ChildHandle>;
  clientOf(taskQueue: string): NaasClient;
  /** Any other Node program, started and not waited for. */
  startNode(name: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildHandle;
  /** A folder that is to go with the stand, or with this process. */
  removeAtEnd(folder: string): void;
  /** Between two parts: nothing may run in the back of the next one. */
  stopWorkers(): Promise<void>;
  close(): Promise<void>;
}

/** `reached`: with an Azure DNS and stand-in controllers, for what is measured of hostnames. */
export async function openStand({
  reached = false,
  ...options
}: {
  say: (line: string) => void;
  signal: AbortSignal;
  reached?: boolean;
}): Promise<Stand> {
  const more = reached ? { standIns: { zone: LOCAL_ZONE }, dns: { zones: [LOCAL_ZONE] } } : {};
  const platform = await startPlatform({ worker: false, ...options, ...more });
  try {
    return await equip(platform);
  } catch (error) {
    await platform.stop();
    throw error;
  }
}

async function equip(platform: Platform): Promise<Stand> {
  const { controlPlane, temporalAddress: address, temporalNamespace: namespace } = platform;
  if (controlPlane === null) throw new Error('the bench measures servers that it started itself');
  const connection = await Connection.connect({ address });
  const leash = createLeash();
  const prove = localProver({
    keyFile: platform.issuerKeyFile,
    subject: 'ada@example.com',
    groups: ['shop-developers'],
  });
  const clients: NaasClient[] = [];
  const workers: ChildHandle[] = [];
  return {
    platform,
    controlPlane,
    catalog: readCatalog(platform.catalogDir),
    temporal: new Client({ connection, namespace }),
    processes: {
      'API server': controlPlane.pids.apiserver,
      etcd: controlPlane.pids.etcd,
      controllers: controlPlane.pids.controllerManager,
      ...(platform.pids['temporal'] === undefined ? {} : { Temporal: platform.pids['temporal'] }),
      'bench itself': process.pid,
    },
    token: await readFile(`${platform.workerKubeconfig}.token`, 'utf8'),
    prove,
    async startWorker(taskQueue) {
      const name = `worker-${workers.length + 1}`;
      const worker = await platform.startWorker({ name, env: { NAAS_TASK_QUEUE: taskQueue } });
      workers.push(worker);
      return worker;
    },
    startNode(name, args, env = {}) {
      const logFile = join(platform.stateDir, 'logs', `${name}.log`);
      const child = startChild({
        name,
        command: process.execPath,
        args: ['--disable-warning=ExperimentalWarning', ...args],
        env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
        logFile,
        leash,
      });
      workers.push(child);
      return child;
    },
    removeAtEnd: (folder) => leash.removeFolder(folder),
    clientOf(taskQueue) {
      const client = createNaasClient({ address, namespace, taskQueue, prove });
      clients.push(client);
      return client;
    },
    async stopWorkers() {
      await Promise.all(workers.map((worker) => worker.stop()));
    },
    async close() {
      await Promise.allSettled([...clients.map((client) => client.close()), connection.close()]);
      await leash.letGo();
      await platform.stop();
    },
  };
}
