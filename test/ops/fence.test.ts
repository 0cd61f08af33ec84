// The fence on the real API server: what naas's own account may not do, and what nobody else may do.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FENCED_NAMES } from '../../src/ops/fence.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { ANNOTATION, LABEL, SYSTEM_NAMESPACE } from '../../src/spec/names.ts';
import { sharedPlatform } from '../support/platform.ts';
import { namespaceRef, removeNamespaces, send, soon } from './administrator.ts';

const MINE = 'fence-mine';
const OTHER = 'fence-other';
const FOREIGN = 'fence-foreign';

let worker: KubernetesCluster;
let administrator: KubernetesCluster;

function claim(name: string, metadata: { incarnation?: string; beforeMs?: number } = {}): KubernetesObject {
  const { incarnation = `${name}-1`, beforeMs = 30_000 } = metadata;
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: incarnation === '' ? {} : { 'naas.dev/incarnation': incarnation },
      annotations: { 'naas.dev/claim-before': time(beforeMs) },
    },
  };
}

function inside(namespace: string, incarnation: string, more: Partial<KubernetesObject> = {}): KubernetesObject {
  const metadata = {
    name: 'fence-info',
    namespace,
    labels: { 'naas.dev/incarnation': incarnation },
    annotations: { 'naas.dev/claim-before': time(30_000) },
  };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...more };
}

function time(inMs: number): string {
  return new Date(worker.serverNowMs() + inMs).toISOString();
}

/** The same object under another name, with other marks. */
function named(object: KubernetesObject, name: string, annotations?: Record<string, string>): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, name, ...(annotations === undefined ? {} : { annotations }) } };
}

const refIn = (namespace: string, name: string) =>
  ({ system: 'kubernetes', cluster: 'c1', apiVersion: 'v1', kind: 'ConfigMap', namespace, name }) as const;

function bindingIn(namespace: string, incarnation: string, role = 'tenant-admin'): KubernetesObject {
  return inside(namespace, incarnation, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'shop-leads' }],
  });
}

const apply = (object: KubernetesObject) => worker.apply(object, { ...soon(), force: true });
const create = (object: KubernetesObject) => worker.create(object, soon());
const denied = (words: string) => ({ code: 'Forbidden', message: expect.stringMatching(`naas-fence.*${words}`) });

beforeAll(async () => {
  const platform = sharedPlatform();
  worker = await connectCluster({ name: 'c1', kubeconfig: platform.workerKubeconfig });
  administrator = await connectCluster({ name: 'c1', kubeconfig: platform.kubeconfig, fieldManager: 'administrator' });
  await worker.read(namespaceRef('default'), soon());
  await Promise.all([create(claim(MINE)), create(claim(OTHER))]);
  await administrator.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: FOREIGN } }, soon());
});

afterAll(async () => {
  if (administrator === undefined) return;
  await removeNamespaces(administrator, [MINE, OTHER, FOREIGN]);
  await Promise.all([worker.close(), administrator.close()]);
});

describe('naas may write', () => {
  it('into the namespace whose incarnation the object carries', async () => {
    expect((await apply(inside(MINE, `${MINE}-1`))).outcome).toBe('created');
    expect((await apply(bindingIn(MINE, `${MINE}-1`))).outcome).toBe('created');
  });
});

