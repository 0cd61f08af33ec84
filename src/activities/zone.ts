// What the activities need of a DNS zone: the interface that a provider implements. No vendor type, no decision.
import type { RecordEffect } from '../spec/inventory.ts';
import type { LiveRecordSet, RecordKey, RecordOwner, RecordSet } from '../spec/record-set.ts';
import type { CallOptions } from './cluster.ts';

/** What a write did, by the zone's own account; whose record it is, the provider does not know. */
export type ZoneEffect = Omit<RecordEffect, 'ref'>;

/** Who has a zone made, by its mark in the provider. */
export interface ZoneOwner {
  installation: string;
  /** The registrable domain in whose run it is kept. */
  domain: string;
}

/**
 * Makes and takes away whole zones, where teams hand parts of their domains over. Failures are those of a DnsZone. No method retries
 * by itself.
 */
export interface DelegatedZones {
  /** Only where no zone of that name stands: else NotOurs, but for one of the same owner. Answers its name servers, sorted. */
  make(zone: string, owner: ZoneOwner, options: CallOptions): Promise<{ nameServers: string[] }>;
  /** Only the owner's: else NotOurs; and only empty: else Conflict. Absent is success; NotReadyYet while it goes. */
  remove(zone: string, owner: ZoneOwner, options: CallOptions): Promise<void>;
}

/**
 * One zone at one provider. Every write is conditional and yields a ZoneEffect whose `uid` is the version after it; every failure
 * is a NaasError of the table: NotOurs (something stands where it should be created), Outdated (it was changed since it was
 * read), Throttled and Unavailable (with `retryAfterMs` when the server named one), DeadlinePassed, Forbidden, Invalid,
 * NotFound (the zone itself). No method retries by itself: Temporal does. No method judges ownership: activities do.
 */
export interface DnsZone {
  /** The apex, canonical. */
  readonly name: string;
  /** `host:port` or host name of every server that is to answer for the zone, as the provider lists them; never empty. */
  nameServers(options: CallOptions): Promise<string[]>;
  /** Asks for this one set by name; never lists. undefined: not there. */
  read(key: RecordKey, options: CallOptions): Promise<LiveRecordSet | undefined>;
  /** Only where no set of that name and type stands: else NotOurs. CNAME beside anything else is Invalid. */
  create(set: RecordSet, owner: RecordOwner, options: CallOptions): Promise<ZoneEffect>;
  /** Only on the version that was read: else Outdated. Replaces values, TTL and owner. */
  change(set: RecordSet, owner: RecordOwner, version: string, options: CallOptions): Promise<ZoneEffect>;
  /** Only on the version that was read: else Outdated. Absent is success, outcome `absent`. */
  remove(key: RecordKey, version: string, options: CallOptions): Promise<ZoneEffect>;
  /**
   * Who else claims the name without (or before) holding the set: the owner id of an external-dns registry TXT record for this
   * name and type. undefined: nobody.
   */
  claimedBy(key: RecordKey, options: CallOptions): Promise<string | undefined>;
}
