// Bodies of the API to record sets and back. What a body may leave out is filled from the set as it was: PUT gives none,
// PATCH the present one. Pure.
import { type ArmError, badRequest, invalidContent } from './arm-errors.ts';
import { readRecords } from './record-checks.ts';
import {
  fullName,
  RECORD_TYPES,
  RECORDS_PROPERTY,
  type RecordSet,
  type RecordSetDraft,
  type RecordType,
  type RecordValues,
  SINGLE_RECORD,
  type Zone,
} from './record-sets.ts';

type Json = Record<string, unknown>;

/** Of 10,000 sets a zone, as the service lists it for public zones. */
export const MOST_RECORD_SETS = 10_000;
const LONGEST_TTL_SECONDS = 0x7fff_ffff;
const MOST_METADATA = 50;

export function parseJson(body: Buffer): Json {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw invalidContent((error as Error).message);
  }
  if (!isObject(parsed)) throw invalidContent('an object is expected');
  return parsed;
}

export function readDraft(type: RecordType, name: string, body: Json, present: RecordSet | undefined): RecordSetDraft {
  const properties = propertiesOf(body);
  for (const other of RECORD_TYPES) {
    const given = lookUp(properties, RECORDS_PROPERTY[other]);
    if (other !== type && given !== undefined && given !== null && !(Array.isArray(given) && given.length === 0))
      throw badRequest(`A record set of type '${type}' cannot hold records of type '${other}'.`);
  }
  const given = listOf(type, lookUp(properties, RECORDS_PROPERTY[type]));
  const target = readTarget(type, lookUp(properties, 'targetResource'));
  const targetResource = target.given ? target.id : present?.targetResource;
  // An alias that replaces records says nothing of them.
  const kept = given === undefined && targetResource === undefined ? (present?.records ?? []) : [];
  const records = given === undefined ? kept : readRecords(type, given);
  if (records.length > 0 && targetResource !== undefined)
    throw badRequest('A record set cannot hold records and a target resource at once.');
  const draft = {
    type,
    name,
    records: type === 'SOA' ? withSerialKept(records as RecordValues['SOA'][], present) : records,
    ttlSeconds: readTtl(lookUp(properties, 'TTL'), present?.ttlSeconds),
    metadata: readTexts('metadata', lookUp(properties, 'metadata')) ?? present?.metadata,
    targetResource,
  };
  return draft as RecordSetDraft;
}

/** The service counts the serial number itself, and leaves it where it is. */
function withSerialKept(records: RecordValues['SOA'][], present: RecordSet | undefined): RecordValues['SOA'][] {
  const serialNumber = present?.type === 'SOA' ? present.records[0]?.serialNumber : undefined;
  return serialNumber === undefined ? records : records.map((record) => ({ ...record, serialNumber }));
}

export function readTexts(name: string, given: unknown): Record<string, string> | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isObject(given)) throw badRequest(`The property '${name}' is not an object.`);
  const entries = Object.entries(given);
  if (entries.length > MOST_METADATA)
    throw badRequest(`The property '${name}' holds more than ${MOST_METADATA} pairs.`);
  // fromEntries defines `__proto__` as any other key.
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (typeof value !== 'string') throw badRequest(`The value of '${name}.${key.slice(0, 100)}' is not a string.`);
      return [key, value];
    }),
  );
}

function propertiesOf(body: Json): Json {
  const properties = lookUp(body, 'properties') ?? {};
  if (!isObject(properties)) throw invalidContent("'properties' is not an object");
  return properties;
}

/** The service reads names of properties in any case. */
export function lookUp(json: Json, name: string): unknown {
  const key = Object.keys(json).find((each) => each.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : json[key];
}

function listOf(type: RecordType, given: unknown): unknown[] | undefined {
  if (given === undefined || given === null) return undefined;
  if (SINGLE_RECORD.includes(type)) return [given];
  if (Array.isArray(given)) return given;
  throw badRequest(`The property '${RECORDS_PROPERTY[type]}' is not a list.`);
}

function readTtl(given: unknown, present: number | undefined): number {
  const ttl = given ?? present;
  if (typeof ttl === 'number' && Number.isInteger(ttl) && ttl >= 1 && ttl <= LONGEST_TTL_SECONDS) return ttl;
  throw badRequest(`The property 'TTL' must be an integer from 1 to ${LONGEST_TTL_SECONDS}.`);
}

const RESOURCE_ID = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/[^/]+(?:\/[^/]+\/[^/]+)+$/i;
const ALIAS_TYPES: readonly RecordType[] = ['A', 'AAAA', 'CNAME'];

/** `{}` is what the service shows of a set that is no alias, so it clears one. */
function readTarget(type: RecordType, given: unknown): { given: false } | { given: true; id: string | undefined } {
  if (given === undefined) return { given: false };
  const id = isObject(given) ? (lookUp(given, 'id') ?? null) : given;
  if (id === null) return { given: true, id: undefined };
  if (typeof id !== 'string' || !RESOURCE_ID.test(id)) throw invalidTarget();
  if (!ALIAS_TYPES.includes(type))
    throw badRequest(
      `A record set of type '${type}' cannot have a target resource; only ${ALIAS_TYPES.join(', ')} can.`,
    );
  return { given: true, id };
}

const invalidTarget = (): ArmError => badRequest("The property 'targetResource.id' is not the id of a resource.");

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface ZoneAddress {
  subscription: string;
  resourceGroup: string;
  zone: string;
}

export function zoneId({ subscription, resourceGroup, zone }: ZoneAddress): string {
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/dnszones/${zone}`;
}

export function zoneBody(address: ZoneAddress, zone: Zone, nameServers: readonly string[]): Json {
  let numberOfRecordSets = 0;
  for (const types of zone.sets.values()) numberOfRecordSets += types.size;
  return {
    id: zoneId(address),
    name: zone.name,
    type: 'Microsoft.Network/dnszones',
    etag: zone.etag,
    location: 'global',
    tags: zone.tags,
    properties: {
      maxNumberOfRecordSets: MOST_RECORD_SETS,
      maxNumberOfRecordsPerRecordSet: null,
      nameServers,
      numberOfRecordSets,
      zoneType: 'Public',
    },
  };
}

export function recordSetBody(address: ZoneAddress, set: RecordSet): Json {
  const { type, name, etag, metadata, ttlSeconds, targetResource } = set;
  const records = SINGLE_RECORD.includes(type) ? set.records[0] : set.records;
  return {
    id: `${zoneId(address)}/${type}/${name}`,
    name,
    type: `Microsoft.Network/dnszones/${type}`,
    etag,
    properties: {
      ...(metadata === undefined ? {} : { metadata }),
      fqdn: `${fullName(address.zone, name)}.`,
      TTL: ttlSeconds,
      ...(targetResource === undefined && records !== undefined ? { [RECORDS_PROPERTY[type]]: records } : {}),
      targetResource: targetResource === undefined ? {} : { id: targetResource },
      provisioningState: 'Succeeded',
    },
  };
}
