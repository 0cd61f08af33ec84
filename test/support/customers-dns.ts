// The DNS of a customer: an emulated Azure DNS that is not naas's, whose records a person enters through its API. It asserts nothing.
import { type AzureDns, startAzureDns } from '../../src/local/azure-dns/index.ts';
import type { TxtRecord } from '../../src/spec/domain-status.ts';
import { sdk } from '../local/azure-dns/clients/over-the-wire.ts';

export interface CustomersDns {
  azure: AzureDns;
  /** `host:port` of each server of each zone. */
  nameServers: Record<string, string[]>;
  /** All of one name stand in one set. */
  enter(...records: TxtRecord[]): Promise<void>;
  enterAddress(name: string, address: string): Promise<void>;
  /** Hands a name over to other servers. */
  delegate(name: string, servers: readonly string[], ttlSeconds: number): Promise<void>;
  takeOut(name: string, type?: 'TXT' | 'A' | 'NS'): Promise<void>;
  stop(): Promise<void>;
}

export async function startCustomersDns(...zones: string[]): Promise<CustomersDns> {
  const azure = await startAzureDns({ zones, limits: 'off' });
  const person = sdk(azure);
  const servers = azure.nameServers.map(({ address }) => `${address.address}:${address.port}`);
  const placeOf = (name: string): { zone: string; relative: string } => {
    const zone = zones.find((each) => name.endsWith(`.${each}`));
    if (zone === undefined) throw new Error(`no zone of this customer holds ${name}`);
    return { zone, relative: name.slice(0, -zone.length - 1) };
  };
  return {
    azure,
    nameServers: Object.fromEntries(zones.map((zone) => [zone, servers])),
    async enter(...records) {
      for (const [name, same] of Map.groupBy(records, (each) => each.name)) {
        const { zone, relative } = placeOf(name);
        await person.recordSets.createOrUpdate(azure.resourceGroup, zone, relative, 'TXT', {
          ttl: 60,
          txtRecords: same.map(({ value }) => ({ value: [value] })),
        });
      }
    },
    async enterAddress(name, address) {
      const { zone, relative } = placeOf(name);
      const set = { ttl: 1, aRecords: [{ ipv4Address: address }] };
      await person.recordSets.createOrUpdate(azure.resourceGroup, zone, relative, 'A', set);
    },
    async delegate(name, servers, ttlSeconds) {
      const { zone, relative } = placeOf(name);
      const set = { ttl: ttlSeconds, nsRecords: servers.map((nsdname) => ({ nsdname })) };
      await person.recordSets.createOrUpdate(azure.resourceGroup, zone, relative, 'NS', set);
    },
    async takeOut(name, type = 'TXT') {
      const { zone, relative } = placeOf(name);
      await person.recordSets.delete(azure.resourceGroup, zone, relative, type);
    },
    stop: () => azure.stop(),
  };
}
