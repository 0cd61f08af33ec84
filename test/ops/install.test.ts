// `naas install` and the worker's kubeconfig on the real API server.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { clusterObjects } from '../../src/ops/cluster-objects.ts';
import { differsFrom } from '../../src/ops/differs.ts';
import { install, renderInstall, workerKubeconfig } from '../../src/ops/install.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { OWNED_PREFIX, WORKER_USER } from '../../src/spec/names.ts';
import { sharedPlatform } from '../support/platform.ts';
import { namespaceRef, send, soon } from './administrator.ts';

let cluster: KubernetesCluster;
let folder: string;
const kubeconfig = () => sharedPlatform().kubeconfig;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-install-'));
  cluster = await connectCluster({ name: 'c1', kubeconfig: kubeconfig() });
});

afterAll(async () => {
  await cluster?.close();
  await rm(folder, { recursive: true, force: true });
});

async function versions(): Promise<(string | undefined)[]> {
  const live = await Promise.all(
    clusterObjects().map(({ apiVersion, kind, metadata: { name, namespace } }) =>
      cluster.read(
        {
          system: 'kubernetes',
          cluster: 'c1',
          apiVersion,
          kind,
          name,
          ...(namespace === undefined ? {} : { namespace }),
        },
        soon(),
      ),
    ),
  );
  // A policy's status is written by its controller after a while; its generation counts our changes alone.
  return live.map((object) => object && String(object.metadata['generation'] ?? object.metadata.resourceVersion));
}

describe('install', () => {
  it('changes nothing when all is there', async () => {
    const before = await versions();
    expect(before).not.toContain(undefined);
    await install({ kubeconfig: kubeconfig() });
    expect(await versions()).toEqual(before);
  });

  it('brings an edited role back, and says so', async () => {
    const path = '/apis/rbac.authorization.k8s.io/v1/clusterroles/tenant-viewer';
    const everything = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
    expect(await send(kubeconfig(), 'PATCH', path, everything)).toMatchObject({ kind: 'ClusterRole' });
    const lines: string[] = [];
    await install({ kubeconfig: kubeconfig(), say: (line) => lines.push(line) });
    expect(lines).toContain('ClusterRole tenant-viewer changed');
    const wanted = clusterObjects().find((object) => object.metadata.name === 'tenant-viewer');
    const live = await send(kubeconfig(), 'GET', path);
    expect(live['rules']).toEqual(wanted?.['rules']);
  });

  it('ends with the fence in force: a claim of a reserved name is denied at once', async () => {
    const worker = await connectCluster({ name: 'c1', kubeconfig: sharedPlatform().workerKubeconfig });
    const claim = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'kube-install', labels: { 'naas.dev/incarnation': '1' } },
    };
    await expect(worker.create(claim, soon())).rejects.toMatchObject({ code: 'Forbidden' });
    await worker.close();
  });

  it('leaves no mark of a request on its own objects', () => {
    for (const { metadata } of clusterObjects()) {
      const keys = [...Object.keys(metadata.labels ?? {}), ...Object.keys(metadata.annotations ?? {})];
      expect(keys.filter((key) => key.startsWith(OWNED_PREFIX))).toEqual([]);
    }
    expect(namespaceRef('naas-system').name).toBe('naas-system');
  });

  it('prints as YAML exactly what it applies', () => {
    const printed = parseAllDocuments(renderInstall()).map((document) => document.toJS());
    expect(printed).toEqual(clusterObjects());
  });
});

describe('the worker’s kubeconfig', () => {
  it('is the worker’s account, readable by the owner alone, its token in a file of its own', async () => {
    const file = join(folder, 'worker.kubeconfig');
    await workerKubeconfig({ kubeconfig: kubeconfig(), file });
    for (const written of [file, `${file}.token`]) expect((await stat(written)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain((await readFile(`${file}.token`, 'utf8')).trim());
    const worker = await connectCluster({ name: 'c1', kubeconfig: file });
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await worker.ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', review, soon());
    expect(answer).toMatchObject({ status: { userInfo: { username: WORKER_USER } } });
    await worker.close();
  });

  it('may name another address with its own authority', async () => {
    const file = join(folder, 'proxied.kubeconfig');
    const { caFile } = sharedPlatform().controlPlane;
    await workerKubeconfig({ kubeconfig: kubeconfig(), file, serverOverride: 'https://127.0.0.1:1', caFile });
    expect(await readFile(file, 'utf8')).toContain('https://127.0.0.1:1');
  });
});

describe('the comparison with what is installed', () => {
  const wanted = { apiVersion: 'v1', kind: 'X', metadata: { name: 'a' }, spec: { list: [{ a: 1 }], flag: true } };
  it('overlooks what the server adds and sees what is missing, other or too much', () => {
    expect(differsFrom(wanted, { ...wanted, spec: { list: [{ a: 1, added: 2 }], flag: true, more: 1 } })).toEqual([]);
    expect(differsFrom(wanted, { ...wanted, spec: { list: [{ a: 2 }], flag: true } })).toEqual(['spec.list[0].a']);
    expect(differsFrom(wanted, { ...wanted, spec: { list: [{ a: 1 }, { a: 9 }] } })).toEqual([
      'spec.list',
      'spec.flag',
    ]);
  });
});
