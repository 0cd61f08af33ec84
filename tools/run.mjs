// Runs one program for set-up: output to a log, progress while it lasts, its whole process group ended with us.
// Plain JavaScript without dependencies.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const running = new Set();
let interrupted = null;

/**
 * From now on Ctrl-C ends what runs, all of it, before this process ends. So does the end of npm, which runs this process
 * as its direct child (`exec` in package.json): killed by KILL it cannot pass anything on.
 */
export function endWithSignals() {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      process.kill(process.pid, 'SIGTERM');
    }, 500);
    watch.unref();
  }
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => {
      // One Ctrl-C often arrives twice: from the terminal, and forwarded by npm.
      if (interrupted !== null) return;
      interrupted = signal;
      void endAll().then(() => process.exit(code));
    });
  }
}

async function endAll() {
  const children = [...running];
  for (const child of children) killGroup(child, 'SIGTERM');
  // Compilers end at once; what is still there after two seconds does not listen.
  const hurry = setTimeout(() => {
    for (const child of children) killGroup(child, 'SIGKILL');
  }, 2_000);
  await Promise.all(children.map((child) => child.gone));
  clearTimeout(hurry);
  // A leader may end before its group, such as npm before what it installs.
  for (const child of children) killGroup(child, 'SIGKILL');
}

function killGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}

/** Throws with the end of the log when the program fails. */
export async function run(command, args, { cwd, env, logFile }) {
  if (interrupted !== null) await new Promise(() => {});
  await mkdir(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  running.add(child);
  child.gone = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.code === 'ENOENT' ? `${command} is not installed` : error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? `code ${code}`}`));
  });
  const problem = await child.gone;
  running.delete(child);
  await new Promise((resolve) => log.end(resolve));
  // Whoever is being stopped does not report the failure that the stop itself caused.
  if (interrupted !== null) await new Promise(() => {});
  if (problem === null) return;
  const tail = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-15);
  throw new Error(`\`${[command, ...args].join(' ')}\` ${problem}.\n${tail.map((line) => `    ${line}`).join('\n')}`);
}

/** Says that a step goes on, because one that is silent for minutes looks dead, and how long it took. */
export async function step(what, work) {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  console.log(`  … ${what}`);
  const alive = setInterval(
    () => console.log(`  … ${what}: ${Math.round((Date.now() - start) / 1000)} s so far`),
    20_000,
  );
  try {
    const result = await work();
    console.log(`  ✓ ${what} (${seconds()})`);
    return result;
  } catch (error) {
    console.log(`  ✗ ${what} (${seconds()})`);
    throw error;
  } finally {
    clearInterval(alive);
  }
}
