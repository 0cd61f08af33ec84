// The names and record sets that a Spec with hostnames needs. Pure; where the gateway's address goes, only its place is planned.
import type { PlannedReach, PlannedRecord, Publisher, ReachedName } from '../spec/reach.ts';
import type { NamespaceSpec } from '../spec/spec.ts';

export function plannedReach({ reach }: NamespaceSpec): PlannedReach | undefined {
  if (reach === undefined) return undefined;
  const of = (who: Publisher): PlannedRecord[] =>
    reach.names.filter(({ publisher }) => publisher === who).flatMap(recordsOf);
  const entered = of('owner');
  return {
    hostnames: reach.names.map(({ list, name }) => ({ zone: list, name })),
    records: of('naas'),
    awaited: of('external-dns'),
    ...(entered.length === 0 ? {} : { entered }),
  };
}

function recordsOf({ zone, name, ttlSeconds, alias, records }: ReachedName): PlannedRecord[] {
  const address = { zone, name, type: 'address', ttlSeconds, ...(alias === undefined ? {} : { alias }) } as const;
  return [address, ...records.map((record) => ({ zone, name, ...record }))];
}
