// A naas worker as a child process: its environment and when it counts as ready. It knows no server's internals.
import { join } from 'node:path';
import { cacheDir, ROOT } from '../../tools/paths.mjs';
import { DEFAULT_TASK_QUEUE } from '../spec/names.ts';
import type { Leash } from './leash.ts';
import type { PlatformData } from './platform-data.ts';
import { type ChildHandle, hasLogged, startChild, waitUntilReady } from './processes.ts';

export interface WorkerOptions {
  leash: Leash;
  /** Distinguishes log files when one platform has several workers. */
  name?: string;
  /** Wins over what the platform sets. */
  env?: NodeJS.ProcessEnv | undefined;
  signal?: AbortSignal | undefined;
}

/** The line on the worker's output that says that it takes tasks. */
const READY_LINE = 'naas worker is polling';

export async function startWorkerProcess(data: PlatformData, options: WorkerOptions): Promise<ChildHandle> {
  const name = options.name ?? 'worker';
  const child = startChild({
    name,
    command: process.execPath,
    args: [join(ROOT, 'src', 'worker.ts')],
    env: { ...workerEnvironment(data, name), ...options.env },
    cwd: ROOT,
    logFile: join(data.stateDir, 'logs', `${name}.out.log`),
    leash: options.leash,
  });
  try {
    // Two to three seconds on two cores; 90 s is for a machine that runs the whole test suite beside it.
    await waitUntilReady(child, hasLogged(child, READY_LINE), { timeoutMs: 90_000, signal: options.signal });
  } catch (error) {
    await child.stop(1_000);
    throw error;
  }
  return child;
}

function workerEnvironment(data: PlatformData, name: string): NodeJS.ProcessEnv {
  return {
    ...(data.embedded.temporal ? withoutTemporal(process.env) : process.env),
    KUBECONFIG: data.workerKubeconfig,
    ...(data.embedded.temporal
      ? { TEMPORAL_ADDRESS: data.temporalAddress, TEMPORAL_NAMESPACE: data.temporalNamespace }
      : {}),
    NAAS_TASK_QUEUE: DEFAULT_TASK_QUEUE,
    NAAS_CATALOG: data.catalogDir,
    NAAS_CLUSTER: 'local',
    NAAS_TRUSTED_KEYS: data.trustedKeysFile,
    NAAS_WORKFLOW_BUNDLE: data.workflowBundle,
    NAAS_DOMAIN_KEY_FILE: data.domainKeyFile,
    // Half of what its start takes is reading its own code.
    NODE_COMPILE_CACHE: join(cacheDir(), 'compile-cache'),
    NAAS_LOG_FILE: join(data.stateDir, 'logs', `${name}.log`),
  };
}

/** A profile, key or certificate of the person's own Temporal must not be mixed with the embedded server's address. */
function withoutTemporal(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}
