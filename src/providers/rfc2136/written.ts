// What an UPDATE makes of a planned record set: its bytes, its mark, and the changes in their order. Refuses what a server would
// leave out without saying so. Pure but for the mark's nonce.
import { randomBytes } from 'node:crypto';
import type { NaasError } from '../../spec/errors.ts';
import type { RecordKey, RecordOwner, RecordSet } from '../../spec/record-set.ts';
import { dnsFailure } from '../dns/failure.ts';
import { describeKey, relativeName } from '../dns/names.ts';
import { encodeValue } from '../dns/rdata.ts';
import type { Standing } from './live-set.ts';
import { markName, markText } from './mark.ts';
import type { Prerequisite, RawSet, Update } from './update-message.ts';

interface Written {
  set: RawSet;
  mark: RawSet;
  updates: Update[];
}

export function written(zone: string, set: RecordSet, owner: RecordOwner): Written {
  relativeName(zone, set.name);
  refuseApexServers(zone, set);
  if (set.alias !== undefined)
    throw invalid(set, 'is an alias, which only the DNS of a cloud knows', 'Give it values.');
  if (set.values.length === 0) throw invalid(set, 'has no values', 'Give it at least one.');
  if (set.type === 'CNAME' && set.name === zone)
    throw invalid(set, 'is at the apex, beside SOA and NS', 'Use A or AAAA.');
  const { name, type, ttlSeconds } = set;
  const records = { name, type, rdata: set.values.map((value) => encodeValue(type, value)) };
  const text = markText(owner, randomBytes(16).toString('hex'));
  const mark: RawSet = { name: markName(set), type: 'TXT', rdata: [encodeValue('TXT', text)] };
  return {
    set: records,
    mark,
    updates: [
      { do: 'add', set: records, ttlSeconds },
      // A mark may be left of a set that somebody took away by hand.
      { do: 'remove-set', name: mark.name, type: 'TXT' },
      { do: 'add', set: mark, ttlSeconds },
    ],
  };
}

/** A server leaves the NS of the apex alone without saying so (RFC 2136, section 3.4.2.4). */
export function refuseApexServers(zone: string, key: RecordKey): void {
  if (key.type === 'NS' && key.name === zone)
    throw invalid(key, "are the zone's own servers", "They are its keeper's to change.");
}

/** With a CNAME beside it, a server would leave the new set out without saying so (section 3.4.2.2): so that is asked first. */
export function vacant({ name, type }: RecordKey): Prerequisite[] {
  if (type === 'CNAME') return [{ is: 'name-free', name }];
  return [
    { is: 'absent', name, type },
    { is: 'absent', name, type: 'CNAME' },
  ];
}

export function removal(key: RecordKey, { set, markName }: Standing): Update[] {
  const mark: Update = { do: 'remove-set', name: markName, type: 'TXT' };
  return set.rdata.length === 0 ? [mark] : [{ do: 'remove-set', name: key.name, type: key.type }, mark];
}

export function invalid(key: RecordKey, why: string, todo: string): NaasError {
  return dnsFailure('Invalid', `${describeKey(key)} ${why}`, todo);
}
