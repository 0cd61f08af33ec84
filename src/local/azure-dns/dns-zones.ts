// What one name server knows: a copy of the zones, brought up to date by changes in their order, so that each server can be
// late by itself. Names are lower case, full and without a trailing dot.

import { fullName, type RecordSet, type RecordType } from './record-sets.ts';
import type { ZoneChange } from './store.ts';

export class DnsZone {
  readonly apex: string;
  readonly #sets = new Map<string, Map<RecordType, RecordSet>>();
  /** How many names with sets lie below a name: such a name exists even without a set of its own (RFC 4592, 2.2.2). */
  readonly #below = new Map<string, number>();

  constructor(apex: string) {
    this.apex = apex;
  }

  /** Empty where the name exists only because of names below it; undefined where it does not exist. */
  at(name: string): ReadonlyMap<RecordType, RecordSet> | undefined {
    return this.#sets.get(name) ?? (this.#below.has(name) ? NO_SETS : undefined);
  }

  write(set: RecordSet): void {
    const name = fullName(this.apex, set.name);
    // A set without records is in the API but not in DNS.
    if (set.records.length === 0 && set.targetResource === undefined) return this.remove(name, set.type);
    const types = this.#sets.get(name);
    if (types !== undefined) {
      types.set(set.type, set);
      return;
    }
    this.#sets.set(name, new Map([[set.type, set]]));
    for (const above of namesAbove(name, this.apex)) this.#below.set(above, (this.#below.get(above) ?? 0) + 1);
  }

  remove(name: string, type: RecordType): void {
    const types = this.#sets.get(name);
    if (types?.delete(type) !== true || types.size > 0) return;
    this.#sets.delete(name);
    for (const above of namesAbove(name, this.apex)) {
      const left = (this.#below.get(above) ?? 0) - 1;
      if (left > 0) this.#below.set(above, left);
      else this.#below.delete(above);
    }
  }
}

const NO_SETS: ReadonlyMap<RecordType, RecordSet> = new Map();

export class DnsZones {
  readonly #zones = new Map<string, DnsZone>();

  apply(change: ZoneChange): void {
    switch (change.kind) {
      case 'zone-created': {
        const zone = new DnsZone(change.zone);
        for (const set of change.sets) zone.write(set);
        this.#zones.set(change.zone, zone);
        return;
      }
      case 'zone-deleted':
        this.#zones.delete(change.zone);
        return;
      case 'set-written':
        this.#zones.get(change.zone)?.write(change.set);
        return;
      case 'set-deleted':
        this.#zones.get(change.zone)?.remove(fullName(change.zone, change.name), change.type);
        return;
    }
  }

  get(apex: string): DnsZone | undefined {
    return this.#zones.get(apex);
  }

  /** The one with the longest apex. */
  zoneOf(name: string): DnsZone | undefined {
    for (const each of selfAndAbove(name)) {
      const zone = this.#zones.get(each);
      if (zone !== undefined) return zone;
    }
    return undefined;
  }
}

/** From the name itself up to its last label. */
export function* selfAndAbove(name: string): Generator<string> {
  for (let rest = name; ; rest = rest.slice(rest.indexOf('.') + 1)) {
    yield rest;
    if (!rest.includes('.')) return;
  }
}

/** Without the name itself, up to and with the apex. */
export function namesAbove(name: string, apex: string): string[] {
  const names: string[] = [];
  for (const each of selfAndAbove(name)) {
    if (each !== name) names.push(each);
    if (each === apex) break;
  }
  return name === apex ? [] : names;
}
