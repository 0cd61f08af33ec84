// The provider on the real API server, as an administrator: what each call does, and how each refusal is told.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCluster, type KubernetesCluster } from '../../../src/providers/kubernetes/index.ts';
import type { ObjectRef } from '../../../src/spec/inventory.ts';
import { sharedPlatform } from '../../support/platform.ts';
import { definitionOf } from '../../support/scenario-foreign.ts';

const NAMESPACE = 'provider-tests';
let cluster: KubernetesCluster;

const soon = () => ({ deadlineMs: Date.now() + 15_000 });
const ref = (kind: string, name: string, apiVersion = 'v1', namespace: string | undefined = NAMESPACE): ObjectRef => ({
  system: 'kubernetes',
  cluster: 'c1',
  apiVersion,
  kind,
  ...(namespace === undefined ? {} : { namespace }),
  name,
});
const namespaceRef = (name: string): ObjectRef => ({
  system: 'kubernetes',
  cluster: 'c1',
  apiVersion: 'v1',
  kind: 'Namespace',
  name,
});
const configMap = (name: string, data: Record<string, string>, more: Record<string, unknown> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NAMESPACE, ...more },
  data,
});
const apply = (object: Parameters<KubernetesCluster['apply']>[0], force = false) =>
  cluster.apply(object, { ...soon(), force });

async function kubectl(...words: string[]): Promise<string> {
  const { kubectl: program, kubeconfig } = sharedPlatform();
  return (await promisify(execFile)(program, ['--kubeconfig', kubeconfig, ...words])).stdout;
}

async function removed(namespace: string): Promise<void> {
  const live = await cluster.read(namespaceRef(namespace), soon());
  if (live?.metadata.uid !== undefined) await cluster.remove(namespaceRef(namespace), live.metadata.uid, soon());
  while ((await cluster.read(namespaceRef(namespace), soon())) !== undefined)
    await new Promise((next) => setTimeout(next, 200));
}

beforeAll(async () => {
  cluster = await connectCluster({ name: 'c1', kubeconfig: sharedPlatform().kubeconfig });
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }, soon());
});

afterAll(async () => {
  if (cluster === undefined) return;
  await removed(NAMESPACE);
  await cluster.close();
});

describe('an effect', () => {
  it('of an apply is created, then unchanged, then changed, with the versions before and after', async () => {
    const first = await apply(configMap('effects', { a: '1' }));
    const second = await apply(configMap('effects', { a: '1' }));
    const third = await apply(configMap('effects', { a: '2' }));
    expect([first.outcome, second.outcome, third.outcome]).toEqual(['created', 'unchanged', 'changed']);
    expect(first.before).toBeUndefined();
    expect(second).toMatchObject({ before: first.after, after: first.after, uid: first.uid });
    expect(third.before).toBe(first.after);
    expect(third.after).not.toBe(first.after);
  });

  it('of an apply by a process that never saw the object is unchanged as well', async () => {
    await apply(configMap('unseen', { a: '1' }));
    // The only witness left is the time of our last change, which counts in whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 3500));
    const other = await connectCluster({ name: 'c1', kubeconfig: sharedPlatform().kubeconfig });
    const object = configMap('unseen', { a: '1' });
    // The first answer also teaches it the server's clock.
    expect((await other.apply(object, { ...soon(), force: false })).outcome).toBe('unchanged');
    await other.close();
  });

  it('of a create is created, and NotOurs when the name is taken', async () => {
    expect(await cluster.create(configMap('once', {}), soon())).toMatchObject({ verb: 'create', outcome: 'created' });
    await expect(cluster.create(configMap('once', {}), soon())).rejects.toMatchObject({ code: 'NotOurs' });
  });

  it('of a removal is skipped for another UID, deleted, then absent', async () => {
    const { uid = '' } = await apply(configMap('removal', {}));
    const there = ref('ConfigMap', 'removal');
    expect((await cluster.remove(there, 'another', soon())).outcome).toBe('skipped');
    expect(await cluster.remove(there, uid, soon())).toMatchObject({ outcome: 'deleted', uid });
    expect((await cluster.remove(there, uid, soon())).outcome).toBe('absent');
  });

  it('is none of a dry run', async () => {
    const would = await cluster.dryRun(configMap('rehearsed', { a: '1' }), { ...soon(), force: false });
    expect(would).toMatchObject({ kind: 'ConfigMap', data: { a: '1' } });
    expect(await cluster.read(ref('ConfigMap', 'rehearsed'), soon())).toBeUndefined();
  });
});

