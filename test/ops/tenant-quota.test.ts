// The quotas of the shipped tiers on the real API server: every key of them is enforced, and what they bound is bounded.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { resourceQuota } from '../../src/plan/quota.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { sharedPlatform } from '../support/platform.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';
import { type Person, removeNamespaces, send, soon } from './administrator.ts';

/** Every kind that a tenant may create and that stays until somebody deletes it. */
const BOUNDED = [
  'configmaps',
  'count/controllerrevisions.apps',
  'count/cronjobs.batch',
  'count/daemonsets.apps',
  'count/deployments.apps',
  'count/horizontalpodautoscalers.autoscaling',
  'count/jobs.batch',
  'count/poddisruptionbudgets.policy',
  'count/pods',
  'count/replicasets.apps',
  'count/serviceaccounts',
  'count/statefulsets.apps',
  'persistentvolumeclaims',
  'secrets',
  'services',
];
const DEVELOPER: Person = { user: 'dev', groups: ['tenant-quota-developers', 'system:authenticated'] };
const RBAC = 'rbac.authorization.k8s.io';
const catalog = shippedCatalog();
const nameOf = (tier: string) => `tenant-quota-${tier}`;

let administrator: KubernetesCluster;
const kubeconfig = () => sharedPlatform().kubeconfig;

function quotaOf(tier: string): KubernetesObject & { spec: { hard: Record<string, string> } } {
  const asked = { team: 'shop', project: 'cart', environment: 'dev', tier, name: nameOf(tier), purpose: 'Work' };
  const request = parseRequest({ apiVersion: 'naas.dev/v1', kind: 'NamespaceRequest', ...asked });
  const object = resourceQuota(resolve(request, catalog, { cluster: 'local' }));
  const spec = object['spec'] as { hard: Record<string, string> };
  // Made by an administrator here: naas's marks on it are of no account to the quota.
  return { ...object, metadata: { name: object.metadata.name, namespace: nameOf(tier) }, spec };
}

const hardOf = (tier: string) => quotaOf(tier).spec.hard;

async function statusOf(tier: string) {
  const path = `/api/v1/namespaces/${nameOf(tier)}/resourcequotas/naas-quota`;
  const { status } = await send(kubeconfig(), 'GET', path);
  return status as { hard?: Record<string, string>; used?: Record<string, string> };
}

const TIERS = Object.keys(catalog.tiers);

beforeAll(async () => {
  administrator = await connectCluster({ name: 'c1', kubeconfig: kubeconfig(), fieldManager: 'administrator' });
  for (const tier of TIERS) {
    await administrator.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: nameOf(tier) } }, soon());
    await administrator.create(quotaOf(tier), soon());
    const binding = {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'developers', namespace: nameOf(tier) },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'tenant-developer' },
      subjects: [{ apiGroup: RBAC, kind: 'Group', name: DEVELOPER.groups[0] }],
    };
    await administrator.create(binding, soon());
  }
});

afterAll(async () => {
  if (administrator === undefined) return;
  await removeNamespaces(administrator, TIERS.map(nameOf));
  await administrator.close();
});

describe.each(TIERS)('the quota of tier %s', (tier) => {
  it('is enforced in every key', async () => {
    const keys = Object.keys(hardOf(tier)).sort();
    await expect.poll(async () => (await statusOf(tier)).hard, { timeout: 20_000 }).toEqual(hardOf(tier));
    expect(Object.keys((await statusOf(tier)).used ?? {}).sort()).toEqual(keys);
  });

  it('bounds everything that a tenant can pile up', () => {
    expect(BOUNDED.filter((key) => hardOf(tier)[key] === undefined)).toEqual([]);
  });

  it('has room for all pods that it or a request may allow, finished ones as well', () => {
    const most = catalog.tiers[tier]?.quotaOverrides['pods']?.maximum;
    expect(Number(hardOf(tier)['count/pods'])).toBeGreaterThan(Number(most));
  });

  it('lets each of its load balancers take ports, and none without one', async () => {
    const balancers = Number(hardOf(tier)['services.loadbalancers']);
    await expect.poll(async () => (await statusOf(tier)).hard, { timeout: 20_000 }).toEqual(hardOf(tier));
    const path = `/api/v1/namespaces/${nameOf(tier)}/services`;
    const made = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: {
        type: 'LoadBalancer',
        ports: [
          { port: 80, name: 'http' },
          { port: 443, name: 'https' },
        ],
      },
    });
    for (let index = 0; index < balancers; index += 1) {
      expect(await send(kubeconfig(), 'POST', path, made(`lb-${index}`), DEVELOPER)).toMatchObject({ kind: 'Service' });
    }
    expect(await send(kubeconfig(), 'POST', path, made('one-more'), DEVELOPER)).toMatchObject({
      code: 403,
      message: expect.stringMatching(/exceeded quota: naas-quota.*services\.loadbalancers/),
    });
  });
});

it('a loop that makes objects ends at the quota, with the numbers in the answer', async () => {
  const tier = 'dev';
  const most = Number(hardOf(tier)['count/cronjobs.batch']);
  const path = `/apis/batch/v1/namespaces/${nameOf(tier)}/cronjobs`;
  const containers = [{ name: 'main', image: 'example.com/main:1' }];
  const spec = {
    schedule: '@daily',
    jobTemplate: { spec: { template: { spec: { containers, restartPolicy: 'Never' } } } },
  };
  const make = (name: string) =>
    send(kubeconfig(), 'POST', path, { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name }, spec }, DEVELOPER);
  for (let index = 0; index < most; index += 1) expect(await make(`loop-${index}`)).toMatchObject({ kind: 'CronJob' });
  expect(await make('one-more')).toMatchObject({
    code: 403,
    message: expect.stringContaining(`used: count/cronjobs.batch=${most}, limited: count/cronjobs.batch=${most}`),
  });
});
