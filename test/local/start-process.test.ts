// `npm start` as a process on real servers: from asking to ready, back again, and nothing left behind, however it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../tools/paths.mjs';

/** Temporary folders of the process go here, so that what it leaves can be seen. */
let temporary = '';

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'naas-start-test-'));
});

afterEach(() => {
  rmSync(temporary, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  text(): string;
  exit: Promise<number | null>;
}

function start(args: string[], env: NodeJS.ProcessEnv = {}): Started {
  const { KUBECONFIG: _kubeconfig, TEMPORAL_ADDRESS: _address, ...rest } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'src', 'local', 'start.ts'), ...args], {
    env: { ...rest, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { child, text: () => text, exit: new Promise((resolve) => child.once('exit', resolve)) };
}

describe('npm start', () => {
  it('with --exit proves on the whole cluster that nothing is left', async () => {
    const started = start(['--exit']);
    expect(await started.exit, started.text()).toBe(0);
    expect(started.text()).toContain('lee@example.com (shop-leads), played by this script, approved as team-lead');
    expect(started.text()).toMatch(/ready {3}\d+ objects, \d+ of them shop-cart-staging or in it/);
    expect(started.text()).toContain('the same ones with the same content');
    expect(started.text()).toContain('nothing of shop-cart-staging is left');
    const [answered, silent] = [
      ...started.text().matchAll(/\$ dig @127\.0\.0\.1 -p \d+ cart\.naas\.test A .*\n.*\n.*\n/g),
    ];
    expect(answered?.[0]).toMatch(/;; status: NOERROR\n {2}cart\.naas\.test\. 5 IN A 203\.0\.113\.1\n/);
    expect(silent?.[0]).toMatch(/;; status: NXDOMAIN\n/);
    expect(started.text()).toContain('cart.naas.test rests for team shop until');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('stays until Ctrl-C, can be found by its folder meanwhile, and leaves nothing', async () => {
    const started = start([]);
    await seen(started, 'Ctrl-C stops everything');
    const [folder = ''] = readdirSync(temporary);
    expect(existsSync(join(temporary, folder, 'state.json'))).toBe(true);
    started.child.kill('SIGINT');
    expect(await started.exit).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('that cannot start a server says which, keeps its logs and fails', async () => {
    const started = start([], { NAAS_CONTROLPLANE: '/bin/false' });
    expect(await started.exit).toBe(1);
    const kept = /The logs are kept in (\S+)/.exec(started.text())?.[1] ?? '';
    expect(started.text()).toContain('etcd ended with code 1');
    expect(readdirSync(temporary).map((name) => join(temporary, name))).toEqual([kept]);
  });

  it('refuses a request that cannot be meant before it starts anything', async () => {
    const started = start(['--request', join(ROOT, 'package.json')]);
    expect(await started.exit).toBe(2);
    expect(started.text()).not.toContain('Starting the platform');
    expect(started.text()).toContain('package.json');
  });
});

async function seen(started: Started, words: string): Promise<void> {
  let over = false;
  void started.exit.then(() => {
    over = true;
  });
  while (!started.text().includes(words)) {
    if (over) throw new Error(`it ended before it said "${words}":\n${started.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
