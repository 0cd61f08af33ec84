// Names of a zone: canonical (lower case, no trailing dot) and relative to the apex. Pure.
import type { RecordKey } from '../../spec/record-set.ts';
import { dnsFailure } from './failure.ts';

export function canonicalName(text: string): string {
  return text.toLowerCase().replace(/\.$/, '');
}

export function isWithin(zone: string, name: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** `@` for the apex. A name of another zone is refused: written elsewhere, it would be somebody else's. */
export function relativeName(zone: string, name: string): string {
  if (!isWithin(zone, name))
    throw dnsFailure('Invalid', `${name} is no name of the zone ${zone}`, 'Choose the zone that holds it.');
  return name === zone ? '@' : name.slice(0, -zone.length - 1);
}

export function describeKey({ type, name }: RecordKey): string {
  return `${type} ${name}`;
}
