// The command `naas` as people run it: a process of its own, with the environment of the shared platform and the name of
// whoever types. It asserts nothing.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestPlatform } from './platform.ts';
import type { Person } from './scenario-people.ts';

export interface Ran {
  exit: number;
  out: string;
  err: string;
}

export type CommandLine = (who: Person, ...words: string[]) => Promise<Ran>;

const COMMAND = join(import.meta.dirname, '../../bin/naas.mjs');

export interface CommandLineOptions {
  platform: TestPlatform;
  taskQueue: string;
  /** Home, state and working folder: nothing of the machine's user is read. */
  dir: string;
}

export function commandLine({ platform, taskQueue, dir }: CommandLineOptions): CommandLine {
  const common = {
    PATH: process.env['PATH'] ?? '',
    HOME: dir,
    NAAS_LOCAL_STATE: join(dir, 'local'),
    TEMPORAL_ADDRESS: platform.temporalAddress,
    TEMPORAL_NAMESPACE: platform.temporalNamespace,
    NAAS_ISSUER_KEY: platform.issuerKeyFile,
    NAAS_TASK_QUEUE: taskQueue,
  };
  return (who, ...words) =>
    new Promise((resolve, reject) => {
      const env = { ...common, NAAS_AS: who.subject, NAAS_GROUPS: who.groups.join(',') };
      const child = spawn(process.execPath, [COMMAND, ...words], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        out += chunk;
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        err += chunk;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ exit: code ?? -1, out, err }));
    });
}
