// Clients in Python that nobody here wrote: Azure's management SDK, and octoDNS with its provider for Azure, which makes a zone
// what a file says, and finds nothing left to do when asked again.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AzureDns, startAzureDns } from '../../../../src/local/azure-dns/index.ts';
import { pythonWith } from '../../../support/python-packages.ts';
import { lookUp } from './over-the-wire.ts';

const run = promisify(execFile);
const REQUIREMENTS = ['azure-mgmt-dns==8.1.0', 'azure-identity==1.27.0', 'octodns==1.22.0', 'octodns-azure==1.2.0'];

let azure: AzureDns;
let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-azure-dns-python-'));
  azure = await startAzureDns({ zoneDeletionMs: 500, directory: folder });
  env = {
    ...pythonWith(REQUIREMENTS),
    AZURE_DNS_ENDPOINT: azure.endpoint,
    AZURE_DNS_GROUP: azure.resourceGroup,
    AZURE_SUBSCRIPTION_ID: azure.subscription,
    AZURE_TENANT_ID: azure.tenant,
    AZURE_CLIENT_ID: azure.application.clientId,
    AZURE_CLIENT_SECRET: azure.application.secret,
    REQUESTS_CA_BUNDLE: azure.caFile,
  };
});
afterAll(async () => {
  await azure.stop();
  await rm(folder, { recursive: true });
});

async function python(script: string, ...args: string[]): Promise<string> {
  const file = join(import.meta.dirname, script);
  const { stdout, stderr } = await run('python3', [file, ...args], { env, cwd: folder, timeout: 150_000 });
  return stdout + stderr;
}

describe('the management SDK', () => {
  it('finds certificate, zones, record sets, conditions, pages, refusals and a long deletion as it knows them', async () => {
    const said = await python('management-sdk.py');
    expect(said.trim().split('\n')).toEqual(['certificate', 'zones', 'record_sets', 'lists', 'refusals', 'deletion']);
  });

  it('waits as long as a refused request was told to, and no shorter', async () => {
    azure.faults.add({ kind: 'throttled', method: 'PUT', resource: 'record-set', retryAfterSeconds: 2 });
    azure.log.clear();
    await python('management-sdk.py');
    const writes = azure.log.list().filter(({ method, path }) => method === 'PUT' && path.endsWith('/A/of-a'));
    expect(writes.slice(0, 2)).toMatchObject([{ status: 429, retryAfterSeconds: 2 }, { status: 201 }]);
    expect((writes[1]?.atMs ?? 0) - (writes[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(2000);
  });
});

const CONFIG = `
providers:
  file:
    class: octodns.provider.yaml.YamlProvider
    directory: zones
    default_ttl: 300
    enforce_order: false
  azure:
    class: octodns_azure.AzureProvider
    client_id: env/AZURE_CLIENT_ID
    key: env/AZURE_CLIENT_SECRET
    directory_id: env/AZURE_TENANT_ID
    sub_id: env/AZURE_SUBSCRIPTION_ID
    resource_group: env/AZURE_DNS_GROUP
    authority: env/AZURE_DNS_ENDPOINT
    base_url: env/AZURE_DNS_ENDPOINT
zones:
  octodns.test.:
    sources: [file]
    targets: [azure]
`;

const RECORDS = `
'':
- {type: A, values: [192.0.2.1, 192.0.2.2]}
- {type: CAA, value: {flags: 0, tag: issue, value: ca.example}}
- {type: MX, values: [{preference: 10, exchange: mail.octodns.test.}]}
- {type: TXT, values: ['v=spf1 -all', 'with a \\; in it']}
www: {type: CNAME, value: octodns.test., ttl: 60}
'*.apps': {type: A, value: 192.0.2.9}
six: {type: AAAA, value: '2001:db8::1'}
child: {type: NS, values: [ns1.elsewhere.example., ns2.elsewhere.example.]}
host: {type: PTR, value: host.elsewhere.example.}
_sip._tcp: {type: SRV, values: [{priority: 1, weight: 2, port: 5060, target: sip.octodns.test.}]}
long: {type: TXT, value: ${'x'.repeat(600)}}
`;

const NOTHING = 'No changes were planned';

async function sync(records: string): Promise<string> {
  await mkdir(join(folder, 'zones'), { recursive: true });
  await writeFile(join(folder, 'octodns.yaml'), CONFIG);
  await writeFile(join(folder, 'zones', 'octodns.test.yaml'), records);
  return await python('sync-with-octodns.py', '--config-file', 'octodns.yaml', '--doit', '--force');
}

describe('octoDNS', () => {
  it('makes a new zone what its file says, and plans nothing the second time', async () => {
    expect(await sync(RECORDS)).not.toContain(NOTHING);
    expect(await lookUp(azure, 0, 'octodns.test')).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(await lookUp(azure, 3, 'any.apps.octodns.test')).toEqual(['192.0.2.9']);
    azure.log.clear();
    expect(await sync(RECORDS)).toContain(NOTHING);
    expect(azure.log.list().filter(({ effect }) => effect !== 'none')).toEqual([]);
  });

  it('changes and removes what the file no longer says, and again plans nothing afterwards', async () => {
    const fewer = RECORDS.replace('192.0.2.1, 192.0.2.2', '192.0.2.3').replace(/^host:.*\n/m, '');
    expect(await sync(fewer)).not.toContain(NOTHING);
    expect(await lookUp(azure, 1, 'octodns.test')).toEqual(['192.0.2.3']);
    expect(JSON.stringify(azure.snapshot())).not.toContain('host.octodns.test');
    expect(await sync(fewer)).toContain(NOTHING);
  });
});
