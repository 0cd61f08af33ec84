// The hostnames of a Spec: each name once and in one spelling, its zone, its gateway and its certificate. Pure; whether a name
// is free is for whoever looks at the zone.
import type { Catalog, Platform, Zone } from './catalog.ts';
import type { Problem } from './errors.ts';
import { gatewayProblems } from './gateway-problems.ts';
import type { GatewayMode, GatewaySpec, HostnameSpec, HostnameTls } from './gateway-spec.ts';
import { canonicalHostname } from './hostnames.ts';
import { lookup } from './lookup.ts';
import type { ReachedName, ReachSpec } from './reach.ts';
import { canonicalRecordSets } from './record-form.ts';
import type { RecordSet } from './record-set.ts';
import type { NamespaceRequest } from './request.ts';
import { byText } from './resolve-problems.ts';
import { hostnameSecret } from './route-names.ts';

type HostnameRequest = NonNullable<NamespaceRequest['hostnames']>[number];
type GatewayConfig = NonNullable<Platform['gateway']>;

/** `mode`: what the cluster can do of the configured ones; without it the first that is configured. */
export function resolveHostnames(
  request: NamespaceRequest,
  catalog: Catalog,
  mode: GatewayMode | undefined,
  problems: Problem[],
): ReachSpec | undefined {
  const asked = request.hostnames ?? [];
  if (asked.length === 0) return undefined;
  const { gateway } = catalog.platform;
  if (gateway === undefined) {
    problems.push(problem('hostnames', 'this installation routes no hostnames: its catalog names no gateway', asked));
    return undefined;
  }
  const found = asked.flatMap((each, index) => {
    const at = `hostnames[${index}]`;
    const placed = placeOf(each, at, request, catalog, problems);
    return placed === undefined ? [] : [{ ...placed, each, at }];
  });
  const names = found.map((each) => reached(each, problems));
  const hostnames = found.map(({ name, each, at }) => routed(name, each, at, request, gateway, problems));
  const spec = gatewayOf(mode ?? gateway.modes[0], gateway, catalog.platform, publisherOf(names), hostnames);
  if ('why' in spec) {
    problems.push(problem('hostnames', spec.why, undefined));
    return undefined;
  }
  problems.push(...gatewayProblems(spec));
  return {
    gateway: { ...spec, hostnames: spec.hostnames.toSorted((left, right) => byText(left.name, right.name)) },
    names: names.toSorted((left, right) => byText(left.name, right.name)),
  };
}

interface Placed {
  name: string;
  zoneName: string;
  zone: Zone;
  list: string;
}

function placeOf(
  { name: written }: HostnameRequest,
  at: string,
  { team }: NamespaceRequest,
  { zones }: Catalog,
  problems: Problem[],
): Placed | undefined {
  const refuse = (why: string): undefined => {
    problems.push(problem(`${at}.name`, `"${written}" ${why}`, written));
    return undefined;
  };
  const result = canonicalHostname(written);
  if ('why' in result) return refuse(`cannot be a hostname: ${result.why}`);
  const { name } = result;
  const plain = name.replace(/^\*\./, '');
  // Of a zone and its child zone, the child has the name.
  const around = Object.keys(zones)
    .filter((zone) => plain === zone || plain.endsWith(`.${zone}`))
    .sort((left, right) => right.length - left.length);
  const [zoneName] = around;
  const zone = zoneName === undefined ? undefined : lookup(zones, zoneName);
  if (zoneName === undefined || zone === undefined) {
    const known = Object.keys(zones).sort(byText).join(', ') || 'none';
    return refuse(`is in none of the zones of this installation: ${known}`);
  }
  if (zone.teams !== undefined && !zone.teams.includes(team))
    return refuse(`is in zone ${zoneName}, which is for ${zone.teams.join(', ')}, not for team ${team}`);
  if ((name === zoneName || name === `*.${zoneName}`) && !zone.wholeZoneTeams.includes(team))
    return refuse(`would be the whole of zone ${zoneName}, which team ${team} may not have`);
  return { name, zoneName, zone, list: around.at(-1) ?? zoneName };
}

