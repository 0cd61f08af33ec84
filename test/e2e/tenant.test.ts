// A ready namespace as its people meet it, through kubectl on the real API server: what a developer can do, what nobody
// but naas can, what quota and limits do to pods, and that the worker's own account is fenced.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedPlatform } from '../support/platform.ts';
import { DEV, openStand, PROD, type Stand } from '../support/scenario.ts';

const run = promisify(execFile);
const NAME = 'tenant-e2e';
const OTHER = 'tenant-other';
const DEVELOPER = ['--as=dora@example.com', '--as-group=shop-developers', '--as-group=system:authenticated'];

let stand: Stand;
let dir: string;

beforeAll(async () => {
  stand = await openStand();
  dir = await mkdtemp(join(tmpdir(), 'naas-tenant-'));
  await stand.startWorker();
  await Promise.all([stand.submit(NAME, DEV), stand.submit(OTHER, DEV)]);
  await stand.untilAll([NAME, OTHER], ['ready']);
});

afterAll(async () => {
  await stand?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Output of kubectl, or what it complains of. */
async function kubectl(args: string[], kubeconfig = sharedPlatform().kubeconfig): Promise<string> {
  const env = { ...process.env, KUBECACHEDIR: join(dir, 'cache') };
  try {
    return (await run(sharedPlatform().kubectl, ['--kubeconfig', kubeconfig, ...args], { env })).stdout;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}

async function apply(object: object, as: string[]): Promise<string> {
  const file = join(dir, `${crypto.randomUUID()}.json`);
  await writeFile(file, JSON.stringify(object));
  return kubectl(['create', '-f', file, ...as]);
}

function pod(name: string, resources?: object) {
  const container = {
    name: 'main',
    image: 'registry.example/app:1',
    securityContext: SECURE,
    ...(resources === undefined ? {} : { resources }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAME },
    spec: { securityContext: POD_SECURE, containers: [container] },
  };
}

const POD_SECURE = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const SECURE = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

describe('a developer of the team', () => {
  it('can make a Deployment', async () => {
    const { spec } = pod('x');
    const selector = { matchLabels: { app: 'web' } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: NAME },
      spec: { selector, template: { metadata: { labels: { app: 'web' } }, spec } },
    };
    expect(await apply(deployment, DEVELOPER)).toContain('deployment.apps/web created');
  });

  it.each([
    ['quota', ['delete', 'resourcequota', 'naas-quota']],
    ['limits', ['patch', 'limitrange', 'naas-limits', '--type=merge', '-p', '{"spec":{"limits":[]}}']],
    ['network policies', ['delete', 'networkpolicy', 'naas-default-deny']],
    ['role bindings', ['create', 'rolebinding', 'mine', '--clusterrole=admin', '--user=dora@example.com']],
    [
      'the namespace’s labels',
      ['label', 'namespace', NAME, 'pod-security.kubernetes.io/enforce=privileged', '--overwrite'],
    ],
  ])('cannot touch %s', async (_what, args) => {
    expect(await kubectl([...args, '-n', NAME, ...DEVELOPER])).toMatch(/forbidden/i);
  });

  it('cannot do anything in a namespace that the team has no part in', async () => {
    expect(await kubectl(['get', 'pods', '-n', 'naas-system', ...DEVELOPER])).toMatch(/forbidden/i);
  });
});

describe('a pod', () => {
  it('without limits gets the defaults of the tier', async () => {
    expect(await apply(pod('plain'), DEVELOPER)).toContain('pod/plain created');
    const resources = JSON.parse(
      await kubectl(['get', 'pod', 'plain', '-n', NAME, '-o', 'jsonpath={.spec.containers[0].resources}']),
    );
    expect(resources).toEqual({ limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } });
  });

  it('over the quota is refused, with the numbers', async () => {
    const answer = await apply(pod('greedy', { limits: { cpu: '64', memory: '64Gi' } }), DEVELOPER);
    expect(answer).toMatch(/exceeded quota: naas-quota.*limits.cpu=64/s);
  });

  it('that wants the network of its node is refused by pod security', async () => {
    const { metadata, spec, ...rest } = pod('host');
    expect(await apply({ ...rest, metadata, spec: { ...spec, hostNetwork: true } }, DEVELOPER)).toMatch(
      /violates PodSecurity/,
    );
  });
});

describe("the worker's own account", () => {
  it.each([
    ['kube-system', 'tenant-admin'],
    ['default', 'tenant-viewer'],
    [NAME, 'cluster-admin'],
  ])('cannot bind a role in %s (%s)', async (namespace, role) => {
    const answer = await kubectl(
      ['create', 'rolebinding', 'escape', `--clusterrole=${role}`, '--user=mallory@example.com', '-n', namespace],
      sharedPlatform().workerKubeconfig,
    );
    expect(answer).toMatch(/forbidden|denied/i);
  });

  it('cannot write without the right incarnation, even in a namespace of its own', async () => {
    const answer = await kubectl(['create', 'configmap', 'stray', '-n', OTHER], sharedPlatform().workerKubeconfig);
    expect(answer).toMatch(/forbidden|denied/i);
  });
});

describe('an administrator of the cluster', () => {
  it('cannot change what naas says of a namespace by accident', async () => {
    expect(await kubectl(['label', 'namespace', NAME, 'naas.dev/team=payments', '--overwrite'])).toMatch(
      /denied|forbidden/i,
    );
    expect(await kubectl(['annotate', 'namespace', NAME, 'naas.dev/spec-'])).toMatch(/denied|forbidden/i);
    expect(await kubectl(['label', 'namespace', NAME, 'pod-security.kubernetes.io/enforce-'])).toMatch(
      /denied|forbidden/i,
    );
  });
});

describe('a namespace for production', () => {
  it('is made when two people have approved, one of them of the platform, in either order', async () => {
    const platform = stand.clientOf({ subject: 'linus@example.com', groups: ['platform-leads'] });
    const names = ['prod-first-lead', 'prod-first-platform'];
    await Promise.all(names.map((name) => stand.submit(name, PROD)));
    await stand.untilAll(names, ['awaiting-approval']);
    expect(await stand.lead.decide('prod-first-lead', { decision: 'approve' })).toMatchObject({
      slot: 'team-lead',
      awaits: ['platform'],
      phase: 'awaiting-approval',
    });
    expect(await platform.decide('prod-first-lead', { decision: 'approve' })).toMatchObject({
      slot: 'platform',
      awaits: [],
      phase: 'provisioning',
    });
    expect(await platform.decide('prod-first-platform', { decision: 'approve' })).toMatchObject({
      awaits: ['team-lead'],
    });
    expect(await stand.lead.decide('prod-first-platform', { decision: 'approve' })).toMatchObject({
      awaits: [],
      phase: 'provisioning',
    });
    await platform.close();
    await stand.untilAll(names, ['ready']);
  });
});

describe('ingress from a namespace of another team', () => {
  it('asks for the consent of a lead of that team, and of nobody else', async () => {
    const payments = stand.clientOf({ subject: 'pia@example.com', groups: ['payments-developers'] });
    const request = {
      ...stand.request('tenant-pay', DEV),
      team: 'payments',
      project: 'ledger',
      members: {},
      network: { ingressFrom: [{ namespace: NAME, team: 'shop' }] },
    };
    await expect(payments.submit({ ...request, network: { ingressFrom: [{ namespace: NAME }] } })).rejects.toThrow(
      `${NAME} cannot be allowed: it belongs to team shop, not to payments; say \`team: shop\``,
    );
    const answer = await payments.submit(request);
    expect(answer.awaits.map((slot) => slot.groups)).toEqual([['shop-leads']]);
    await payments.close();
    await stand.untilAll(['tenant-pay'], ['awaiting-approval']);
    expect((await stand.lead.decide('tenant-pay', { decision: 'approve' })).phase).toBe('provisioning');
    await stand.untilAll(['tenant-pay'], ['ready']);
    const selected = JSON.parse(
      await kubectl([
        'get',
        'networkpolicy',
        'naas-allow-ingress-from',
        '-n',
        'tenant-pay',
        '-o',
        'jsonpath={.spec.ingress[0].from[0].namespaceSelector.matchLabels}',
      ]),
    );
    expect(selected).toEqual({ 'kubernetes.io/metadata.name': NAME, 'naas.dev/team': 'shop' });
  });
});
