// Request and catalog → Spec: every answer, every refusal, and that the order of the request does not count.

import { describe, expect, it } from 'vitest';
import { type Catalog, parseCatalog } from '../../src/spec/catalog.ts';
import { NaasError, type Problem } from '../../src/spec/errors.ts';
import { type NamespaceRequest, parseRequest, parseRequestText } from '../../src/spec/request.ts';
import { requestOf } from '../../src/spec/request-of.ts';
import { resolve } from '../../src/spec/resolve.ts';
import type { NamespaceSpec } from '../../src/spec/spec.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import fc from '../support/properties.ts';
import { anyRequests, goodRequests } from '../support/request-arbitrary.ts';
import { exampleText, shippedCatalog, shippedFiles } from '../support/shipped-catalog.ts';

const catalog = shippedCatalog();
const context = { cluster: 'local' };
function ask(
  changes: Record<string, unknown>,
  within: Catalog = catalog,
): { spec: NamespaceSpec } | { problems: Problem[] } {
  try {
    return { spec: resolve(parseRequest({ ...LEAST_REQUEST, ...changes }), within, context) };
  } catch (error) {
    if (error instanceof NaasError) return { problems: error.problems };
    throw error;
  }
}

describe('resolve', () => {
  it('answers every question of the least request', () => {
    expect(resolve(parseRequest(LEAST_REQUEST), catalog, context)).toMatchObject({
      version: 1,
      name: 'shop-cart-dev',
      cluster: 'local',
      template: 'standard',
      costCentre: 'CC-1001',
      podSecurity: { enforce: 'baseline', audit: 'restricted', warn: 'restricted', version: 'v1.35' },
      quota: { 'limits.cpu': '2', 'limits.memory': '4Gi' },
      network: {
        profile: 'team',
        dns: { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' } },
        sharedServices: [],
        ingressFrom: [],
        egressTo: [],
      },
      grants: [],
      leaseDays: 30,
      monthlyCostLimit: { amount: '100', currency: 'GBP' },
    });
  });

  it('is JSON and shares nothing with the catalog', () => {
    const before = JSON.stringify(catalog);
    const spec = resolve(parseRequestText(exampleText('shop-cart-staging'), 'x'), catalog, context);
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
    spec.quota['limits.cpu'] = '99';
    spec.network.dns.podLabels['x'] = 'y';
    spec.network.privateRanges.v4.length = 0;
    for (const service of spec.network.sharedServices) for (const port of service.ports) port.port = 1;
    expect(JSON.stringify(catalog)).toBe(before);
  });

  it('takes overrides within the bounds of the tier, in canonical form', () => {
    expect(
      ask({ quota: { 'limits.cpu': '1500m', 'limits.memory': '4096Mi', pods: 50, 'requests.storage': 0 } }),
    ).toMatchObject({
      spec: { quota: { 'limits.cpu': '1500m', 'limits.memory': '4Gi', pods: '50', 'requests.storage': '0' } },
    });
  });

  it('binds each role once, each subject once, with its spelling kept', () => {
    const members = {
      developers: [{ user: 'Ada@Example.com' }, { group: 'Shop Developers' }, { user: 'Ada@Example.com' }],
      admins: [],
    };
    expect(ask({ members })).toMatchObject({
      spec: {
        grants: [
          {
            role: 'developer',
            clusterRole: 'tenant-developer',
            subjects: [
              { kind: 'Group', name: 'Shop Developers' },
              { kind: 'User', name: 'Ada@Example.com' },
            ],
          },
        ],
      },
    });
  });

  it('takes ingress from the own team where none is named, each namespace once', () => {
    const ingressFrom = [{ namespace: 'b', team: 'payments' }, { namespace: 'a' }, { namespace: 'a', team: 'shop' }];
    expect(ask({ network: { ingressFrom } })).toMatchObject({
      spec: {
        network: {
          ingressFrom: [
            { namespace: 'a', team: 'shop' },
            { namespace: 'b', team: 'payments' },
          ],
        },
      },
    });
  });

  it.each<[Record<string, unknown>, string, string]>([
    [{ team: 'shpo' }, 'team', 'did you mean "shop"? known: shop, payments, platform'],
    [{ team: 'constructor' }, 'team', 'is not known'],
    [{ tier: 'production' }, 'tier', 'known: dev, prod, staging'],
    [{ template: 'ml' }, 'template', 'known: standard'],
    [{ cluster: 'west' }, 'cluster', 'known: local'],
    [{ team: 'payments', project: 'cart' }, 'project', 'known: ledger, checkout, fraud'],
    [{ network: { sharedServices: ['registri'] } }, 'network.sharedServices', 'did you mean "registry"'],
    [
      { network: { ingressFrom: [{ namespace: 'shop-cart-dev' }] } },
      'network.ingressFrom[0]',
      'the requested namespace itself',
    ],
    [
      { network: { ingressFrom: [{ namespace: 'a', team: 'paymnets' }] } },
      'network.ingressFrom[0].team',
      'did you mean "payments"',
    ],
    [
      { network: { ingressFrom: [{ namespace: 'a' }, { namespace: 'a', team: 'payments' }] } },
      'network.ingressFrom[1]',
      'of team shop and of team payments',
    ],
    [
      { network: { egressTo: [{ namespace: 'kube-system', ports: [{ port: 443 }] }] } },
      'network.egressTo[0].namespace',
      'shared service',
    ],
    [
      { network: { egressTo: [{ cidr: '10.0.0.0/8', ports: [{ port: 1 }] }] } },
      'network.egressTo[0].cidr',
      'wider than /16',
    ],
    [
      { network: { egressTo: [{ cidr: '0.0.0.0/0', ports: [{ port: 1 }] }] } },
      'network.egressTo[0].cidr',
      'wider than /16',
    ],
    [
      { network: { egressTo: [{ cidr: '169.254.169.254/32', ports: [{ port: 80 }] }] } },
      'network.egressTo[0].cidr',
      'which no request may open',
    ],
    [
      { network: { egressTo: [{ cidr: '168.63.129.0/24', ports: [{ port: 80 }] }] } },
      'network.egressTo[0].cidr',
      'which no request may open',
    ],
    [
      { network: { egressTo: [{ cidr: 'fd00:ec2::/64', ports: [{ port: 80 }] }] } },
      'network.egressTo[0].cidr',
      'which no request may open',
    ],
    [{ name: 'kube-public' }, 'name', 'reserved (kube-*)'],
    [{ name: 'default' }, 'name', 'reserved'],
    [{ name: 'naas-system' }, 'name', 'reserved (naas-*)'],
    [{ environment: 'e'.repeat(60) }, 'project', 'at most 63'],
    [
      { labels: { 'other.com/a': 'b' } },
      'labels["other.com/a"]',
      'not on the allow-list: app.kubernetes.io/, example.com/',
    ],
    [{ labels: { 'naas.dev/team': 'payments' } }, 'labels["naas.dev/team"]', "naas's own"],
    [{ annotations: { 'adopt.naas.dev/allow': 'x' } }, 'annotations["adopt.naas.dev/allow"]', "naas's own"],
    [
      { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } },
      'labels["pod-security.kubernetes.io/enforce"]',
      'not on the allow-list',
    ],
    [
      { labels: { 'kubernetes.io/metadata.name': 'x' } },
      'labels["kubernetes.io/metadata.name"]',
      'not on the allow-list',
    ],
    [{ leaseDays: 91 }, 'leaseDays', 'above the 90 days'],
    [{ quota: { 'limits.cpu': 4 } }, 'quota["limits.cpu"]', '500m to 3 (default 2)'],
    [{ quota: { 'limits.cpu': '1m' } }, 'quota["limits.cpu"]', '500m to 3'],
    [{ quota: { 'limits.cpu': 'many' } }, 'quota["limits.cpu"]', 'not a quantity'],
    [{ quota: { 'limits.cpu': '1.0000001' } }, 'quota["limits.cpu"]', 'thousandth'],
    [{ quota: { secrets: 1000 } }, 'quota.secrets', 'is not known'],
    [{ quota: { 'services.loadbalancers': 1 } }, 'quota["services.loadbalancers"]', 'outside'],
  ])('refuses %j at %s', (changes, field, why) => {
    expect(ask(changes)).toEqual({
      problems: [expect.objectContaining({ code: 'InvalidRequest', field, message: expect.stringContaining(why) })],
    });
  });

  it('lists every problem at once', () => {
    const answer = ask({
      team: 'x',
      tier: 'y',
      template: 'z',
      cluster: 'c',
      labels: { q: 'q' },
      network: { sharedServices: ['none'] },
    });
    expect('problems' in answer && answer.problems.map((problem) => problem.field).sort()).toEqual([
      'cluster',
      'labels.q',
      'network.sharedServices',
      'team',
      'template',
      'tier',
    ]);
  });

  it('holds a template to its profiles and tiers', () => {
    const strict = parseCatalog(
      shippedFiles().map((file) =>
        file.path.includes('templates/')
          ? {
              path: file.path,
              text: file.text
                .replace('defaultProfile: team', 'defaultProfile: isolated')
                .replace('[isolated, team, open-egress]', '[isolated]')
                .replace('[dev, staging, prod]', '[prod]'),
            }
          : file,
      ),
    );
    const answer = ask({ network: { profile: 'team' } }, strict);
    expect('problems' in answer && answer.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('tier of template standard "dev" is not known'),
      expect.stringContaining('profile of template standard "team"'),
    ]);
  });

  it('gives the same Spec for a Spec written out as a request', () => {
    fc.assert(
      fc.property(goodRequests, (request) => {
        const spec = resolve(parseRequest(request), catalog, context);
        expect(resolve(parseRequest(requestOf(spec)), catalog, context)).toEqual(spec);
      }),
      { numRuns: 300 },
    );
  });

  it('does not mind the order of the request', () => {
    fc.assert(
      fc.property(goodRequests, (request) => {
        const spec = resolve(parseRequest(request), catalog, context);
        expect(resolve(parseRequest(reversed(request)), catalog, context)).toEqual(spec);
      }),
      { numRuns: 300 },
    );
  });

  it('resolves nearly every good request, and otherwise always names a field', () => {
    let resolved = 0;
    fc.assert(
      fc.property(fc.oneof(goodRequests, anyRequests), (request) => {
        const { spec, problems = [] } = { problems: undefined, spec: undefined, ...ask({ ...request }) };
        if (spec !== undefined) resolved += 1;
        else expect(problems.length).toBeGreaterThan(0);
        for (const problem of problems) expect(problem.field, problem.message).toBeTruthy();
      }),
      { numRuns: 2_000 },
    );
    expect(resolved).toBeGreaterThan(600);
  });
});

function reversed(request: NamespaceRequest): NamespaceRequest {
  const turn = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(turn).reverse();
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).reverse();
    return Object.fromEntries(entries.map(([key, item]) => [key, turn(item)]));
  };
  return turn(request) as NamespaceRequest;
}
