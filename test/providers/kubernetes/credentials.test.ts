// Credentials that change under a running worker.
import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCluster } from '../../../src/providers/kubernetes/index.ts';
import { sharedPlatform } from '../../support/platform.ts';
import { type FakeApi, json, kubeconfigFor, refusal, startFakeApi } from './fake-api.ts';

const REF = {
  system: 'kubernetes',
  cluster: 'c1',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'shop',
  name: 'info',
} as const;

let folder: string;
let fake: FakeApi;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-credentials-'));
  fake = await startFakeApi();
});

afterAll(async () => {
  await fake?.stop();
  await rm(folder, { recursive: true, force: true });
});

const soon = () => ({ deadlineMs: Date.now() + 5000 });
const shown = () => fake.calls.at(-1)?.authorization;
const aSecond = () => new Promise((resolve) => setTimeout(resolve, 1100));

describe('a token file', () => {
  it('is read again after it changed, by its path relative to the kubeconfig', async () => {
    await writeFile(join(folder, 'token'), 'first\n');
    const kubeconfig = await kubeconfigFor(folder, fake.server, { tokenFile: 'token' });
    const cluster = await connectCluster({ name: 'c1', kubeconfig });
    await cluster.read(REF, soon());
    expect(shown()).toBe('Bearer first');
    await writeFile(join(folder, 'token'), 'second\n');
    await aSecond();
    await cluster.read(REF, soon());
    expect(shown()).toBe('Bearer second');
    await cluster.close();
  });

  it('is read again at once when the server refused the old one', async () => {
    await writeFile(join(folder, 'refused'), 'old');
    const kubeconfig = await kubeconfigFor(folder, fake.server, { tokenFile: 'refused' });
    const cluster = await connectCluster({ name: 'c1', kubeconfig });
    await cluster.read(REF, soon());
    const good = fake.answer;
    fake.answer = (_incoming, response) => json(response, 401, refusal(401, 'Unauthorized', 'Unauthorized'));
    await expect(cluster.read(REF, soon())).rejects.toMatchObject({ code: 'Unavailable' });
    fake.answer = good;
    await writeFile(join(folder, 'refused'), 'new');
    await cluster.read(REF, soon());
    expect(shown()).toBe('Bearer new');
    await cluster.close();
  });

  it('that is not there is Unavailable and says which user it was for', async () => {
    const kubeconfig = await kubeconfigFor(folder, fake.server, { tokenFile: 'nowhere' });
    const cluster = await connectCluster({ name: 'c1', kubeconfig });
    await expect(cluster.read(REF, soon())).rejects.toMatchObject({
      code: 'Unavailable',
      message: /user me .*nowhere/,
    });
    await cluster.close();
  });
});

describe('a certificate authority in a file', () => {
  it('that is replaced is trusted without a restart', async () => {
    const file = join(folder, 'ca.crt');
    const kubeconfig = join(folder, 'with-ca-file');
    const inline = JSON.parse(await readFile(await kubeconfigFor(folder, fake.server, { token: 'x' }), 'utf8'));
    inline.clusters[0].cluster = { server: fake.server, 'certificate-authority': 'ca.crt' };
    await writeFile(kubeconfig, JSON.stringify(inline));
    // A real certificate, of somebody else.
    await writeFile(file, rootCertificates[0] ?? '');
    const cluster = await connectCluster({ name: 'c1', kubeconfig });
    await expect(cluster.read(REF, soon())).rejects.toMatchObject({ code: 'Unavailable', message: /certificate/ });
    await copyFile(sharedPlatform().controlPlane.caFile, file);
    await aSecond();
    await expect(cluster.read(REF, soon())).resolves.toBeDefined();
    await cluster.close();
  });
});

describe('an exec plugin', () => {
  it('gives the token', async () => {
    const plugin = join(folder, 'plugin');
    const credential = {
      kind: 'ExecCredential',
      apiVersion: 'client.authentication.k8s.io/v1',
      status: { token: 'from-plugin' },
    };
    await writeFile(plugin, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    await chmod(plugin, 0o700);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    const cluster = await connectCluster({
      name: 'c1',
      kubeconfig: await kubeconfigFor(folder, fake.server, { exec }),
    });
    await cluster.read(REF, soon());
    expect(shown()).toBe('Bearer from-plugin');
    await cluster.close();
  });
});

describe('a kubeconfig', () => {
  it('may be a list of files, of which the first names the context', async () => {
    const first = await kubeconfigFor(folder, fake.server, { token: 'one' });
    const second = join(folder, 'second');
    await writeFile(second, JSON.stringify({ clusters: [], users: [], contexts: [], 'current-context': 'other' }));
    const cluster = await connectCluster({ name: 'c1', kubeconfig: [first, second].join(delimiter) });
    await cluster.read(REF, soon());
    expect(shown()).toBe('Bearer one');
    await cluster.close();
  });

  it('without the context that was asked for is refused with those that it has', async () => {
    const kubeconfig = await kubeconfigFor(folder, fake.server, { token: 'x' });
    await expect(connectCluster({ name: 'c1', kubeconfig, context: 'prod' })).rejects.toThrow(
      /no context prod; it has: fake/,
    );
  });

  it('that is not there is refused with its path', async () => {
    await expect(connectCluster({ name: 'c1', kubeconfig: '/nowhere/config' })).rejects.toThrow('/nowhere/config');
  });
});
