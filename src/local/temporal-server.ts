// The real Temporal dev server with its UI, on loopback. It registers naas's search attributes and nothing else.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../spec/names.ts';
import { httpStatus } from './http-probe.ts';
import type { Leash } from './leash.ts';
import { withFreePorts } from './ports.ts';
import { type ChildHandle, startChild, waitUntilReady } from './processes.ts';

export interface TemporalServer {
  /** host:port of the gRPC frontend. */
  address: string;
  namespace: string;
  ui: string;
  pid: number;
  stop(): Promise<void>;
}

export interface TemporalServerOptions {
  /** The Temporal CLI. */
  cli: string;
  stateDir: string;
  leash: Leash;
  signal?: AbortSignal | undefined;
}

// A setting of this embedded server, not of production: it has one history shard, whose queues poll at most 20 times a
// second, so that after a short burst every workflow task would wait 50 ms. A production cluster has many shards.
const DYNAMIC_CONFIG = [
  'history.transferProcessorMaxPollRPS=2000',
  'history.timerProcessorMaxPollRPS=2000',
  'history.visibilityProcessorMaxPollRPS=2000',
];

export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { cli, stateDir, leash, signal } = options;
  await mkdir(stateDir, { recursive: true });
  const children: ChildHandle[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(children.map((child) => child.stop()));
  };
  try {
    return await withFreePorts(4, async ([port, uiPort, httpPort, metricsPort]) => {
      const child = startChild({
        name: 'temporal',
        command: cli,
        args: [
          'server',
          'start-dev',
          '--ip=127.0.0.1',
          `--port=${port}`,
          `--ui-port=${uiPort}`,
          `--http-port=${httpPort}`,
          `--metrics-port=${metricsPort}`,
          `--db-filename=${join(stateDir, `temporal-${port}.db`)}`,
          '--log-level=warn',
          // As etcd beside it: the data is thrown away when the platform stops. What a killed server had written the system
          // still holds; only a power cut may cost it, and a slow disk must not slow every workflow task.
          '--sqlite-pragma=synchronous=OFF',
          ...DYNAMIC_CONFIG.map((value) => `--dynamic-config-value=${value}`),
          ...Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => `--search-attribute=${name}=${type}`),
        ],
        // The person's own Temporal settings (profiles, TLS, keys) are not meant for this server.
        env: { PATH: process.env['PATH'], HOME: stateDir, TMPDIR: stateDir },
        cwd: stateDir,
        logFile: join(stateDir, 'logs', `temporal-${port}.log`),
        leash,
      });
      children.push(child);
      const ready = `http://127.0.0.1:${httpPort}/api/v1/namespaces/default`;
      // Ready in 0.6 s on two cores; 60 s is for a machine that builds something beside it.
      await waitUntilReady(child, async () => (await httpStatus(ready)) === 200, { timeoutMs: 60_000, signal });
      return {
        address: `127.0.0.1:${port}`,
        namespace: 'default',
        ui: `http://127.0.0.1:${uiPort}`,
        pid: child.pid,
        stop,
      };
    });
  } catch (error) {
    await stop();
    throw error;
  }
}
