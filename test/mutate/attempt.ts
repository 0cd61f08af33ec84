// One run of chosen tests in a mutated tree, and what it says: killed, survived, or nothing at all. A run that never ends is cut.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Line } from './failure-lines.ts';
import { LINES } from './failure-lines.ts';
import type { Guard } from './guard.ts';
import { SERVERS } from './servers.ts';
import type { Tree } from './tree.ts';

export type Chosen = Pick<Guard, 'servers' | 'tests'> & {
  /** A pattern over full names. */ titled?: string | undefined;
};

export interface Verdict {
  verdict: 'killed' | 'survived' | 'error';
  /** The first test that failed, or what went wrong. */
  by: string;
  file?: string;
  seconds: number;
}

export interface Place {
  tree: Tree;
  /** The data of the platform that is shared, where there is one. */
  shared: string | undefined;
  signal: AbortSignal;
}

/** Servers boot in seconds and every test has its own time; beyond this a run of one file hangs. */
const CUT_AFTER_MS = { none: 180_000, shared: 180_000, own: 420_000 } as const;
/** To stop its servers; what is still there then is killed. */
const STOP_WITHIN_MS = 20_000;

/** `filesAtOnce`: of those that have a platform of their own. */
export async function attempt({ tree, shared, signal }: Place, chosen: Chosen, filesAtOnce = 1): Promise<Verdict> {
  const beganMs = performance.now();
  const out = join(tree.root, '.naas', 'mutate');
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const lines = join(out, 'lines');
  await writeFile(lines, '');
  const rounds = Math.ceil(chosen.tests.length / filesAtOnce);
  const cut = AbortSignal.timeout(CUT_AFTER_MS[chosen.servers] * rounds);
  const { code, said } = await vitest(
    tree,
    chosen,
    { [LINES]: lines, [SERVERS]: serversFor(chosen, shared), NAAS_TEST_FILES_AT_ONCE: String(filesAtOnce) },
    AbortSignal.any([signal, cut]),
  );
  const told = (await readFile(lines, 'utf8'))
    .split('\n')
    .flatMap((line): Line[] => (line === '' ? [] : [JSON.parse(line)]));
  const seconds = Math.round((performance.now() - beganMs) / 100) / 10;
  return { ...judge(told, code, cut.aborted, said), seconds };
}

/** Pure: what the lines of a run come to. Only a test that failed kills a mutant. */
export function judge(told: readonly Line[], code: number, isCut: boolean, said: string): Omit<Verdict, 'seconds'> {
  const failed = told.find((line) => 'failed' in line && 'file' in line);
  if (failed !== undefined && 'file' in failed) return { verdict: 'killed', by: failed.failed, file: failed.file };
  const unloadable = told.find((line) => 'unloadable' in line);
  if (unloadable !== undefined)
    return { verdict: 'error', by: `${unloadable.unloadable} could not be loaded: ${unloadable.why}` };
  if (isCut) return { verdict: 'error', by: 'the run had to be cut, and no test had failed' };
  const over = told.find((line) => 'over' in line);
  if (over === undefined || code !== 0 || over.unhandled > 0)
    return { verdict: 'error', by: `no test failed, but the run ended with ${code}: ${said.trim().slice(-600)}` };
  if (over.passed === 0) return { verdict: 'error', by: 'no test was run: the entry names none that is there' };
  return { verdict: 'survived', by: `${over.passed} tests passed` };
}

function serversFor({ servers }: Chosen, shared: string | undefined): string {
  if (servers !== 'shared') return servers;
  if (shared === undefined) throw new Error('no platform is held for tests that share one');
  return shared;
}

async function vitest(
  { root, env }: Tree,
  { tests, titled }: Chosen,
  more: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ code: number; said: string }> {
  const named = titled === undefined ? [] : ['--testNamePattern', titled];
  const child = spawn(
    'node',
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'test/mutate/vitest.config.ts',
      '--bail=1',
      ...named,
      ...tests,
    ],
    {
      cwd: root,
      env: { ...env, ...more, NO_COLOR: '1' },
      // A group of its own, so that nothing of it is left; the channel tells it when this process vanishes.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-20_000);
    });
  }
  const gone = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('close', (code) => resolve(code ?? 1));
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([gone, setTimeout(STOP_WITHIN_MS, undefined, { ref: false })]);
    killGroup(child.pid);
  };
  const onAbort = (): void => void stop();
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const code = await gone;
  signal.removeEventListener('abort', onAbort);
  killGroup(child.pid);
  return { code, said };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}
