// Where the address, the key and the name of the caller come from: options, then the environment, then the local platform.
import { describe, expect, it } from 'vitest';
import type { NaasClient } from '../../src/client/api.ts';
import { awaiting, NAME, ready } from './samples.ts';
import { play } from './stage.ts';

const platform = {
  kubeconfig: '/local/kubeconfig',
  temporalAddress: '127.0.0.1:7001',
  temporalNamespace: 'default',
  issuerKeyFile: '/local/issuer-key.json',
  trustedKeysFile: '/local/trusted-keys.json',
  catalogDir: '/local/catalog',
  controlPlane: { clientCaKeyFile: '/local/client-ca.key' },
};
const client: Partial<NaasClient> = { status: async () => ready };

describe('the address of Temporal', () => {
  it('comes from the option before anything else', async () => {
    const argv = ['status', NAME, '--address', 'there:7233', '--namespace', 'ours'];
    const played = await play(argv, { client, platform, env: { TEMPORAL_ADDRESS: 'here:7233' } });
    expect(played.options[0]).toMatchObject({ address: 'there:7233', namespace: 'ours' });
  });

  it.each(['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'])(
    'is left to Temporal where %s is set',
    async (name) => {
      const played = await play(['status', NAME], { client, platform, env: { [name]: 'something' } });
      expect(played.options[0]).not.toHaveProperty('address');
    },
  );

  it('comes from the local platform otherwise', async () => {
    const played = await play(['status', NAME], { client, platform });
    expect(played.options[0]).toMatchObject({ address: '127.0.0.1:7001', namespace: 'default' });
  });
});

describe('the signature', () => {
  const deciding: (env: Record<string, string>, argv?: string[]) => Promise<Awaited<ReturnType<typeof play>>> = async (
    env,
    argv = [],
  ) => {
    const played = await play(['approvals', ...argv], { platform, env, client: { approvals: async () => [] } });
    await played.options[0]?.prove({ message: 'submit' });
    return played;
  };

  it('is made with the key of the local platform, as --as and every --group', async () => {
    const played = await deciding({}, ['--as', 'ada', '--group', 'shop', '--group', 'leads']);
    expect(played.provers).toEqual([{ keyFile: '/local/issuer-key.json', subject: 'ada', groups: ['shop', 'leads'] }]);
  });

  it('may take name, groups and key from the environment', async () => {
    const played = await deciding({ NAAS_AS: 'lee', NAAS_GROUPS: 'shop, leads,', NAAS_ISSUER_KEY: '/env/key' });
    expect(played.provers).toEqual([{ keyFile: '/env/key', subject: 'lee', groups: ['shop', 'leads'] }]);
  });

  it('takes the key of the option first', async () => {
    const played = await deciding({ NAAS_ISSUER_KEY: '/env/key' }, ['--as', 'ada', '--issuer-key', '/given/key']);
    expect(played.provers[0]?.keyFile).toBe('/given/key');
  });

  it('cannot be made without any key, and the message says where to get one', async () => {
    const played = await play(['approvals', '--as', 'ada'], { client: { approvals: async () => [] } });
    await expect(played.options[0]?.prove({})).rejects.toThrow(/naas local up.*--issuer-key/);
  });
});

it.each([
  'request -f r.yaml',
  'approvals',
  `approve ${NAME}`,
  `reject ${NAME} --reason no`,
  `delete ${NAME} --yes`,
  `cancel ${NAME}`,
  'change -f r.yaml',
  `change --to-catalog ${NAME}`,
  'change --to-catalog --all --catalog .',
  `quota ${NAME} pods=3`,
  `transfer ${NAME} --team payments`,
  `retry ${NAME}`,
  'retry --where team=shop',
  `skip ${NAME} --reason no`,
  `abandon ${NAME} --reason no --yes`,
])('naas %s asks who calls before it asks a server', async (line) => {
  const played = await play(line.split(' '), {
    client: { approvals: async () => [{ name: NAME, status: awaiting, plan: Object.create(null), request: null }] },
  });
  expect(played).toMatchObject({ exit: 2, options: [] });
  expect(played.err).toContain('--as USER');
});
