// Zones of the emulated API, and what is the same for every request: who calls, which version, the limits.
import { beforeEach, describe, expect, it } from 'vitest';
import { serve } from '../../../src/local/azure-dns/api.ts';
import { AZURE_LIMITS } from '../../../src/local/azure-dns/throttle.ts';
import { GROUP, InMemory, ORIGIN, SUBSCRIPTION, ZONE } from './in-memory.ts';

let dns: InMemory;
beforeEach(() => {
  dns = new InMemory();
});

const NEW = `${GROUP}/dnsZones/New.test`;
const body = { location: 'global', tags: { team: 'a' } };

describe('a zone', () => {
  it('is created with its NS and SOA, read, tagged and listed', async () => {
    const created = await dns.call('PUT', NEW, { body });
    expect(created).toMatchObject({ status: 201, effect: 'created' });
    expect(created.body).toEqual({
      id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Network/dnszones/new.test`,
      name: 'new.test',
      type: 'Microsoft.Network/dnszones',
      etag: expect.any(String),
      location: 'global',
      tags: { team: 'a' },
      properties: {
        maxNumberOfRecordSets: 10_000,
        maxNumberOfRecordsPerRecordSet: null,
        nameServers: ['127.0.0.1:5301', '127.0.0.1:5302'],
        numberOfRecordSets: 2,
        zoneType: 'Public',
      },
    });
    expect((await dns.call('GET', NEW)).body).toEqual(created.body);
    const tagged = await dns.call('PATCH', NEW, { body: { tags: { team: 'b' } } });
    expect(tagged.body).toMatchObject({ tags: { team: 'b' } });
    expect(tagged.body.etag).not.toBe(created.body.etag);
    const { body: sets } = await dns.call('GET', `${NEW}/recordsets`);
    expect(sets.value.map((set: { properties: object }) => set.properties)).toMatchObject([
      { TTL: 172_800, NSRecords: [{ nsdname: 'ns1.azure-dns.test.' }, { nsdname: 'ns2.azure-dns.test.' }] },
      { TTL: 3600, SOARecord: { email: 'azuredns-hostmaster.microsoft.com', minimumTTL: 300, serialNumber: 1 } },
    ]);
    const { body: ofGroup } = await dns.call('GET', `${GROUP}/dnsZones`);
    const { body: ofAll } = await dns.call(
      'GET',
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/dnszones`,
    );
    expect(ofGroup.value.map(({ name }: { name: string }) => name)).toEqual(['example.test', 'new.test']);
    expect(ofAll).toEqual(ofGroup);
  });

  it('is created only once with If-None-Match, and changed only on its version', async () => {
    await dns.call('PUT', NEW, { body });
    expect(await dns.call('PUT', NEW, { body, ifNoneMatch: '*' })).toMatchObject({
      status: 412,
      body: {
        code: 'PreconditionFailed',
        message: 'The Zone new.test exists already and hence cannot be created again.',
      },
    });
    for (const method of ['PUT', 'PATCH', 'DELETE'])
      expect(await dns.call(method, NEW, { body, ifMatch: 'gibberish' })).toMatchObject({
        status: 412,
        body: { message: 'The Zone new.test has been modified (etag mismatch).' },
      });
  });

  it.each([
    ['without a place', {}, 'LocationRequired'],
    ['elsewhere', { location: 'westeurope' }, 'LocationNotAvailableForResourceType'],
  ])('%s is refused', async (_what, given, code) => {
    expect(await dns.call('PUT', NEW, { body: given })).toMatchObject({ status: 400, body: { error: { code } } });
  });

  it('is refused when private, of one label, or of another group already', async () => {
    const privately = { location: 'global', properties: { zoneType: 'Private' } };
    expect(await dns.call('PUT', NEW, { body: privately })).toMatchObject({ status: 400 });
    expect(await dns.call('PUT', `${GROUP}/dnsZones/test`, { body })).toMatchObject({ status: 400 });
    const other = ZONE.replace('/rg/', '/other/');
    expect(await dns.call('PUT', other, { body })).toMatchObject({ status: 409 });
    expect(await dns.call('GET', other)).toMatchObject({ status: 404, body: { error: { code: 'ResourceNotFound' } } });
  });

  it('is deleted at once when nothing is asked to take long, and gone then for DNS too', async () => {
    const deleted = await dns.call('DELETE', ZONE);
    expect(deleted).toMatchObject({ status: 202, effect: 'deleted' });
    expect(await dns.call('DELETE', ZONE)).toMatchObject({ status: 204 });
    expect(dns.ask('example.test', 'SOA').rcode).toBe('REFUSED');
    for (const header of ['Azure-AsyncOperation', 'Location']) {
      const link = new URL(deleted.headers[header] ?? '');
      expect(link.origin).toBe(ORIGIN);
      expect((await dns.call('GET', link.pathname)).status).toBe(200);
    }
  });

  it('that takes long to delete is there until then, and takes no writes', async () => {
    dns.zoneDeletionMs = 3_600_000;
    const { headers } = await dns.call('DELETE', ZONE);
    const status = new URL(headers['Azure-AsyncOperation'] ?? '').pathname;
    const result = new URL(headers['Location'] ?? '').pathname;
    expect((await dns.call('GET', status)).body).toEqual({ status: 'InProgress' });
    expect(await dns.call('GET', result)).toMatchObject({ status: 202, body: undefined });
    expect(await dns.call('GET', ZONE)).toMatchObject({ status: 200 });
    expect(await dns.put('www', 'A', [{ ipv4Address: '192.0.2.1' }])).toMatchObject({ status: 409 });
    expect((await dns.call('DELETE', ZONE)).headers['Location']).toBe(headers['Location']);
    dns.deletions.end();
  });
});

describe('a request', () => {
  it.each([
    ['another subscription', ZONE.replace(SUBSCRIPTION, 'x'), 404, 'SubscriptionNotFound'],
    ['another group', ZONE.replace('/rg/', '/unknown/'), 404, 'ResourceGroupNotFound'],
    ['another type', `${ZONE}/DS/www`, 404, 'InvalidResourceType'],
    ['nothing', '/', 404, 'InvalidResourceType'],
    ['an operation that never was', `${GROUP}/dnsOperationStatuses/x`, 404, 'InvalidResourceType'],
  ])('for %s is answered so', async (_what, path, status, code) => {
    expect(await dns.call('GET', path)).toMatchObject({ status, body: { error: { code } } });
  });

  it('for traffic managers finds none, in whatever version', async () => {
    const query = { 'api-version': '2022-04-01' };
    expect((await dns.call('GET', `${GROUP}/trafficmanagerprofiles`, { query })).body).toEqual({ value: [] });
  });

  it('needs a version of the API that there is, and a method', async () => {
    expect(await dns.call('GET', ZONE, { query: { 'api-version': '1999-01-01' } })).toMatchObject({
      status: 400,
      body: { error: { code: 'NoRegisteredProviderFound' } },
    });
    expect(await dns.call('POST', ZONE)).toMatchObject({ status: 405 });
    expect(await dns.call('GET', `${ZONE}/A/%zz`)).toMatchObject({ status: 400 });
  });

  it('over the limit is refused with the time to wait, and changes nothing', async () => {
    dns = new InMemory({ limits: { ...AZURE_LIMITS, recordSetWrites: 2 } });
    await dns.put('a', 'A', [{ ipv4Address: '192.0.2.1' }]);
    const second = await dns.put('b', 'A', [{ ipv4Address: '192.0.2.1' }]);
    expect(second.headers['x-ms-ratelimit-remaining-subscription-resource-requests']).toBe('0');
    const before = dns.snapshot();
    expect(await dns.put('c', 'A', [{ ipv4Address: '192.0.2.1' }])).toMatchObject({
      status: 429,
      headers: { 'Retry-After': '30' },
      body: {
        error: {
          code: 'ResourceRequestsThrottled',
          message:
            "Number of requests for action 'Microsoft.Network/dnsZones/A/write' exceeded the limit of '2' for time interval '00:01:00'. Please try again after '30' seconds.",
        },
      },
    });
    expect(dns.snapshot()).toBe(before);
    dns.nowMs = 30_000;
    expect((await dns.put('c', 'A', [{ ipv4Address: '192.0.2.1' }])).status).toBe(201);
  });

  it.each([undefined, 'Bearer nonsense', 'Basic eDp5'])(
    'without a token that counts (%s) is refused',
    async (header) => {
      const request = {
        method: 'GET',
        path: ZONE,
        query: new URLSearchParams({ 'api-version': '2018-05-01' }),
        authorization: header,
        conditions: { ifMatch: undefined, ifNoneMatch: undefined },
        body: Buffer.alloc(0),
      };
      const answered = await serve(request, dns.parts(), dns.handlers);
      expect(answered.status).toBe(401);
      expect(answered.headers['WWW-Authenticate']).toContain(`Bearer authorization_uri="${ORIGIN}/`);
    },
  );
});
