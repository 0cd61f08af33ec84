// How the stand-in controllers shall misbehave, and on what. Pure: reads a document of switches and finds the one that counts.
import { WATCHED } from './objects.ts';

export type Switch =
  /** Its status is never written. */
  | { behaviour: 'never' }
  /** The condition says no, for this reason, wherever the object has it. Default: Accepted; of a Certificate, Issuing. */
  | { behaviour: 'fail'; reason: string; condition?: string }
  /** Its status comes this long after the object, or its newest generation, was first seen. */
  | { behaviour: 'slow'; delayMs: number }
  /** The right conditions, told of the generation before. */
  | { behaviour: 'stale' };

/** By `Kind`, `Kind/namespace` or `Kind/namespace/name` (`Kind/name` where there is no namespace). */
export type Switches = Readonly<Record<string, Switch>>;

export function switchFor(switches: Switches, kind: string, place: string): Switch | undefined {
  const [namespace = ''] = place.split('/');
  for (const key of [`${kind}/${place}`, `${kind}/${namespace}`, kind]) {
    if (Object.hasOwn(switches, key)) return switches[key];
  }
  return undefined;
}

/** Throws in words on anything that would silently switch nothing. */
export function parseSwitches(document: unknown): Switches {
  if (!isRecord(document)) throw new Error('switches are an object: {"HTTPRoute/shop": {"behaviour": "never"}}');
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [parseKey(key), parseSwitch(key, value)]));
}

const KINDS = WATCHED.filter(({ status }) => status).map(({ kind }) => kind);

function parseKey(key: string): string {
  const [kind = '', ...place] = key.split('/');
  if (!KINDS.includes(kind)) throw new Error(`${key}: the kind is one of ${KINDS.join(', ')}`);
  if (place.length > 2 || place.includes(''))
    throw new Error(`${key}: a key is Kind, Kind/namespace or Kind/namespace/name`);
  return key;
}

function parseSwitch(key: string, value: unknown): Switch {
  const { behaviour, reason, condition, delayMs, ...rest } = isRecord(value) ? value : {};
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw new Error(`${key}: nothing is known of ${unknown.join(', ')}`);
  switch (behaviour) {
    case 'never':
    case 'stale':
      return { behaviour };
    case 'fail':
      if (typeof reason !== 'string' || reason === '') throw new Error(`${key}: fail needs a reason`);
      if (condition !== undefined && typeof condition !== 'string') throw new Error(`${key}: the condition is a text`);
      return { behaviour, reason, ...(condition === undefined ? {} : { condition }) };
    case 'slow':
      if (typeof delayMs !== 'number' || !(delayMs > 0)) throw new Error(`${key}: slow needs delayMs, more than 0`);
      return { behaviour, delayMs };
    default:
      throw new Error(`${key}: the behaviour is one of never, fail, slow, stale`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
