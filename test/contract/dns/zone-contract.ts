// What every provider of a DNS zone has to do, whatever stands behind it: one suite, run on each.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallOptions } from '../../../src/activities/cluster.ts';
import type { DnsZone } from '../../../src/activities/zone.ts';
import { createDnsAnswers } from '../../../src/providers/dns-query/index.ts';
import { NaasError } from '../../../src/spec/errors.ts';
import {
  RECORD_TYPES,
  type RecordKey,
  type RecordOwner,
  type RecordSet,
  type RecordType,
} from '../../../src/spec/record-set.ts';
import fc from '../../support/properties.ts';
import { owner as anyOwner, typedValues } from '../../support/record-set-arbitrary.ts';
import { SAMPLE_OWNER as OWNER } from '../../support/sample-record.ts';

export interface ZoneUnderTest {
  zone: DnsZone;
  /** The same zone by a client of its own, as another worker has it. */
  second: DnsZone;
  /** A zone whose server takes what it is sent and never answers. */
  silent: DnsZone;
  /** A hand that is not ours writes a set without a mark, or takes whatever is there away. */
  foreign: { write(set: RecordSet): Promise<void>; remove(key: RecordKey): Promise<void> };
  stop(): Promise<void>;
}

const VALUES: Record<RecordType, [string[], string[]]> = {
  A: [['192.0.2.7', '192.0.2.8'], ['192.0.2.9']],
  AAAA: [['2001:db8::7'], ['2001:db8::8', '2001:db8::9']],
  CNAME: [['target.example.net'], ['other.example.net']],
  TXT: [['v=spf1 -all', 'zwei Wörter, "Zeichen" und \\'], ['x'.repeat(700)]],
  CAA: [['0 issue "ca.example"', '128 iodef "mailto:a@example.net"'], ['0 issue ";"']],
  NS: [['ns1.example.net', 'ns2.example.net'], ['ns3.example.net']],
};

const OTHER: RecordOwner = { ...OWNER, namespace: 'shop-api-dev', incarnation: '77aa', requestId: 'req-2' };

/** Long against a busy machine: none of these is to be met. */
const soon = (ms = 20_000): CallOptions => ({ deadlineMs: Date.now() + ms });

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    (value) => Promise.reject(new Error(`succeeded: ${JSON.stringify(value)}`)),
    (caught: unknown) => caught,
  );
  if (!(error instanceof NaasError)) throw error;
  return error.code;
}

