// Between the canonical text of a record's value and the parts that systems know it by. Pure.
import { dnsFailure } from './failure.ts';

/** RFC 5952, as `URL` prints an address; throws TypeError on what is none. */
export function canonicalIpv6(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

/** A character-string's length is one byte (RFC 1035, section 3.3). */
const LONGEST_STRING = 255;

/** TXT in pieces of at most 255 bytes of UTF-8, none of which cuts a character; at least one. */
export function textPieces(text: string): string[] {
  const pieces: string[] = [];
  let piece = '';
  let length = 0;
  for (const character of text) {
    const bytes = Buffer.byteLength(character);
    if (length + bytes > LONGEST_STRING) {
      pieces.push(piece);
      piece = '';
      length = 0;
    }
    piece += character;
    length += bytes;
  }
  return [...pieces, piece];
}

export interface Caa {
  flags: number;
  tag: string;
  value: string;
}

const CAA = /^(?<flags>0|[1-9]\d{0,2}) (?<tag>[a-z0-9]{1,255}) "(?<value>.*)"$/s;

export function parseCaa(text: string): Caa {
  const { flags = '', tag = '', value = '' } = CAA.exec(text)?.groups ?? {};
  if (tag === '' || Number(flags) > 255)
    throw dnsFailure('Invalid', `${text} is no CAA record`, 'Write it as 0 issue "ca.example".');
  return { flags: Number(flags), tag, value };
}

export function printCaa({ flags, tag, value }: Caa): string {
  return `${flags} ${tag.toLowerCase()} "${value}"`;
}

/** Sorted, without repetition, as a record set keeps them. */
export function canonicalValues(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}
