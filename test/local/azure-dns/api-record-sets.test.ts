// Record sets of the emulated API: what is written is read back, in the real service's form, or refused as it refuses.
import { beforeEach, describe, expect, it } from 'vitest';
import { GROUP, InMemory, ORIGIN, SUBSCRIPTION, ZONE } from './in-memory.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RESOURCE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/publicIPAddresses/gateway`;

let dns: InMemory;
beforeEach(() => {
  dns = new InMemory();
});

const a = (ipv4Address: string) => ({ ipv4Address });

describe('a record set', () => {
  it('is created, read, replaced and deleted', async () => {
    const body = { properties: { TTL: 300, ARecords: [a('192.0.2.1')], metadata: { owner: 'me' } } };
    const created = await dns.call('PUT', `${ZONE}/A/WWW`, { body });
    expect(created).toMatchObject({ status: 201, effect: 'created' });
    expect(created.body).toEqual({
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/dnszones/example.test/A/www`,
      name: 'www',
      type: 'Microsoft.Network/dnszones/A',
      etag: expect.stringMatching(UUID),
      properties: {
        metadata: { owner: 'me' },
        fqdn: 'www.example.test.',
        TTL: 300,
        ARecords: [a('192.0.2.1')],
        targetResource: {},
        provisioningState: 'Succeeded',
      },
    });
    expect(created.headers['ETag']).toBe(created.body.etag);
    expect((await dns.call('GET', `${ZONE}/a/www`)).body).toEqual(created.body);

    const replaced = await dns.call('PUT', `${ZONE}/A/www`, { body: { properties: { TTL: 60, ARecords: [] } } });
    expect(replaced).toMatchObject({ status: 200, effect: 'changed' });
    expect(replaced.body.properties).toMatchObject({ TTL: 60, ARecords: [] });
    expect(replaced.body.properties).not.toHaveProperty('metadata');
    expect(replaced.body.etag).not.toBe(created.body.etag);

    expect(await dns.call('DELETE', `${ZONE}/A/www`)).toMatchObject({
      status: 200,
      effect: 'deleted',
      body: undefined,
    });
    expect(await dns.call('DELETE', `${ZONE}/A/www`)).toMatchObject({ status: 204, effect: 'none' });
    expect(await dns.call('GET', `${ZONE}/A/www`)).toMatchObject({
      status: 404,
      body: {
        code: 'NotFound',
        message: `The resource record 'www' does not exist in resource group 'rg' of subscription '${SUBSCRIPTION}'.`,
      },
    });
  });

  it('keeps what PATCH does not name', async () => {
    await dns.call('PUT', `${ZONE}/A/www`, {
      body: { properties: { TTL: 300, ARecords: [a('192.0.2.1')], metadata: { owner: 'me' } } },
    });
    const patched = await dns.call('PATCH', `${ZONE}/A/www`, { body: { properties: { ttl: 5 } } });
    expect(patched.body.properties).toMatchObject({ TTL: 5, ARecords: [a('192.0.2.1')], metadata: { owner: 'me' } });
    expect(await dns.call('PATCH', `${ZONE}/A/none`, { body: { properties: { TTL: 5 } } })).toMatchObject({
      status: 404,
    });
  });

  it('is written once with If-None-Match, and only on the version that was read with If-Match', async () => {
    const first = await dns.put('www', 'A', [a('192.0.2.1')], { ifNoneMatch: '*' });
    expect(first.status).toBe(201);
    expect(await dns.put('www', 'A', [a('192.0.2.2')], { ifNoneMatch: '*' })).toMatchObject({
      status: 412,
      effect: 'none',
      body: {
        code: 'PreconditionFailed',
        message: 'The Record set www exists already and hence cannot be created again.',
      },
    });
    const second = await dns.put('www', 'A', [a('192.0.2.2')], { ifMatch: first.body.etag });
    expect(second.status).toBe(200);
    const late = { status: 412, body: { message: 'The Record set www has been modified (etag mismatch).' } };
    expect(await dns.put('www', 'A', [a('192.0.2.3')], { ifMatch: first.body.etag })).toMatchObject(late);
    expect(await dns.call('DELETE', `${ZONE}/A/www`, { ifMatch: first.body.etag })).toMatchObject(late);
    expect((await dns.call('GET', `${ZONE}/A/www`)).body).toEqual(second.body);
    expect(await dns.call('DELETE', `${ZONE}/A/www`, { ifMatch: second.body.etag })).toMatchObject({ status: 200 });
    expect(await dns.call('DELETE', `${ZONE}/A/www`, { ifMatch: second.body.etag })).toMatchObject({ status: 204 });
  });

  it('of a CNAME stands alone at its name', async () => {
    await dns.put('www', 'A', [a('192.0.2.1')]);
    expect(await dns.put('www', 'CNAME', [{ cname: 'a.example' }])).toMatchObject({
      status: 409,
      body: {
        code: 'Conflict',
        message:
          'The CNAME record could not be created because another record with the same name already exists in this zone.',
      },
    });
    expect((await dns.put('api', 'CNAME', [{ cname: 'a.example' }])).status).toBe(201);
    expect(await dns.put('api', 'TXT', [{ value: ['x'] }])).toMatchObject({
      status: 409,
      body: {
        message:
          'The record could not be created because a CNAME record with the same name already exists in this zone.',
      },
    });
    expect((await dns.put('api', 'CNAME', [{ cname: 'b.example' }])).status).toBe(200);
  });

  it.each([
    ['a CNAME at the apex', '@', 'CNAME', [{ cname: 'a.example' }]],
    ['a wildcard NS set', '*.sub', 'NS', [{ nsdname: 'a.example' }]],
    ['an SOA below the apex', 'www', 'SOA', [{}]],
    ['a wildcard in the middle', 'a.*.b', 'A', [a('192.0.2.1')]],
    ['part of a label as a wildcard', 'a*', 'A', [a('192.0.2.1')]],
    ['a label of 64', 'a'.repeat(64), 'A', [a('192.0.2.1')]],
    ['a name that is too long', Array(130).fill('a').join('.'), 'A', [a('192.0.2.1')]],
    ['letters outside ASCII', 'bücher', 'A', [a('192.0.2.1')]],
    ['an empty label', 'a..b', 'A', [a('192.0.2.1')]],
    ['what is no IPv4 address', 'www', 'A', [a('192.0.2.256')]],
    ['what is no IPv6 address', 'www', 'AAAA', [{ ipv6Address: '192.0.2.1' }]],
    ['an IPv6 address with a zone', 'www', 'AAAA', [{ ipv6Address: 'fe80::1%eth0' }]],
    ['what is no host name', 'www', 'CNAME', [{ cname: 'under score.example' }]],
    ['a CNAME in quotes', 'www', 'CNAME', [{ cname: '"a.example"' }]],
    ['more than 20 records', 'www', 'A', Array.from({ length: 21 }, (_, index) => a(`192.0.2.${index}`))],
    ['a record twice', 'www', 'A', [a('192.0.2.1'), a('192.0.2.1')]],
    ['a TXT string of more than 255', 'www', 'TXT', [{ value: ['a'.repeat(256)] }]],
    ['a TXT string of 255 letters but more bytes', 'www', 'TXT', [{ value: ['é'.repeat(200)] }]],
    ['more than 4096 in a TXT set', 'www', 'TXT', [{ value: Array(17).fill('a'.repeat(255)) }]],
    ['a TXT record without a string', 'www', 'TXT', [{ value: [] }]],
    ['a CAA flag over 255', 'www', 'CAA', [{ flags: 256, tag: 'issue', value: 'ca.example' }]],
    ['a CAA tag with a space', 'www', 'CAA', [{ flags: 0, tag: 'is sue', value: 'ca.example' }]],
    ['an MX preference that is no number', 'www', 'MX', [{ preference: '1', exchange: 'mail.example' }]],
  ] as const)('of %s is refused', async (_what, name, type, records) => {
    const before = dns.snapshot();
    // Some of these are not even of the type.
    const answered = await dns.put(name, type, records as never);
    expect(answered).toMatchObject({ status: 400, body: { code: 'BadRequest', message: expect.any(String) } });
    expect(dns.snapshot()).toBe(before);
  });

  it.each([
    ['no TTL', { ARecords: [a('192.0.2.1')] }],
    ['a TTL of 0', { TTL: 0, ARecords: [a('192.0.2.1')] }],
    ['a TTL of 2147483648', { TTL: 2_147_483_648, ARecords: [a('192.0.2.1')] }],
    ['a TTL of 1.5', { TTL: 1.5, ARecords: [a('192.0.2.1')] }],
    ['records of another type', { TTL: 1, TXTRecords: [{ value: ['x'] }] }],
    ['metadata that is no text', { TTL: 1, ARecords: [], metadata: { owner: 1 } }],
    ['records that are no list', { TTL: 1, ARecords: a('192.0.2.1') }],
    ['records beside a target', { TTL: 1, ARecords: [a('192.0.2.1')], targetResource: { id: RESOURCE } }],
    ['a target that is no id', { TTL: 1, targetResource: { id: 'gateway' } }],
    ['a target in the zone that is not there', { TTL: 1, targetResource: { id: `${ZONE}/A/none` } }],
  ])('with %s is refused', async (_what, properties) => {
    expect(await dns.call('PUT', `${ZONE}/A/www`, { body: { properties } })).toMatchObject({
      status: 400,
      body: { code: 'BadRequest' },
    });
  });

  it('holds 20 records, 4096 bytes of text and the longest TTL', async () => {
    const records = Array.from({ length: 20 }, (_, index) => a(`192.0.2.${index}`));
    expect((await dns.put('www', 'A', records)).status).toBe(201);
    const value = [...Array(16).fill('a'.repeat(255)), 'a'.repeat(16)];
    const body = { properties: { TTL: 2_147_483_647, TXTRecords: [{ value }] } };
    expect((await dns.call('PUT', `${ZONE}/TXT/text`, { body })).status).toBe(201);
  });

  it('is an alias instead of holding records, until it is given some', async () => {
    const body = { properties: { TTL: 60, targetResource: { id: RESOURCE } } };
    const alias = await dns.call('PUT', `${ZONE}/A/@`, { body });
    expect(alias.body.properties).toMatchObject({ targetResource: { id: RESOURCE } });
    expect(alias.body.properties).not.toHaveProperty('ARecords');
    const plain = await dns.call('PATCH', `${ZONE}/A/@`, {
      body: { properties: { targetResource: {}, ARecords: [a('192.0.2.1')] } },
    });
    expect(plain.body.properties).toMatchObject({ targetResource: {}, ARecords: [a('192.0.2.1')], TTL: 60 });
    expect(await dns.call('PUT', `${ZONE}/TXT/www`, { body })).toMatchObject({ status: 400 });
  });

  it('is one of at most 20 aliases of a resource, over all zones', async () => {
    const other = `${GROUP}/dnsZones/other.test`;
    await dns.call('PUT', other, { body: { location: 'global' } });
    const body = { properties: { TTL: 60, targetResource: { id: RESOURCE } } };
    for (let index = 0; index < 20; index += 1) {
      const zone = index % 2 === 0 ? ZONE : other;
      expect((await dns.call('PUT', `${zone}/A/n${index}`, { body })).status).toBe(201);
    }
    expect(await dns.call('PUT', `${ZONE}/A/one-too-many`, { body })).toMatchObject({ status: 400 });
    expect((await dns.call('PUT', `${ZONE}/A/n0`, { body })).status).toBe(200);
    await dns.call('DELETE', `${other}/A/n1`);
    expect((await dns.call('PUT', `${ZONE}/A/one-more`, { body })).status).toBe(201);
  });

  it('of the apex that the service made cannot be deleted, nor lose its name servers', async () => {
    for (const type of ['NS', 'SOA']) {
      expect(await dns.call('DELETE', `${ZONE}/${type}/@`)).toMatchObject({
        status: 400,
        body: { code: 'BadRequest', message: `Record sets of type '${type}' with name '@' cannot be deleted.` },
      });
    }
    expect(await dns.put('@', 'NS', [{ nsdname: 'ns1.azure-dns.test.' }])).toMatchObject({ status: 400 });
    const more = ['NS1.azure-dns.test', 'ns2.azure-dns.test.', 'ns.elsewhere.example'].map((nsdname) => ({ nsdname }));
    expect((await dns.put('@', 'NS', more)).status).toBe(200);
  });

  it('of the SOA takes new times but keeps host and serial number', async () => {
    const { body: present } = await dns.call('GET', `${ZONE}/SOA/@`);
    const soa = { ...present.properties.SOARecord, refreshTime: 13, serialNumber: 99 };
    const body = { properties: { TTL: 110_901, SOARecord: soa } };
    const changed = await dns.call('PUT', `${ZONE}/SOA/@`, { body, ifMatch: present.etag });
    expect(changed.body.properties).toMatchObject({ TTL: 110_901, SOARecord: { refreshTime: 13, serialNumber: 1 } });
    const elsewhere = { properties: { TTL: 1, SOARecord: { ...soa, host: 'ns.elsewhere.example.' } } };
    expect(await dns.call('PUT', `${ZONE}/SOA/@`, { body: elsewhere })).toMatchObject({ status: 400 });
  });

  it('has no place in a zone that is not there, or is full', async () => {
    const missing = `${GROUP}/dnsZones/missing.test`;
    expect(await dns.call('PUT', `${missing}/A/www`, { body: {} })).toMatchObject({
      status: 404,
      body: {
        error: {
          code: 'ParentResourceNotFound',
          message: expect.stringContaining("Failed to perform 'write' on resource(s) of type 'dnszones/A'"),
        },
      },
    });
    expect(await dns.call('GET', `${missing}/A/www`)).toMatchObject({ status: 404 });
    const zone = dns.store.find('rg', 'example.test');
    for (let index = 0; index < 9998; index += 1) {
      const set = { type: 'TXT', name: `n${index}`, etag: 'e', ttlSeconds: 1, records: [] } as const;
      zone?.sets.set(
        set.name,
        new Map([['TXT', { ...set, records: [], metadata: undefined, targetResource: undefined }]]),
      );
    }
    expect(await dns.put('one-too-many', 'A', [a('192.0.2.1')])).toMatchObject({ status: 400 });
    expect((await dns.put('n1', 'TXT', [{ value: ['x'] }])).status).toBe(200);
  });
});

describe('a list of record sets', () => {
  const names = async (query: Record<string, string>, path = '/recordsets'): Promise<string[]> => {
    const { body } = await dns.call('GET', `${ZONE}${path}`, { query });
    return body.value.map((set: { name: string; type: string }) => `${set.name} ${set.type.split('/').at(-1)}`);
  };

  it('begins at the apex and is in order, of all types or of one', async () => {
    await dns.put('b', 'A', [a('192.0.2.1')]);
    await dns.put('a', 'TXT', [{ value: ['x'] }]);
    await dns.put('*', 'A', [a('192.0.2.1')]);
    expect(await names({})).toEqual(['@ NS', '@ SOA', '* A', 'a TXT', 'b A']);
    expect(await names({}, '/all')).toEqual(await names({}));
    expect(await names({}, '/A')).toEqual(['* A', 'b A']);
    expect(await names({ $recordsetnamesuffix: 'B' })).toEqual(['b A']);
    await dns.put('b.apps', 'A', [a('192.0.2.1')]);
    expect(await names({ $recordsetnamesuffix: '.apps' })).toEqual(['b.apps A']);
  });

  it('comes in pages, the last one without a link', async () => {
    for (let index = 10; index < 20; index += 1) await dns.put(`n${index}`, 'A', [a('192.0.2.1')]);
    const { body: first } = await dns.call('GET', `${ZONE}/A`, { query: { $top: '6' } });
    const next = new URL(first.nextLink);
    const { body: second } = await dns.call('GET', next.pathname, { query: Object.fromEntries(next.searchParams) });
    const namesIn = (body: { value: { name: string }[] }): string[] => body.value.map(({ name }) => name);
    expect([namesIn(first), namesIn(second)]).toEqual([
      ['n10', 'n11', 'n12', 'n13', 'n14', 'n15'],
      ['n16', 'n17', 'n18', 'n19'],
    ]);
    expect(second).not.toHaveProperty('nextLink');
  });

  it('comes in pages that neither repeat nor lose a set, also when others are written and deleted between them', async () => {
    for (let index = 10; index < 35; index += 1) await dns.put(`n${index}`, 'A', [a('192.0.2.1')]);
    const seen: string[] = [];
    let path = `${ZONE}/A`;
    let query: Record<string, string> = { $top: '10' };
    for (let pages = 1; ; pages += 1) {
      const { body } = await dns.call('GET', path, { query });
      seen.push(...body.value.map((set: { name: string }) => set.name));
      if (body.nextLink === undefined) {
        expect(pages).toBe(3);
        break;
      }
      const next = new URL(body.nextLink);
      expect(next.origin).toBe(ORIGIN);
      path = next.pathname;
      query = Object.fromEntries(next.searchParams);
      await dns.call('DELETE', `${ZONE}/A/${seen.at(-1)}`);
      await dns.put('n00', 'A', [a('192.0.2.1')]);
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `n${index + 10}`));
  });

  it('holds 100 sets without being asked for fewer', async () => {
    for (let index = 0; index < 99; index += 1) await dns.put(`n${index}`, 'A', [a('192.0.2.1')]);
    const { body } = await dns.call('GET', `${ZONE}/recordsets`);
    expect(body.value).toHaveLength(100);
    expect(body.nextLink).toContain('skipToken');
  });

  it('refuses a page size that is none', async () => {
    expect(await dns.call('GET', `${ZONE}/all`, { query: { $top: '0' } })).toMatchObject({ status: 400 });
  });
});
