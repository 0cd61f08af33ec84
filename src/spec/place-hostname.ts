// In which zone a hostname stands, in whose list it is claimed, and who publishes it: by the zones of the installation, else by the
// domain that somebody registered. Pure; whether a team holds that domain is for whoever asks its run.
import type { Catalog, Zone } from './catalog.ts';
import { covers } from './domain-lifecycle.ts';
import { canonicalHostname, registrableDomain } from './hostnames.ts';
import { lookup } from './lookup.ts';
import type { ReachedName } from './reach.ts';
import type { NamespaceRequest } from './request.ts';
import { byText } from './resolve-problems.ts';

export interface Place extends Pick<ReachedName, 'zone' | 'list' | 'publisher' | 'domain' | 'alias'> {
  ttlSeconds: Zone['ttlSeconds'];
}

/** `delegations`: the zones that naas was given by teams, below domains of theirs. */
export function placeOf(
  name: string,
  team: string,
  catalog: Pick<Catalog, 'zones' | 'policy'>,
  delegations: readonly string[],
): Place | { why: string } {
  const [inner, outer] = zonesAround(name, catalog);
  return inner === undefined || outer === undefined
    ? belowDomain(name, catalog, delegations)
    : inZone(name, team, inner, outer, catalog);
}

/** The registrable domains in which a request names hosts that are in no zone of the installation. */
export function domainsNamed({ hostnames = [] }: Pick<NamespaceRequest, 'hostnames'>, catalog: Catalog): string[] {
  const domains = hostnames.flatMap((each) => {
    const result = canonicalHostname(each.name);
    if ('why' in result || zonesAround(result.name, catalog).length > 0) return [];
    return registrableDomain(result.name) ?? [];
  });
  return [...new Set(domains)].sort(byText);
}

function plain(name: string): string {
  return name.replace(/^\*\./, '');
}

/** The innermost first and the outermost last: of a zone and its child zone, the child has the name. */
function zonesAround(name: string, { zones }: Pick<Catalog, 'zones'>): string[] {
  const around = Object.keys(zones).filter((zone) => covers(zone, plain(name)));
  const [inner, ...others] = around.sort((left, right) => right.length - left.length);
  return inner === undefined ? [] : [inner, others.at(-1) ?? inner];
}

function inZone(
  name: string,
  team: string,
  inner: string,
  outer: string,
  { zones }: Pick<Catalog, 'zones'>,
): Place | { why: string } {
  const zone = lookup(zones, inner);
  if (zone === undefined) return { why: `is in zone ${inner}, which the catalog does not know` };
  if (zone.teams !== undefined && !zone.teams.includes(team))
    return { why: `is in zone ${inner}, which is for ${zone.teams.join(', ')}, not for team ${team}` };
  if (plain(name) === inner && !zone.wholeZoneTeams.includes(team))
    return { why: `would be the whole of zone ${inner}, which team ${team} may not have` };
  const { ttlSeconds, alias, provider } = zone;
  const publisher = provider.kind === 'external-dns' ? 'external-dns' : 'naas';
  return { zone: inner, list: outer, publisher, ttlSeconds, ...(alias === undefined ? {} : { alias }) };
}

function belowDomain(
  name: string,
  { zones, policy }: Pick<Catalog, 'zones' | 'policy'>,
  delegations: readonly string[],
): Place | { why: string } {
  const known = Object.keys(zones).sort(byText).join(', ') || 'none';
  const domain = registrableDomain(name);
  if (domain === undefined)
    return {
      why: `is in none of the zones of this installation (${known}), and below no domain that a team could have`,
    };
  const covered = Object.keys(zones).find((zone) => name.startsWith('*.') && covers(plain(name), zone));
  if (covered !== undefined) return { why: `would cover names of zone ${covered}` };
  const [delegated] = delegations
    .filter((zone) => covers(zone, plain(name)))
    .sort((left, right) => right.length - left.length);
  const { ttlSeconds } = policy.domains;
  if (delegated !== undefined) return { zone: delegated, list: domain, publisher: 'naas', domain, ttlSeconds };
  return { zone: domain, list: domain, publisher: 'owner', domain, ttlSeconds };
}
