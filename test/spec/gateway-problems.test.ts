// What a gateway cannot give: each refusal names the field, and what passes is complete.
import { describe, expect, it } from 'vitest';
import { gatewayProblems, loadBalancerProblems, MAX_LISTENERS } from '../../src/spec/gateway-problems.ts';
import type { GatewaySpec, HostnameSpec } from '../../src/spec/gateway-spec.ts';
import { anyGatewaySpecs } from '../support/gateway-arbitrary.ts';
import { GATEWAY_CASES, hostnameCase } from '../support/gateway-cases.ts';
import fc from '../support/properties.ts';

const base = (name: string, hostnames: HostnameSpec[]): GatewaySpec => {
  const found = GATEWAY_CASES[name];
  if (found === undefined) throw new Error(`no case ${name}`);
  return { ...found, hostnames };
};
const messages = (spec: GatewaySpec) => gatewayProblems(spec).map(({ field, message }) => `${field}: ${message}`);
const many = (count: number, tls: 'none' | 'shared') =>
  Array.from({ length: count }, (_, index) => hostnameCase(`h${index}.example.com`, tls));

describe('gatewayProblems', () => {
  it('finds none in what people would write', () => {
    for (const spec of Object.values(GATEWAY_CASES)) expect(gatewayProblems(spec)).toEqual([]);
  });

  it.each<[string, GatewaySpec, string, string]>([
    [
      'a name twice, once',
      base('listener-set', [hostnameCase('a.example.com', 'issued'), hostnameCase('a.example.com', 'issued')]),
      'hostnames[1].name',
      'a.example.com is named twice',
    ],
    [
      'two names with one Secret',
      base('listener-set', [
        { ...hostnameCase('a.example.com', 'none'), tls: { issuer: { kind: 'Issuer', name: 'i' }, secretName: 's' } },
        { ...hostnameCase('b.example.com', 'none'), tls: { issuer: { kind: 'Issuer', name: 'i' }, secretName: 's' } },
      ]),
      'hostnames[1].tls.secretName',
      'in the Secret of a.example.com',
    ],
    ['one listener too many', base('listener-set', many(MAX_LISTENERS + 1, 'none')), 'hostnames', 'at most 64'],
    [
      'one listener too many of its own',
      base('own-gateway', many(MAX_LISTENERS + 1, 'none')),
      'hostnames',
      'at most 64',
    ],
    [
      'an issuer where the shared listener ends TLS',
      base('shared-listener', [hostnameCase('a.example.com', 'issued')]),
      'hostnames[0].tls',
      'reads no certificate of the namespace',
    ],
    [
      'an issuer for a classic Gateway',
      base('istio-classic', [hostnameCase('a.example.com', 'issued')]),
      'hostnames[0].tls',
      'reads no certificate of the namespace',
    ],
    [
      'a shared certificate without a shared Gateway',
      base('own-gateway', [hostnameCase('a.example.com', 'shared')]),
      'hostnames[0].tls',
      'no shared certificate',
    ],
    [
      'a shared certificate that is not configured',
      {
        mode: 'istio-classic',
        dns: 'naas',
        selector: { istio: 'x' },
        service: { namespace: 'istio-system', name: 'x' },
        hostnames: [hostnameCase('a.example.com', 'shared')],
      },
      'hostnames[0].tls',
      'sharedCredential',
    ],
    [
      'a shared certificate for what passes through',
      base('listener-set', [hostnameCase('a.example.com', 'shared', 'tls')]),
      'hostnames[0].tls',
      'untouched',
    ],
  ])('finds %s', (_name, spec, field, why) => {
    const found = messages(spec);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${field}: `);
    expect(found[0]).toContain(why);
  });

  it('lets routes on shared listeners be more than a Gateway has listeners', () => {
    expect(gatewayProblems(base('shared-listener', many(MAX_LISTENERS + 1, 'shared')))).toEqual([]);
    expect(gatewayProblems(base('listener-set', many(MAX_LISTENERS, 'none')))).toEqual([]);
  });

  it('finds the same whatever the order of the hostnames, but for which of two is the second', () => {
    fc.assert(
      fc.property(anyGatewaySpecs, (spec) => {
        const turned = { ...spec, hostnames: [...spec.hostnames].reverse() };
        expect(gatewayProblems(turned)).toHaveLength(gatewayProblems(spec).length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('loadBalancerProblems', () => {
  const own = base('own-gateway', [hostnameCase('a.example.com', 'none')]);
  const tier = (allowed: string) => ({ tier: 'dev', quota: { 'services.loadbalancers': allowed } });

  it('finds one where a Gateway of its own could have no load balancer, and names the tier', () => {
    expect(loadBalancerProblems(own, tier('0')).map(({ message }) => message)).toEqual([
      expect.stringContaining('tier dev allows none'),
    ]);
    expect(loadBalancerProblems(own, tier('1'))).toEqual([]);
    expect(loadBalancerProblems(own, { tier: 'free', quota: {} })).toEqual([]);
    expect(loadBalancerProblems(base('listener-set', []), tier('0'))).toEqual([]);
  });
});
