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
  takeOut(name: string): Promise<void>;
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
    async takeOut(name) {
      const { zone, relative } = placeOf(name);
      await person.recordSets.delete(azure.resourceGroup, zone, relative, 'TXT');
    },
    stop: () => azure.stop(),
  };
}
