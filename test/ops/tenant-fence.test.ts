// What would reach beyond a namespace of naas, tried for real by the people of one, and the work that stays free.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fenceInForce } from '../../src/ops/probes.ts';
import { TENANT_PROBES } from '../../src/ops/tenant-fence.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { LABEL } from '../../src/spec/names.ts';
import { sharedPlatform } from '../support/platform.ts';
import { type Person, removeNamespaces, send, soon } from './administrator.ts';

const MINE = 'tenant-fence-mine';
const FOREIGN = 'tenant-fence-foreign';
const RBAC = 'rbac.authorization.k8s.io';
const ADMIN: Person = { user: 'ada', groups: ['tenant-fence-admins', 'system:authenticated'] };
const DEVELOPER: Person = { user: 'dev', groups: ['tenant-fence-developers', 'system:authenticated'] };
const LIMITS = { limits: { cpu: '10m', memory: '8Mi' } };

let worker: KubernetesCluster;
let administrator: KubernetesCluster;
const kubeconfig = () => sharedPlatform().kubeconfig;

beforeAll(async () => {
  const platform = sharedPlatform();
  worker = await connectCluster({ name: 'c1', kubeconfig: platform.workerKubeconfig });
  administrator = await connectCluster({ name: 'c1', kubeconfig: platform.kubeconfig, fieldManager: 'administrator' });
  await worker.get('/version', soon());
  const before = new Date(worker.serverNowMs() + 30_000).toISOString();
  const labels = { [LABEL.incarnation]: `${MINE}-1` };
  const metadata = { name: MINE, labels, annotations: { 'naas.dev/claim-before': before } };
  await worker.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, soon());
  await administrator.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: FOREIGN } }, soon());
  for (const [role, person] of Object.entries({ 'tenant-admin': ADMIN, 'tenant-developer': DEVELOPER })) {
    const binding = {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name: role, namespace: MINE },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
      subjects: [{ apiGroup: RBAC, kind: 'Group', name: person.groups[0] }],
    };
    await administrator.create(binding, soon());
  }
  // The account that every pod runs as comes a moment after its namespace.
  const account = `/api/v1/namespaces/${MINE}/serviceaccounts/default`;
  await vi.waitUntil(async () => (await send(kubeconfig(), 'GET', account))['kind'] === 'ServiceAccount', 10_000);
});

afterAll(async () => {
  if (administrator === undefined) return;
  await removeNamespaces(administrator, [MINE, FOREIGN]);
  await Promise.all([worker.close(), administrator.close()]);
});

const core = (kind: string, name: string, rest: object) => ({ apiVersion: 'v1', kind, metadata: { name }, ...rest });
const podSpec = (rest: object = {}) => ({
  containers: [{ name: 'main', image: 'example.com/main:1', resources: LIMITS }],
  ...rest,
});
const pod = (name: string, rest: object = {}) => core('Pod', name, { spec: podSpec(rest) });
const service = (name: string, rest: object = {}) =>
  core('Service', name, { spec: { ports: [{ port: 80 }], ...rest } });
const tokenSecret = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, annotations: { 'kubernetes.io/service-account.name': 'default' } },
  type: 'kubernetes.io/service-account-token',
});
const post = (resource: string, body: object, as?: Person, namespace = MINE) =>
  send(kubeconfig(), 'POST', `/api/v1/namespaces/${namespace}/${resource}`, body, as);

const EXISTS = { operator: 'Exists' };
const REFUSED: [string, string, object, string][] = [
  ['system-node-critical', 'pods', pod('p', { priorityClassName: 'system-node-critical' }), 'system-node-critical is'],
  ['system-cluster-critical', 'pods', pod('p', { priorityClassName: 'system-cluster-critical' }), 'leave it out'],
  ['a toleration of everything', 'pods', pod('p', { tolerations: [EXISTS] }), 'toleration of every taint'],
  [
    'a toleration of the control plane',
    'pods',
    pod('p', { tolerations: [{ ...EXISTS, key: 'node-role.kubernetes.io/control-plane' }] }),
    'toleration of every taint',
  ],
  ['externalIPs', 'services', service('s', { externalIPs: ['192.0.2.7'] }), 'externalIPs would catch'],
  ['a node port', 'services', service('s', { type: 'NodePort' }), 'type LoadBalancer'],
  ['a token Secret', 'secrets', tokenSecret('t'), 'token that never ends'],
];

