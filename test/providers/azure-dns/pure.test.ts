// The pure parts of the provider: forms of records, and which credential is meant.
import { describe, expect, it } from 'vitest';
import { chooseCredential } from '../../../src/providers/azure-dns/index.ts';
import { fromAzure, toAzure } from '../../../src/providers/azure-dns/record-form.ts';
import fc from '../../support/properties.ts';
import { owner, typedValues } from '../../support/record-set-arbitrary.ts';

describe('a record set', () => {
  it('comes back from Azure’s form as it went in, owner and all', () => {
    fc.assert(
      fc.property(typedValues, owner, ({ type, values }, by) => {
        const set = { zone: 'example.com', name: 'a.example.com', type, ttlSeconds: 300, values };
        const form = JSON.parse(JSON.stringify(toAzure(set, by)));
        expect(fromAzure(set, { ...form, etag: 'v1' })).toEqual({ set, version: 'v1', owner: by });
      }),
    );
  });

  it('may follow a resource instead of holding values', () => {
    const alias = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/ip';
    const set = { zone: 'example.com', name: 'a.example.com', type: 'A', ttlSeconds: 60, values: [], alias } as const;
    const by = { installation: 'i', namespace: 'n', incarnation: 'x', requestId: 'r', planDigest: 'd' };
    const form = toAzure({ ...set, values: [] }, by);
    expect(form).toEqual({ ttl: 60, metadata: expect.any(Object), targetResource: { id: alias } });
    // Azure lists the addresses that it follows beside it.
    expect(fromAzure(set, { ...form, aRecords: [{ ipv4Address: '192.0.2.1' }], etag: 'v' }).set).toEqual(set);
  });

  it('is read canonically, whoever wrote it: letter case, dots, order, long forms, pieces of a text', () => {
    const key = { zone: 'example.com', name: 'a.example.com' };
    const read = (type: 'AAAA' | 'CNAME' | 'NS' | 'TXT' | 'CAA', form: object) =>
      fromAzure({ ...key, type }, { ttl: 5, ...form, etag: 'v' }).set.values;
    expect(read('CNAME', { cnameRecord: { cname: 'Target.Example.NET.' } })).toEqual(['target.example.net']);
    expect(read('NS', { nsRecords: [{ nsdname: 'b.x.' }, { nsdname: 'A.x.' }] })).toEqual(['a.x', 'b.x']);
    expect(read('AAAA', { aaaaRecords: [{ ipv6Address: '2001:0DB8:0:0::7' }] })).toEqual(['2001:db8::7']);
    expect(read('TXT', { txtRecords: [{ value: ['a', 'b'] }] })).toEqual(['ab']);
    expect(read('CAA', { caaRecords: [{ flags: 0, tag: 'Issue', value: ';' }] })).toEqual(['0 issue ";"']);
  });

  it('has no owner of naas when a part of the mark is missing or somebody else’s', () => {
    const key = { zone: 'example.com', name: 'a.example.com', type: 'A' } as const;
    const of = (metadata?: Record<string, string>) =>
      fromAzure(key, { ttl: 5, etag: 'v', ...(metadata === undefined ? {} : { metadata }) }).owner;
    expect(of()).toBeUndefined();
    expect(of({ team: 'blue' })).toBeUndefined();
    expect(of({ 'naas-installation': 'i', 'naas-namespace': 'n' })).toBeUndefined();
  });
});

describe('the credential', () => {
  const identity = { AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c' };

  it('is the workload identity where its token file is named, even beside a secret', () => {
    const env = { ...identity, AZURE_FEDERATED_TOKEN_FILE: '/var/run/token', AZURE_CLIENT_SECRET: 's' };
    expect(chooseCredential(env)).toEqual({
      kind: 'workload-identity',
      tenantId: 't',
      clientId: 'c',
      tokenFile: '/var/run/token',
    });
  });

  it('is else the client secret, from a file where one is named', () => {
    const secret = { kind: 'client-secret', tenantId: 't', clientId: 'c' };
    expect(chooseCredential({ ...identity, AZURE_CLIENT_SECRET: 's' })).toEqual({ ...secret, secret: { text: 's' } });
    expect(chooseCredential({ ...identity, AZURE_CLIENT_SECRET_FILE: '/f', AZURE_CLIENT_SECRET: 's' })).toEqual({
      ...secret,
      secret: { file: '/f' },
    });
  });

  it('is the Azure CLI’s only when that is asked for', () => {
    expect(chooseCredential({}, 'azure-cli')).toEqual({ kind: 'azure-cli' });
    expect(chooseCredential({ ...identity, AZURE_CLIENT_SECRET: 's' }, 'azure-cli')).toEqual({ kind: 'azure-cli' });
  });

  it.each([
    [{}, undefined, /client-secret lacks AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET\./],
    [{ AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: '' }, undefined, /lacks AZURE_CLIENT_ID, AZURE_CLIENT_SECRET\./],
    [{ AZURE_FEDERATED_TOKEN_FILE: '/f' }, undefined, /workload-identity lacks AZURE_TENANT_ID, AZURE_CLIENT_ID\./],
    [{ ...identity, AZURE_CLIENT_SECRET: 's' }, 'workload-identity', /lacks AZURE_FEDERATED_TOKEN_FILE/],
  ] as const)('is never guessed: %j as %s', (env, asked, message) => {
    expect(() => chooseCredential(env, asked)).toThrow(
      expect.objectContaining({ name: 'Forbidden', message: expect.stringMatching(message) }),
    );
  });
});
