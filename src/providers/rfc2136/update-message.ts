// The UPDATE message (RFC 2136, section 2): one zone, prerequisites, updates. Pure; without signature and compression.
import type { RecordType } from '../../spec/record-set.ts';
import { encodeName, TYPE_CODES } from '../dns/rdata.ts';

/** The records of one name and type as they stand, byte for byte. */
export interface RawSet {
  name: string;
  type: RecordType;
  rdata: readonly Buffer[];
}

/** Section 2.4. */
export type Prerequisite =
  | { is: 'exactly'; set: RawSet }
  | { is: 'present'; name: string; type: RecordType }
  | { is: 'absent'; name: string; type: RecordType }
  | { is: 'name-in-use'; name: string }
  | { is: 'name-free'; name: string };

/** Section 2.5. */
export type Update =
  | { do: 'add'; set: RawSet; ttlSeconds: number }
  | { do: 'remove-set'; name: string; type: RecordType };

const OPCODE_UPDATE = 5;
const TYPE_SOA = 6;
const TYPE_ANY = 255;
const CLASS = { in: 1, none: 254, any: 255 } as const;
const EMPTY = Buffer.alloc(0);

export function updateMessage(
  id: number,
  zone: string,
  prerequisites: readonly Prerequisite[],
  updates: readonly Update[],
): Buffer {
  const required = prerequisites.flatMap(prerequisiteRecords);
  const wanted = updates.flatMap(updateRecords);
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(OPCODE_UPDATE << 11, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(required.length, 6);
  header.writeUInt16BE(wanted.length, 8);
  const zoneSection = Buffer.concat([encodeName(zone), Buffer.from([0, TYPE_SOA, 0, CLASS.in])]);
  return Buffer.concat([header, zoneSection, ...required, ...wanted]);
}

function prerequisiteRecords(needed: Prerequisite): Buffer[] {
  switch (needed.is) {
    case 'exactly':
      return needed.set.rdata.map((rdata) => record(needed.set.name, TYPE_CODES[needed.set.type], CLASS.in, 0, rdata));
    case 'present':
      return [record(needed.name, TYPE_CODES[needed.type], CLASS.any, 0, EMPTY)];
    case 'absent':
      return [record(needed.name, TYPE_CODES[needed.type], CLASS.none, 0, EMPTY)];
    case 'name-in-use':
      return [record(needed.name, TYPE_ANY, CLASS.any, 0, EMPTY)];
    case 'name-free':
      return [record(needed.name, TYPE_ANY, CLASS.none, 0, EMPTY)];
  }
}

function updateRecords(update: Update): Buffer[] {
  switch (update.do) {
    case 'add':
      return update.set.rdata.map((rdata) =>
        record(update.set.name, TYPE_CODES[update.set.type], CLASS.in, update.ttlSeconds, rdata),
      );
    case 'remove-set':
      return [record(update.name, TYPE_CODES[update.type], CLASS.any, 0, EMPTY)];
  }
}

function record(name: string, type: number, recordClass: number, ttlSeconds: number, rdata: Buffer): Buffer {
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(type, 0);
  fixed.writeUInt16BE(recordClass, 2);
  fixed.writeUInt32BE(ttlSeconds, 4);
  fixed.writeUInt16BE(rdata.length, 8);
  return Buffer.concat([encodeName(name), fixed, rdata]);
}
