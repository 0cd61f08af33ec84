// What an authoritative server answers to a question, from its copy of the zones: RFC 1034 section 4.3.2 without recursion,
// wildcards by closest encloser (RFC 4592), negative answers with the SOA (RFC 2308). Pure.

import { type ResourceRecord, resourceRecords } from './dns-rdata.ts';
import { type DnsZone, type DnsZones, namesAbove } from './dns-zones.ts';
import { canonical } from './domain-names.ts';
import { RECORD_TYPES, type RecordSet, type RecordType } from './record-sets.ts';
import { aliasedSet } from './set-rules.ts';

export interface DnsQuestion {
  /** Lower case, without a trailing dot; the root is ''. */
  name: string;
  /** As the wire library names it; any type may be asked for. */
  type: string;
}

export interface DnsAnswer {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED' | 'NOTIMP';
  authoritative: boolean;
  answers: ResourceRecord[];
  authorities: ResourceRecord[];
  additionals: ResourceRecord[];
}

/** What resources of an alias stand for, by their id in lower case. */
export type AliasTargets = ReadonlyMap<string, AliasTarget>;

export interface AliasTarget {
  ipv4?: string[];
  ipv6?: string[];
  cname?: string;
}

/** More links than any sensible chain has; a loop ends by its names coming again. */
const LONGEST_CHAIN = 16;

/** Asked of the server itself or of a secondary, which is none of its business. */
const TRANSFERS = ['AXFR', 'IXFR'];
/** Obsolete questions and those that only stand in other sections. */
const NOT_ANSWERED = ['OPT', 'TSIG', 'TKEY', 'UNKNOWN_253', 'UNKNOWN_254', 'UNKNOWN_0'];

export function answer(question: DnsQuestion, zones: DnsZones, aliases: AliasTargets): DnsAnswer {
  if (NOT_ANSWERED.includes(question.type)) return empty('NOTIMP');
  const zone = zones.zoneOf(question.name);
  if (zone === undefined || TRANSFERS.includes(question.type)) return empty('REFUSED');
  const result: DnsAnswer = { ...empty('NOERROR'), authoritative: true };
  const seen = new Set<string>();
  let name: string | undefined = question.name;
  while (name !== undefined && isWithin(name, zone.apex) && !seen.has(name) && seen.size < LONGEST_CHAIN) {
    seen.add(name);
    name = addStep(result, { name, type: question.type }, zone, aliases);
  }
  return result;
}

const empty = (rcode: DnsAnswer['rcode']): DnsAnswer => ({
  rcode,
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
});

/** Adds what one name has to say; answers the next name of a chain of CNAMEs. */
function addStep(result: DnsAnswer, question: DnsQuestion, zone: DnsZone, aliases: AliasTargets): string | undefined {
  const { name, type } = question;
  const delegation = delegationOf(name, type, zone);
  if (delegation !== undefined) {
    result.authoritative = result.answers.length > 0;
    result.authorities.push(...resourceRecords(fullOwner(zone, delegation), delegation));
    result.additionals.push(...glueOf(delegation, zone));
    return undefined;
  }
  const sets = zone.at(name) ?? wildcardSets(name, zone);
  if (sets === undefined) {
    result.rcode = 'NXDOMAIN';
    result.authorities.push(...negativeSoa(zone));
    return undefined;
  }
  const cname = followed(sets.get('CNAME'), zone, aliases);
  if (cname?.type === 'CNAME' && cname.records[0] !== undefined && type !== 'CNAME' && type !== 'ANY') {
    result.answers.push(...resourceRecords(name, cname));
    return canonical(cname.records[0].cname);
  }
  for (const wanted of typesAsked(type)) {
    const set = followed(sets.get(wanted), zone, aliases);
    if (set !== undefined) result.answers.push(...resourceRecords(name, set));
  }
  const found = result.answers.some((record) => record.name === name);
  if (!found) result.authorities.push(...negativeSoa(zone));
  return undefined;
}

const typesAsked = (type: string): readonly RecordType[] =>
  type === 'ANY' ? RECORD_TYPES : RECORD_TYPES.filter((each) => each === type);

const isWithin = (name: string, apex: string): boolean => name === apex || name.endsWith(`.${apex}`);

const fullOwner = (zone: DnsZone, set: RecordSet): string => `${set.name}.${zone.apex}`;

/** The highest NS set below the apex on the way to the name: what lies below it is another server's. */
function delegationOf(name: string, type: string, zone: DnsZone): (RecordSet & { type: 'NS' }) | undefined {
  for (const each of [...namesAbove(name, zone.apex).reverse(), name]) {
    // Who signs a child is asked of the parent (RFC 4035, 3.1.4.1).
    if (each === zone.apex || (each === name && type === 'DS')) continue;
    const set = zone.at(each)?.get('NS');
    if (set?.type === 'NS') return set;
  }
  return undefined;
}

function glueOf(delegation: RecordSet & { type: 'NS' }, zone: DnsZone): ResourceRecord[] {
  return delegation.records.flatMap(({ nsdname }) => {
    const host = canonical(nsdname);
    const sets = isWithin(host, zone.apex) ? zone.at(host) : undefined;
    return (['A', 'AAAA'] as const).flatMap((type) => {
      const set = sets?.get(type);
      return set === undefined ? [] : resourceRecords(host, set);
    });
  });
}

/** Only the wildcard right below the closest name that exists may answer; undefined: the name does not exist. */
function wildcardSets(name: string, zone: DnsZone): ReadonlyMap<RecordType, RecordSet> | undefined {
  const encloser = namesAbove(name, zone.apex).find((above) => zone.at(above) !== undefined);
  return encloser === undefined ? undefined : zone.at(`*.${encloser}`);
}

function negativeSoa(zone: DnsZone): ResourceRecord[] {
  const soa = zone.at(zone.apex)?.get('SOA');
  if (soa?.type !== 'SOA') return [];
  const minimumSeconds = soa.records[0]?.minimumTTL ?? soa.ttlSeconds;
  return resourceRecords(zone.apex, { ...soa, ttlSeconds: Math.min(soa.ttlSeconds, minimumSeconds) });
}

/** An alias set with the records that its resource has at this moment; undefined where there are none. */
function followed(set: RecordSet | undefined, zone: DnsZone, aliases: AliasTargets): RecordSet | undefined {
  if (set?.targetResource === undefined) return set;
  const sibling = aliasedSet(set.targetResource);
  if (sibling !== undefined) {
    const name = sibling.name === '@' ? zone.apex : `${sibling.name}.${zone.apex}`;
    const target = zone.at(name)?.get(set.type);
    return target === undefined ? undefined : ({ ...target, ttlSeconds: set.ttlSeconds } as RecordSet);
  }
  const target = aliases.get(set.targetResource.toLowerCase()) ?? {};
  const filled = withTarget(set, target);
  return filled.records.length === 0 ? undefined : filled;
}

function withTarget(set: RecordSet, target: AliasTarget): RecordSet {
  switch (set.type) {
    case 'A':
      return { ...set, records: (target.ipv4 ?? []).map((ipv4Address) => ({ ipv4Address })) };
    case 'AAAA':
      return { ...set, records: (target.ipv6 ?? []).map((ipv6Address) => ({ ipv6Address })) };
    case 'CNAME':
      return { ...set, records: target.cname === undefined ? [] : [{ cname: target.cname }] };
    default:
      return set;
  }
}
