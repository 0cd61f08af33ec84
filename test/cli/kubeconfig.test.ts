// `naas kubeconfig`: one context of the caller's own kubeconfig, pointed at one namespace; nothing of any other cluster.
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { administratorsKubeconfig } from '../../src/cli/administrators-kubeconfig.ts';
import type { Context, Globals } from '../../src/cli/context.ts';
import { realDependencies } from '../../src/cli/dependencies.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import { NAME, operating, ready, statusWith } from './samples.ts';
import { play, type Setting } from './stage.ts';

const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const EXEC = { apiVersion: 'client.authentication.k8s.io/v1', command: './bin/sign-in', args: ['--cluster', 'east'] };

const OWN = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'east',
  contexts: [
    { name: 'east', context: { cluster: 'east', user: 'ada', namespace: 'elsewhere' } },
    { name: 'west', context: { cluster: 'west', user: 'ada-west' } },
    { name: 'broken', context: { cluster: 'gone', user: 'ada' } },
  ],
  clusters: [
    { name: 'east', cluster: { server: 'https://east:6443', 'certificate-authority': 'pki/ca.crt' } },
    {
      name: 'west',
      cluster: { server: 'https://west:6443', 'certificate-authority-data': 'V0VTVA==', 'tls-server-name': 'api' },
    },
  ],
  users: [
    { name: 'ada', user: { exec: EXEC } },
    { name: 'ada-west', user: { tokenFile: 'tokens/west', 'client-key': '/keys/west.key', token: 'west-secret' } },
  ],
};

const files = { '/home/ada/.kube/config': stringify(OWN), '/home/ada/.kube/pki/ca.crt': CA };
const client = { status: async () => ready };
const env = { HOME: '/home/ada' };

async function written(argv: string[], setting: Setting = {}): Promise<Record<string, unknown>> {
  const played = await play(['kubeconfig', NAME, ...argv], { client, files, env, ...setting });
  expect(played, played.err).toMatchObject({ exit: 0 });
  return parse(played.out);
}

describe('naas kubeconfig', () => {
  it('keeps the current context’s cluster and user, and points at the namespace', async () => {
    expect(await written([])).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': `naas-${NAME}`,
      contexts: [{ name: `naas-${NAME}`, context: { cluster: 'east', user: 'ada', namespace: NAME } }],
      clusters: [
        {
          name: 'east',
          cluster: { server: 'https://east:6443', 'certificate-authority-data': Buffer.from(CA).toString('base64') },
        },
      ],
      users: [{ name: 'ada', user: { exec: { ...EXEC, command: '/home/ada/.kube/bin/sign-in' } } }],
    });
  });

  it('takes the context that is asked for, and never another cluster’s credentials', async () => {
    const document = await written(['--context', 'west']);
    expect(document['clusters']).toEqual([OWN.clusters[1]]);
    expect(document['users']).toEqual([
      {
        name: 'ada-west',
        user: { tokenFile: '/home/ada/.kube/tokens/west', 'client-key': '/keys/west.key', token: 'west-secret' },
      },
    ]);
    expect(JSON.stringify(await written([]))).not.toContain('west');
  });

  it('reads several files as kubectl does: the first that names something wins, missing ones are passed', async () => {
    const second = { ...OWN, 'current-context': 'west', clusters: [{ name: 'west', cluster: { server: 'x' } }] };
    const document = await written([], {
      env: { KUBECONFIG: '/missing:/one:/two' },
      files: { '/one': stringify({ 'current-context': 'west' }), '/two': stringify(second) },
    });
    expect(document['clusters']).toEqual([{ name: 'west', cluster: { server: 'x' } }]);
  });

  it('writes a file for its owner alone', async () => {
    const played = await play(['kubeconfig', NAME, '-o', 'ada.kubeconfig'], { client, files, env });
    expect(played).toMatchObject({ exit: 0, out: '' });
    expect(parse(played.written['ada.kubeconfig'] ?? '')).toMatchObject({ 'current-context': `naas-${NAME}` });
    expect(played.err).toContain('kubectl --kubeconfig ada.kubeconfig');
  });

  it('is JSON with --json', async () => {
    const played = await play(['kubeconfig', NAME, '--json'], { client, files, env });
    expect(JSON.parse(played.out)).toMatchObject({ 'current-context': `naas-${NAME}` });
  });

  it.each([
    [['--context', 'north'], {}, 'has no context north', 'east, west, broken'],
    [['--context', 'broken'], {}, 'names a cluster that is not there', ''],
    [[], { files: {} }, 'cannot read the kubeconfig /home/ada/.kube/config', ''],
    [[], { files: { '/home/ada/.kube/config': 'a: [secret' } }, 'is no YAML, line 1', ''],
    [[], { files: { '/home/ada/.kube/config': stringify(OWN) } }, 'pki/ca.crt', ''],
    [[], { files: { '/home/ada/.kube/config': '{}' } }, 'names no current context', ''],
  ])('explains what it cannot use: %j %j', async (argv, setting, message, allowed) => {
    const played = await play(['kubeconfig', NAME, ...argv], { client, files, env, ...setting });
    expect(played).toMatchObject({ exit: 2, out: '' });
    expect(played.err).toContain(message);
    expect(played.err).toContain(allowed);
    expect(played.err).not.toContain('secret');
  });

  it.each([
    ['provisioning', 'naas watch shop-cart-staging'],
    ['blocked', 'there is no way into it'],
    ['deleted', 'this run is over'],
  ] as const)('gives no way into one that is %s', async (phase, message) => {
    const status = async () => statusWith({ phase });
    const played = await play(['kubeconfig', NAME], { client: { status }, files, env });
    expect(played).toMatchObject({ exit: 7, out: '' });
    expect(played.err).toContain(message);
  });
});

