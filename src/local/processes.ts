// Supervision of one child process: a log file, ready or dead, TERM then KILL. It knows no particular server.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Leash } from './leash.ts';

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  /** The whole environment of the child. */
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  logFile: string;
  leash: Leash;
}

export interface ChildHandle {
  name: string;
  pid: number;
  logFile: string;
  /** What it wrote itself; an earlier child may have used the same file. */
  log(): string;
  /** How it ended, in words; null while it runs. */
  ended(): string | null;
  exited: Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** TERM, after `graceMs` KILL; resolves when it is gone. May be called again. */
  stop(graceMs?: number): Promise<void>;
}

export function startChild(options: ChildOptions): ChildHandle {
  const { name, logFile, leash } = options;
  if (leash.over()) throw new Error(`${name} is not started any more: everything is being stopped`);
  mkdirSync(dirname(logFile), { recursive: true });
  const before = readLog(logFile).length;
  const log = openSync(logFile, 'a');
  // The program starts only once the leash holds its pid: if this process dies in between, `read` sees the end of
  // the pipe and nothing is ever started.
  const child = spawn('/bin/sh', ['-c', 'read -r _ && exec "$0" "$@"', options.command, ...options.args], {
    detached: true,
    stdio: ['pipe', log, log],
    env: options.env ?? process.env,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(log);
  const { pid, stdin } = child;
  if (pid === undefined || stdin === null) throw new Error(`${name}: cannot start ${options.command}; see ${logFile}`);
  leash.hold(pid);
  stdin.on('error', () => {});
  stdin.write('go\n');
  stdin.end();

  let end: string | null = null;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      end = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
      leash.release(pid);
      resolve(end);
    });
  });
  const kill = (signal: NodeJS.Signals): void => {
    if (end !== null) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // Between its end and the news of it.
    }
  };
  return {
    name,
    pid,
    logFile,
    log: () => readLog(logFile).slice(before),
    ended: () => end,
    exited,
    kill,
    // Etcd, the slowest, closes in under a second; more than five means that it hangs.
    stop: async (graceMs = 5_000) => {
      if (end !== null) return;
      kill('SIGTERM');
      kill('SIGCONT');
      const hurry = setTimeout(() => kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(hurry);
    },
  };
}

export interface ReadyOptions {
  timeoutMs: number;
  /** Between two probes; small, because start-up time is what everybody waits for. */
  intervalMs?: number;
  signal?: AbortSignal | undefined;
}

/** Waits until `probe` says true; throws with the end of the log when the child dies, or time or patience ends. */
export async function waitUntilReady(
  child: ChildHandle,
  probe: () => Promise<boolean>,
  options: ReadyOptions,
): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const end = child.ended();
    if (end !== null) throw new Error(`${child.name} ${end} before it was ready.\n${tailOf(child)}`);
    if (await probe().catch(() => false)) return;
    if (Date.now() > deadline) {
      throw new Error(`${child.name} was not ready after ${options.timeoutMs / 1000} s.\n${tailOf(child)}`);
    }
    await sleep(options.intervalMs ?? 50);
  }
}

/** A probe: has the child written this text to its log? */
export function hasLogged(child: ChildHandle, text: string): () => Promise<boolean> {
  return async () => child.log().includes(text);
}

export function readLog(logFile: string): string {
  try {
    return readFileSync(logFile, 'utf8');
  } catch {
    return '';
  }
}

/** The last lines of its log: what a person needs first when a server does not start. */
function tailOf(child: ChildHandle): string {
  const lines = child.log().trimEnd().split('\n').slice(-30);
  return `The end of ${child.logFile}:\n${lines.map((line) => `  ${line.slice(0, 400)}`).join('\n')}`;
}