function reached(
  { name, zoneName, zone, list, each, at }: Placed & { each: HostnameRequest; at: string },
  problems: Problem[],
): ReachedName {
  const { minimum, maximum, default: usual } = zone.ttlSeconds;
  const ttlSeconds = each.ttlSeconds ?? usual;
  if (ttlSeconds < minimum || ttlSeconds > maximum) {
    const why = `${ttlSeconds} s is not between ${minimum} and ${maximum} s, as zone ${zoneName} wants it`;
    problems.push(problem(`${at}.ttlSeconds`, why, ttlSeconds));
  }
  const asked = (each.records ?? []).map(
    (record): RecordSet => ({
      zone: zoneName,
      name,
      type: record.type,
      ttlSeconds: record.ttlSeconds ?? ttlSeconds,
      values: record.values,
    }),
  );
  const { sets, problems: wrong } = canonicalRecordSets(asked, `${at}.records`);
  problems.push(...wrong);
  return {
    name,
    zone: zoneName,
    list,
    publisher: zone.provider.kind === 'external-dns' ? 'external-dns' : 'naas',
    ttlSeconds,
    records: sets.map(({ type, ttlSeconds: own, values }) => ({ type, ttlSeconds: own, values })),
    ...(zone.alias === undefined ? {} : { alias: zone.alias }),
  };
}

function routed(
  name: string,
  each: HostnameRequest,
  at: string,
  { project }: NamespaceRequest,
  gateway: GatewayConfig,
  problems: Problem[],
): HostnameSpec {
  const service = each.service ?? project;
  return {
    name,
    protocol: each.protocol,
    backend: { service, port: each.port },
    tls: tlsOf(name, each, at, gateway, problems),
  };
}

function tlsOf(
  name: string,
  { tls, protocol }: HostnameRequest,
  at: string,
  gateway: GatewayConfig,
  problems: Problem[],
): HostnameTls {
  // The gateway ends no TLS that goes through it.
  const wanted = tls ?? (protocol === 'tls' ? 'none' : gateway.tls);
  if (wanted !== 'issued') return wanted;
  if (gateway.issuer !== undefined) {
    const { kind, name: issuer } = gateway.issuer;
    return { issuer: { kind, name: issuer }, secretName: hostnameSecret(name) };
  }
  problems.push(problem(`${at}.tls`, 'no issuer of certificates is set up; use shared or none', wanted));
  return 'none';
}

/** One gateway a namespace: what publishes its names publishes all of them. */
function publisherOf(names: readonly ReachedName[]): 'naas' | 'external-dns' {
  return names.some(({ publisher }) => publisher === 'external-dns') ? 'external-dns' : 'naas';
}

function gatewayOf(
  mode: GatewayMode | undefined,
  gateway: GatewayConfig,
  { gatewayNamespace: namespace }: Platform,
  dns: 'naas' | 'external-dns',
  hostnames: HostnameSpec[],
): GatewaySpec | { why: string } {
  const { name, sections, className, istio } = gateway;
  const lacks = (what: string) => ({ why: `the catalog's gateway names no ${what}, which mode ${mode} needs` });
  switch (mode) {
    case 'listener-set':
    case 'shared-listener':
      if (name === undefined) return lacks('name');
      return { mode, dns, gateway: { namespace, name, sections: { ...sections } as { http?: string } }, hostnames };
    case 'own-gateway':
      return className === undefined ? lacks('className') : { mode, dns, gatewayClassName: className, hostnames };
    case 'istio-classic': {
      if (istio === undefined) return lacks('istio');
      const { selector, service, sharedCredential } = istio;
      return {
        mode,
        dns,
        selector: { ...selector },
        service: { namespace, name: service },
        ...(sharedCredential === undefined ? {} : { sharedCredential }),
        hostnames,
      };
    }
    case undefined:
      return { why: 'the catalog names no mode for its gateway' };
  }
}

function problem(field: string, message: string, value: unknown): Problem {
  return { code: 'InvalidRequest', message: `${field}: ${message}`, field, ...(value === undefined ? {} : { value }) };
}
