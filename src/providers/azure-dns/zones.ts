// Whole zones of Azure DNS, made for names that teams hand over: create-only, marked with their owner in their tags, and removed only
// when they are his and empty. Decides nothing, repeats nothing.
import type { Zone } from '@azure/arm-dns';
import type { CallOptions } from '../../activities/cluster.ts';
import type { DelegatedZones, ZoneOwner } from '../../activities/zone.ts';
import { NaasError } from '../../spec/errors.ts';
import { dnsFailure } from '../dns/failure.ts';
import { canonicalName } from '../dns/names.ts';
import { type AzureOptions, connectAzure, unbelievable } from './connect.ts';

export interface AzureZonesOptions extends AzureOptions {
  resourceGroup: string;
}

const TAG = { installation: 'naas-installation', domain: 'naas-domain' } as const;
/** A zone is never without its SOA and its own NS set. */
const RECORD_SETS_OF_AN_EMPTY_ZONE = 2;

/** Contacts nobody. */
export async function openAzureZones(options: AzureZonesOptions): Promise<DelegatedZones> {
  const { resourceGroup } = options;
  const azure = await connectAzure(options);

  const read = async (zone: string, call: CallOptions): Promise<Zone | undefined> => {
    try {
      const { body } = await azure.call({ verb: 'read', what: `read of zone ${zone}` }, call, (client, handed) =>
        client.zones.get(resourceGroup, zone, handed),
      );
      return body;
    } catch (error) {
      if (error instanceof NaasError && error.code === 'NotFound') return undefined;
      throw error;
    }
  };

  /** As the zone itself says it, and as the zone above has to say it. */
  const serversOf = async (zone: string, call: CallOptions): Promise<{ nameServers: string[] }> => {
    const what = `read of NS ${zone}`;
    const { body } = await azure.call({ verb: 'read', what }, call, (client, handed) =>
      client.recordSets.get(resourceGroup, zone, '@', 'NS', handed),
    );
    const servers = (body.nsRecords ?? []).flatMap(({ nsdname }) => (nsdname === undefined ? [] : [nsdname]));
    if (servers.length === 0) throw unbelievable(`${what} at ${azure.endpoint}`, 'no name servers');
    return { nameServers: servers.map(canonicalName).sort() };
  };

  return {
    async make(zone, owner, call) {
      const wanted = {
        location: 'global',
        tags: { [TAG.installation]: owner.installation, [TAG.domain]: owner.domain },
      };
      try {
        await azure.call({ verb: 'create', what: `create of zone ${zone}` }, call, (client, handed) =>
          client.zones.createOrUpdate(resourceGroup, zone, wanted, { ...handed, ifNoneMatch: '*' }),
        );
      } catch (error) {
        if (!(error instanceof NaasError) || error.code !== 'NotOurs') throw error;
        const live = await read(zone, call);
        if (live === undefined) throw new NaasError({ code: 'Outdated', message: `zone ${zone} went away just now` });
        if (!isOf(live, owner)) throw foreign(zone, live);
      }
      return serversOf(zone, call);
    },
    async remove(zone, owner, call) {
      const live = await read(zone, call);
      if (live === undefined) return;
      if (!isOf(live, owner)) throw foreign(zone, live);
      const kept = (live.numberOfRecordSets ?? RECORD_SETS_OF_AN_EMPTY_ZONE) - RECORD_SETS_OF_AN_EMPTY_ZONE;
      if (kept > 0) throw notEmpty(zone, kept);
      const { etag } = live;
      if (etag === undefined || etag === '')
        throw unbelievable(`read of zone ${zone} at ${azure.endpoint}`, 'no version');
      // Only the request: how it goes on the next look shows.
      await azure.call({ verb: 'delete', what: `delete of zone ${zone}` }, call, (client, handed) =>
        client.zones.beginDelete(resourceGroup, zone, { ...handed, ifMatch: etag }),
      );
      if ((await read(zone, call)) !== undefined)
        throw new NaasError({ code: 'NotReadyYet', message: `zone ${zone} is being deleted` });
    },
  };
}

function isOf({ tags }: Zone, { installation, domain }: ZoneOwner): boolean {
  return tags?.[TAG.installation] === installation && tags[TAG.domain] === domain;
}

function foreign(zone: string, { tags }: Zone): NaasError {
  const installation = tags?.[TAG.installation];
  const whose =
    installation === undefined
      ? 'carries no mark of naas'
      : `is of ${tags?.[TAG.domain]} (installation ${installation})`;
  return dnsFailure('NotOurs', `zone ${zone} stands already and ${whose}`, 'naas leaves it alone.');
}

function notEmpty(zone: string, kept: number): NaasError {
  const what = `zone ${zone} still holds ${kept} record sets that naas did not make`;
  return dnsFailure('Conflict', what, 'Take them away, or keep the zone by hand.');
}
