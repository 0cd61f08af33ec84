// Runs the program behind set-up, in its environment, until it ends; with its exit code. Plain JavaScript without
// dependencies.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

/**
 * The channel tells the program when this process vanishes, even by SIGKILL. Signals are passed on, because not every
 * sender reaches the whole process group; the program takes a repeated one for the same.
 */
export function next(args, env) {
  const child = spawn('node', ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: ROOT,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const pass = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) {
    process.removeAllListeners(signal);
    process.on(signal, pass);
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 143)));
  });
}

export function script(...parts) {
  return join(ROOT, ...parts);
}
