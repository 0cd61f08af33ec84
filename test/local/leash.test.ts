import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLeash } from '../../src/local/leash.ts';
import { startChild } from '../../src/local/processes.ts';
import { ROOT } from '../../tools/paths.mjs';
import { gone, isRunning } from './running.ts';

// A supervisor with two children, one of which ignores TERM, and a folder. It prints their pids when both run.
const SUPERVISOR = `
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createLeash } from '${ROOT}/src/local/leash.ts';
import { startChild } from '${ROOT}/src/local/processes.ts';
const [folder, logs] = process.argv.slice(2);
const leash = createLeash();
leash.removeFolder(folder);
mkdirSync(folder);
writeFileSync(folder + '/data', 'x');
const start = (name, script) =>
  startChild({ name, command: '/bin/sh', args: ['-c', script], logFile: logs + '/' + name + '.log', leash });
const polite = start('polite', 'sleep 300 & wait');
const stubborn = start('stubborn', "trap '' TERM; touch '" + logs + "/trapped'; while :; do sleep 1; done");
const timer = setInterval(() => {
  if (!existsSync(logs + '/trapped')) return;
  clearInterval(timer);
  console.log(JSON.stringify({ pids: [polite.pid, stubborn.pid], leash: leash.pid }));
}, 20);
setInterval(() => {}, 1000);
`;

describe('leash', () => {
  let folder: string;
  let supervisor: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'naas leash test-'));
  });
  afterEach(async () => {
    supervisor?.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('kills all children, even one that ignores TERM, and removes the folder when the supervisor is killed by KILL', async () => {
    const script = join(folder, 'supervisor.mjs');
    await writeFile(script, SUPERVISOR);
    const data = join(folder, 'state with a space');
    const started = spawn(process.execPath, [script, data, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    supervisor = started;
    const line = await new Promise<string>((resolve) => started.stdout.once('data', (text) => resolve(String(text))));
    const { pids, leash } = JSON.parse(line) as { pids: number[]; leash: number };
    expect(pids.every(isRunning)).toBe(true);
    expect(existsSync(join(data, 'data'))).toBe(true);

    started.kill('SIGKILL');

    // A moment for those that close on TERM, then KILL.
    await gone([...pids, leash], 8_000);
    expect(existsSync(data)).toBe(false);
    expect(existsSync(folder)).toBe(true);
  });

  it('spares a child that was released, and starts nothing once it was let go', async () => {
    const leash = createLeash();
    const logFile = join(folder, 'child.log');
    const child = startChild({ name: 'child', command: '/bin/sleep', args: ['300'], logFile, leash });
    leash.release(child.pid);
    await leash.letGo();
    expect(isRunning(child.pid)).toBe(true);
    expect(() => startChild({ name: 'late', command: '/bin/sleep', args: ['300'], logFile, leash })).toThrow(
      'everything is being stopped',
    );
    await child.stop();
    expect(isRunning(child.pid)).toBe(false);
  });

  it('lets go of what it holds even if a process of the group is stopped', async () => {
    const leash = createLeash();
    const data = join(folder, 'data');
    leash.removeFolder(data);
    await mkdir(data);
    const child = startChild({
      name: 'child',
      command: '/bin/sleep',
      args: ['300'],
      logFile: join(folder, 'child.log'),
      leash,
    });
    await sleep(100);
    child.kill('SIGSTOP');
    await leash.letGo();
    await child.exited;
    expect(isRunning(child.pid)).toBe(false);
    expect(existsSync(data)).toBe(false);
  });

  it('says the end of its log when a child dies before it is ready', async () => {
    const { waitUntilReady } = await import('../../src/local/processes.ts');
    const leash = createLeash();
    const logFile = join(folder, 'child.log');
    const child = startChild({
      name: 'child',
      command: '/bin/sh',
      args: ['-c', 'echo no such port; exit 3'],
      logFile,
      leash,
    });
    await expect(waitUntilReady(child, async () => false, { timeoutMs: 5_000 })).rejects.toThrow(
      /child ended with code 3 before it was ready.*no such port/s,
    );
    expect(await readFile(logFile, 'utf8')).toContain('no such port');
    await leash.letGo();
  });
});