describe('of its own namespace', () => {
  const leases = `/apis/coordination.k8s.io/v1/namespaces/${SYSTEM_NAMESPACE}/leases`;
  const lease = (name: string) => ({
    metadata: { name, annotations: { 'naas.dev/claim-before': new Date(Date.now() + 30_000).toISOString() } },
    spec: { renewTime: '2026-03-01T12:00:00.000000Z' },
  });

  it('naas may write the turns of a zone, and no Lease that says who leads', async () => {
    const { workerKubeconfig, kubeconfig } = sharedPlatform();
    expect(await send(workerKubeconfig, 'POST', leases, lease('naas-zone.fence.test'))).not.toMatchObject({
      code: 403,
    });
    expect(await send(workerKubeconfig, 'POST', leases, lease('naas-leader'))).toMatchObject({ code: 403 });
    expect(
      await send(workerKubeconfig, 'POST', leases.replace(SYSTEM_NAMESPACE, 'kube-system'), lease('naas-zone.x.test')),
    ).toMatchObject({ code: 403 });
    expect(await send(workerKubeconfig, 'DELETE', `${leases}/naas-zone.fence.test`)).toMatchObject({ code: 403 });
    await send(kubeconfig, 'DELETE', `${leases}/naas-zone.fence.test`);
  });
});

