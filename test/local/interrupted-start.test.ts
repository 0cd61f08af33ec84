import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLeash, type Leash } from '../../src/local/leash.ts';
import { ROOT } from '../../tools/paths.mjs';
import { FULL } from '../support/generated-cases.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';
import { nobody, processesOf } from './running.ts';

const STARTER = `
import { interruption } from '${ROOT}/src/local/interruption.ts';
import { startPlatform } from '${ROOT}/src/local/platform.ts';
const { signal, exitCode } = interruption();
try {
  const platform = await startPlatform({ signal, standIns: { zone: 'naas.test' }, dns: { zones: ['naas.test'] } });
  console.log('ready');
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  await platform.stop();
} catch (error) {
  if (!signal.aborted) console.error(error);
}
process.exitCode = exitCode() ?? 1;
`;

describe('a platform start that is interrupted', () => {
  let folder: string;
  let leash: Leash;
  beforeEach(() => {
    leash = createLeash();
    folder = mkdtempSync(join(tmpdir(), 'naas-interrupt-'));
    leash.removeFolder(folder);
  });
  afterEach(() => leash.letGo());

  function start() {
    // TMPDIR is where the platform puts its folder, and what marks its processes as this test's.
    const starter = spawn(process.execPath, ['--input-type=module', '-e', STARTER], {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: folder, KUBECONFIG: '', TEMPORAL_ADDRESS: '' },
      // The channel ends the starter if the test run itself is interrupted.
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const exited = new Promise<number | null>((resolve) => starter.once('exit', (code) => resolve(code)));
    const ready = new Promise<void>((resolve) => starter.stdout?.once('data', () => resolve()));
    return { starter, exited, ready };
  }

  // From "Node has hardly loaded" through each server's start to "the worker is coming up".
  const MOMENTS_MS = [150, 500, 900, 1_400, 2_200, 3_200, 4_200, 5_500];

  // Each start costs what a whole platform costs: the usual run takes half of them, by lot.
  const draw = drawFor('interrupted start');
  for (const moment of FULL ? MOMENTS_MS : shuffled(MOMENTS_MS, draw).slice(0, MOMENTS_MS.length / 2)) {
    it(`leaves no process and no folder after Ctrl-C at ${moment} ms`, async () => {
      const { starter, exited } = start();
      await sleep(moment);
      starter.kill('SIGINT');
      starter.kill('SIGINT');
      await exited;
      // The leash of a process that had no handler yet may need its moment.
      await nobody(() => processesOf(folder), 6_000);
      expect(readdirSync(folder)).toEqual([]);
    });
  }

  it('leaves no process and no folder after Ctrl-C once it is ready, and answers with 130', async () => {
    const { starter, exited, ready } = start();
    await ready;
    // Six of them: the starter, the leash, etcd, API server, controller manager, Temporal, worker.
    expect(processesOf(folder).length).toBeGreaterThanOrEqual(6);
    starter.kill('SIGINT');
    expect(await exited).toBe(130);
    expect(processesOf(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  for (const moment of [900, 3_200]) {
    it(`leaves no process and no folder when it is killed by KILL at ${moment} ms`, async () => {
      const { starter, exited } = start();
      await sleep(moment);
      starter.kill('SIGKILL');
      await exited;
      await nobody(() => processesOf(folder), 10_000);
      expect(readdirSync(folder)).toEqual([]);
    });
  }
});
