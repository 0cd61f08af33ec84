// What a DNS record set is, in one canonical form: names are lower-case A-labels without a trailing dot, values sorted.
// Types only; forms are checked in record-form.ts, and no provider's spelling of them leaks in here.

export const RECORD_TYPES = ['A', 'AAAA', 'CNAME', 'TXT', 'CAA', 'NS'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** What an address can be, and of which a name has only one kind at a time: a CNAME stands beside nothing. */
export const ADDRESS_TYPES: readonly RecordType[] = ['A', 'AAAA', 'CNAME'];

/** Which record set, in which zone. The zone is its apex name; `name` is the full name, equal to the zone at the apex. */
export interface RecordKey {
  zone: string;
  /** `*` only as the whole first label. */
  name: string;
  type: RecordType;
}

export interface RecordSet extends RecordKey {
  /** 1 to 2147483647 (RFC 2181, section 8). */
  ttlSeconds: number;
  /**
   * Sorted, without repetition; empty only beside `alias`. As text: addresses in their shortest form (RFC 5952), names of
   * CNAME and NS like all names here, TXT as its whole text in plain Unicode (at most 4,096 bytes of UTF-8), CAA as
   * `<flags> <tag> "<value>"`.
   */
  values: string[];
  /** A resource of the provider that the set follows instead of holding values; A, AAAA and CNAME only. */
  alias?: string;
}

/** Who wrote a record set, kept beside it in the zone. All texts are ASCII without spaces. */
export interface RecordOwner {
  installation: string;
  /** A namespace's name, or for a domain's own records `domain:<name>`. */
  namespace: string;
  incarnation: string;
  /** Of the write that made it; a later change that leaves the record alone does not rewrite them. */
  requestId: string;
  planDigest: string;
}

export interface LiveRecordSet {
  set: RecordSet;
  /** Changes with every write; a change or removal is bound to it. Opaque: an ETag, or a digest where there is none. */
  version: string;
  /** undefined: no mark of naas, so somebody else's. */
  owner: RecordOwner | undefined;
}
