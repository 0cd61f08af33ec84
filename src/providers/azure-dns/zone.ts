// A zone of Azure DNS, as the activities see it. Every read is of one set by its name, every write is conditional. Decides nothing,
// repeats nothing.
import type { RecordSet as AzureRecordSet } from '@azure/arm-dns';
import type { CallOptions } from '../../activities/cluster.ts';
import type { DnsZone } from '../../activities/zone.ts';
import { NaasError } from '../../spec/errors.ts';
import type { LiveRecordSet, RecordKey, RecordOwner, RecordSet } from '../../spec/record-set.ts';
import { claimNames, type ExternalDnsNames, registryOwner } from '../dns/external-dns.ts';
import { canonicalName, describeKey, relativeName } from '../dns/names.ts';
import { recordEffect } from '../dns/record-effect.ts';
import { type AzureClient, type AzureOptions, connectAzure, unbelievable } from './connect.ts';
import { isAbsent } from './failures.ts';
import { fromAzure, toAzure } from './record-form.ts';

export interface AzureZoneOptions extends AzureOptions {
  zone: string;
  resourceGroup: string;
  /** `host:port` of each, where others answer than those that Azure names. */
  nameServers?: string[];
  externalDns?: ExternalDnsNames;
}

/** Contacts nobody. */
export async function openAzureZone(options: AzureZoneOptions): Promise<DnsZone> {
  const zone = canonicalName(options.zone);
  const { resourceGroup } = options;
  const azure = await connectAzure(options);

  const read = async (key: RecordKey, call: CallOptions): Promise<LiveRecordSet | undefined> => {
    const name = relativeName(zone, key.name);
    const what = `read of ${describeKey(key)}`;
    const { body } = await azure.call({ verb: 'read', what }, call, (client, handed) =>
      client.recordSets.get(resourceGroup, zone, name, key.type, handed).catch((error: unknown) => {
        if (isAbsent(error)) return undefined;
        throw error;
      }),
    );
    return body === undefined ? undefined : fromAzure(key, whole(body, name, `${what} at ${azure.endpoint}`));
  };

  const put = async (
    verb: 'create' | 'change',
    set: RecordSet,
    owner: RecordOwner,
    condition: { ifNoneMatch: string } | { ifMatch: string },
    call: CallOptions,
  ): Promise<string> => {
    const name = relativeName(zone, set.name);
    const what = `${verb} of ${describeKey(set)}`;
    const wanted = toAzure(set, owner);
    const { body } = await azure.call({ verb, what }, call, (client, handed) =>
      client.recordSets.createOrUpdate(resourceGroup, zone, name, set.type, wanted, { ...handed, ...condition }),
    );
    return whole(body, name, `${what} at ${azure.endpoint}`).etag;
  };

  return {
    name: zone,
    nameServers: (call) => nameServersOf(azure, options, zone, call),
    read,
    async create(set, owner, call) {
      const after = await put('create', set, owner, { ifNoneMatch: '*' }, call);
      return recordEffect('create', 'created', { after });
    },
    async change(set, owner, version, call) {
      const after = await put('change', set, owner, { ifMatch: version }, call);
      return recordEffect('change', 'changed', { before: version, after });
    },
    async remove(key, version, call) {
      const name = relativeName(zone, key.name);
      const attempt = { verb: 'delete', what: `delete of ${describeKey(key)}` } as const;
      try {
        const { status } = await azure.call(attempt, call, (client, handed) =>
          client.recordSets.delete(resourceGroup, zone, name, key.type, { ...handed, ifMatch: version }),
        );
        if (status === 204) return recordEffect('delete', 'absent');
        return recordEffect('delete', 'deleted', { before: version });
      } catch (error) {
        // What is gone has no version either.
        const outdated = error instanceof NaasError && error.code === 'Outdated';
        if (outdated && (await read(key, call)) === undefined) return recordEffect('delete', 'absent');
        throw error;
      }
    },
    async claimedBy(key, call) {
      // One after the other: a server that asks to wait is asked nothing more.
      for (const name of claimNames({ ...key, zone }, options.externalDns).filter(isAzureName)) {
        const texts = await read({ zone, name, type: 'TXT' }, call);
        const owner = texts?.set.values.map(registryOwner).find((each) => each !== undefined);
        if (owner !== undefined) return owner;
      }
      return undefined;
    },
  };
}

async function nameServersOf(
  azure: AzureClient,
  options: AzureZoneOptions,
  zone: string,
  call: CallOptions,
): Promise<string[]> {
  if (options.nameServers !== undefined && options.nameServers.length > 0) return options.nameServers;
  const what = `read of the zone ${zone}`;
  const { body } = await azure.call({ verb: 'read', what }, call, (client, handed) =>
    client.zones.get(options.resourceGroup, zone, handed),
  );
  const servers = (body.nameServers ?? []).map(canonicalName);
  if (servers.length === 0) throw unbelievable(`${what} at ${azure.endpoint}`, 'no name servers');
  return servers;
}

/** An answer of another set, or of none, is no success: something in between gave it. */
function whole(body: AzureRecordSet, name: string, what: string): AzureRecordSet & { etag: string } {
  const { etag } = body;
  if (etag === undefined || etag === '') throw unbelievable(what, 'without a version');
  if (body.name?.toLowerCase() !== name) throw unbelievable(what, `for ${body.name ?? 'no name'}`);
  return { ...body, etag };
}

/** Azure knows `*` as a whole label only, so that no set can be there. */
function isAzureName(name: string): boolean {
  return !name.replace(/^\*\./, '').includes('*');
}
