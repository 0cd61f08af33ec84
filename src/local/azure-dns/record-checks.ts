// What the service accepts as records of each type: reads them from an untrusted body, or refuses. Pure.
import { isIPv4, isIPv6 } from 'node:net';
import { type ArmError, badRequest, invalidDomainName } from './arm-errors.ts';
import { isDomainName } from './domain-names.ts';
import type { RecordType, RecordValues } from './record-sets.ts';

const MOST_RECORDS = 20;
const LONGEST_TEXT_BYTES = 255;
const LONGEST_TEXT_SET_BYTES = 4096;
const LONGEST_CAA_VALUE = 1024;
const CAA_TAG = /^[a-z0-9]{1,15}$/i;

type Fields = Record<string, unknown>;

/** Throws the ArmError that the service answers. */
export function readRecords<Type extends RecordType>(type: Type, values: readonly unknown[]): RecordValues[Type][] {
  if (values.length > MOST_RECORDS)
    throw badRequest(
      `The number of records in the record set is ${values.length}; at most ${MOST_RECORDS} are allowed.`,
    );
  const read: (fields: Fields) => RecordValues[Type] = READERS[type];
  const records = values.map((value) => read(fieldsOf(value, type)));
  const texts = records.map((record) => JSON.stringify(record));
  if (new Set(texts).size < texts.length) throw badRequest('The record set contains the same record more than once.');
  if (type === 'TXT') checkTextTotal(records as RecordValues['TXT'][]);
  return records;
}

const READERS: { [Type in RecordType]: (fields: Fields) => RecordValues[Type] } = {
  A: (fields) => ({ ipv4Address: address(fields, 'ipv4Address', isIPv4) }),
  // A zone index (`fe80::1%eth0`) is an address of one machine only.
  AAAA: (fields) => ({ ipv6Address: address(fields, 'ipv6Address', (text) => isIPv6(text) && !text.includes('%')) }),
  CAA: (fields) => ({
    flags: integer(fields, 'flags', 255),
    tag: text(fields, 'tag', (tag) => CAA_TAG.test(tag)),
    value: text(fields, 'value', (value) => value.length <= LONGEST_CAA_VALUE),
  }),
  CNAME: (fields) => ({ cname: host(fields, 'cname') }),
  MX: (fields) => ({ preference: integer(fields, 'preference', 65_535), exchange: hostOrRoot(fields, 'exchange') }),
  NS: (fields) => ({ nsdname: host(fields, 'nsdname') }),
  PTR: (fields) => ({ ptrdname: host(fields, 'ptrdname') }),
  SOA: (fields) => ({
    email: host(fields, 'email'),
    expireTime: integer(fields, 'expireTime', 0x7fff_ffff),
    host: host(fields, 'host'),
    minimumTTL: integer(fields, 'minimumTTL', 0x7fff_ffff),
    refreshTime: integer(fields, 'refreshTime', 0x7fff_ffff),
    retryTime: integer(fields, 'retryTime', 0x7fff_ffff),
    serialNumber: integer(fields, 'serialNumber', 0xffff_ffff),
  }),
  SRV: (fields) => ({
    priority: integer(fields, 'priority', 65_535),
    weight: integer(fields, 'weight', 65_535),
    port: integer(fields, 'port', 65_535),
    target: hostOrRoot(fields, 'target'),
  }),
  TXT: (fields) => ({ value: textStrings(fields) }),
};

function fieldsOf(value: unknown, type: RecordType): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw badRequest(`A record of type '${type}' is not an object.`);
}

function address(fields: Fields, name: string, isAddress: (text: string) => boolean): string {
  const given = fields[name];
  if (typeof given === 'string' && isAddress(given)) return given;
  throw badRequest(`The value ${shown(given)} of '${name}' is not a valid IP address of that kind.`);
}

function host(fields: Fields, name: string): string {
  const given = fields[name];
  if (typeof given !== 'string') throw missing(name);
  if (!isDomainName(given)) throw invalidDomainName(given);
  return given;
}

/** The root stands for "none" in these (RFC 7505, RFC 2782). */
function hostOrRoot(fields: Fields, name: string): string {
  return fields[name] === '.' ? '.' : host(fields, name);
}

function integer(fields: Fields, name: string, most: number): number {
  const given = fields[name];
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= most) return given;
  throw badRequest(`The value ${shown(given)} of '${name}' is not an integer from 0 to ${most}.`);
}

function text(fields: Fields, name: string, isValid: (text: string) => boolean): string {
  const given = fields[name];
  if (typeof given !== 'string') throw missing(name);
  if (!isValid(given)) throw badRequest(`The value ${shown(given)} of '${name}' is not valid.`);
  return given;
}

function textStrings(fields: Fields): string[] {
  const given = fields['value'];
  if (!Array.isArray(given) || given.length === 0) throw missing('value');
  for (const part of given) {
    if (typeof part !== 'string') throw badRequest('A TXT record holds something that is not a string.');
    if (Buffer.byteLength(part) > LONGEST_TEXT_BYTES)
      throw badRequest(`A string of a TXT record is longer than ${LONGEST_TEXT_BYTES} characters.`);
  }
  return [...given];
}

function checkTextTotal(records: readonly RecordValues['TXT'][]): void {
  const total = Buffer.byteLength(records.flatMap(({ value }) => value).join(''));
  if (total > LONGEST_TEXT_SET_BYTES)
    throw badRequest(
      `The TXT record set holds ${total} characters; at most ${LONGEST_TEXT_SET_BYTES} are allowed over all its records.`,
    );
}

const missing = (name: string): ArmError => badRequest(`The property '${name}' is required.`);

const shown = (value: unknown): string => `'${String(JSON.stringify(value)).slice(0, 100)}'`;