export function dnsZoneContract(provider: string, open: () => Promise<ZoneUnderTest>): void {
  describe(`a zone at ${provider}`, () => {
    let under: ZoneUnderTest;
    let zone: DnsZone;

    beforeAll(async () => {
      under = await open();
      zone = under.zone;
    });
    afterAll(async () => {
      await under?.stop();
    });

    const fresh = (type: RecordType = 'A', label = `n${randomUUID().slice(0, 8)}`): RecordKey => ({
      zone: zone.name,
      name: label === '@' ? zone.name : `${label}.${zone.name}`,
      type,
    });
    const planned = (key: RecordKey, values = VALUES[key.type][0], ttlSeconds = 5): RecordSet => ({
      ...key,
      ttlSeconds,
      values: [...values].sort(),
    });

    describe('the way of a set', () => {
      it.each(RECORD_TYPES)('of type %s goes from nothing through a change to nothing', async (type) => {
        const key = fresh(type);
        expect(await zone.read(key, soon())).toBeUndefined();

        const created = await zone.create(planned(key), OWNER, soon());
        expect(created).toMatchObject({ verb: 'create', outcome: 'created' });
        const first = await under.second.read(key, soon());
        expect(first).toEqual({ set: planned(key), version: created.uid, owner: OWNER });

        const next = planned(key, VALUES[type][1], 60);
        const changed = await under.second.change(next, OTHER, created.uid ?? '', soon());
        expect(changed).toMatchObject({ verb: 'change', outcome: 'changed', before: created.uid });
        expect(changed.uid).not.toBe(created.uid);
        expect(await zone.read(key, soon())).toEqual({ set: next, version: changed.uid, owner: OTHER });

        const removed = await zone.remove(key, changed.uid ?? '', soon());
        expect(removed).toMatchObject({ verb: 'delete', outcome: 'deleted' });
        expect(removed.uid).toBeUndefined();
        expect(await zone.read(key, soon())).toBeUndefined();
      });

      it('keeps owner, values and TTL as they were given, whatever they are', async () => {
        const ttl = fc.integer({ min: 1, max: 2 ** 31 - 1 });
        await fc.assert(
          fc.asyncProperty(typedValues, ttl, anyOwner, async ({ type, values }, ttlSeconds, owner) => {
            const set = planned(fresh(type), values, ttlSeconds);
            const { uid = '' } = await zone.create(set, owner, soon());
            expect(await under.second.read(set, soon())).toEqual({ set, version: uid, owner });
            expect((await zone.remove(set, uid, soon())).outcome).toBe('deleted');
          }),
          { numRuns: 40 },
        );
      });

      it('can be gone again and again: the second removal finds nothing', async () => {
        const key = fresh();
        const { uid = '' } = await zone.create(planned(key), OWNER, soon());
        const outcomes = [];
        for (let count = 0; count < 3; count += 1) outcomes.push((await zone.remove(key, uid, soon())).outcome);
        expect(outcomes).toEqual(['deleted', 'absent', 'absent']);
      });

      it('begins anew with another version, though owner and values are the same', async () => {
        const key = fresh();
        const first = await zone.create(planned(key), OWNER, soon());
        await zone.remove(key, first.uid ?? '', soon());
        const second = await zone.create(planned(key), OWNER, soon());
        expect(second.uid).not.toBe(first.uid);
        expect(await failure(zone.remove(key, first.uid ?? '', soon()))).toBe('Outdated');
        expect((await zone.read(key, soon()))?.version).toBe(second.uid);
      });
    });

    describe('a condition that does not hold', () => {
      it('leaves a set alone that stands where one should be created', async () => {
        const key = fresh();
        const { uid } = await zone.create(planned(key), OWNER, soon());
        expect(await failure(under.second.create(planned(key, ['192.0.2.99']), OTHER, soon()))).toBe('NotOurs');
        expect(await zone.read(key, soon())).toEqual({ set: planned(key), version: uid, owner: OWNER });
      });

      it('leaves a set alone that was changed since it was read', async () => {
        const key = fresh();
        const { uid: first = '' } = await zone.create(planned(key), OWNER, soon());
        const { uid: second } = await zone.change(planned(key, ['192.0.2.50']), OWNER, first, soon());
        expect(await failure(under.second.change(planned(key, ['192.0.2.99']), OTHER, first, soon()))).toBe('Outdated');
        expect(await failure(under.second.remove(key, first, soon()))).toBe('Outdated');
        expect(await zone.read(key, soon())).toEqual({
          set: planned(key, ['192.0.2.50']),
          version: second,
          owner: OWNER,
        });
      });

      it('tells a change of something that is gone', async () => {
        const key = fresh();
        const { uid = '' } = await zone.create(planned(key), OWNER, soon());
        await zone.remove(key, uid, soon());
        expect(await failure(zone.change(planned(key), OWNER, uid, soon()))).toBe('Outdated');
        expect(await zone.read(key, soon())).toBeUndefined();
      });

      it('lets exactly one of many that create the same set have it', async () => {
        const key = fresh();
        const racers = Array.from({ length: 8 }, (_, index) => ({ ...OWNER, incarnation: `racer-${index}` }));
        const results = await Promise.allSettled(
          racers.map((owner, index) => (index % 2 === 0 ? zone : under.second).create(planned(key), owner, soon())),
        );
        const won = racers.filter((_, index) => results[index]?.status === 'fulfilled');
        expect(won).toHaveLength(1);
        for (const result of results) if (result.status === 'rejected') expect(result.reason.code).toBe('NotOurs');
        expect((await zone.read(key, soon()))?.owner).toEqual(won[0]);
      });

      it('lets exactly one of many that change or remove the same version do so', async () => {
        const key = fresh();
        const { uid = '' } = await zone.create(planned(key), OWNER, soon());
        const racers = Array.from({ length: 8 }, (_, index) =>
          index % 2 === 0
            ? zone.change(planned(key, [`192.0.2.${index}`]), { ...OWNER, requestId: `r${index}` }, uid, soon())
            : under.second.remove(key, uid, soon()),
        );
        const results = await Promise.allSettled(racers);
        const done = results.filter(
          (result) => result.status === 'fulfilled' && ['changed', 'deleted'].includes(result.value.outcome),
        );
        expect(done).toHaveLength(1);
        for (const result of results) if (result.status === 'rejected') expect(result.reason.code).toBe('Outdated');
      });
    });

    describe('what others have written', () => {
      it('is nobody’s of naas, and is not overwritten', async () => {
        const key = fresh('TXT');
        const set = planned(key, ['not of naas']);
        await under.foreign.write(set);
        const live = await zone.read(key, soon());
        expect(live).toMatchObject({ set, owner: undefined });
        expect(await failure(zone.create(planned(key), OWNER, soon()))).toBe('NotOurs');
        expect(await zone.read(key, soon())).toEqual(live);
      });

      it('is no more in the way when it is taken away under our hands', async () => {
        const key = fresh();
        const { uid: first = '' } = await zone.create(planned(key), OWNER, soon());
        await under.foreign.remove(key);
        expect(await zone.read(key, soon())).toBeUndefined();
        expect((await zone.remove(key, first, soon())).outcome).toBe('absent');
        const { uid } = await zone.create(planned(key), OTHER, soon());
        expect(await zone.read(key, soon())).toEqual({ set: planned(key), version: uid, owner: OTHER });
      });

      it('may carry a version too: a change is bound to it', async () => {
        const key = fresh();
        await under.foreign.write(planned(key, ['192.0.2.1']));
        const version = (await zone.read(key, soon()))?.version ?? '';
        await under.foreign.remove(key);
        await under.foreign.write(planned(key, ['192.0.2.2']));
        expect(await failure(zone.change(planned(key), OWNER, version, soon()))).toBe('Outdated');
        const now = (await zone.read(key, soon()))?.version ?? '';
        await zone.change(planned(key), OWNER, now, soon());
        expect(await zone.read(key, soon())).toMatchObject({ set: planned(key), owner: OWNER });
      });

      it.each([
        ['the name itself', (host: string) => host],
        ['a- and the name', (host: string) => `a-${host}`],
        ['aaaa- and the name', (host: string) => `aaaa-${host}`],
        ['cname- and the name', (host: string) => `cname-${host}`],
      ])('claims a name by external-dns’s registry at %s', async (_, entry) => {
        const key = fresh();
        expect(await zone.claimedBy(key, soon())).toBeUndefined();
        const text = 'heritage=external-dns,external-dns/owner=blue-cluster,external-dns/resource=ingress/shop/web';
        await under.foreign.write({
          zone: key.zone,
          name: entry(key.name),
          type: 'TXT',
          ttlSeconds: 5,
          values: [text],
        });
        expect(await zone.claimedBy(key, soon())).toBe('blue-cluster');
        expect(await zone.claimedBy({ ...key, type: 'AAAA' }, soon())).toBe('blue-cluster');
      });

      it('claims a wildcard without claiming every name below it', async () => {
        const wildcard = fresh('A', `*.${fresh().name.split('.')[0]}`);
        const text = 'heritage=external-dns,external-dns/owner=blue-cluster';
        await under.foreign.write({ ...wildcard, type: 'TXT', ttlSeconds: 5, values: [text] });
        expect(await zone.claimedBy(wildcard, soon())).toBe('blue-cluster');
        expect(await zone.claimedBy({ ...wildcard, name: wildcard.name.replace('*', 'shop') }, soon())).toBeUndefined();
      });

      it('claims nothing by another text, nor for another name', async () => {
        const key = fresh();
        await under.foreign.write({ ...key, type: 'TXT', ttlSeconds: 5, values: ['heritage=naas', 'v=spf1 -all'] });
        expect(await zone.claimedBy(key, soon())).toBeUndefined();
      });
    });

    describe('names', () => {
      it('of a wildcard are its own: a name that it answers for is not there, and can be created', async () => {
        const label = `w${randomUUID().slice(0, 8)}`;
        const wildcard = planned(fresh('A', `*.${label}`));
        const below = planned(fresh('A', `shop.${label}`), ['192.0.2.77']);
        const { uid = '' } = await zone.create(wildcard, OWNER, soon());
        expect(await zone.read(below, soon())).toBeUndefined();
        expect((await zone.remove(below, uid, soon())).outcome).toBe('absent');
        const own = await zone.create(below, OTHER, soon());
        expect(await zone.read(below, soon())).toEqual({ set: below, version: own.uid, owner: OTHER });
        expect(await zone.read(wildcard, soon())).toEqual({ set: wildcard, version: uid, owner: OWNER });
        await zone.remove(below, own.uid ?? '', soon());
        await zone.remove(wildcard, uid, soon());
      });

      it('of a wildcard TXT lend no owner to a set beside it', async () => {
        const forged = Object.entries({
          installation: 'test',
          namespace: 'x',
          incarnation: 'x',
          request: 'x',
          plan: 'x',
        });
        const wildcard: RecordSet = {
          ...fresh('TXT', '*'),
          ttlSeconds: 5,
          values: [forged.map(([field, value]) => `naas-${field}=${value}`).join(' ')],
        };
        await under.foreign.write(wildcard);
        const key = fresh();
        await under.foreign.write(planned(key));
        expect(await zone.read(key, soon())).toMatchObject({ set: planned(key), owner: undefined });
        await under.foreign.remove(wildcard);
      });

      it.each(['A', 'AAAA', 'TXT', 'CAA'] as const)('may be the apex: %s', async (type) => {
        const set = planned(fresh(type, '@'));
        const { uid = '' } = await zone.create(set, OWNER, soon());
        expect(await zone.read(set, soon())).toEqual({ set, version: uid, owner: OWNER });
        expect((await zone.remove(set, uid, soon())).outcome).toBe('deleted');
      });

      it('at the apex keep what the zone lives by', async () => {
        const servers = await zone.read(fresh('NS', '@'), soon());
        expect(servers?.set.values.length).toBeGreaterThan(0);
        expect(await failure(zone.remove(fresh('NS', '@'), servers?.version ?? '', soon()))).toBe('Invalid');
        expect(await failure(zone.create(planned(fresh('CNAME', '@')), OWNER, soon()))).toMatch(/^(Invalid|NotOurs)$/);
      });

      it('have a CNAME alone or none', async () => {
        const first = fresh('A');
        await zone.create(planned(first), OWNER, soon());
        expect(await failure(zone.create(planned({ ...first, type: 'CNAME' }), OWNER, soon()))).toBe('Invalid');
        const second = fresh('CNAME');
        await zone.create(planned(second), OWNER, soon());
        expect(await failure(zone.create(planned({ ...second, type: 'A' }), OWNER, soon()))).toBe('Invalid');
        expect(await zone.read({ ...second, type: 'A' }, soon())).toBeUndefined();
      });

      it('of another zone are refused', async () => {
        const key: RecordKey = { zone: zone.name, name: 'shop.elsewhere.example', type: 'A' };
        expect(await failure(zone.create(planned(key), OWNER, soon()))).toBe('Invalid');
        expect(await failure(zone.read(key, soon()))).toBe('Invalid');
      });
    });

    describe('an end from outside', () => {
      const nothing = { name: 'Error', message: 'the worker is stopping' };

      it('before the call sends nothing', async () => {
        const key = fresh();
        const signal = AbortSignal.abort(new Error(nothing.message));
        await expect(zone.create(planned(key), OWNER, { ...soon(), signal })).rejects.toMatchObject(nothing);
        const late = zone.create(planned(key), OWNER, { deadlineMs: Date.now() - 1 });
        await expect(late).rejects.toMatchObject({
          name: 'DeadlinePassed',
          message: expect.stringContaining('nothing was sent'),
        });
        expect(await zone.read(key, soon())).toBeUndefined();
      });

      it('during the call ends it, and says that the effect is unknown', async () => {
        const { silent } = under;
        const key = { ...fresh(), zone: silent.name, name: `x.${silent.name}` };
        const stop = new AbortController();
        const stopped = silent.create(planned(key), OWNER, { ...soon(), signal: stop.signal });
        setTimeout(() => stop.abort(new Error(nothing.message)), 200);
        await expect(stopped).rejects.toMatchObject(nothing);
        const late = silent.create(planned(key), OWNER, soon(300));
        await expect(late).rejects.toMatchObject({
          name: 'DeadlinePassed',
          message: expect.stringContaining('effect is unknown'),
        });
      });
    });

    describe('the zone’s servers', () => {
      it('answer what was written, each of them, and that it is gone when it is', async () => {
        const servers = await zone.nameServers(soon());
        expect(servers.length).toBeGreaterThan(0);
        const answers = createDnsAnswers({});
        const set = planned(fresh());
        const said = async (): Promise<string[]> =>
          (await answers.fromServers(set, servers, soon())).map(({ says }) => says);
        const all = (word: string) => servers.map(() => word);
        expect(await said()).toEqual(all('nxdomain'));
        const { uid = '' } = await zone.create(set, OWNER, soon());
        await expect.poll(said, { timeout: 10_000 }).toEqual(all('planned'));
        await zone.remove(set, uid, soon());
        await expect.poll(said, { timeout: 10_000 }).toEqual(all('nxdomain'));
      });
    });
  });
}
