// The zones: every write is checked, conditional and whole, because it never waits in between; whoever listens hears of it.
// It knows no HTTP and no DNS message.
import { randomUUID } from 'node:crypto';
import { badRequest, conflict, invalidDomainName, recordSetNotFound } from './arm-errors.ts';
import { isDomainName } from './domain-names.ts';
import { type Conditions, refusal } from './preconditions.ts';
import { APEX, type RecordSet, type RecordSetDraft, type RecordType, type Zone } from './record-sets.ts';
import { refusalOfName, refusalOfRemoval, refusalOfSet } from './set-rules.ts';

export type ZoneChange =
  | { kind: 'zone-created'; zone: string; sets: RecordSet[] }
  | { kind: 'zone-deleted'; zone: string }
  | { kind: 'set-written'; zone: string; set: RecordSet }
  | { kind: 'set-deleted'; zone: string; name: string; type: RecordType };

export interface StoreOptions {
  /** Host names that the service puts into the NS set of each zone. */
  nameServerHosts: readonly string[];
}

const MOST_ZONES = 250;

export class ZoneStore {
  readonly #zones = new Map<string, Zone>();
  readonly #listeners: ((change: ZoneChange) => void)[] = [];
  readonly #hosts: readonly string[];

  constructor({ nameServerHosts }: StoreOptions) {
    this.#hosts = nameServerHosts;
  }

  onChange(listener: (change: ZoneChange) => void): void {
    this.#listeners.push(listener);
  }

  find(resourceGroup: string, zone: string): Zone | undefined {
    const found = this.#zones.get(zone.toLowerCase());
    return found !== undefined && same(found.resourceGroup, resourceGroup) ? found : undefined;
  }

  /** By name; undefined for all groups. */
  list(resourceGroup: string | undefined): Zone[] {
    return [...this.#zones.values()]
      .filter((zone) => resourceGroup === undefined || same(zone.resourceGroup, resourceGroup))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  putZone(
    resourceGroup: string,
    givenName: string,
    tags: Record<string, string>,
    conditions: Conditions,
  ): { zone: Zone; outcome: 'created' | 'changed' } {
    const name = givenName.toLowerCase();
    const present = this.find(resourceGroup, name);
    refuse(refusal(conditions, { kind: 'Zone', name: givenName }, present?.etag));
    if (present !== undefined) return { zone: this.#retag(present, tags), outcome: 'changed' };
    if (!isDomainName(name) || !name.includes('.')) throw invalidDomainName(givenName);
    // The real service would serve both from different name servers; here there is one set of servers.
    if (this.#zones.has(name))
      throw conflict(`The zone '${name}' is in another resource group already; no other name servers are left for it.`);
    if (this.#zones.size >= MOST_ZONES) throw badRequest(`The subscription holds ${MOST_ZONES} zones already.`);
    const zone: Zone = { resourceGroup, name, etag: randomUUID(), tags, sets: new Map() };
    const sets = apexSets(this.#hosts);
    zone.sets.set(APEX, new Map(sets.map((set) => [set.type, set])));
    this.#zones.set(name, zone);
    this.#tell({ kind: 'zone-created', zone: name, sets });
    return { zone, outcome: 'created' };
  }

  retagZone(zone: Zone, tags: Record<string, string> | undefined, conditions: Conditions): Zone {
    refuse(refusal(conditions, { kind: 'Zone', name: zone.name }, zone.etag));
    return this.#retag(zone, tags ?? zone.tags);
  }

  checkZoneDeletion(zone: Zone, conditions: Conditions): void {
    refuse(refusal({ ...conditions, ifNoneMatch: undefined }, { kind: 'Zone', name: zone.name }, zone.etag));
  }

  deleteZone(zone: Zone): void {
    if (this.#zones.get(zone.name) !== zone) return;
    this.#zones.delete(zone.name);
    this.#tell({ kind: 'zone-deleted', zone: zone.name });
  }

  /** `draftOf` reads the body against the set as it is at this moment. */
  writeSet(
    zone: Zone,
    name: string,
    type: RecordType,
    conditions: Conditions,
    draftOf: (present: RecordSet | undefined) => RecordSetDraft,
  ): { set: RecordSet; outcome: 'created' | 'changed' } {
    refuse(refusalOfName(zone.name, name, type));
    const present = zone.sets.get(name)?.get(type);
    refuse(refusal(conditions, { kind: 'Record set', name }, present?.etag));
    const draft = draftOf(present);
    const aliasesOf = (target: string): number => this.#aliasesOf(target, present);
    refuse(refusalOfSet(draft, { zone, nameServers: this.#hosts, aliasesOf }));
    const set: RecordSet = { ...draft, etag: randomUUID() };
    const types = zone.sets.get(name) ?? new Map<RecordType, RecordSet>();
    types.set(type, set);
    zone.sets.set(name, types);
    this.#tell({ kind: 'set-written', zone: zone.name, set });
    return { set, outcome: present === undefined ? 'created' : 'changed' };
  }

  getSet(zone: Zone, name: string, type: RecordType, subscription: string): RecordSet {
    const found = zone.sets.get(name)?.get(type);
    if (found === undefined) throw recordSetNotFound(name, zone.resourceGroup, subscription);
    return found;
  }

  /** False: there was none, which is success whatever the condition says. */
  deleteSet(zone: Zone, name: string, type: RecordType, conditions: Conditions): boolean {
    refuse(refusalOfRemoval(name, type));
    const types = zone.sets.get(name);
    const present = types?.get(type);
    if (types === undefined || present === undefined) return false;
    refuse(refusal({ ...conditions, ifNoneMatch: undefined }, { kind: 'Record set', name }, present.etag));
    types.delete(type);
    if (types.size === 0) zone.sets.delete(name);
    this.#tell({ kind: 'set-deleted', zone: zone.name, name, type });
    return true;
  }

  #aliasesOf(target: string, except: RecordSet | undefined): number {
    const sets = [...this.#zones.values()].flatMap((zone) =>
      [...zone.sets.values()].flatMap((types) => [...types.values()]),
    );
    return sets.filter((set) => set !== except && same(set.targetResource ?? '', target)).length;
  }

  #retag(zone: Zone, tags: Record<string, string>): Zone {
    zone.tags = tags;
    zone.etag = randomUUID();
    return zone;
  }

  #tell(change: ZoneChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** What each new zone holds, with the values of the real service. */
function apexSets(hosts: readonly string[]): RecordSet[] {
  const common = { name: APEX, metadata: undefined, targetResource: undefined };
  return [
    {
      ...common,
      etag: randomUUID(),
      type: 'NS',
      ttlSeconds: 172_800,
      records: hosts.map((host) => ({ nsdname: `${host}.` })),
    },
    {
      ...common,
      etag: randomUUID(),
      type: 'SOA',
      ttlSeconds: 3600,
      records: [
        {
          email: 'azuredns-hostmaster.microsoft.com',
          expireTime: 2_419_200,
          host: `${hosts[0] ?? 'localhost'}.`,
          minimumTTL: 300,
          refreshTime: 3600,
          retryTime: 300,
          serialNumber: 1,
        },
      ],
    },
  ];
}

function refuse(error: Error | undefined): void {
  if (error !== undefined) throw error;
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