describe('naas is denied', () => {
  it('an object of another incarnation, or of none', async () => {
    await expect(apply(inside(MINE, `${MINE}-0`))).rejects.toMatchObject(denied('incarnation'));
    await expect(apply(inside(MINE, ''))).rejects.toMatchObject(denied('incarnation'));
    const bare = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'bare', namespace: MINE } };
    await expect(apply(bare)).rejects.toMatchObject(denied('none'));
  });

  it('another namespace of its own with the wrong mark, and every namespace of others', async () => {
    await expect(apply(inside(OTHER, `${MINE}-1`))).rejects.toMatchObject(denied(`in namespace ${OTHER}`));
    for (const namespace of [FOREIGN, 'default', 'kube-system']) {
      await expect(apply(inside(namespace, `${MINE}-1`)), namespace).rejects.toMatchObject(
        denied(`in namespace ${namespace}`),
      );
    }
  });

  it('what decides what it does: the keys that it trusts, its catalog, the switch that pauses it', async () => {
    const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/configmaps`;
    for (const name of ['naas-trusted-keys', 'naas-catalog', 'naas-switch']) {
      const object = inside(SYSTEM_NAMESPACE, `${MINE}-1`);
      const named = { ...object, metadata: { ...object.metadata, name } };
      await expect(apply(named), name).rejects.toMatchObject(denied(`in namespace ${SYSTEM_NAMESPACE}`));
      const admins = sharedPlatform().kubeconfig;
      await send(admins, 'POST', path, { metadata: { name }, data: { paused: 'false' } });
      const deletion = await send(sharedPlatform().workerKubeconfig, 'DELETE', `${path}/${name}`);
      expect(deletion, name).toMatchObject({ code: 403 });
      await send(admins, 'DELETE', `${path}/${name}`);
    }
  });

  it('a role binding in kube-system and in its own system namespace', async () => {
    for (const namespace of ['kube-system', SYSTEM_NAMESPACE]) {
      await expect(apply(bindingIn(namespace, `${MINE}-1`)), namespace).rejects.toMatchObject(denied('rolebindings'));
    }
  });

  it('a binding to any role but the tenants’, even one whose rights it holds itself', async () => {
    for (const role of ['cluster-admin', 'edit', 'naas-worker']) {
      const named = bindingIn(MINE, `${MINE}-1`, role);
      const binding = { ...named, metadata: { ...named.metadata, name: `to-${role}` } };
      await expect(apply(binding), role).rejects.toMatchObject({ code: 'Forbidden' });
    }
    const held = bindingIn(MINE, `${MINE}-1`, 'naas-worker');
    const binding = { ...held, metadata: { ...held.metadata, name: 'to-itself' } };
    await expect(apply(binding)).rejects.toMatchObject(denied('no other role'));
  });

  it('the removal of what does not carry the mark', async () => {
    const { uid = '' } = await administrator.apply(
      { ...bindingIn(MINE, 'x'), metadata: { name: 'foreign', namespace: MINE } },
      { ...soon(), force: false },
    );
    const ref = {
      system: 'kubernetes',
      cluster: 'c1',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      namespace: MINE,
      name: 'foreign',
    } as const;
    await expect(worker.remove(ref, uid, soon())).rejects.toMatchObject(denied('incarnation'));
    expect(await administrator.read(ref, soon())).toBeDefined();
  });

  it('the removal of a namespace that it did not make', async () => {
    const live = await administrator.read(namespaceRef(FOREIGN), soon());
    await expect(worker.remove(namespaceRef(FOREIGN), live?.metadata.uid ?? '', soon())).rejects.toMatchObject(
      denied('carries no label'),
    );
  });

  it('every reserved name', async () => {
    const names = [...FENCED_NAMES.names, ...FENCED_NAMES.prefixes.map((prefix) => `${prefix}fence-test`)];
    for (const name of names) {
      await expect(create(claim(name)), name).rejects.toMatchObject({
        // A name that exists is refused as such before any policy looks.
        code: expect.stringMatching(/^(Forbidden|NotOurs)$/),
      });
    }
    await expect(create(claim('kube-fence-test'))).rejects.toMatchObject(denied('reserved'));
    await expect(create(claim('velero'))).rejects.toMatchObject(denied('reserved'));
  });

  it('a claim without a mark', async () => {
    await expect(create(claim('fence-unmarked', { incarnation: '' }))).rejects.toMatchObject(
      denied('carries no label'),
    );
  });

  it('a claim that arrives after its time, and one that names no time', async () => {
    await expect(create(claim('fence-late', { beforeMs: -3000 }))).rejects.toMatchObject(denied('too late'));
    const timeless = claim('fence-late');
    delete timeless.metadata.annotations;
    await expect(create(timeless)).rejects.toMatchObject(denied('too late'));
    expect(await administrator.read(namespaceRef('fence-late'), soon())).toBeUndefined();
  });

  it('an object inside that arrives after its time, and one that names no time', async () => {
    const object = inside(MINE, `${MINE}-1`);
    const late = named(object, 'late', { 'naas.dev/claim-before': time(-3000) });
    await expect(apply(late)).rejects.toMatchObject(denied('too late'));
    await expect(create(late)).rejects.toMatchObject(denied('too late'));
    await expect(apply(named(object, 'late', {}))).rejects.toMatchObject(denied('too late'));
    expect(await administrator.read(refIn(MINE, 'late'), soon())).toBeUndefined();
  });

  it('a creation that comes late over what stands by now; what stays at its time is written as ever', async () => {
    const first = time(30_000);
    const object = named(inside(MINE, `${MINE}-1`), 'stands', { 'naas.dev/claim-before': first });
    await apply({ ...object, data: { of: 'the first' } });
    const again = named(object, 'stands', { 'naas.dev/claim-before': time(25_000) });
    await expect(apply({ ...again, data: { of: 'the late one' } })).rejects.toMatchObject(denied('it stands already'));
    const timeless = named(object, 'stands', {});
    await expect(apply({ ...timeless, data: { of: 'no time' } })).rejects.toMatchObject(denied('it stands already'));
    const patch = { data: { of: 'a patch' }, metadata: { annotations: { 'naas.dev/claim-before': null } } };
    await expect(worker.merge(refIn(MINE, 'stands'), patch, soon())).rejects.toMatchObject(denied('it stands already'));
    expect(await administrator.read(refIn(MINE, 'stands'), soon())).toMatchObject({ data: { of: 'the first' } });
    expect((await apply({ ...object, data: { of: 'a later write' } })).outcome).toBe('changed');
    expect((await worker.merge(refIn(MINE, 'stands'), { data: { of: 'a patch' } }, soon())).outcome).toBe('changed');
  });

  it('more than its role gives, even when somebody gave the account more rights', async () => {
    const extra = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'fence-test-too-much' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'naas-worker', namespace: SYSTEM_NAMESPACE }],
    };
    const { uid = '' } = await administrator.create(extra, soon());
    try {
      const clusterWide = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'fence-test' },
        rules: [],
      };
      await expect
        .poll(() => create(clusterWide).then(String, (error: Error) => error.message), { timeout: 10_000 })
        .toContain('naas writes no cluster-wide clusterroles');
      const other = {
        ...claim(MINE),
        metadata: { ...claim(MINE).metadata, labels: { 'naas.dev/incarnation': 'stolen' } },
      };
      await expect(apply(other)).rejects.toMatchObject(denied('another incarnation'));
      const live = await worker.read(namespaceRef(MINE), soon());
      const finalize = send(sharedPlatform().workerKubeconfig, 'PUT', `/api/v1/namespaces/${MINE}/finalize`, live);
      expect(await finalize).toMatchObject({
        code: 403,
        message: expect.stringContaining('never writes status or finalizers'),
      });
      const status = send(sharedPlatform().workerKubeconfig, 'PUT', `/api/v1/namespaces/${MINE}/status`, live);
      expect(await status).toMatchObject({ code: 403 });
      await expect(
        create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: FOREIGN } }),
      ).rejects.toMatchObject(denied('secrets'));
    } finally {
      const ref = {
        system: 'kubernetes',
        cluster: 'c1',
        apiVersion: extra.apiVersion,
        kind: extra.kind,
        name: extra.metadata.name,
      } as const;
      await administrator.remove(ref, uid, soon());
    }
  });
});

describe('a namespace of others, that naas may adopt', () => {
  const ADOPTED = 'fence-adopted';
  const RESERVED = 'openshift-fence-adopted';
  const merge = (name: string, metadata: object) => worker.merge(namespaceRef(name), { metadata }, soon());
  const marks = (request: string | null, incarnation: string | null = 'adopted-1') => ({
    labels: { [LABEL.incarnation]: incarnation },
    annotations: { [ANNOTATION.request]: request },
  });

  beforeAll(async () => {
    for (const name of [ADOPTED, RESERVED]) {
      const metadata = { name, annotations: { [ANNOTATION.adoptAllow]: 'a-1' } };
      await administrator.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, soon());
    }
  });

  afterAll(() => removeNamespaces(administrator, [ADOPTED, RESERVED]));

  it('is so only by an administrator’s word for this very request, and never one of a reserved name', async () => {
    await expect(merge(FOREIGN, marks('a-1'))).rejects.toMatchObject(denied('another incarnation'));
    await expect(merge(ADOPTED, marks('a-2'))).rejects.toMatchObject(denied('another incarnation'));
    await expect(merge(ADOPTED, marks(null))).rejects.toMatchObject(denied('another incarnation'));
    await expect(merge(RESERVED, marks('a-1'))).rejects.toMatchObject(denied('another incarnation'));
  });

  it('may get and lose one mark while nothing is written, and nothing else', async () => {
    expect((await merge(ADOPTED, { annotations: { [ANNOTATION.fence]: 'undo' } })).outcome).toBe('changed');
    expect((await merge(ADOPTED, { annotations: { [ANNOTATION.fence]: null } })).outcome).toBe('changed');
    for (const metadata of [
      { labels: { 'example.com/new': 'x' } },
      { annotations: { 'example.com/new': 'x' } },
      { annotations: { [ANNOTATION.adoptAllow]: 'a-2' } },
      { annotations: { [ANNOTATION.adoptAllow]: null } },
    ]) {
      await expect(merge(ADOPTED, metadata), JSON.stringify(metadata)).rejects.toMatchObject(
        denied('carries no label'),
      );
    }
    await expect(merge(FOREIGN, { annotations: { [ANNOTATION.fence]: 'undo' } })).rejects.toMatchObject(
      denied('carries no label'),
    );
  });

  it('is adopted, and given back', async () => {
    expect((await merge(ADOPTED, marks('a-1'))).outcome).toBe('changed');
    expect((await merge(ADOPTED, marks(null, null))).outcome).toBe('changed');
    const live = await administrator.read(namespaceRef(ADOPTED), soon());
    expect(live?.metadata.labels).not.toHaveProperty([LABEL.incarnation]);
  });
});

describe('everybody else, the administrator too,', () => {
  const patch = (path: string, metadata: unknown) => send(sharedPlatform().kubeconfig, 'PATCH', path, { metadata });
  const labels = (name: string) => administrator.read(namespaceRef(name), soon()).then((live) => live?.metadata.labels);

  it.each(['', '/status', '/finalize'])(
    'may not set, change or remove naas’s labels and annotations by namespaces%s',
    async (subresource) => {
      const before = await labels(MINE);
      const cases: unknown[] = [
        { labels: { 'naas.dev/team': 'mine' } },
        { labels: { 'naas.dev/incarnation': 'other' } },
        { labels: { 'naas.dev/incarnation': null } },
        { annotations: { 'naas.dev/spec': 'forged' } },
        { annotations: { 'naas.dev/claim-before': null } },
        { annotations: { 'naas.dev/fence': 'undo' } },
        { annotations: { 'naas.dev/request': 'forged', 'naas.dev/plan-digest': 'forged' } },
      ];
      for (const metadata of cases) {
        const live = await administrator.read(namespaceRef(MINE), soon());
        const answer =
          subresource === '/finalize'
            ? await send(
                sharedPlatform().kubeconfig,
                'PUT',
                `/api/v1/namespaces/${MINE}/finalize`,
                merged(live, metadata),
              )
            : await patch(`/api/v1/namespaces/${MINE}${subresource}`, metadata);
        expect(answer, JSON.stringify(metadata)).toMatchObject({
          code: 403,
          message: expect.stringContaining('naas-owned-metadata'),
        });
      }
      expect(await labels(MINE)).toEqual(before);
    },
  );

  it('may not make a namespace that carries them', async () => {
    const marked = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'fence-forged', labels: { 'naas.dev/team': 'shop' } },
    };
    await expect(administrator.create(marked, soon())).rejects.toMatchObject({
      message: expect.stringContaining('naas.dev/team'),
    });
  });

  it('may not touch Pod Security labels where naas governs, and may elsewhere', async () => {
    const metadata = { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } };
    expect(await patch(`/api/v1/namespaces/${MINE}`, metadata)).toMatchObject({
      code: 403,
      message: expect.stringContaining('pod-security.kubernetes.io/enforce'),
    });
    expect(await patch(`/api/v1/namespaces/${FOREIGN}`, metadata)).toMatchObject({ kind: 'Namespace' });
  });

  it('may set any other label, and the permission to adopt', async () => {
    const metadata = { labels: { owner: 'ada' }, annotations: { 'adopt.naas.dev/allow': 'r-1' } };
    expect(await patch(`/api/v1/namespaces/${MINE}`, metadata)).toMatchObject({ kind: 'Namespace' });
    expect(await patch(`/api/v1/namespaces/${FOREIGN}`, metadata)).toMatchObject({ kind: 'Namespace' });
  });
});

it('the namespace controller still takes a namespace of naas away to the end', async () => {
  const { uid = '' } = await create(claim('fence-ends'));
  await apply(inside('fence-ends', 'fence-ends-1'));
  expect((await worker.remove(namespaceRef('fence-ends'), uid, soon())).outcome).toBe('deleted');
  await expect.poll(() => worker.read(namespaceRef('fence-ends'), soon()), { timeout: 30_000 }).toBeUndefined();
});

function merged(live: KubernetesObject | undefined, change: unknown): unknown {
  const { labels, annotations } = change as Record<string, Record<string, string | null> | undefined>;
  const over = (old: Record<string, string> | undefined, by: Record<string, string | null> | undefined) =>
    Object.fromEntries(Object.entries({ ...old, ...by }).filter(([, value]) => value !== null));
  return {
    ...live,
    metadata: {
      ...live?.metadata,
      labels: over(live?.metadata.labels, labels),
      annotations: over(live?.metadata.annotations, annotations),
    },
  };
}
