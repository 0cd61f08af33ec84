// Whole zones of the emulated Azure DNS, over its real wire: made once, whose they are, and gone only when they are ours and empty.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallOptions } from '../../../src/activities/cluster.ts';
import type { DelegatedZones } from '../../../src/activities/zone.ts';
import type { FaultRequest } from '../../../src/local/azure-dns/faults.ts';
import { type AzureDns, startAzureDns } from '../../../src/local/azure-dns/index.ts';
import { openAzureZones } from '../../../src/providers/azure-dns/index.ts';
import { sdk } from '../../local/azure-dns/clients/over-the-wire.ts';

const OWNER = { installation: 'here', domain: 'example.org' };
const DELETION_MS = 300;

let azure: AzureDns;
let zones: DelegatedZones;
let directory: string;
let number = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'naas-azure-zones-'));
  azure = await startAzureDns({ limits: 'off', directory, zoneDeletionMs: DELETION_MS });
  const { clientId, secret = '' } = azure.application;
  zones = await openAzureZones({
    subscriptionId: azure.subscription,
    resourceGroup: azure.resourceGroup,
    credential: { kind: 'client-secret', tenantId: azure.tenant, clientId, secret: { text: secret } },
    endpoint: azure.endpoint,
    authorityHost: azure.endpoint,
    caFile: azure.caFile,
  });
});

afterAll(async () => {
  await azure?.stop();
  await rm(directory, { recursive: true, force: true });
});

const soon = (ms = 20_000): CallOptions => ({ deadlineMs: Date.now() + ms });
const shortly = () => soon(1_000);

function fresh(): string {
  number += 1;
  return `z${number}.example.org`;
}

const standing = (): string[] => (azure.snapshot() as { zones: { name: string }[] }).zones.map(({ name }) => name);

async function untilGone(zone: string): Promise<void> {
  await expect
    .poll(
      () =>
        zones.remove(zone, OWNER, soon()).then(
          () => 'gone',
          (error: Error) => error.name,
        ),
      { timeout: 5_000 },
    )
    .toBe('gone');
  expect(standing()).not.toContain(zone);
}

describe('a zone that is handed over', () => {
  it('is made with its owner in it, names the servers of its own NS set, and is made once', async () => {
    const zone = fresh();
    const { nameServers } = await zones.make(zone, OWNER, soon());
    expect(nameServers.length).toBeGreaterThan(1);
    for (const server of nameServers) expect(server).toMatch(/^[a-z0-9.-]+$/);
    expect(nameServers).toEqual([...nameServers].sort());
    const live = await sdk(azure).zones.get(azure.resourceGroup, zone);
    expect(live.tags).toEqual({ 'naas-installation': 'here', 'naas-domain': 'example.org' });
    expect(await zones.make(zone, OWNER, soon())).toEqual({ nameServers });
    expect((await sdk(azure).zones.get(azure.resourceGroup, zone)).etag).toBe(live.etag);
    await untilGone(zone);
  });

  it.each([
    ['another installation', { installation: 'there', domain: 'example.org' }],
    ['another domain', { installation: 'here', domain: 'other.org' }],
  ])('is not taken from %s, and not taken away', async (_whose, other) => {
    const zone = fresh();
    await zones.make(zone, other, soon());
    await expect(zones.make(zone, OWNER, soon())).rejects.toMatchObject({ name: 'NotOurs' });
    await expect(zones.remove(zone, OWNER, soon())).rejects.toMatchObject({ name: 'NotOurs' });
    expect(standing()).toContain(zone);
  });

  it('without a mark is somebody’s, and left alone', async () => {
    const zone = fresh();
    await sdk(azure).zones.createOrUpdate(azure.resourceGroup, zone, { location: 'global' });
    await expect(zones.make(zone, OWNER, soon())).rejects.toThrow('carries no mark of naas');
    await expect(zones.remove(zone, OWNER, soon())).rejects.toMatchObject({ name: 'NotOurs' });
    expect(standing()).toContain(zone);
  });

  it('that holds anything is not taken away', async () => {
    const zone = fresh();
    await zones.make(zone, OWNER, soon());
    const set = { ttl: 5, aRecords: [{ ipv4Address: '192.0.2.7' }] };
    await sdk(azure).recordSets.createOrUpdate(azure.resourceGroup, zone, 'www', 'A', set);
    await expect(zones.remove(zone, OWNER, soon())).rejects.toThrow('1 record sets that naas did not make');
    await sdk(azure).recordSets.delete(azure.resourceGroup, zone, 'www', 'A');
    await untilGone(zone);
  });

  it('takes its time to go, and is asked after until it has; gone is gone', async () => {
    const zone = fresh();
    await zones.make(zone, OWNER, soon());
    await expect(zones.remove(zone, OWNER, soon())).rejects.toMatchObject({ name: 'NotReadyYet' });
    await untilGone(zone);
    await zones.remove(zone, OWNER, soon());
  });
});

describe('a zone that is handed over, when a call goes wrong', () => {
  const BEFORE = ['throttled', 'conflict', 'forbidden', 'error-before', 'unavailable', 'reset-before', 'stall-before'];
  const AFTER = ['error-after', 'reset-after', 'stall-after', 'truncated'];
  const TOLD: Record<string, string> = {
    throttled: 'Throttled',
    conflict: 'Outdated',
    forbidden: 'Forbidden',
    'stall-before': 'DeadlinePassed',
    'stall-after': 'DeadlinePassed',
  };
  const broken = (kind: string, method: 'PUT' | 'DELETE' | 'GET', zone: string): void => {
    azure.faults.add({ kind, method, resource: 'zone', zone, times: 1 } as FaultRequest);
  };

  it.each([...BEFORE, ...AFTER])(
    '%s: its making ends in the typed outcome, and the next try makes it whole',
    async (kind) => {
      const zone = fresh();
      broken(kind, 'PUT', zone);
      await expect(zones.make(zone, OWNER, shortly())).rejects.toMatchObject({ name: TOLD[kind] ?? 'Unavailable' });
      expect(standing().includes(zone)).toBe(AFTER.includes(kind));
      expect((await zones.make(zone, OWNER, soon())).nameServers.length).toBeGreaterThan(1);
      await untilGone(zone);
    },
  );

  it.each([...BEFORE, ...AFTER.filter((kind) => kind !== 'truncated')])(
    '%s: its removal ends in the typed outcome, and the next try finds it going',
    async (kind) => {
      const zone = fresh();
      await zones.make(zone, OWNER, soon());
      broken(kind, 'DELETE', zone);
      await expect(zones.remove(zone, OWNER, shortly())).rejects.toMatchObject({ name: TOLD[kind] ?? 'Unavailable' });
      await untilGone(zone);
    },
  );

  it.each(BEFORE)('%s: a look that fails takes nothing away', async (kind) => {
    const zone = fresh();
    await zones.make(zone, OWNER, soon());
    broken(kind, 'GET', zone);
    await expect(zones.remove(zone, OWNER, shortly())).rejects.toMatchObject({ name: TOLD[kind] ?? 'Unavailable' });
    expect(standing()).toContain(zone);
    await untilGone(zone);
  });
});
