// One spelling per value of a record, by type. Pure; what the values of a set have to do with each other is in record-form.ts.
import { canonicalCaa } from './caa.ts';
import { parseV4, parseV6, printV6 } from './cidr.ts';
import { asciiName } from './dns-name.ts';
import type { RecordType } from './record-set.ts';

/** Of all values of a set together, which is how Azure DNS counts. */
export const MAX_TXT_BYTES = 4096;

export type ValueResult = { value: string } | { why: string };

export function canonicalValue(type: RecordType, text: string): ValueResult {
  switch (type) {
    case 'A':
      return parseV4(text) === undefined ? { why: 'it is no IPv4 address such as 192.0.2.7' } : { value: text };
    case 'AAAA':
      return canonicalV6(text);
    case 'CNAME':
      return nameAsValue(text, true);
    case 'NS':
      return nameAsValue(text, false);
    case 'TXT':
      return canonicalTxt(text);
    case 'CAA':
      return canonicalCaa(text);
    default:
      throw new Error(`no such type of record: ${type satisfies never}`);
  }
}

/** RFC 5952, and no IPv4 address in disguise: no host is reached over IPv6 by one. */
function canonicalV6(text: string): ValueResult {
  const base = parseV6(withoutV4(text.toLowerCase()));
  if (base === undefined) return { why: 'it is no IPv6 address such as 2001:db8::7' };
  if (base >> 32n === 0xffffn) return { why: 'it is an IPv4 address in the dress of IPv6; write it as an A record' };
  return { value: printV6(base) };
}

/** The last 32 bits may be written as an IPv4 address. */
function withoutV4(text: string): string {
  const [, head = '', tail = ''] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text) ?? [];
  const bits = parseV4(tail);
  return bits === undefined ? text : `${head}${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}

function nameAsValue(text: string, underscores: boolean): ValueResult {
  const result = asciiName(text, { underscores, wildcard: false });
  return 'why' in result ? result : { value: result.name };
}

function canonicalTxt(text: string): ValueResult {
  if (text === '') return { why: 'it is empty' };
  const control = /\p{Cc}/u.exec(text)?.[0];
  if (control !== undefined) return { why: 'it contains a control character' };
  if (!text.isWellFormed()) return { why: 'it contains half a character' };
  return { value: text };
}
