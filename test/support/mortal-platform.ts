// A platform of one test file's own, whose servers may be killed and started again: the same command line, ports and data,
// as whatever supervises them in production would do. It knows the programs only by their processes.
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { httpStatus } from '../../src/local/http-probe.ts';
import { createLeash, type Leash } from '../../src/local/leash.ts';
import { startPlatform } from '../../src/local/platform.ts';
import { type ChildHandle, startChild, waitUntilReady } from '../../src/local/processes.ts';
import { gone } from '../local/running.ts';
import { type TestPlatform, wholly } from './platform.ts';

export const MORTAL = ['temporal', 'apiserver'] as const;
export type Mortal = (typeof MORTAL)[number];

export interface MortalPlatform {
  platform: TestPlatform;
  /** SIGKILL; resolves when the process is gone. */
  kill(which: Mortal): Promise<void>;
  /** Resolves when it answers again. */
  revive(which: Mortal): Promise<void>;
  stop(): Promise<void>;
}

interface Program {
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** Either is ready within 3 s on two cores; a minute is for a machine that builds something beside it. */
const READY_MS = 60_000;
const REVIVALS = 10;
const PORT_IS_HELD_MS = 200;

export async function startMortalPlatform(): Promise<MortalPlatform> {
  const { startWorker: _, stop, ...data } = await startPlatform({ worker: false });
  const platform = wholly(data);
  const leash = createLeash();
  const programs = {
    temporal: programOf(pidOf(platform, 'temporal')),
    apiserver: programOf(pidOf(platform, 'apiserver')),
  };
  const pids = { temporal: pidOf(platform, 'temporal'), apiserver: pidOf(platform, 'apiserver') };
  return {
    platform,
    async kill(which) {
      process.kill(-pids[which], 'SIGKILL');
      await gone([pids[which]], READY_MS);
    },
    async revive(which) {
      for (let tries = 1; ; tries += 1) {
        const child = startAgain(which, programs[which], platform.stateDir, leash);
        pids[which] = child.pid;
        try {
          return await waitUntilReady(child, () => answers(which, platform, programs[which]), { timeoutMs: READY_MS });
        } catch (error) {
          // A process is gone when its first thread is; another one may hold the port for a moment longer.
          if (tries === REVIVALS || !String(error).includes('address already in use')) throw error;
          await new Promise((resolve) => setTimeout(resolve, PORT_IS_HELD_MS));
        }
      }
    },
    async stop() {
      // What was revived dies with this leash, the others with the platform; the workers are gone by now.
      await leash.letGo();
      await stop();
    },
  };
}

function pidOf(platform: TestPlatform, which: Mortal): number {
  const pid = platform.pids[which];
  if (pid === undefined) throw new Error(`the platform has no process ${which}`);
  return pid;
}

function programOf(pid: number): Program {
  const words = (file: string): string[] => readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  const [command = '', ...args] = words('cmdline');
  const env = words('environ').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
  return { command, args, env: Object.fromEntries(env), cwd: readlinkSync(`/proc/${pid}/cwd`) };
}

function startAgain(which: Mortal, program: Program, stateDir: string, leash: Leash): ChildHandle {
  return startChild({ ...program, name: which, logFile: join(stateDir, 'logs', `${which}-again.log`), leash });
}

async function answers(which: Mortal, { controlPlane }: TestPlatform, { args }: Program): Promise<boolean> {
  switch (which) {
    case 'temporal': {
      const port = args.find((arg) => arg.startsWith('--http-port='))?.slice('--http-port='.length);
      return (await httpStatus(`http://127.0.0.1:${port}/api/v1/namespaces/default`)) === 200;
    }
    case 'apiserver':
      return (
        (await httpStatus(`${controlPlane.server}/readyz`, {
          caFile: controlPlane.caFile,
          token: controlPlane.adminToken,
        })) === 200
      );
  }
}
