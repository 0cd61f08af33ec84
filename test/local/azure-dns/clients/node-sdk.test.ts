// The emulated Azure DNS as Azure's own SDK for Node meets it: tokens, zones, record sets, pages, a deletion that takes long.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DnsManagementClient, type RecordSet } from '@azure/arm-dns';
import { ClientSecretCredential, WorkloadIdentityCredential } from '@azure/identity';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AzureDns, startAzureDns } from '../../../../src/local/azure-dns/index.ts';
import { sdk } from './over-the-wire.ts';

const ZONE = 'example.test';
const SUBJECT = 'system:serviceaccount:naas-system:naas-worker';

let azure: AzureDns;
let client: DnsManagementClient;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-azure-dns-test-'));
  keys = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(keys.publicKey)), alg: 'ES256' };
  azure = await startAzureDns({
    zones: [ZONE],
    limits: 'off',
    zoneDeletionMs: 1200,
    applications: [
      { clientId: 'by-secret', secret: 'open sesame' },
      { clientId: 'by-assertion', federation: { subject: SUBJECT, keys: { keys: [key] } } },
    ],
    directory: folder,
  });
  client = sdk(azure);
});
afterAll(async () => {
  await azure.stop();
  await rm(folder, { recursive: true });
});

describe('a token', () => {
  it('is given to a workload identity for the token of its ServiceAccount', async () => {
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setSubject(SUBJECT)
      .setAudience('api://AzureADTokenExchange')
      .setExpirationTime('5m')
      .sign(keys.privateKey);
    const tokenFilePath = join(folder, 'token');
    await writeFile(tokenFilePath, token);
    const credential = new WorkloadIdentityCredential({
      tenantId: azure.tenant,
      clientId: 'by-assertion',
      tokenFilePath,
      authorityHost: azure.endpoint,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: azure.ca },
    });
    const federated = new DnsManagementClient(credential, azure.subscription, {
      endpoint: azure.endpoint,
      tlsOptions: { ca: azure.ca },
    });
    expect(await federated.zones.get(azure.resourceGroup, ZONE)).toMatchObject({ name: ZONE });
    expect(azure.log.list().at(-1)).toMatchObject({ caller: 'by-assertion', status: 200 });
  });

  it('is not given for a wrong secret', async () => {
    const credential = new ClientSecretCredential(azure.tenant, 'by-secret', 'wrong', {
      authorityHost: azure.endpoint,
      disableInstanceDiscovery: true,
      tlsOptions: { ca: azure.ca },
    });
    await expect(credential.getToken(`${azure.endpoint}/.default`)).rejects.toThrow('AADSTS7000215');
  });
});

describe('a record set', () => {
  it('of every type is what was written, with its metadata', async () => {
    const sets: Record<string, RecordSet> = {
      A: { aRecords: [{ ipv4Address: '192.0.2.1' }] },
      AAAA: { aaaaRecords: [{ ipv6Address: '2001:db8::1' }] },
      CAA: { caaRecords: [{ flags: 0, tag: 'issue', value: 'ca.example' }] },
      CNAME: { cnameRecord: { cname: 'www.elsewhere.example' } },
      MX: { mxRecords: [{ preference: 10, exchange: 'mail.example' }] },
      NS: { nsRecords: [{ nsdname: 'ns.example.' }] },
      PTR: { ptrRecords: [{ ptrdname: 'host.example' }] },
      SRV: { srvRecords: [{ priority: 1, weight: 2, port: 3, target: 'srv.example' }] },
      TXT: { txtRecords: [{ value: ['one', 'two'] }] },
    };
    for (const [type, records] of Object.entries(sets)) {
      const set = { ttl: 300, metadata: { owner: 'me' }, ...records };
      const key = [azure.resourceGroup, ZONE, `of-${type.toLowerCase()}`, type as 'A'] as const;
      const created = await client.recordSets.createOrUpdate(...key, set, { ifNoneMatch: '*' });
      expect(created).toMatchObject({
        ...set,
        fqdn: `of-${type.toLowerCase()}.${ZONE}.`,
        provisioningState: 'Succeeded',
      });
      expect(await client.recordSets.get(...key)).toEqual(created);
      const patched = await client.recordSets.update(...key, { ttl: 60 }, { ifMatch: created.etag ?? '' });
      expect(patched).toMatchObject({ ...set, ttl: 60 });
      await expect(client.recordSets.createOrUpdate(...key, set, { ifNoneMatch: '*' })).rejects.toMatchObject({
        statusCode: 412,
        code: 'PreconditionFailed',
      });
      await expect(client.recordSets.delete(...key, { ifMatch: created.etag ?? '' })).rejects.toMatchObject({
        statusCode: 412,
      });
      await client.recordSets.delete(...key, { ifMatch: patched.etag ?? '' });
      await client.recordSets.delete(...key);
      await expect(client.recordSets.get(...key)).rejects.toMatchObject({ statusCode: 404, code: 'NotFound' });
    }
  });

  it('comes in pages of a list, with the wildcard and the apex', async () => {
    const key = [azure.resourceGroup, ZONE] as const;
    for (const name of ['*', '@', '*.apps', ...Array.from({ length: 22 }, (_, index) => `n${index}`)])
      await client.recordSets.createOrUpdate(...key, name, 'A', { ttl: 60, aRecords: [{ ipv4Address: '192.0.2.1' }] });
    const pages: number[] = [];
    for await (const page of client.recordSets.listByType(...key, 'A', { top: 10 }).byPage()) pages.push(page.length);
    expect(pages).toEqual([10, 10, 5]);
    const names: string[] = [];
    for await (const set of client.recordSets.listAllByDnsZone(...key, { recordSetNameSuffix: 'apps' }))
      names.push(set.name ?? '');
    expect(names).toEqual(['*.apps']);
    expect(await client.recordSets.get(...key, '*', 'A')).toMatchObject({ name: '*', fqdn: `*.${ZONE}.` });
  });
});

describe('a zone', () => {
  it('is created, listed, and deleted by a poller that waits until it is gone', async () => {
    const created = await client.zones.createOrUpdate(azure.resourceGroup, 'child.example.test', {
      location: 'global',
    });
    expect(created.nameServers).toHaveLength(4);
    expect(created.nameServers).toEqual(azure.nameServers.map(({ address }) => `127.0.0.1:${address.port}`));
    const names: string[] = [];
    for await (const zone of client.zones.list()) names.push(zone.name ?? '');
    expect(names).toEqual(['child.example.test', ZONE]);
    await client.zones.beginDeleteAndWait(azure.resourceGroup, 'child.example.test');
    await expect(client.zones.get(azure.resourceGroup, 'child.example.test')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });
});