it('naas kubeconfig gives a way into one whose change is being undone, blocked or not: it lives', async () => {
  const status = async () => ({ ...operating({ step: 'undoing' }), phase: 'blocked' as const });
  const played = await play(['kubeconfig', NAME], { client: { status }, files, env });
  expect(played).toMatchObject({ exit: 0 });
});

describe('the cluster of whoever pauses or installs', () => {
  const globals: Globals = {};
  const context = (read: (path: string) => Promise<string>): Context => ({
    globals,
    terminal: { ...processTerminal(), env, read },
    dependencies: { ...realDependencies, platform: async () => undefined },
  });
  const home = '/home/ada/.kube/config';

  it('is that of kubectl, told by context and server, without a password', async () => {
    const own = { ...OWN, 'current-context': 'secretive' };
    const cluster = { server: 'https://ada:hunter2@north:6443', 'certificate-authority-data': 'V0VTVA==' };
    own.contexts = [...OWN.contexts, { name: 'secretive', context: { cluster: 'north', user: 'ada' } }];
    const text = stringify({ ...own, clusters: [{ name: 'north', cluster }] });
    expect(
      await administratorsKubeconfig(
        context(async () => text),
        'pause',
      ),
    ).toEqual({
      kubeconfig: home,
      context: 'secretive',
      server: 'https://north:6443',
    });
  });

  it('has to be told where kubectl knows none either', async () => {
    const nothing = context(() => Promise.reject(new Error('ENOENT')));
    await expect(administratorsKubeconfig(nothing, 'pause')).rejects.toThrow(
      `--kubeconfig FILE or KUBECONFIG; ${home}`,
    );
  });
});

describe('naas kubeconfig on the local platform', () => {
  const platform = {
    kubeconfig: '/local/admin.kubeconfig',
    temporalAddress: '127.0.0.1:7001',
    temporalNamespace: 'default',
    issuerKeyFile: '/local/issuer-key.json',
    trustedKeysFile: '/local/trusted-keys.json',
    catalogDir: '/local/catalog',
    controlPlane: { clientCaKeyFile: '/local/client-ca.key' },
  };
  const admin = {
    'current-context': 'naas-local',
    contexts: [{ name: 'naas-local', context: { cluster: 'naas-local', user: 'naas-local' } }],
    clusters: [
      { name: 'naas-local', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority-data': 'Q0E=' } },
    ],
    users: [{ name: 'naas-local', user: { token: 'admin-secret' } }],
  };
  const local = { client, platform, files: { '/local/admin.kubeconfig': stringify(admin), ...files } };
  const DORA = ['--as', 'dora@example.com', '--group', 'shop-developers'];

  it.each([
    ['no other kubeconfig', {}],
    ['the platform’s own in KUBECONFIG', { KUBECONFIG: '/local/admin.kubeconfig' }],
    ['the platform’s own among others', { KUBECONFIG: '/missing:/local/admin.kubeconfig' }],
  ])('signs a certificate for the caller with %s, and hands out nothing of the administrator', async (_what, given) => {
    const played = await play(['kubeconfig', NAME, ...DORA], { ...local, env: given });
    expect(played.certificates).toEqual([
      {
        authorityKeyFile: '/local/client-ca.key',
        user: 'dora@example.com',
        groups: ['shop-developers'],
        nowMs: Date.parse('2026-03-01T12:00:00.000Z'),
      },
    ]);
    expect(played.out).not.toContain('admin-secret');
    expect(parse(played.out)['users']).toEqual([
      {
        name: 'dora@example.com',
        user: {
          'client-certificate-data': Buffer.from('CERTIFICATE').toString('base64'),
          'client-key-data': Buffer.from('KEY').toString('base64'),
        },
      },
    ]);
    expect(played.err).toContain('until 2026-03-01T13:00:00.000Z');
  });

  it('wants to know who calls', async () => {
    const played = await play(['kubeconfig', NAME], local);
    expect(played).toMatchObject({ exit: 2, out: '', certificates: [] });
    expect(played.err).toContain('--as USER');
  });

  it('leaves the caller’s own kubeconfig alone, and a cluster that was there before too', async () => {
    const own = await play(['kubeconfig', NAME, ...DORA], { ...local, env: { KUBECONFIG: '/home/ada/.kube/config' } });
    expect(own).toMatchObject({ exit: 0, certificates: [] });
    const before = { ...local, platform: { ...platform, controlPlane: null } };
    expect(await play(['kubeconfig', NAME, ...DORA], before)).toMatchObject({ exit: 0, certificates: [] });
  });
});
