// What makes a namespace's hostnames answer, with every question answered. Types only: resolve-hostnames.ts makes one,
// plan/records.ts and plan/gateway.ts read it.
import type { GatewaySpec } from './gateway-spec.ts';
import type { RecordSet } from './record-set.ts';

/**
 * `naas` writes the records; `external-dns` does, and naas only waits for the answer; or the `owner` of the domain, by hand.
 */
export type Publisher = 'naas' | 'external-dns' | 'owner';

export interface ReachedName {
  /** Canonical. */
  name: string;
  /** Where its records stand. */
  zone: string;
  /** In whose list it is claimed: the outermost zone, because names of a zone and of one below it overlap. */
  list: string;
  publisher: Publisher;
  /** Of a name in no zone of the installation: the registrable domain, of which its team has to hold the part above it. */
  domain?: string;
  /** Of its address; at most so long the name answers after it was taken away. */
  ttlSeconds: number;
  /** Beside its address. */
  records: Pick<RecordSet, 'type' | 'ttlSeconds' | 'values'>[];
  /** A resource of the DNS provider that the name follows, instead of holding the gateway's addresses. */
  alias?: string;
}

export interface ReachSpec {
  gateway: GatewaySpec;
  names: ReachedName[];
}

/** A record set as a plan holds it: where the gateway's address goes it says so, because only the gateway knows it. */
export type PlannedRecord =
  | RecordSet
  | { zone: string; name: string; type: 'address'; ttlSeconds: number; alias?: string };

/** Of a plan with hostnames. */
export interface PlannedReach {
  hostnames: { zone: string; name: string }[];
  /** What naas writes. */
  records: PlannedRecord[];
  /** What others write, and naas only waits for. */
  awaited: PlannedRecord[];
  /** What the team enters at the DNS of its own domain. Absent: nothing. */
  entered?: PlannedRecord[];
}
