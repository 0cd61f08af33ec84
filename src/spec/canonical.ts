// One byte sequence per JSON value (RFC 8785), and its SHA-256: what digests are made of. No Node crypto, so that
// whoever checks a digest can do it anywhere.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { NaasError } from './errors.ts';

/** Deeper values are hostile, not data; the bound keeps the recursion far from the end of the stack. */
const MAX_DEPTH = 200;

/** A stranger's keys may be megabytes long; a message is no place for them. */
const MAX_SHOWN_PATH_LENGTH = 200;

/**
 * Keys in code-unit order, no white space. A key whose value is undefined is left out, as JSON does, so that the digest
 * is the same before and after the wire. Throws InvalidRequest on anything that JSON cannot carry.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', []);
}

export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

function write(value: unknown, path: string, above: readonly object[]): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(path, `${value} is no JSON number`);
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') throw refuse(path, `a ${typeof value} is no JSON value`);
  if (above.includes(value)) throw refuse(path, 'it contains itself');
  if (above.length >= MAX_DEPTH) throw refuse(path, `it is nested deeper than ${MAX_DEPTH} levels`);
  const within = [...above, value];
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item: unknown, index) => write(item, `${path}[${index}]`, within)).join(',')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) throw refuse(path, 'it is no plain object');
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${write(item, `${path}.${key}`, within)}`).join(',')}}`;
}

function refuse(path: string, why: string): NaasError {
  const where = path.length <= MAX_SHOWN_PATH_LENGTH ? path : `${path.slice(0, MAX_SHOWN_PATH_LENGTH)}…`;
  return new NaasError({ code: 'InvalidRequest', message: `cannot write canonical JSON of ${where}: ${why}` });
}
