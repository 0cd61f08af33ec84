// The contract of a DNS zone on the emulated Azure DNS, over its real wire.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DnsManagementClient } from '@azure/arm-dns';
import { ClientSecretCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DnsZone } from '../../../src/activities/zone.ts';
import type { FaultRequest } from '../../../src/local/azure-dns/faults.ts';
import { type AzureDns, startAzureDns } from '../../../src/local/azure-dns/index.ts';
import { openAzureZone } from '../../../src/providers/azure-dns/index.ts';
import { toAzure } from '../../../src/providers/azure-dns/record-form.ts';
import type { RecordKey, RecordSet } from '../../../src/spec/record-set.ts';
import { SAMPLE_OWNER as OWNER } from '../../support/sample-record.ts';
import { dnsZoneContract } from './zone-contract.ts';

const ZONE = 'contract.test';
const SILENT = 'silent.test';

dnsZoneContract('the emulated Azure DNS', async () => {
  const { azure, stop } = await startEmulator();
  azure.faults.add({ kind: 'stall-before', zone: SILENT, times: 1_000 });
  return {
    zone: await open(azure, ZONE),
    second: await open(azure, ZONE),
    silent: await open(azure, SILENT),
    foreign: stranger(azure),
    stop,
  };
});

describe('a zone of the emulated Azure DNS, when a write goes wrong', () => {
  let azure: AzureDns;
  let zone: DnsZone;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    ({ azure, stop } = await startEmulator());
    zone = await open(azure, ZONE);
  });
  afterAll(async () => {
    await stop?.();
  });

  const UNDONE = [
    ['throttled', 'Throttled'],
    ['conflict', 'Outdated'],
    ['forbidden', 'Forbidden'],
    ['error-before', 'Unavailable'],
    ['unavailable', 'Unavailable'],
    ['reset-before', 'Unavailable'],
    ['stall-before', 'DeadlinePassed'],
  ] as const;
  const DONE = [
    ['error-after', 'Unavailable'],
    ['reset-after', 'Unavailable'],
    ['stall-after', 'DeadlinePassed'],
  ] as const;
  /** What the emulator cuts has no body to be cut when it is a removal. */
  const CUT = [['truncated', 'Unavailable']] as const;

  const fresh = (): RecordSet => ({
    zone: ZONE,
    name: `n${randomUUID().slice(0, 8)}.${ZONE}`,
    type: 'A',
    ttlSeconds: 5,
    values: ['192.0.2.7'],
  });
  const soon = (ms = 20_000) => ({ deadlineMs: Date.now() + ms });
  /** Time for the fault to be met, and no more: a stall lasts until it is over. */
  const shortly = () => soon(700);
  const meet = async (
    kind: FaultRequest['kind'],
    method: 'PUT' | 'DELETE',
    work: () => Promise<unknown>,
  ): Promise<unknown> => {
    azure.faults.add({ kind, method, zone: ZONE });
    const caught = await work().then(
      () => 'a success',
      (error: unknown) => error,
    );
    expect(azure.faults.list()).toEqual([]);
    return caught;
  };

  it.each(UNDONE)('%s before a creation is %s, and nothing is there', async (kind, code) => {
    const set = fresh();
    expect(await meet(kind, 'PUT', () => zone.create(set, OWNER, shortly()))).toMatchObject({ name: code });
    expect(await zone.read(set, soon())).toBeUndefined();
    expect((await zone.create(set, OWNER, soon())).outcome).toBe('created');
  });

  it.each([...DONE, ...CUT])(
    '%s after a creation is %s; the set is there, ours, and not made twice',
    async (kind, code) => {
      const set = fresh();
      expect(await meet(kind, 'PUT', () => zone.create(set, OWNER, shortly()))).toMatchObject({ name: code });
      expect(await zone.read(set, soon())).toMatchObject({ set, owner: OWNER });
      await expect(zone.create(set, OWNER, soon())).rejects.toMatchObject({ name: 'NotOurs' });
    },
  );

  it.each(UNDONE)('%s before a change is %s, and it can be made on the same version', async (kind, code) => {
    const set = fresh();
    const { uid = '' } = await zone.create(set, OWNER, soon());
    const next = { ...set, values: ['192.0.2.8'] };
    expect(await meet(kind, 'PUT', () => zone.change(next, OWNER, uid, shortly()))).toMatchObject({ name: code });
    expect((await zone.change(next, OWNER, uid, soon())).outcome).toBe('changed');
  });

  it.each([...DONE, ...CUT])('%s after a change is %s, and the same version is outdated', async (kind, code) => {
    const set = fresh();
    const { uid = '' } = await zone.create(set, OWNER, soon());
    const next = { ...set, values: ['192.0.2.8'] };
    expect(await meet(kind, 'PUT', () => zone.change(next, OWNER, uid, shortly()))).toMatchObject({ name: code });
    await expect(zone.change(next, OWNER, uid, soon())).rejects.toMatchObject({ name: 'Outdated' });
    expect(await zone.read(set, soon())).toMatchObject({ set: next, owner: OWNER });
  });

  it.each(UNDONE)('%s before a removal is %s, and it can be made on the same version', async (kind, code) => {
    const set = fresh();
    const { uid = '' } = await zone.create(set, OWNER, soon());
    expect(await meet(kind, 'DELETE', () => zone.remove(set, uid, shortly()))).toMatchObject({ name: code });
    expect((await zone.remove(set, uid, soon())).outcome).toBe('deleted');
  });

  it.each(DONE)('%s after a removal is %s, and the next one finds nothing', async (kind, code) => {
    const set = fresh();
    const { uid = '' } = await zone.create(set, OWNER, soon());
    expect(await meet(kind, 'DELETE', () => zone.remove(set, uid, shortly()))).toMatchObject({ name: code });
    expect((await zone.remove(set, uid, soon())).outcome).toBe('absent');
  });

  it('a precondition that fails by mistake is Outdated, and NotOurs for a creation', async () => {
    const set = fresh();
    expect(await meet('precondition-failed', 'PUT', () => zone.create(set, OWNER, soon()))).toMatchObject({
      name: 'NotOurs',
    });
    const { uid = '' } = await zone.create(set, OWNER, soon());
    expect(await meet('precondition-failed', 'DELETE', () => zone.remove(set, uid, soon()))).toMatchObject({
      name: 'Outdated',
    });
    expect(await zone.read(set, soon())).toMatchObject({ set });
  });

  it('leaves the zone as it was when all that was made is removed', async () => {
    const before = azure.snapshot();
    const sets = Array.from({ length: 5 }, fresh);
    const made = await Promise.all(sets.map((set) => zone.create(set, OWNER, soon())));
    expect(azure.snapshot()).not.toEqual(before);
    await Promise.all(sets.map((set, index) => zone.remove(set, made[index]?.uid ?? '', soon())));
    expect(withoutCounters(azure.snapshot())).toEqual(withoutCounters(before));
  });

  it('is refused for a wrong secret, in the words of the authority', async () => {
    const wrong = await open(azure, ZONE, { text: 'wrong' });
    await expect(wrong.read(fresh(), soon())).rejects.toMatchObject({
      name: 'Forbidden',
      message: expect.stringContaining('AADSTS7000215'),
    });
  });

  it('tells a zone that is not there from a set that is not', async () => {
    const elsewhere = await open(azure, 'elsewhere.test');
    const set = { ...fresh(), zone: 'elsewhere.test', name: 'x.elsewhere.test' };
    await expect(elsewhere.read(set, soon())).rejects.toMatchObject({ name: 'NotFound' });
    await expect(elsewhere.create(set, OWNER, soon())).rejects.toMatchObject({ name: 'NotFound' });
    await expect(elsewhere.nameServers(soon())).rejects.toMatchObject({ name: 'NotFound' });
    expect(await zone.read(fresh(), soon())).toBeUndefined();
  });
});

