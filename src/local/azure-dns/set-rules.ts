// What a record set may be beside the other sets of its zone: CNAME alone at its name, the apex, wildcards, aliases. Pure.
import { type ArmError, badRequest, conflict, invalidDomainName } from './arm-errors.ts';
import { canonical, isRecordName, isWildcard } from './domain-names.ts';
import { APEX, fullName, type RecordSetDraft, type RecordType, type Zone } from './record-sets.ts';
import { MOST_RECORD_SETS } from './wire-form.ts';

export interface Surroundings {
  zone: Zone;
  /** Of the whole subscription: how many other sets are aliases of this resource. */
  aliasesOf: (targetResource: string) => number;
  /** Names of the servers that the service itself put into the NS set at the apex. */
  nameServers: readonly string[];
}

export function refusalOfName(zone: string, name: string, type: RecordType): ArmError | undefined {
  if (name !== APEX && !isRecordName(fullName(zone, name))) return invalidDomainName(name);
  if (type === 'SOA' && name !== APEX) return badRequest("A record set of type 'SOA' can only have the name '@'.");
  if (type === 'NS' && isWildcard(name)) return badRequest("A record set of type 'NS' cannot have a wildcard name.");
  if (type === 'CNAME' && name === APEX) return badRequest("A record set of type 'CNAME' cannot have the name '@'.");
  return undefined;
}

/** Of one resource (azure-subscription-service-limits, Azure DNS). */
const MOST_ALIASES = 20;

export function refusalOfSet(draft: RecordSetDraft, surroundings: Surroundings): ArmError | undefined {
  const { zone, nameServers } = surroundings;
  const beside = zone.sets.get(draft.name);
  if (beside?.has(draft.type) !== true) {
    if (draft.type === 'CNAME' && beside !== undefined)
      return conflict(
        'The CNAME record could not be created because another record with the same name already exists in this zone.',
      );
    if (beside?.has('CNAME') === true)
      return conflict(
        'The record could not be created because a CNAME record with the same name already exists in this zone.',
      );
    if (numberOfSets(zone) >= MOST_RECORD_SETS)
      return badRequest(
        `The zone '${zone.name}' holds ${MOST_RECORD_SETS} record sets already, the most that are allowed.`,
      );
  }
  return refusalAtApex(draft, zone, nameServers) ?? refusalOfAlias(draft, surroundings);
}

export function refusalOfRemoval(name: string, type: RecordType): ArmError | undefined {
  return name === APEX && (type === 'SOA' || type === 'NS')
    ? badRequest(`Record sets of type '${type}' with name '@' cannot be deleted.`)
    : undefined;
}

function numberOfSets(zone: Zone): number {
  let count = 0;
  for (const types of zone.sets.values()) count += types.size;
  return count;
}

function refusalAtApex(draft: RecordSetDraft, zone: Zone, nameServers: readonly string[]): ArmError | undefined {
  if (draft.name !== APEX) return undefined;
  if (draft.type === 'NS') {
    const kept = new Set(draft.records.map(({ nsdname }) => canonical(nsdname)));
    const lost = nameServers.filter((server) => !kept.has(canonical(server)));
    return lost.length === 0
      ? undefined
      : badRequest(`The name servers ${lost.join(', ')} of the zone cannot be removed from its NS record set.`);
  }
  if (draft.type !== 'SOA') return undefined;
  const present = zone.sets.get(APEX)?.get('SOA');
  const host = present?.type === 'SOA' ? present.records[0]?.host : undefined;
  if (draft.records.length !== 1) return badRequest("The property 'SOARecord' is required.");
  return draft.records[0]?.host === host
    ? undefined
    : badRequest("The property 'host' of an SOA record cannot be changed.");
}

const SAME_PROVIDER = /\/providers\/Microsoft\.Network\/dnszones\/([^/]+)\/([^/]+)\/([^/]+)$/i;

/** The record set that an alias names by its id, when it is one. */
export function aliasedSet(targetResource: string): { zone: string; type: string; name: string } | undefined {
  const [, zone, type, name] = SAME_PROVIDER.exec(targetResource) ?? [];
  if (zone === undefined || type === undefined || name === undefined) return undefined;
  return { zone: zone.toLowerCase(), type: type.toUpperCase(), name: name.toLowerCase() };
}

function refusalOfAlias(draft: RecordSetDraft, { zone, aliasesOf }: Surroundings): ArmError | undefined {
  if (draft.targetResource === undefined) return undefined;
  if (aliasesOf(draft.targetResource) >= MOST_ALIASES)
    return badRequest(`The resource has ${MOST_ALIASES} alias record sets already, the most that are allowed.`);
  const target = aliasedSet(draft.targetResource);
  if (target === undefined) return undefined;
  const found = zone.sets.get(target.name)?.get(draft.type);
  const isFitting = target.zone === zone.name && target.type === draft.type && target.name !== draft.name;
  return isFitting && found !== undefined && found.targetResource === undefined
    ? undefined
    : badRequest(
        'An alias can only follow a record set of its own type and zone that is there and is no alias itself.',
      );
}
