// The nouns of the emulated Azure DNS: zones and record sets as the service keeps them, values in the spelling of its wire.
// Types and constants only.

/** One record of a type, as it stands in a body of the API. */
export interface RecordValues {
  A: { ipv4Address: string };
  AAAA: { ipv6Address: string };
  CAA: { flags: number; tag: string; value: string };
  CNAME: { cname: string };
  MX: { preference: number; exchange: string };
  NS: { nsdname: string };
  PTR: { ptrdname: string };
  SOA: {
    email: string;
    expireTime: number;
    host: string;
    minimumTTL: number;
    refreshTime: number;
    retryTime: number;
    serialNumber: number;
  };
  SRV: { priority: number; weight: number; port: number; target: string };
  TXT: { value: string[] };
}

export type RecordType = keyof RecordValues;

export const RECORD_TYPES = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'MX',
  'NS',
  'PTR',
  'SOA',
  'SRV',
  'TXT',
] as const satisfies readonly RecordType[];

/** The property of a body that holds the records. */
export const RECORDS_PROPERTY: Record<RecordType, string> = {
  A: 'ARecords',
  AAAA: 'AAAARecords',
  CAA: 'caaRecords',
  CNAME: 'CNAMERecord',
  MX: 'MXRecords',
  NS: 'NSRecords',
  PTR: 'PTRRecords',
  SOA: 'SOARecord',
  SRV: 'SRVRecords',
  TXT: 'TXTRecords',
};

/** A set of these holds one record, and its body no list. */
export const SINGLE_RECORD: readonly RecordType[] = ['CNAME', 'SOA'];

type TypedValues = { [Type in RecordType]: { type: Type; records: RecordValues[Type][] } }[RecordType];

export type RecordSet = TypedValues & {
  /** Relative to the zone, lower case; `@` at the apex. */
  name: string;
  etag: string;
  ttlSeconds: number;
  /** undefined: none was ever given, and a body shows none. */
  metadata: Record<string, string> | undefined;
  /** Resource id that an alias set follows instead of holding records. */
  targetResource: string | undefined;
};

/** Without what the service itself decides. */
export type RecordSetDraft = RecordSet extends infer Each
  ? Each extends RecordSet
    ? Omit<Each, 'etag'>
    : never
  : never;

export interface Zone {
  resourceGroup: string;
  /** Lower case, without a trailing dot. */
  name: string;
  etag: string;
  tags: Record<string, string>;
  /** By relative name, then by type. */
  sets: Map<string, Map<RecordType, RecordSet>>;
}

export const APEX = '@';

/** Lower case, without a trailing dot. */
export function fullName(zone: string, relative: string): string {
  return relative === APEX ? zone : `${relative}.${zone}`;
}

/** Apex first, then by name and type: the order of the service's lists. */
export function setsInOrder(zone: Zone): { place: string; set: RecordSet }[] {
  return [...zone.sets.values()]
    .flatMap((types) => [...types.values()])
    .map((set) => ({ place: placeOf(set), set }))
    .sort((a, b) => (a.place < b.place ? -1 : 1));
}

const placeOf = ({ name, type }: RecordSet): string => `${name === APEX ? '' : name} ${type}`;