/** A zone counts its sets and has an ETag of its own, which moves on. */
function withoutCounters(snapshot: Record<string, unknown>): string {
  return JSON.stringify(snapshot, (key, value) => (key === 'etag' ? undefined : value));
}

async function startEmulator(): Promise<{ azure: AzureDns; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'naas-azure-contract-'));
  const azure = await startAzureDns({ zones: [ZONE, SILENT], limits: 'off', directory });
  return {
    azure,
    stop: async () => {
      await azure.stop();
      await rm(directory, { recursive: true });
    },
  };
}

function open(azure: AzureDns, zone: string, secret = { text: azure.application.secret ?? '' }): Promise<DnsZone> {
  return openAzureZone({
    zone,
    subscriptionId: azure.subscription,
    resourceGroup: azure.resourceGroup,
    credential: { kind: 'client-secret', tenantId: azure.tenant, clientId: azure.application.clientId, secret },
    endpoint: azure.endpoint,
    authorityHost: azure.endpoint,
    caFile: azure.caFile,
  });
}

/** The SDK itself, unconditional and without a mark. */
function stranger(azure: AzureDns) {
  const common = { tlsOptions: { ca: azure.ca } };
  const { tenant, application } = azure;
  const identity = { ...common, authorityHost: azure.endpoint, disableInstanceDiscovery: true };
  const credential = new ClientSecretCredential(tenant, application.clientId, application.secret ?? '', identity);
  const { recordSets } = new DnsManagementClient(credential, azure.subscription, {
    ...common,
    endpoint: azure.endpoint,
  });
  const nobody = { installation: 'x', namespace: 'x', incarnation: 'x', requestId: 'x', planDigest: 'x' };
  const relative = (name: string): string => (name === ZONE ? '@' : name.slice(0, -ZONE.length - 1));
  return {
    async write(set: RecordSet): Promise<void> {
      const { metadata: _, ...form } = toAzure(set, nobody);
      await recordSets.createOrUpdate(azure.resourceGroup, ZONE, relative(set.name), set.type, form);
    },
    async remove({ name, type }: RecordKey): Promise<void> {
      await recordSets.delete(azure.resourceGroup, ZONE, relative(name), type);
    },
  };
}