describe.each([
  ['a tenant admin', ADMIN],
  ['the cluster’s administrator', undefined],
] as const)('in a namespace of naas %s', (_who, as) => {
  it.each(REFUSED)('is refused %s, in plain words', async (_what, resource, body, words) => {
    expect(await post(resource, body, as)).toMatchObject({
      code: 403,
      message: expect.stringMatching(`naas-tenant-${resource}.*${words}`),
    });
  });
});

describe('in a namespace of naas a developer', () => {
  const as = DEVELOPER;
  const patch = (path: string, body: object) =>
    send(kubeconfig(), 'PATCH', `/api/v1/namespaces/${MINE}/${path}`, body, as);

  it('works as ever: Deployment, Job, CronJob, Services, Secrets, Pods', async () => {
    const labels = { app: 'cart' };
    const template = { metadata: { labels }, spec: podSpec() };
    const job = { template: { spec: podSpec({ restartPolicy: 'Never' }) } };
    const named = (apiVersion: string, kind: string, spec: object) => ({
      apiVersion,
      kind,
      metadata: { name: 'cart' },
      spec,
    });
    const tries: [string, object][] = [
      [
        `apis/apps/v1/namespaces/${MINE}/deployments`,
        named('apps/v1', 'Deployment', { selector: { matchLabels: labels }, template }),
      ],
      [`apis/batch/v1/namespaces/${MINE}/jobs`, named('batch/v1', 'Job', job)],
      [
        `apis/batch/v1/namespaces/${MINE}/cronjobs`,
        named('batch/v1', 'CronJob', { schedule: '@daily', jobTemplate: { spec: job } }),
      ],
      [`api/v1/namespaces/${MINE}/services`, service('cart', { selector: labels })],
      [`api/v1/namespaces/${MINE}/services`, service('cart-headless', { clusterIP: 'None' })],
      [`api/v1/namespaces/${MINE}/services`, service('cart-public', { type: 'LoadBalancer' })],
      [`api/v1/namespaces/${MINE}/secrets`, core('Secret', 'cart', { stringData: { key: 'value' } })],
      [
        `api/v1/namespaces/${MINE}/secrets`,
        core('Secret', 'pull', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{}' } }),
      ],
      [
        `api/v1/namespaces/${MINE}/pods`,
        pod('cart', { tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoSchedule' }] }),
      ],
    ];
    for (const [path, body] of tries) {
      const answer = await send(kubeconfig(), 'POST', `/${path}`, body, as);
      expect(answer, JSON.stringify(answer)).toMatchObject({ kind: (body as { kind: string }).kind });
    }
    const pods = `/api/v1/namespaces/${MINE}/pods?labelSelector=app%3Dcart`;
    await expect
      .poll(async () => ((await send(kubeconfig(), 'GET', pods, undefined, as))['items'] as unknown[]).length, {
        timeout: 20_000,
      })
      .toBe(1);
  });

  it('changes a Service and a Pod, but not into what is refused', async () => {
    expect(await post('services', service('turns'), as)).toMatchObject({ kind: 'Service' });
    expect(await post('pods', pod('turns'), as)).toMatchObject({ kind: 'Pod' });
    for (const path of ['services/turns', 'pods/turns'])
      expect(await patch(path, { metadata: { labels: { a: 'b' } } })).toMatchObject({
        metadata: { labels: { a: 'b' } },
      });
    for (const spec of [{ externalIPs: ['192.0.2.7'] }, { type: 'NodePort' }])
      expect(await patch('services/turns', { spec })).toMatchObject({ code: 403 });
    const { spec } = (await send(kubeconfig(), 'GET', `/api/v1/namespaces/${MINE}/pods/turns`)) as {
      spec: { tolerations: object[] };
    };
    expect(await patch('pods/turns', { spec: { tolerations: [...spec.tolerations, EXISTS] } })).toMatchObject({
      code: 403,
      message: expect.stringContaining('toleration of every taint'),
    });
  });

  it('cannot name a node, and whoever may bind pods to nodes can', async () => {
    expect(await post('pods', pod('placed', { nodeName: 'node-1' }), as)).toMatchObject({
      code: 403,
      message: expect.stringContaining('nodeName goes past the scheduler'),
    });
    expect(await post('pods?dryRun=All', pod('placed', { nodeName: 'node-1' }))).toMatchObject({ kind: 'Pod' });
  });

  it('gets no such pod from a controller either: the ReplicaSet says why', async () => {
    const labels = { app: 'greedy' };
    const template = { metadata: { labels }, spec: podSpec({ priorityClassName: 'system-node-critical' }) };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'greedy' },
      spec: { selector: { matchLabels: labels }, template },
    };
    const apps = `/apis/apps/v1/namespaces/${MINE}`;
    expect(await send(kubeconfig(), 'POST', `${apps}/deployments`, deployment, as)).toMatchObject({
      kind: 'Deployment',
    });
    await expect
      .poll(async () => JSON.stringify(await send(kubeconfig(), 'GET', `${apps}/deployments/greedy`, undefined, as)), {
        timeout: 20_000,
      })
      .toContain('is for the cluster’s own pods');
  });
});

describe('elsewhere', () => {
  it('nothing of this is refused', async () => {
    for (const [what, resource, body] of REFUSED) {
      if (resource === 'pods') continue;
      expect(await post(`${resource}?dryRun=All`, body, undefined, FOREIGN), what).not.toHaveProperty('code');
    }
    const critical = pod('p', { priorityClassName: 'system-node-critical', tolerations: [EXISTS] });
    expect(await post('pods?dryRun=All', critical, undefined, 'kube-system')).toMatchObject({ kind: 'Pod' });
  });
});

describe('an object from before the policies', () => {
  it('is let go: its labels and finalizers change', async () => {
    const binding = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/naas-tenant-services';
    const body = await send(kubeconfig(), 'GET', binding);
    const old = service('old', { externalIPs: ['192.0.2.9'] });
    const kept = { ...old, metadata: { ...old.metadata, finalizers: ['example.com/kept'] } };
    try {
      await send(kubeconfig(), 'DELETE', binding);
      await expect.poll(async () => (await post('services', kept))['kind'], { timeout: 20_000 }).toBe('Service');
      expect(await fenceInForce(administrator, soon())).toEqual(['policy naas-tenant-services does not deny yet']);
    } finally {
      const { apiVersion, kind, metadata, spec } = body as { metadata: { name: string; labels: object } } & typeof body;
      const { name, labels } = metadata;
      await send(kubeconfig(), 'POST', binding.replace(/\/[^/]+$/, ''), {
        apiVersion,
        kind,
        metadata: { name, labels },
        spec,
      });
    }
    await expect
      .poll(async () => (await post('services?dryRun=All', service('new', { externalIPs: ['192.0.2.9'] })))['code'], {
        timeout: 20_000,
      })
      .toBe(403);
    const path = `/api/v1/namespaces/${MINE}/services/old`;
    await send(kubeconfig(), 'DELETE', path);
    expect(await send(kubeconfig(), 'PATCH', path, { metadata: { finalizers: null } })).not.toHaveProperty('code');
    await expect.poll(async () => (await send(kubeconfig(), 'GET', path))['code']).toBe(404);
  });
});

describe('the policies', () => {
  it('are free of complaints of the API server about their expressions', async () => {
    for (const name of Object.keys(TENANT_PROBES)) {
      const path = `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/${name}`;
      await expect
        .poll(async () => (await send(kubeconfig(), 'GET', path))['status'], { timeout: 20_000 })
        .toMatchObject({ observedGeneration: expect.any(Number), typeChecking: {} });
      const { status } = (await send(kubeconfig(), 'GET', path)) as { status: { typeChecking: object } };
      expect(status.typeChecking, name).toEqual({});
    }
  });
});
