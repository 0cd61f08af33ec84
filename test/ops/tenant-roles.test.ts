// What the people of a namespace can and cannot do in it, asked of the real API server and tried.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TENANT_RULES } from '../../src/ops/tenant-roles.ts';
import { workerRules } from '../../src/ops/worker-role.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { TENANT_ROLES, type TenantRole } from '../../src/spec/roles.ts';
import { sharedPlatform } from '../support/platform.ts';
import { type Person, removeNamespaces, send, soon } from './administrator.ts';

const NAMESPACE = 'tenant-tests';
const ELSEWHERE = 'tenant-tests-elsewhere';
const PEOPLE: Record<TenantRole, Person> = {
  'tenant-admin': { user: 'ada', groups: ['tenant-test-admins', 'system:authenticated'] },
  'tenant-developer': { user: 'dev', groups: ['tenant-test-developers', 'system:authenticated'] },
  'tenant-viewer': { user: 'vic', groups: ['tenant-test-viewers', 'system:authenticated'] },
};

let cluster: KubernetesCluster;
const kubeconfig = () => sharedPlatform().kubeconfig;

beforeAll(async () => {
  cluster = await connectCluster({ name: 'c1', kubeconfig: kubeconfig(), fieldManager: 'test' });
  for (const name of [NAMESPACE, ELSEWHERE])
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, soon());
  for (const role of TENANT_ROLES) {
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: PEOPLE[role].groups[0] }];
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: role, namespace: NAMESPACE },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects,
    };
    await cluster.create(binding, soon());
  }
});

afterAll(async () => {
  if (cluster === undefined) return;
  await removeNamespaces(cluster, [NAMESPACE, ELSEWHERE]);
  await cluster.close();
});

/** "create deployments.apps", "get pods/log", "delete namespaces". */
async function may(role: TenantRole, right: string, namespace = NAMESPACE): Promise<boolean> {
  const [verb, what = ''] = right.split(' ');
  const [path = '', subresource] = what.split('/');
  const [resource, ...group] = path.split('.');
  const { user, groups } = PEOPLE[role];
  // The group of a subresource stands behind it: "update deployments/scale.apps".
  const [plainSub, ...subGroup] = (subresource ?? '').split('.');
  const resourceAttributes = {
    namespace,
    verb,
    resource,
    group: [...group, ...subGroup].join('.'),
    ...(plainSub === '' ? {} : { subresource: plainSub }),
    ...(resource === 'namespaces' ? { name: namespace } : {}),
  };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups, resourceAttributes },
  };
  const answer = await cluster.ask('/apis/authorization.k8s.io/v1/subjectaccessreviews', review, soon());
  return (answer['status'] as { allowed: boolean }).allowed;
}

const writes = (resource: string) => ['create', 'update', 'patch', 'delete'].map((verb) => `${verb} ${resource}`);

const NOBODY = [
  ...writes('resourcequotas'),
  ...writes('limitranges'),
  ...writes('networkpolicies.networking.k8s.io'),
  ...writes('roles.rbac.authorization.k8s.io'),
  ...writes('rolebindings.rbac.authorization.k8s.io'),
  ...writes('ingresses.networking.k8s.io'),
  ...writes('endpoints'),
  ...writes('endpointslices.discovery.k8s.io'),
  'update resourcequotas/status',
  'bind clusterroles.rbac.authorization.k8s.io',
  'escalate roles.rbac.authorization.k8s.io',
  'update namespaces',
  'patch namespaces',
  'delete namespaces',
  'update namespaces/finalize',
  'patch namespaces/status',
  'create serviceaccounts/token',
  'impersonate serviceaccounts',
  'create pods/binding',
  'patch pods/status',
  'patch pods/resize',
  // Through these one sends requests from inside the control plane, past every network policy.
  'get pods/proxy',
  'create services/proxy',
  // An address in a load balancer's status catches the traffic of others, as externalIPs do.
  'patch services/status',
  'impersonate users',
  'impersonate groups',
  'create podtemplates',
  'create events',
  'create leases.coordination.k8s.io',
  'create validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'create certificatesigningrequests.certificates.k8s.io',
];
const VIEWERS = [
  'list pods',
  'get pods/log',
  'watch deployments.apps',
  'list configmaps',
  'get resourcequotas',
  'list limitranges',
  'list networkpolicies.networking.k8s.io',
  'list rolebindings.rbac.authorization.k8s.io',
  'list events',
  'get namespaces',
];
const DEVELOPERS = [
  ...writes('deployments.apps'),
  ...writes('pods'),
  ...writes('services'),
  ...writes('configmaps'),
  ...writes('secrets'),
  ...writes('jobs.batch'),
  'get secrets',
  'list secrets',
  'create pods/exec',
  'get pods/exec',
  'create pods/portforward',
  'create pods/eviction',
  'patch deployments/scale.apps',
];
const ADMINS = [...writes('serviceaccounts'), ...writes('poddisruptionbudgets.policy'), 'deletecollection pods'];

