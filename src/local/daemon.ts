// `naas local up|down|status|env`: a platform that keeps running between commands. Returns data; printing is the CLI's.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../../tools/paths.mjs';
import type { PlatformData } from './platform-data.ts';
import { readLog } from './processes.ts';
import { FAILED, isAlive, type LocalFiles, type LocalState, localFiles, readLiveState, readState } from './state.ts';

export interface LocalUpOptions {
  say?: (line: string) => void;
  /** A cluster or Temporal that is there already is used instead of an embedded one. */
  kubeconfig?: string;
  temporalAddress?: string;
  standIns?: { zone: string };
  dns?: { zones: string[] };
  catalogDir?: string;
  env?: NodeJS.ProcessEnv;
}

export interface LocalStatus extends PlatformData {
  /** worker, temporal, etcd, apiserver, controllerManager, standIns, supervisor. */
  pids: Record<string, number>;
}

/** Resolves when the platform is ready; one that runs already is the answer as it is. */
export async function localUp(options: LocalUpOptions = {}): Promise<LocalStatus> {
  const { say = () => {}, env = process.env, ...wanted } = options;
  const files = localFiles(env);
  const running = await readLiveState(files);
  if (running?.platform) return statusOf(running, running.platform);
  if (running === null) startSupervisor(files, env, wanted);
  return await untilReady(files, say);
}

/** True if there was something to stop. Resolves when no process and no data of it is left. */
export async function localDown(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const files = localFiles(env);
  const state = await readLiveState(files);
  if (state === null) return false;
  process.kill(state.supervisor.pid, 'SIGTERM');
  while (isAlive(state.supervisor)) await sleep(50);
  await readLiveState(files);
  return true;
}

/** Null when nothing runs, or what runs is not ready yet. */
export async function localStatus(env: NodeJS.ProcessEnv = process.env): Promise<LocalStatus | null> {
  const state = await readLiveState(localFiles(env));
  return state?.platform ? statusOf(state, state.platform) : null;
}

/** Shell exports for `eval "$(naas local env)"`; null when nothing runs. */
export async function localEnv(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const status = await localStatus(env);
  if (status === null) return null;
  const values = {
    KUBECONFIG: status.kubeconfig,
    TEMPORAL_ADDRESS: status.temporalAddress,
    TEMPORAL_NAMESPACE: status.temporalNamespace,
    NAAS_ISSUER_KEY: status.issuerKeyFile,
    NAAS_TRUSTED_KEYS: status.trustedKeysFile,
    NAAS_CATALOG: status.catalogDir,
    NAAS_CLUSTER: 'local',
    ...status.dns?.environment,
  };
  const lines = Object.entries(values).map(([name, value]) => `export ${name}=${quoted(value)}`);
  return [...lines, `export PATH=${quoted(join(status.stateDir, 'bin'))}:"$PATH"`, ''].join('\n');
}

function statusOf(state: LocalState, platform: PlatformData): LocalStatus {
  return { ...platform, pids: { ...platform.pids, supervisor: state.supervisor.pid } };
}

function startSupervisor(files: LocalFiles, env: NodeJS.ProcessEnv, wanted: Omit<LocalUpOptions, 'say' | 'env'>): void {
  mkdirSync(files.folder, { recursive: true, mode: 0o700 });
  const log = openSync(files.log, 'w', 0o600);
  const supervisor = spawn(process.execPath, [join(ROOT, 'src', 'local', 'supervisor.ts'), JSON.stringify(wanted)], {
    // Its own session: it outlives this command and its terminal.
    detached: true,
    cwd: ROOT,
    stdio: ['ignore', log, log],
    env: { ...env, NAAS_LOCAL_STATE: files.folder },
  });
  closeSync(log);
  supervisor.unref();
}

/** Passes the supervisor's progress on until it publishes its platform, fails, or is gone. */
async function untilReady(files: LocalFiles, say: (line: string) => void): Promise<LocalStatus> {
  // The slowest step is bounded by 90 s; twice that covers all of them on a machine that is busy.
  const deadline = Date.now() + 180_000;
  let said = 0;
  let appeared = false;
  for (;;) {
    // Read in this order: what is in the log when the state is gone is the whole of it.
    const claim = await readState(files.state);
    const state = claim !== null && isAlive(claim.supervisor) ? claim : null;
    const lines = readLog(files.log).split('\n');
    const failure = lines.findIndex((line) => line.startsWith(FAILED));
    const progress = lines.slice(0, failure === -1 ? lines.length - 1 : failure);
    for (const line of progress.slice(said)) say(line);
    said = Math.max(said, progress.length);
    if (state?.platform) return statusOf(state, state.platform);
    if (failure !== -1) throw new Error(lines.slice(failure).join('\n').slice(FAILED.length).trimEnd());
    appeared ||= state !== null;
    if (appeared && state === null) throw new Error(`The platform was stopped while it started; see ${files.log}.`);
    if (Date.now() > deadline) throw new Error(`The platform was not ready after 180 s; see ${files.log}.`);
    await sleep(100);
  }
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
