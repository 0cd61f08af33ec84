// What processes cost: CPU time and resident memory, read from /proc. It needs Linux and says so elsewhere.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

/** Processes by the name under which they are told. */
export type Processes = Readonly<Record<string, number>>;

let ticks: number | undefined;

function msPerTick(): number {
  ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return 1000 / ticks;
}

/** User and system time of all threads since the process began. */
export function cpuMsOf(pid: number): number {
  const [user = 0, system = 0] = timesOf(pid);
  return (user + system) * msPerTick();
}

/** Of this process and of all its children that have ended, theirs included. */
export function cpuMsWithChildren(): number {
  return timesOf(process.pid).reduce((sum, ticks) => sum + ticks, 0) * msPerTick();
}

/** Of all cores, since the machine started. */
export function machineBusyMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

export function residentMiBOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status'))?.[1];
  if (found === undefined) throw new Error(`process ${pid} has no resident memory: it has ended`);
  return Number(found) / 1024;
}

export interface CpuUse {
  wallMs: number;
  /** CPU milliseconds by process. */
  ms: Record<string, number>;
}

/** Runs `work` and tells what each process spent meanwhile. */
export async function cpuDuring<T>(processes: Processes, work: () => Promise<T>): Promise<{ result: T; use: CpuUse }> {
  const before = Object.fromEntries(Object.entries(processes).map(([name, pid]) => [name, cpuMsOf(pid)]));
  const began = performance.now();
  const result = await work();
  const wallMs = performance.now() - began;
  const ms = Object.fromEntries(
    Object.entries(processes).map(([name, pid]) => [name, cpuMsOf(pid) - (before[name] ?? 0)]),
  );
  return { result, use: { wallMs, ms } };
}

export function noUse(): CpuUse {
  return { wallMs: 0, ms: {} };
}

export function addUse(a: CpuUse, b: CpuUse): CpuUse {
  const names = new Set([...Object.keys(a.ms), ...Object.keys(b.ms)]);
  return {
    wallMs: a.wallMs + b.wallMs,
    ms: Object.fromEntries([...names].map((name) => [name, (a.ms[name] ?? 0) + (b.ms[name] ?? 0)])),
  };
}

/** "cores 97 % busy: apiserver 41 %, …": what a figure is bound by when the cores are full. */
export function describeCpu({ wallMs, ms }: CpuUse, cores = availableParallelism()): string {
  const share = (value: number): number => Math.round((100 * value) / (wallMs * cores));
  const total = Object.values(ms).reduce((sum, each) => sum + each, 0);
  const parts = Object.entries(ms)
    .sort(([, a], [, b]) => b - a)
    .filter(([, each]) => share(each) > 0)
    .map(([name, each]) => `${name} ${share(each)} %`);
  return `${cores} cores ${share(total)} % busy: ${parts.join(', ')}`;
}

/** Ticks of user and system time, then those of children that have ended. */
function timesOf(pid: number): number[] {
  const stat = readProc(pid, 'stat');
  // The second field is the program's name in parentheses, and may hold spaces: fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).map(Number);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read /proc/${pid}/${file}: the process has ended, or this is not Linux`, { cause });
  }
}