describe.each([
  { role: 'tenant-viewer', can: VIEWERS, cannot: [...NOBODY, ...DEVELOPERS, ...ADMINS] },
  { role: 'tenant-developer', can: [...VIEWERS, ...DEVELOPERS], cannot: [...NOBODY, ...ADMINS] },
  { role: 'tenant-admin', can: [...VIEWERS, ...DEVELOPERS, ...ADMINS], cannot: NOBODY },
] as const)('$role', ({ role, can, cannot }) => {
  it('can do all of its part', async () => {
    const answers = await Promise.all(can.map(async (right) => [right, await may(role, right)] as const));
    expect(answers.filter(([, allowed]) => !allowed)).toEqual([]);
  });

  it('cannot do more', async () => {
    const answers = await Promise.all(cannot.map(async (right) => [right, await may(role, right)] as const));
    expect(answers.filter(([, allowed]) => allowed)).toEqual([]);
  });

  it('can do nothing in another namespace', async () => {
    const answers = await Promise.all(can.map(async (right) => [right, await may(role, right, ELSEWHERE)] as const));
    expect(answers.filter(([, allowed]) => allowed)).toEqual([]);
  });
});

describe('tried for real, a developer', () => {
  const as = PEOPLE['tenant-developer'];
  const api = (group: string) => `/apis/${group}/namespaces/${NAMESPACE}`;

  it('makes a Deployment', async () => {
    const labels = { app: 'cart' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'cart', image: 'example.com/cart:1' }] } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'cart' },
      spec: { selector: { matchLabels: labels }, template },
    };
    expect(await send(kubeconfig(), 'POST', `${api('apps/v1')}/deployments`, deployment, as)).toMatchObject({
      kind: 'Deployment',
    });
  });

  it('is refused a quota, a network policy, a role binding and a label on the namespace', async () => {
    const made = (apiVersion: string, kind: string, rest: object) => ({
      apiVersion,
      kind,
      metadata: { name: 'mine' },
      ...rest,
    });
    const rbac = 'rbac.authorization.k8s.io';
    const tries: [string, 'POST' | 'PATCH', string, unknown][] = [
      ['quota', 'POST', `/api/v1/namespaces/${NAMESPACE}/resourcequotas`, made('v1', 'ResourceQuota', {})],
      [
        'policy',
        'POST',
        `${api('networking.k8s.io/v1')}/networkpolicies`,
        made('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {} } }),
      ],
      [
        'binding',
        'POST',
        `${api(`${rbac}/v1`)}/rolebindings`,
        made(`${rbac}/v1`, 'RoleBinding', { roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'tenant-admin' } }),
      ],
      ['label', 'PATCH', `/api/v1/namespaces/${NAMESPACE}`, { metadata: { labels: { mine: 'yes' } } }],
    ];
    for (const [what, method, path, body] of tries) {
      expect(await send(kubeconfig(), method, path, body, as), what).toMatchObject({ kind: 'Status', code: 403 });
    }
  });

  it('as a viewer reads no secret', async () => {
    const secrets = `/api/v1/namespaces/${NAMESPACE}/secrets`;
    expect(await send(kubeconfig(), 'GET', secrets, undefined, PEOPLE['tenant-viewer'])).toMatchObject({ code: 403 });
    expect(await send(kubeconfig(), 'GET', secrets, undefined, as)).toMatchObject({ kind: 'SecretList' });
  });
});

describe('every generated role', () => {
  const all = { ...TENANT_RULES, 'naas-worker': workerRules() };

  it.each(Object.entries(all))('%s has no wildcard and no way to more rights', (_name, rules) => {
    for (const rule of rules) {
      const words = [...rule.apiGroups, ...rule.resources, ...rule.verbs];
      expect(words.filter((word) => word.includes('*') || ['escalate', 'impersonate'].includes(word))).toEqual([]);
      if (rule.verbs.includes('bind')) expect(rule.resourceNames).toEqual([...TENANT_ROLES]);
    }
  });

  it('of the tenants contains the one below it', () => {
    const rights = (role: TenantRole) =>
      TENANT_RULES[role].flatMap((rule) =>
        rule.apiGroups.flatMap((group) =>
          rule.resources.flatMap((resource) => rule.verbs.map((verb) => `${verb} ${group}/${resource}`)),
        ),
      );
    const missing = (inner: TenantRole, outer: TenantRole) =>
      rights(inner).filter((right) => !rights(outer).includes(right));
    expect(missing('tenant-viewer', 'tenant-developer')).toEqual([]);
    expect(missing('tenant-developer', 'tenant-admin')).toEqual([]);
    expect(missing('tenant-admin', 'tenant-developer')).not.toEqual([]);
  });
});
