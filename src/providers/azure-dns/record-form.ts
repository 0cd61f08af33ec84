// Between a record set as naas plans it and as Azure DNS keeps it. Pure. Names and types only; no call.
import type { RecordSet as AzureRecordSet } from '@azure/arm-dns';
import type { LiveRecordSet, RecordKey, RecordOwner, RecordSet, RecordType } from '../../spec/record-set.ts';
import { canonicalName } from '../dns/names.ts';
import { ownerMarks, ownerOf } from '../dns/owner.ts';
import { canonicalIpv6, canonicalValues, parseCaa, printCaa, textPieces } from '../dns/values.ts';

export function toAzure(set: RecordSet, owner: RecordOwner): AzureRecordSet {
  const common = { ttl: set.ttlSeconds, metadata: ownerMarks(owner) };
  if (set.alias !== undefined) return { ...common, targetResource: { id: set.alias } };
  return { ...common, ...recordsOf(set.type, set.values) };
}

function recordsOf(type: RecordType, values: readonly string[]): AzureRecordSet {
  switch (type) {
    case 'A':
      return { aRecords: values.map((ipv4Address) => ({ ipv4Address })) };
    case 'AAAA':
      return { aaaaRecords: values.map((ipv6Address) => ({ ipv6Address })) };
    case 'CNAME':
      return values[0] === undefined ? {} : { cnameRecord: { cname: values[0] } };
    case 'TXT':
      return { txtRecords: values.map((value) => ({ value: textPieces(value) })) };
    case 'CAA':
      return { caaRecords: values.map(parseCaa) };
    case 'NS':
      return { nsRecords: values.map((nsdname) => ({ nsdname })) };
  }
}

/** `live` is a whole answer: it has an ETag. */
export function fromAzure({ zone, name, type }: RecordKey, live: AzureRecordSet & { etag: string }): LiveRecordSet {
  const alias = live.targetResource?.id;
  const set: RecordSet = {
    zone,
    name,
    type,
    ttlSeconds: live.ttl ?? 0,
    values: alias === undefined ? canonicalValues(valuesOf(type, live)) : [],
    ...(alias === undefined ? {} : { alias }),
  };
  return { set, version: live.etag, owner: ownerOf(live.metadata) };
}

function valuesOf(type: RecordType, live: AzureRecordSet): string[] {
  const found = <T>(records: readonly T[] | undefined, value: (record: T) => string | undefined): string[] =>
    (records ?? []).flatMap((record) => value(record) ?? []);
  const name = (text: string | undefined) => (text === undefined ? undefined : canonicalName(text));
  switch (type) {
    case 'A':
      return found(live.aRecords, (record) => record.ipv4Address);
    case 'AAAA':
      return found(live.aaaaRecords, ({ ipv6Address }) =>
        ipv6Address === undefined ? undefined : canonicalIpv6(ipv6Address),
      );
    case 'CNAME':
      return found(live.cnameRecord === undefined ? [] : [live.cnameRecord], (record) => name(record.cname));
    case 'TXT':
      return found(live.txtRecords, (record) => (record.value ?? []).join(''));
    case 'CAA':
      return found(live.caaRecords, ({ flags = 0, tag = '', value = '' }) => printCaa({ flags, tag, value }));
    case 'NS':
      return found(live.nsRecords, (record) => name(record.nsdname));
  }
}
