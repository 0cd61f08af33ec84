// `naas pause` and `naas resume` on the real API server: who moved the switch, when, and what a second call does.
import { afterEach, describe, expect, it } from 'vitest';
import { doctor } from '../../src/ops/doctor.ts';
import { pause, resume } from '../../src/ops/switch.ts';
import { connectCluster } from '../../src/providers/kubernetes/index.ts';
import { sharedPlatform } from '../support/platform.ts';
import { send, soon } from './administrator.ts';

const PATH = '/api/v1/namespaces/naas-system/configmaps/naas-switch';
const kubeconfig = () => sharedPlatform().kubeconfig;
const live = async () => (await send(kubeconfig(), 'GET', PATH))['data'] as Record<string, string> | undefined;

afterEach(() => send(kubeconfig(), 'DELETE', PATH));

describe('pause', () => {
  it('writes who, why and since when, by the server’s own word and clock', async () => {
    const before = Date.now();
    const switched = await pause({ kubeconfig: kubeconfig(), reason: 'moving etcd' });
    expect(switched).toMatchObject({ changed: true, pause: { by: 'naas-admin', reason: 'moving etcd' } });
    expect(await live()).toEqual({ paused: 'true', ...switched.pause });
    // The server tells its time in whole seconds.
    expect(Math.abs(Date.parse(switched.pause?.since ?? '') - before)).toBeLessThan(60_000);
  });

  it('leaves a pause that stands as it is', async () => {
    const first = await pause({ kubeconfig: kubeconfig(), reason: 'first' });
    expect(await pause({ kubeconfig: kubeconfig(), reason: 'second' })).toEqual({ changed: false, pause: first.pause });
    expect(await live()).toMatchObject({ reason: 'first' });
  });

  it('is for operators of the cluster: tenants may neither see nor move the switch', async () => {
    await pause({ kubeconfig: kubeconfig() });
    const tenant = { user: 'ada@example.com', groups: ['shop-developers', 'system:authenticated'] };
    expect(await send(kubeconfig(), 'GET', PATH, undefined, tenant)).toMatchObject({ code: 403 });
    expect(await send(kubeconfig(), 'PATCH', PATH, { data: { paused: 'false' } }, tenant)).toMatchObject({ code: 403 });
  });
});

describe('resume', () => {
  it('ends the pause and keeps who ended it', async () => {
    await pause({ kubeconfig: kubeconfig(), reason: 'moving etcd' });
    expect(await resume({ kubeconfig: kubeconfig() })).toEqual({ changed: true, pause: null });
    expect(await live()).toMatchObject({ paused: 'false', by: 'naas-admin', reason: '' });
  });

  it('changes nothing where nothing is paused', async () => {
    expect(await resume({ kubeconfig: kubeconfig() })).toEqual({ changed: false, pause: null });
    expect(await live()).toBeUndefined();
  });

  it('ends a pause that somebody made by hand, however it is written', async () => {
    const metadata = { name: 'naas-switch' };
    const data = { paused: 'yes please' };
    await send(kubeconfig(), 'POST', PATH.replace('/naas-switch', ''), { metadata, data });
    expect(await resume({ kubeconfig: kubeconfig() })).toMatchObject({ changed: true });
    expect(await live()).toMatchObject({ paused: 'false' });
  });
});

describe('the switch', () => {
  it('can be read with the worker’s own account', async () => {
    await pause({ kubeconfig: kubeconfig(), reason: 'seen by the worker' });
    const worker = await connectCluster({ name: 'c1', kubeconfig: sharedPlatform().workerKubeconfig });
    const ref = { system: 'kubernetes', cluster: 'c1', apiVersion: 'v1', kind: 'ConfigMap' } as const;
    const seen = await worker.read({ ...ref, namespace: 'naas-system', name: 'naas-switch' }, soon());
    await worker.close();
    expect(seen).toMatchObject({ data: { reason: 'seen by the worker' } });
  });

  it('stands in `naas doctor` while it is on', async () => {
    await pause({ kubeconfig: kubeconfig(), reason: 'moving etcd' });
    const { temporalAddress } = sharedPlatform();
    const check = (await doctor({ kubeconfig: kubeconfig(), temporalAddress, env: {} })).find(
      (each) => each.name === 'the switch',
    );
    expect(check).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('moving etcd'),
      mend: expect.stringContaining('naas resume'),
    });
  });
});
