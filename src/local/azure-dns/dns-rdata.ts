// Record sets as resource records of a DNS message. Pure.
import type { Answer, CaaData } from 'dns-packet';
import type { RecordSet } from './record-sets.ts';

/** Whatever names its owner; the owner is written by dns-message.ts. */
export type ResourceRecord = Answer & { ttl: number };

export function resourceRecords(owner: string, set: RecordSet): ResourceRecord[] {
  const common = { name: owner, ttl: set.ttlSeconds, class: 'IN' as const };
  switch (set.type) {
    case 'A':
      return set.records.map(({ ipv4Address }) => ({ ...common, type: 'A', data: ipv4Address }));
    case 'AAAA':
      return set.records.map(({ ipv6Address }) => ({ ...common, type: 'AAAA', data: ipv6Address }));
    case 'CAA':
      return set.records.map(({ flags, tag, value }) => ({
        ...common,
        type: 'CAA',
        // Any tag is allowed on the wire; only the typings know three.
        data: { flags, tag: tag as CaaData['tag'], value },
      }));
    case 'CNAME':
      return set.records.map(({ cname }) => ({ ...common, type: 'CNAME', data: cname }));
    case 'MX':
      return set.records.map(({ preference, exchange }) => ({ ...common, type: 'MX', data: { preference, exchange } }));
    case 'NS':
      return set.records.map(({ nsdname }) => ({ ...common, type: 'NS', data: nsdname }));
    case 'PTR':
      return set.records.map(({ ptrdname }) => ({ ...common, type: 'PTR', data: ptrdname }));
    case 'SOA':
      return set.records.map((soa) => ({
        ...common,
        type: 'SOA',
        data: {
          mname: soa.host,
          rname: soa.email,
          serial: soa.serialNumber,
          refresh: soa.refreshTime,
          retry: soa.retryTime,
          expire: soa.expireTime,
          minimum: soa.minimumTTL,
        },
      }));
    case 'SRV':
      return set.records.map(({ priority, weight, port, target }) => ({
        ...common,
        type: 'SRV',
        data: { priority, weight, port, target },
      }));
    case 'TXT':
      // A list of its own each time: encoding replaces its strings.
      return set.records.map(({ value }) => ({ ...common, type: 'TXT', data: [...value] }));
  }
}
