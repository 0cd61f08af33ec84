// A set of trusted keys as it was read: held against its form before anything is verified with it, and where sets come from.
// It fetches nothing and verifies nothing.
import type { JSONWebKeySet } from 'jose';
import { NaasError } from '../../spec/errors.ts';

/** Where the keys come from that count now. Throws Unavailable while nobody can say, and so does `newer`. */
export interface KeySource {
  current(): Promise<CurrentKeys>;
}

export interface CurrentKeys {
  keys: JSONWebKeySet;
  /** Asked when none of them fits a proof: the set that came since; undefined when these are all there is. */
  newer(): Promise<JSONWebKeySet | undefined>;
}

/** Why what was read is no set of keys. */
export class UnusableKeys extends Error {}

/** Far more than an issuer has in the middle of a rotation. */
const MAX_KEYS = 100;

export function parseKeySet(text: string): JSONWebKeySet {
  const { keys } = objectIn(text) as { keys?: unknown };
  if (!Array.isArray(keys)) throw new UnusableKeys('it holds no list "keys"');
  if (keys.length > MAX_KEYS) throw new UnusableKeys(`it holds ${keys.length} keys, at most ${MAX_KEYS} are read`);
  keys.forEach((key: unknown, index) => {
    const fault = faultOf(key);
    if (fault !== undefined) throw new UnusableKeys(`keys[${index}] ${fault}`);
  });
  return { keys };
}

function objectIn(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // What it is instead may be a page with somebody's data in it: the parser's message, which quotes it, is not repeated.
  }
  throw new UnusableKeys('it is no JSON object');
}

function faultOf(key: unknown): string | undefined {
  if (typeof key !== 'object' || key === null) return 'is no object';
  if (typeof (key as { kty?: unknown }).kty !== 'string') return 'has no "kty"';
  // Whoever reads such a set could sign as anybody, so nothing that it signed proves anything.
  if ('d' in key || 'k' in key) return 'is a private key; only public ones may stand there';
  return undefined;
}

/** Transient on purpose: a set that is being rotated, or whose server is away, is there again in a moment. */
export function unreadable(where: string, cause: unknown, retryAfterMs?: number): NaasError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const more = retryAfterMs === undefined ? { cause } : { cause, retryAfterMs };
  return new NaasError({ code: 'Unavailable', message: `cannot use the trusted keys of ${where}: ${why}` }, more);
}
