// RDATA on the wire, without compression, and the canonical value that it says. Pure; messages are another file's.
import { isIPv4, isIPv6 } from 'node:net';
import type { Answer } from 'dns-packet';
import type { NaasError } from '../../spec/errors.ts';
import type { RecordType } from '../../spec/record-set.ts';
import { dnsFailure } from './failure.ts';
import { canonicalName } from './names.ts';
import { canonicalIpv6, parseCaa, printCaa, textPieces } from './values.ts';

export const TYPE_CODES = { A: 1, NS: 2, CNAME: 5, TXT: 16, AAAA: 28, CAA: 257 } as const satisfies Record<
  RecordType,
  number
>;

const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

export function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label);
    if (bytes.length === 0 || bytes.length > LONGEST_LABEL) throw invalid(`the label "${label}" of ${name}`);
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  });
  const encoded = Buffer.concat([...parts, Buffer.from([0])]);
  if (encoded.length > LONGEST_NAME) throw invalid(`the name ${name}`);
  return encoded;
}

export function encodeValue(type: RecordType, value: string): Buffer {
  switch (type) {
    case 'A':
      if (!isIPv4(value)) throw noSuch(type, value);
      return Buffer.from(value.split('.').map(Number));
    case 'AAAA':
      if (!isIPv6(value)) throw noSuch(type, value);
      return ipv6Bytes(canonicalIpv6(value));
    case 'CNAME':
    case 'NS':
      return encodeName(value);
    case 'TXT':
      return Buffer.concat(textPieces(value).map((piece) => characterString(Buffer.from(piece))));
    case 'CAA': {
      const { flags, tag, value: text } = parseCaa(value);
      return Buffer.concat([Buffer.from([flags]), characterString(Buffer.from(tag)), Buffer.from(text)]);
    }
  }
}

/** What stands in the zone, byte for byte but for compression; undefined for a type that is none of ours. */
export function rdataOf(answer: Answer): Buffer | undefined {
  switch (answer.type) {
    case 'A':
    case 'AAAA':
      return encodeValue(answer.type, answer.data);
    case 'CNAME':
    case 'NS':
      return encodeName(answer.data === '.' ? '' : answer.data);
    case 'TXT':
      return Buffer.concat([answer.data].flat().map((piece) => characterString(Buffer.from(piece))));
    case 'CAA': {
      const { flags = 0, tag, value } = answer.data;
      return Buffer.concat([Buffer.from([flags]), characterString(Buffer.from(tag)), Buffer.from(value)]);
    }
    default:
      return undefined;
  }
}

/** The canonical value of an answer; undefined for a type that is none of ours. */
export function canonicalValueOf(answer: Answer): string | undefined {
  switch (answer.type) {
    case 'A':
      return answer.data;
    case 'AAAA':
      return canonicalIpv6(answer.data);
    case 'CNAME':
    case 'NS':
      return canonicalName(answer.data);
    case 'TXT':
      return Buffer.concat([answer.data].flat().map((piece) => Buffer.from(piece))).toString('utf8');
    case 'CAA':
      return printCaa({ flags: answer.data.flags ?? 0, tag: answer.data.tag, value: answer.data.value });
    default:
      return undefined;
  }
}

function characterString(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

/** Of an address in canonical form, which writes no group in dots. */
function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  const bytes = [...left, ...middle, ...right].flatMap((group) => {
    const number = Number.parseInt(group, 16);
    return [number >> 8, number & 0xff];
  });
  return Buffer.from(bytes);
}

function invalid(what: string): NaasError {
  return dnsFailure(
    'Invalid',
    `${what} fits into no DNS message`,
    `A label has 1 to ${LONGEST_LABEL} bytes, a whole name at most 253.`,
  );
}

function noSuch(type: RecordType, value: string): NaasError {
  return dnsFailure('Invalid', `${value} is no value of a record of type ${type}`, 'Correct the value.');
}
