// What is published of a plan once the gateway's addresses are known: the record sets, whole. Pure, on recorded addresses.
import type { GatewayAddress } from './gateway-addresses.ts';
import type { PlannedRecord } from './reach.ts';
import type { RecordSet } from './record-set.ts';
import { byText } from './resolve-problems.ts';

/** Addresses become one set a family; a load balancer's own name becomes a CNAME, which stands beside nothing. */
export function publishedRecords(planned: readonly PlannedRecord[], addresses: readonly GatewayAddress[]): RecordSet[] {
  return planned.flatMap((record): RecordSet[] => {
    if (record.type !== 'address') return [record];
    const { zone, name, ttlSeconds, alias } = record;
    const sets = alias === undefined ? addressSets(addresses) : [{ type: 'A' as const, values: [], alias }];
    return sets.map((set) => ({ zone, name, ttlSeconds, ...set }));
  });
}

type AddressSet = Pick<RecordSet, 'type' | 'values'>;

function addressSets(addresses: readonly GatewayAddress[]): AddressSet[] {
  const valuesOf = (kind: GatewayAddress['kind']) =>
    addresses.filter((each) => each.kind === kind).map(({ value }) => value);
  const ips = [...new Set(valuesOf('ip'))].sort(byText);
  const families: AddressSet[] = [
    { type: 'A', values: ips.filter((ip) => !ip.includes(':')) },
    { type: 'AAAA', values: ips.filter((ip) => ip.includes(':')) },
  ];
  const sets = families.filter(({ values }) => values.length > 0);
  // Where there are addresses, they say all that the load balancer's name does.
  return sets.length > 0
    ? sets
    : valuesOf('hostname')
        .slice(0, 1)
        .map((value) => ({ type: 'CNAME', values: [value] }));
}