describe('a refusal', () => {
  it('names the manager and the field that kubectl holds, and force takes it', async () => {
    await apply(configMap('held', { key: 'ours' }));
    await kubectl('patch', 'configmap', 'held', '-n', NAMESPACE, '--type=merge', '-p', '{"data":{"key":"theirs"}}');
    const conflict = await apply(configMap('held', { key: 'ours' })).catch((error: unknown) => error);
    expect(conflict).toMatchObject({ code: 'FieldConflict' });
    expect(String(conflict)).toContain('.data.key');
    expect(String(conflict)).toContain('kubectl-patch');
    expect((await apply(configMap('held', { key: 'ours' }), true)).outcome).toBe('changed');
  });

  it('of an unknown field is Invalid and names it', async () => {
    const odd = { ...configMap('odd', {}), dta: { a: '1' } };
    await expect(apply(odd)).rejects.toMatchObject({ code: 'Invalid', message: expect.stringContaining('dta') });
    await expect(cluster.create(odd, soon())).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('dta'),
    });
  });

  it('of a wrong value is Invalid with the path', async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'bad', namespace: NAMESPACE },
      spec: { hard: { pods: '-1' } },
    };
    await expect(apply(quota)).rejects.toMatchObject({
      code: 'Invalid',
      message: expect.stringContaining('spec.hard'),
    });
  });

  it('of a name in capitals is told for that very name, not for another', async () => {
    await apply(configMap('case', {}));
    expect(await cluster.read(ref('ConfigMap', 'CASE'), soon())).toBeUndefined();
    expect((await cluster.remove(ref('ConfigMap', 'CASE'), 'x', soon())).outcome).toBe('absent');
  });

  it('of a write into a namespace that is not there is Gone', async () => {
    const lost = { ...configMap('lost', {}), metadata: { name: 'lost', namespace: 'provider-nowhere' } };
    await expect(apply(lost)).rejects.toMatchObject({ code: 'Gone' });
    await expect(cluster.create(lost, soon())).rejects.toMatchObject({ code: 'Gone' });
  });

  it('of a policy repeats what the policy says', async () => {
    const marked = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'provider-marked', labels: { 'naas.dev/team': 'x' } },
    };
    await expect(cluster.create(marked, soon())).rejects.toMatchObject({
      code: 'Forbidden',
      message: expect.stringContaining('only naas may set'),
    });
  });

  it('for want of a right names the right', async () => {
    const worker = await connectCluster({ name: 'c1', kubeconfig: sharedPlatform().workerKubeconfig });
    const refused = worker.read(ref('Secret', 'x'), soon());
    await expect(refused).rejects.toMatchObject({
      code: 'Forbidden',
      message: expect.stringContaining('cannot get resource "secrets"'),
    });
    await worker.close();
  });
});

describe('a kind', () => {
  const widgets = definitionOf('provider.example.com', 'Widget');

  it('is found without a restart once its CRD is there, and KindMissing before and after', async () => {
    const widget = {
      apiVersion: 'provider.example.com/v1',
      kind: 'Widget',
      metadata: { name: 'one', namespace: NAMESPACE },
    };
    await expect(apply(widget)).rejects.toMatchObject({
      code: 'KindMissing',
      message: expect.stringContaining('Widget'),
    });
    const { uid = '' } = await apply(widgets);
    try {
      await expect
        .poll(() => apply(widget).then((effect) => effect.outcome, String), { timeout: 10_000 })
        .toBe('created');
    } finally {
      await cluster.remove(
        ref('CustomResourceDefinition', widgets.metadata.name, widgets.apiVersion, undefined),
        uid,
        soon(),
      );
    }
    await expect
      .poll(() => cluster.read(ref('Widget', 'one', widget.apiVersion), soon()).then(String, (error) => error.code), {
        timeout: 20_000,
      })
      .toBe('KindMissing');
  });

  it('of a group that is served may still be unknown', async () => {
    await expect(cluster.read(ref('Gadget', 'x'), soon())).rejects.toMatchObject({ code: 'KindMissing' });
  });
});

describe('a list', () => {
  it('is whole over several pages, and each item says its kind', async () => {
    const names = Array.from({ length: 510 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => cluster.create(configMap(name, {}), soon())));
    const found = await cluster.list({ apiVersion: 'v1', kind: 'ConfigMap' }, NAMESPACE, soon());
    expect(found.filter((object) => object.metadata.name.startsWith('many-'))).toHaveLength(510);
    expect(new Set(found.map((object) => `${object.apiVersion} ${object.kind}`))).toEqual(new Set(['v1 ConfigMap']));
  });
});

describe('a namespace that does not die', () => {
  it('is reported with kind, count and finalizer until the blocker is gone; a late write into it is Gone', async () => {
    const name = 'provider-stuck';
    const { uid = '' } = await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, soon());
    const held = {
      ...configMap('keeper', {}),
      metadata: { name: 'keeper', namespace: name, finalizers: ['example.com/hold'] },
    };
    await apply(held);
    expect((await cluster.remove(namespaceRef(name), uid, soon())).outcome).toBe('deleted');
    expect((await cluster.remove(namespaceRef(name), uid, soon())).outcome).toBe('deleted');
    await expect
      .poll(async () => (await cluster.deletionReport(namespaceRef(name), soon()))?.report, { timeout: 15_000 })
      .toEqual({
        remaining: [{ kind: 'ConfigMap', apiVersion: 'v1', count: 1, resource: 'configmaps' }],
        finalizers: [{ finalizer: 'example.com/hold', count: 1 }],
        failures: [],
      });
    const late = { ...configMap('late', {}), metadata: { name: 'late', namespace: name } };
    await expect(apply(late)).rejects.toMatchObject({ code: 'Gone' });
    await kubectl('patch', 'configmap', 'keeper', '-n', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
    await expect.poll(() => cluster.deletionReport(namespaceRef(name), soon()), { timeout: 30_000 }).toBeUndefined();
    // A late apply that carries the UID cannot bring it back.
    const again = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid } };
    await expect(apply(again)).rejects.toMatchObject({ code: 'Gone' });
  });
});
