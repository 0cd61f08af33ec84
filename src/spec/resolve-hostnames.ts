// The hostnames of a Spec: each name once and in one spelling, its zone, its gateway and its certificate. Pure; whether a name
// is free is for whoever looks at the zone.
import type { Catalog, Platform } from './catalog.ts';
import type { Problem } from './errors.ts';
import { gatewayProblems } from './gateway-problems.ts';
import type { GatewayMode, GatewaySpec, HostnameSpec, HostnameTls } from './gateway-spec.ts';
import { canonicalHostname } from './hostnames.ts';
import { type Place, placeOf } from './place-hostname.ts';
import type { ReachedName, ReachSpec } from './reach.ts';
import { canonicalRecordSets } from './record-form.ts';
import type { RecordSet } from './record-set.ts';
import type { NamespaceRequest } from './request.ts';
import { byText } from './resolve-problems.ts';
import { hostnameSecret } from './route-names.ts';

type HostnameRequest = NonNullable<NamespaceRequest['hostnames']>[number];
type GatewayConfig = NonNullable<Platform['gateway']>;

export interface ReachContext {
  /** What the cluster can do of the configured modes; without it the first that is configured. */
  gatewayMode?: GatewayMode;
  /** The zones that naas was given by teams, below domains of theirs. */
  delegations?: readonly string[];
}

export function resolveHostnames(
  request: NamespaceRequest,
  catalog: Catalog,
  { gatewayMode: mode, delegations = [] }: ReachContext,
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
    const place = placed(each, at, request, catalog, delegations, problems);
    return place === undefined ? [] : [{ ...place, each, at }];
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

interface Placed extends Place {
  name: string;
}

function placed(
  { name: written }: HostnameRequest,
  at: string,
  { team }: NamespaceRequest,
  catalog: Catalog,
  delegations: readonly string[],
  problems: Problem[],
): Placed | undefined {
  const refuse = (why: string): undefined => {
    problems.push(problem(`${at}.name`, `"${written}" ${why}`, written));
    return undefined;
  };
  const result = canonicalHostname(written);
  if ('why' in result) return refuse(`cannot be a hostname: ${result.why}`);
  const place = placeOf(result.name, team, catalog, delegations);
  return 'why' in place ? refuse(place.why) : { ...place, name: result.name };
}

function reached(
  { ttlSeconds: limits, each, at, ...place }: Placed & { each: HostnameRequest; at: string },
  problems: Problem[],
): ReachedName {
  const { name, zone, publisher } = place;
  const { minimum, maximum, default: usual } = limits;
  const ttlSeconds = each.ttlSeconds ?? usual;
  if (ttlSeconds < minimum || ttlSeconds > maximum) {
    const why = `${ttlSeconds} s is not between ${minimum} and ${maximum} s, as zone ${zone} wants it`;
    problems.push(problem(`${at}.ttlSeconds`, why, ttlSeconds));
  }
  if (publisher === 'owner' && each.records !== undefined)
    problems.push(
      problem(`${at}.records`, `of ${name} are entered at the DNS of ${zone}, which naas does not write`, undefined),
    );
  const asked = (each.records ?? []).map(
    (record): RecordSet => ({
      zone,
      name,
      type: record.type,
      ttlSeconds: record.ttlSeconds ?? ttlSeconds,
      values: record.values,
    }),
  );
  const { sets, problems: wrong } = canonicalRecordSets(asked, `${at}.records`);
  problems.push(...wrong);
  return {
    ...place,
    ttlSeconds,
    records: sets.map(({ type, ttlSeconds: own, values }) => ({ type, ttlSeconds: own, values })),
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
  const { name, sections, className, controlPlane = namespace, istio } = gateway;
  const lacks = (what: string) => ({ why: `the catalog's gateway names no ${what}, which mode ${mode} needs` });
  switch (mode) {
    case 'listener-set':
    case 'shared-listener':
      if (name === undefined) return lacks('name');
      return { mode, dns, gateway: { namespace, name, sections: { ...sections } as { http?: string } }, hostnames };
    case 'own-gateway':
      if (className === undefined) return lacks('className');
      return { mode, dns, gatewayClassName: className, controlPlane, hostnames };
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
