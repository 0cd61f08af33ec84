// Which processes still run, as a test of clean ends sees it.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A zombie does not run any more. */
export function isRunning(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== '' && stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
}

export async function gone(pids: number[], withinMs: number): Promise<void> {
  await nobody(() => pids.filter(isRunning).map(describe), withinMs);
}

/** Processes whose command line or environment names this folder, this process apart. */
export function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isRunning(pid))
    .filter((pid) => `${read(`/proc/${pid}/cmdline`)}\0${read(`/proc/${pid}/environ`)}`.includes(folder))
    .map(describe);
}

export async function nobody(look: () => string[], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const left = look();
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new Error(`still running after ${withinMs} ms:\n${left.join('\n')}`);
    await sleep(50);
  }
}

function describe(pid: number): string {
  return `${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').slice(0, 120)}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
