import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalStatus, localDown, localEnv, localStatus, localUp } from '../../src/local/daemon.ts';
import { foundServers } from '../../src/local/found-servers.ts';
import { createLeash } from '../../src/local/leash.ts';
import { ask } from '../../src/providers/dns-query/index.ts';
import { gone, isRunning, nobody, processesOf } from './running.ts';

describe('naas local', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const leash = createLeash();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'naas-local-'));
    leash.removeFolder(folder);
    // Its supervisor is detached on purpose; an interrupted test run must end it all the same.
    const owner = { NAAS_LOCAL_OWNER: String(process.pid) };
    env = { ...process.env, ...owner, NAAS_LOCAL_STATE: folder, KUBECONFIG: '', TEMPORAL_ADDRESS: '' };
  });
  afterAll(async () => {
    await localDown(env);
    await leash.letGo();
  });

  it('says that nothing runs before `up`', async () => {
    expect(await localStatus(env)).toBeNull();
    expect(await localEnv(env)).toBeNull();
    expect(await localDown(env)).toBe(false);
  });

  it('goes up, tells where everything is, and goes down without a trace', async () => {
    const said: string[] = [];
    const { notes: _notes, ...servers } = foundServers({}, env);
    const up = await localUp({ ...servers, env, say: (line) => said.push(line) });
    expect(said.join('\n')).toMatch(/Kubernetes API \(\d+\.\d s\)/);
    expect(Object.keys(up.pids).sort()).toEqual([
      'apiserver',
      'controllerManager',
      'etcd',
      'standIns',
      'supervisor',
      'temporal',
      'worker',
    ]);
    expect(Object.values(up.pids).every(isRunning)).toBe(true);
    expect(await localStatus(env)).toEqual(up);
    // A second `up` finds the first.
    expect((await localUp({ env })).pids).toEqual(up.pids);

    const exports = (await localEnv(env)) ?? '';
    const look = 'kubectl get namespace naas-system -o name && temporal operator cluster health';
    const seen = execFileSync('/bin/sh', ['-ec', `${exports}${look}`], { encoding: 'utf8' });
    expect(seen).toContain('namespace/naas-system');
    expect(seen).toContain('SERVING');
    expect(up.dns?.zones).toEqual(['naas.test']);
    expect(exports).toContain(`export NAAS_AZURE_ENDPOINT='${up.dns?.endpoint}'`);
    const [server = ''] = up.dns?.nameServers ?? [];
    const { rcode } = await ask(server, 'naas.test', 'NS', { deadlineMs: Date.now() + 5_000 });
    expect(rcode).toBe('NOERROR');

    expect(await localDown(env)).toBe(true);
    expect(processesOf(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual(['supervisor.log']);
    expect(await localStatus(env)).toBeNull();
  });

  it('cleans up after a supervisor that was killed, and starts again', async () => {
    const first = await localUp({ env });
    process.kill(first.pids['supervisor'] ?? 0, 'SIGKILL');
    await gone([first.pids['supervisor'] ?? 0], 1_000);
    expect(await localStatus(env)).toBeNull();
    // At once: what still ends of the first must not touch the second.
    const second: LocalStatus = await localUp({ env });
    await gone(Object.values(first.pids), 10_000);
    await nobody(() => (existsSync(first.stateDir) ? [first.stateDir] : []), 5_000);
    expect(Object.values(second.pids).every(isRunning)).toBe(true);
    expect(existsSync(second.kubeconfig)).toBe(true);
    await localDown(env);
    expect(processesOf(folder)).toEqual([]);
  });

  it('ends with the process that owns it', async () => {
    const owner = spawn('/bin/sleep', ['300']);
    const up = await localUp({ env: { ...env, NAAS_LOCAL_OWNER: String(owner.pid) } });
    owner.kill('SIGKILL');
    await gone(Object.values(up.pids), 10_000);
    expect(existsSync(up.stateDir)).toBe(false);
  });

  it('passes on why a start failed, and leaves nothing', async () => {
    const broken = { ...env, NAAS_TEMPORAL_CLI: '/bin/false' };
    await expect(localUp({ env: broken })).rejects.toThrow(/temporal ended with code 1 before it was ready/);
    await nobody(() => processesOf(folder), 5_000);
    expect(readdirSync(folder)).toEqual(['supervisor.log']);
  });
});
