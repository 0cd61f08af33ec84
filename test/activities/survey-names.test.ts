// Names before they are asked for: CAA records that forbid the certificate, wildcards that would stop answering.
import { describe, expect, it } from 'vitest';
import { caaProblems, shadowNotices } from '../../src/activities/survey-names.ts';
import type { DnsZone } from '../../src/activities/zone.ts';
import type { HostnameTls } from '../../src/spec/gateway-spec.ts';
import type { ReachedName } from '../../src/spec/reach.ts';
import { catalog, NO_DNS } from '../support/activity-world.ts';

const OPTIONS = { deadlineMs: Date.now() + 60_000 };
const ISSUED: HostnameTls = { issuer: { kind: 'ClusterIssuer', name: 'ca' }, secretName: 's' };

function asking(tls: HostnameTls, records: ReachedName['records'] = []) {
  const name = 'cart.apps.example.com';
  return {
    gateway: {
      mode: 'listener-set' as const,
      dns: 'naas' as const,
      gateway: { namespace: 'gateway-system', name: 'shared', sections: {} },
      hostnames: [{ name, protocol: 'http' as const, backend: { service: 'cart', port: 80 }, tls }],
    },
    names: [{ name, zone: 'example.com', list: 'example.com', publisher: 'naas' as const, ttlSeconds: 5, records }],
  };
}

/** A zone that holds nothing but these CAA sets, by name. */
const zoneWith =
  (sets: Record<string, string[]>) =>
  (zone: string): DnsZone => {
    const none = () => Promise.reject(new Error('only CAA records are looked at'));
    return {
      name: zone,
      nameServers: none,
      create: none,
      change: none,
      remove: none,
      claimedBy: none,
      async read(key) {
        expect(key.type).toBe('CAA');
        const values = sets[key.name];
        return values && { set: { ...key, ttlSeconds: 5, values }, version: 'v', owner: undefined };
      },
    };
  };

const withIssuer = (caaDomains: string[]) => ({
  ...catalog,
  platform: {
    ...catalog.platform,
    gateway: {
      modes: ['listener-set' as const],
      sections: {},
      tls: 'issued' as const,
      issuer: { kind: 'ClusterIssuer' as const, name: 'ca', caaDomains },
    },
  },
});

describe('CAA records', () => {
  const ours = withIssuer(['ca.example.org']);
  const others = { 'apps.example.com': ['0 issue "other.example.org"'] };

  it('of the nearest name that has any decide, up to the zone', async () => {
    const problems = await caaProblems(asking(ISSUED), ours, { ...NO_DNS, zoneOf: zoneWith(others) }, OPTIONS);
    expect(problems).toMatchObject([
      { code: 'RefusedByGuardrail', field: 'hostnames', value: 'cart.apps.example.com' },
    ]);
    expect(problems[0]?.message).toContain('other.example.org');
    const allowing = { ...others, 'cart.apps.example.com': ['0 issue "ca.example.org"'] };
    expect(await caaProblems(asking(ISSUED), ours, { ...NO_DNS, zoneOf: zoneWith(allowing) }, OPTIONS)).toEqual([]);
    expect(await caaProblems(asking(ISSUED), ours, { ...NO_DNS, zoneOf: zoneWith({}) }, OPTIONS)).toEqual([]);
  });

  it('that the request itself brings count as if they stood there', async () => {
    const own = [{ type: 'CAA' as const, ttlSeconds: 5, values: ['0 issue "ca.example.org"'] }];
    expect(await caaProblems(asking(ISSUED, own), ours, { ...NO_DNS, zoneOf: zoneWith(others) }, OPTIONS)).toEqual([]);
  });

  it('are asked for by nobody where no certificate is issued, or no authority is named', async () => {
    expect(await caaProblems(asking('shared'), ours, { ...NO_DNS, zoneOf: zoneWith(others) }, OPTIONS)).toEqual([]);
    expect(await caaProblems(asking(ISSUED), withIssuer([]), NO_DNS, OPTIONS)).toEqual([]);
  });
});

describe('a new name', () => {
  it('is told of the wildcard that it hides', () => {
    expect(shadowNotices(['a.b.example.com'], ['*.example.com', 'example.com'])).toEqual([
      expect.stringMatching(/^a\.b\.example\.com hides \*\.example\.com for b\.example\.com/),
    ]);
    expect(shadowNotices(['a.example.com'], ['b.example.com'])).toEqual([]);
  });

  it('hides one that is asked for together with it', () => {
    expect(shadowNotices(['a.b.example.com', '*.example.com'], [])).toHaveLength(1);
  });
});
