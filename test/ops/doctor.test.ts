// `naas doctor`: what it finds on the embedded platform, and what it says where something is missing.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureEnvironment, LOCAL_RESOURCE_GROUP, LOCAL_SUBSCRIPTION } from '../../src/local/azure-dns/environment.ts';
import { startAzureDns } from '../../src/local/azure-dns/index.ts';
import { type Check, doctor } from '../../src/ops/doctor.ts';
import { clockCheck } from '../../src/ops/doctor-cluster.ts';
import { nodeCheck } from '../../src/ops/doctor-machine.ts';
import { install } from '../../src/ops/install.ts';
import { newTaskQueue, sharedPlatform, startTestWorker } from '../support/platform.ts';
import { send } from './administrator.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-doctor-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const named = (checks: Check[], name: string) => checks.find((check) => check.name === name);

function healthy() {
  const { kubeconfig, temporalAddress, temporalNamespace, catalogDir, trustedKeysFile, temporalCli, kubectl } =
    sharedPlatform();
  const env = { PATH: [dirname(temporalCli), dirname(kubectl)].join(':') };
  return { kubeconfig, temporalAddress, temporalNamespace, catalogDir, trustedKeysFile, env };
}

describe('doctor', () => {
  it('finds all in order with a worker that runs', async () => {
    const worker = await startTestWorker();
    try {
      const checks = await doctor({ ...healthy(), taskQueue: worker.taskQueue });
      // The platform of the tests has neither a gateway nor an identity in Azure.
      const lacking = checks.filter((check) => check.state !== 'ok');
      expect(lacking.map(({ name, state }) => [name, state])).toEqual([
        ['zone naas.test', 'warning'],
        ['the gateway', 'warning'],
      ]);
      expect(lacking[0]?.mend).toContain('NAAS_AZURE_CREDENTIAL');
      expect(lacking[1]?.found).toContain('can do none of the configured modes: listener-set (');
      expect(checks.map((check) => check.name)).toEqual([
        'Node',
        'temporal',
        'kubectl',
        'catalog',
        'trusted keys',
        'trust in senders',
        'cluster',
        'account',
        "naas's own objects",
        "the worker's rights",
        'the fence',
        'blocker reader',
        'the switch',
        "the API server's clock",
        'Temporal',
        'Temporal namespace',
        'search attributes',
        'workflow pollers',
        'activity pollers',
        'orphan sweep',
        'domain recheck',
        'zone naas.test',
        'the gateway',
        'orphans',
      ]);
    } finally {
      await worker.stop();
    }
  });

  it('reads each zone and asks its name servers, and says which does not answer', async () => {
    const dns = await startAzureDns({
      zones: ['naas.test'],
      subscription: LOCAL_SUBSCRIPTION,
      resourceGroups: [LOCAL_RESOURCE_GROUP],
      directory: folder,
    });
    const options = healthy();
    const env = { ...options.env, ...azureEnvironment(dns) };
    try {
      const found = named(await doctor({ ...options, env }), 'zone naas.test');
      expect(found).toEqual({
        name: 'zone naas.test',
        state: 'ok',
        found: 'azure-dns, readable; 4 of 4 name servers answer',
      });
      await dns.nameServers[1]?.end();
      const silent = named(await doctor({ ...options, env }), 'zone naas.test');
      expect(silent).toMatchObject({ state: 'warning', mend: expect.stringContaining('port 53') });
      expect(silent?.found).toContain('3 of 4 name servers answer; 127.0.0.1:');
      const stranger = named(
        await doctor({ ...options, env: { ...env, AZURE_CLIENT_SECRET: 'wrong' } }),
        'zone naas.test',
      );
      expect(stranger).toMatchObject({ state: 'missing', mend: expect.stringContaining('role of this identity') });
    } finally {
      await dns.stop();
    }
  });

  it('can be asked by naas’s own account, which may not read everything', async () => {
    const checks = await doctor({ ...healthy(), kubeconfig: sharedPlatform().workerKubeconfig });
    expect(named(checks, "naas's own objects")).toMatchObject({
      state: 'warning',
      mend: expect.stringContaining('administrator'),
    });
    expect(named(checks, "the worker's rights")).toMatchObject({ state: 'ok' });
    expect(named(checks, 'the fence')).toMatchObject({ state: 'ok' });
  });

  it('says that nobody polls, and how to start a worker', async () => {
    const checks = await doctor({ ...healthy(), taskQueue: newTaskQueue() });
    for (const name of ['workflow pollers', 'activity pollers']) {
      expect(named(checks, name)).toMatchObject({ state: 'missing', mend: expect.stringContaining('Start a worker') });
    }
  });

  it('goes on past servers that are not there, within a bounded time, and gives each a way to mend', async () => {
    const started = Date.now();
    const nobody = { ...healthy(), kubeconfig: join(folder, 'none'), temporalAddress: '127.0.0.1:1' };
    const checks = await doctor(nobody);
    expect(Date.now() - started).toBeLessThan(16_000);
    expect(named(checks, 'cluster')).toMatchObject({
      state: 'missing',
      found: expect.stringContaining(nobody.kubeconfig),
    });
    expect(named(checks, 'Temporal')).toMatchObject({
      state: 'missing',
      found: expect.stringContaining('127.0.0.1:1'),
    });
    expect(named(checks, 'Node')).toMatchObject({ state: 'ok' });
    for (const check of checks.filter((each) => each.state !== 'ok')) expect(check.mend, check.name).toMatch(/\w+ \w+/);
  });

  it('names an unregistered Temporal namespace and the command that registers it', async () => {
    const checks = await doctor({ ...healthy(), temporalNamespace: 'not-there' });
    expect(named(checks, 'Temporal namespace')).toMatchObject({
      state: 'missing',
      mend: expect.stringContaining('temporal operator namespace create --namespace not-there'),
    });
  });

  it('sees a role that somebody widened and a policy that somebody took away', async () => {
    const { kubeconfig } = sharedPlatform();
    const binding = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/naas-owned-metadata';
    const role = '/apis/rbac.authorization.k8s.io/v1/clusterroles/naas-worker';
    try {
      await send(kubeconfig, 'DELETE', binding);
      await send(kubeconfig, 'PATCH', role, { rules: [] });
      await expect
        .poll(
          async () => {
            const checks = await doctor(healthy());
            return ['the fence', "the worker's rights"].map((name) => named(checks, name)?.state);
          },
          { timeout: 30_000 },
        )
        .toEqual(['missing', 'missing']);
      const objects = named(await doctor(healthy()), "naas's own objects");
      expect(objects).toMatchObject({ state: 'missing', mend: expect.stringContaining('naas install') });
      expect(objects?.found).toContain('ValidatingAdmissionPolicyBinding naas-owned-metadata is not there');
      expect(objects?.found).toContain('ClusterRole naas-worker differs in rules');
    } finally {
      await install({ kubeconfig });
    }
  });

  it('shows every problem of a catalog and a key file that could sign', async () => {
    await writeFile(join(folder, 'teams.yaml'), 'kind: Nonsense\n');
    const keys = join(folder, 'keys.json');
    await writeFile(keys, JSON.stringify({ keys: [{ kty: 'OKP', d: 'private' }] }));
    const checks = await doctor({ ...healthy(), catalogDir: folder, trustedKeysFile: keys });
    expect(named(checks, 'catalog')).toMatchObject({ state: 'missing', found: expect.stringContaining('teams.yaml') });
    expect(named(checks, 'trusted keys')).toMatchObject({
      state: 'missing',
      found: expect.stringContaining('private key'),
    });
  });

  it.each([
    ['an address that nobody answers', 'http://127.0.0.1:2/keys', 'ECONNREFUSED'],
    ['an address that anybody on the way can change', 'http://keys.example.com/keys', 'only on this machine'],
    ['a file that is not there', '/none/keys.json', 'ENOENT'],
  ])('says what is wrong with trusted keys at %s', async (_what, trustedKeysFile, found) => {
    const checks = await doctor({ ...healthy(), trustedKeysFile });
    expect(named(checks, 'trusted keys')).toMatchObject({ state: 'missing', found: expect.stringContaining(found) });
  });

  it('warns where access to Temporal is itself the proof', async () => {
    const catalogDir = join(folder, 'trusting');
    await cp(sharedPlatform().catalogDir, catalogDir, { recursive: true });
    const approvals = join(catalogDir, 'approvals.yaml');
    await writeFile(approvals, (await readFile(approvals, 'utf8')).replace('trust: signed', 'trust: temporal'));
    expect(named(await doctor({ ...healthy(), catalogDir }), 'trust in senders')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('whoever can reach Temporal'),
      mend: expect.stringContaining('trust: signed'),
    });
  });

  it('only warns of programs that are not on PATH', async () => {
    const checks = await doctor({ ...healthy(), env: { PATH: folder } });
    for (const name of ['temporal', 'kubectl'])
      expect(named(checks, name)).toMatchObject({ state: 'warning', found: 'not on PATH' });
  });
});

describe('a check', () => {
  it.each([
    ['22.18.0', 'missing'],
    ['22.19.0', 'ok'],
    ['24.1.0', 'ok'],
    ['20.20.2', 'missing'],
  ])('of Node %s is %s', (version, state) => {
    expect(nodeCheck(version).state).toBe(state);
  });

  it.each([
    [0, 'ok'],
    [-1500, 'ok'],
    [5000, 'warning'],
    [-90_000, 'warning'],
  ])('of a clock %s ms away is %s', (difference, state) => {
    expect(clockCheck(difference).state).toBe(state);
  });
});
