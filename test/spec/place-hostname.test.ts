import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/spec/catalog.ts';
import { domainsNamed, placeOf } from '../../src/spec/place-hostname.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const shipped = shippedCatalog();
const [like] = Object.values(shipped.zones);
if (like === undefined) throw new Error('the catalog has a zone');
const zoneOf = (more: object): Catalog['zones'][string] => ({ ...like, ...more });
const catalog: Catalog = {
  ...shipped,
  zones: {
    'naas.test': like,
    'example.net': zoneOf({ provider: { kind: 'external-dns' } }),
    'apps.example.net': zoneOf({ teams: ['shop'], wholeZoneTeams: ['shop'] }),
    'inner.example.org': like,
  },
};
const place = (name: string, team = 'shop', delegations: string[] = []) => placeOf(name, team, catalog, delegations);

describe('the place of a hostname', () => {
  it('is the innermost zone around it, and its list the outermost one’s', () => {
    expect(place('cart.naas.test')).toMatchObject({ zone: 'naas.test', list: 'naas.test', publisher: 'naas' });
    expect(place('cart.apps.example.net')).toMatchObject({ zone: 'apps.example.net', list: 'example.net' });
    expect(place('cart.example.net')).toMatchObject({ zone: 'example.net', publisher: 'external-dns' });
    expect(place('cart.naas.test')).not.toHaveProperty('domain');
  });

  it.each([
    ['cart.apps.example.net', 'payments', 'which is for shop, not for team payments'],
    ['naas.test', 'shop', 'would be the whole of zone naas.test'],
    ['*.naas.test', 'shop', 'would be the whole of zone naas.test'],
  ])('is refused to others than its teams: %s of %s', (name, team, why) => {
    expect(place(name, team)).toEqual({ why: expect.stringContaining(why) });
  });

  it.each(['www.example.org', 'example.org', '*.www.example.org'])(
    'is in no zone of the installation for %s: its owner publishes it, and its domain has the list',
    (name) => {
      const { ttlSeconds } = catalog.policy.domains;
      expect(place(name)).toEqual({
        ...{ zone: 'example.org', list: 'example.org', domain: 'example.org' },
        ...{ publisher: 'owner', ttlSeconds },
      });
    },
  );

  it('is the nearest zone that its domain was handed over in', () => {
    const given = ['apps.example.org', 'deep.apps.example.org'];
    expect(place('cart.apps.example.org', 'shop', given)).toMatchObject({
      ...{ zone: 'apps.example.org', list: 'example.org', domain: 'example.org', publisher: 'naas' },
    });
    expect(place('cart.deep.apps.example.org', 'shop', given)).toMatchObject({ zone: 'deep.apps.example.org' });
    expect(place('*.apps.example.org', 'shop', given)).toMatchObject({ zone: 'apps.example.org', publisher: 'naas' });
    expect(place('cart.example.org', 'shop', given)).toMatchObject({ publisher: 'owner' });
    expect(place('myapps.example.org', 'shop', given)).toMatchObject({ publisher: 'owner' });
  });

  it('is nowhere for a wildcard over a zone of the installation, and below a public suffix', () => {
    expect(place('*.example.org')).toEqual({ why: 'would cover names of zone inner.example.org' });
    expect(place('co.uk')).toEqual({ why: expect.stringContaining('naas.test') });
    expect(place('*.co.uk')).toEqual({ why: expect.stringContaining('below no domain') });
  });
});

describe('the domains that a request names', () => {
  it('are those outside the zones, each once, by what somebody registered', () => {
    const hostnames = ['a.Example.ORG', 'b.example.org.', 'x.other.co.uk', 'cart.naas.test', 'not a name'].map(
      (name) => ({
        ...{ name, protocol: 'http' as const, port: 80 },
      }),
    );
    expect(domainsNamed({ hostnames }, catalog)).toEqual(['example.org', 'other.co.uk']);
    expect(domainsNamed({}, catalog)).toEqual([]);
  });
});
