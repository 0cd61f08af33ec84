// The state file of a platform that keeps running between commands, and whether its supervisor still lives.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PlatformData } from './platform-data.ts';

export interface LocalState {
  supervisor: { pid: number; startedAt: string };
  /** Everything of this platform, removed with it. Each has its own: what still cleans up after one never meets the next. */
  folder: string;
  /** Null while it starts. */
  platform: PlatformData | null;
}

export interface LocalFiles {
  folder: string;
  state: string;
  /** What the supervisor says while it starts and when it fails. */
  log: string;
  /** Where a platform lives that has the place to itself; a supervisor adds what makes it unique. */
  platform: string;
}

/** Between the progress and the error message in the supervisor's log. */
export const FAILED = 'FAILED: ';

export function localFiles(env: NodeJS.ProcessEnv = process.env): LocalFiles {
  const home = env['HOME'] || homedir();
  const folder =
    env['NAAS_LOCAL_STATE'] || join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'naas', 'local');
  return {
    folder,
    state: join(folder, 'state.json'),
    log: join(folder, 'supervisor.log'),
    platform: join(folder, 'platform'),
  };
}

/** The supervisor's claim on the place: fails with EEXIST when another one has it. */
export async function claimState(files: LocalFiles, folder: string): Promise<void> {
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  const draft = await writeDraft(files, { supervisor: thisProcess(), folder, platform: null });
  try {
    await link(draft, files.state);
  } finally {
    await rm(draft);
  }
}

export async function publishState(files: LocalFiles, platform: PlatformData): Promise<void> {
  const draft = await writeDraft(files, { supervisor: thisProcess(), folder: platform.stateDir, platform });
  await rename(draft, files.state);
}

/** Linked or renamed into place afterwards, so that a reader never sees half of it. */
async function writeDraft(files: LocalFiles, state: LocalState): Promise<string> {
  const draft = `${files.state}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  return draft;
}

function thisProcess(): LocalState['supervisor'] {
  return { pid: process.pid, startedAt: startTimeOf(process.pid) ?? '' };
}

/** The state of a living supervisor; null without one. What a dead one left behind is removed. */
export async function readLiveState(files: LocalFiles): Promise<LocalState | null> {
  const state = await readState(files.state);
  if (state !== null && isAlive(state.supervisor)) return state;
  await rm(files.state, { force: true });
  // What was killed with it may still be writing its last.
  if (state !== null) await rm(state.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  return null;
}

export async function readState(file: string): Promise<LocalState | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LocalState;
  } catch {
    return null;
  }
}

/** The start time tells a supervisor from a stranger that got its pid later. */
export function isAlive(supervisor: LocalState['supervisor']): boolean {
  const startedAt = startTimeOf(supervisor.pid);
  return startedAt !== null && startedAt === supervisor.startedAt;
}

/** Null when there is no such process. */
function startTimeOf(pid: number): string | null {
  if (existsSync('/proc/self/stat')) return startTimeFromProc(pid);
  try {
    const said = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [, status, startedAt] = /^\s*(\S+)\s+(.+?)\s*$/.exec(said) ?? [];
    // A zombie is dead, only its parent has not asked yet.
    return status === undefined || startedAt === undefined || status.startsWith('Z') ? null : startedAt;
  } catch {
    return null;
  }
}

/** Field 22 of `stat`, in clock ticks since boot. The second field is the name, in parentheses, with whatever in it. */
function startTimeFromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
