// What the measurement of a zone's limit gives its workflow. Types only, JSON-safe.
import type { RecordOwner, RecordSet } from '../../src/spec/record-set.ts';

export interface ZoneWrites {
  queue: string;
  owner: RecordOwner;
  records: RecordSet[];
}
