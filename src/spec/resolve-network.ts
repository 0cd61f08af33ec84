// The network part of a Spec: profile, shared services by name, extra egress within policy. Each list once and in order.
import type { Catalog, Template } from './catalog.ts';
import { overlaps, parseCidr } from './cidr.ts';
import type { Problem } from './errors.ts';
import { lookup } from './lookup.ts';
import type { NamespaceRequest } from './request.ts';
import { byText, notAmong, reservedBy } from './resolve-problems.ts';
import type { EgressTarget, IngressSource, NetworkSpec, Port, SharedService } from './spec.ts';

type NetworkRequest = NonNullable<NamespaceRequest['network']>;
type EgressRequest = NonNullable<NetworkRequest['egressTo']>[number];

export function resolveNetwork(
  request: NamespaceRequest,
  name: string,
  template: Template | undefined,
  catalog: Catalog,
  problems: Problem[],
): NetworkSpec {
  const asked: NetworkRequest = request.network ?? {};
  const { platform } = catalog;
  const profile = asked.profile ?? template?.network.defaultProfile ?? 'isolated';
  if (template !== undefined && !template.network.allowedProfiles.includes(profile)) {
    problems.push(
      notAmong('network.profile', `profile of template ${request.template}`, profile, template.network.allowedProfiles),
    );
  }
  (asked.egressTo ?? []).forEach(({ cidr, namespace }, index) => {
    const field = `network.egressTo[${index}]`;
    if (cidr !== undefined) problems.push(...egressProblems(cidr, `${field}.cidr`, catalog));
    if (namespace !== undefined) problems.push(...platformProblems(namespace, `${field}.namespace`, catalog));
  });
  return {
    profile,
    dns: { namespace: platform.dns.namespace, podLabels: { ...platform.dns.podLabels } },
    gatewayNamespace: platform.gatewayNamespace,
    privateRanges: { v4: [...platform.privateRanges.v4], v6: [...platform.privateRanges.v6] },
    sharedServices: servicesOf(asked.sharedServices ?? [], catalog, problems),
    ingressFrom: sourcesOf(request, name, catalog, problems),
    egressTo: mergedTargets(asked.egressTo ?? []),
  };
}

/** One source a namespace; a namespace has one owner. */
function sourcesOf(
  { team: own, network }: NamespaceRequest,
  name: string,
  { teams }: Catalog,
  problems: Problem[],
): IngressSource[] {
  const owners = new Map<string, string>();
  (network?.ingressFrom ?? []).forEach(({ namespace, team = own }, index) => {
    const field = `network.ingressFrom[${index}]`;
    const refuse = (message: string): void => {
      problems.push({ code: 'InvalidRequest', message: `${field}: ${message}`, field, value: namespace });
    };
    // The requester's own team is asked for elsewhere.
    if (team !== own && lookup(teams, team) === undefined)
      problems.push(notAmong(`${field}.team`, 'team', team, Object.keys(teams)));
    if (namespace === name) refuse(`"${name}" is the requested namespace itself`);
    const other = owners.get(namespace);
    if (other !== undefined && other !== team)
      refuse(`"${namespace}" is said to be of team ${other} and of team ${team}; a namespace has one team`);
    owners.set(namespace, team);
  });
  return [...owners].sort(([left], [right]) => byText(left, right)).map(([namespace, team]) => ({ namespace, team }));
}

function servicesOf(names: readonly string[], { platform }: Catalog, problems: Problem[]): SharedService[] {
  return [...new Set(names)].sort(byText).flatMap((name): SharedService[] => {
    const service = lookup(platform.sharedServices, name);
    if (service !== undefined) return [{ name, namespace: service.namespace, ports: orderedPorts(service.ports) }];
    problems.push(notAmong('network.sharedServices', 'shared service', name, Object.keys(platform.sharedServices)));
    return [];
  });
}

function egressProblems(cidr: string, field: string, { platform, policy }: Catalog): Problem[] {
  const parsed = parseCidr(cidr);
  const refuse = (why: string): Problem[] => [
    { code: 'InvalidRequest', message: `${field}: ${cidr} ${why}`, field, value: cidr },
  ];
  if ('why' in parsed) return refuse(`is no network: ${parsed.why}`);
  const shortest = parsed.family === 4 ? policy.egress.shortestPrefixV4 : policy.egress.shortestPrefixV6;
  if (parsed.prefix < shortest)
    return refuse(`is wider than /${shortest}, the widest network of IPv${parsed.family} that a request may name`);
  const kept = [...platform.neverReachable.v4, ...platform.neverReachable.v6].find((range) => {
    const other = parseCidr(range);
    return !('why' in other) && overlaps(other, parsed);
  });
  return kept === undefined
    ? []
    : refuse(`reaches into ${kept}, which no request may open: it holds the platform's own addresses`);
}

/** The platform's own namespaces are reached as shared services, on the ports that the platform offers. */
function platformProblems(namespace: string, field: string, { policy, platform }: Catalog): Problem[] {
  const reserved = reservedBy(namespace, policy);
  if (reserved === undefined) return [];
  const offered = Object.keys(platform.sharedServices).join(', ');
  const message = `${field}: "${namespace}" is the platform's own (${reserved}); use a shared service instead: ${offered}`;
  return [{ code: 'InvalidRequest', message, field, value: namespace }];
}

/** One target a network or namespace, with the ports of all that named it. */
function mergedTargets(targets: readonly EgressRequest[]): EgressTarget[] {
  const merged = new Map<string, EgressTarget>();
  for (const { cidr, namespace = '', ports } of targets) {
    const key = cidr === undefined ? `namespace ${namespace}` : `cidr ${cidr}`;
    const all = orderedPorts([...(merged.get(key)?.ports ?? []), ...ports]);
    merged.set(key, cidr === undefined ? { namespace, ports: all } : { cidr, ports: all });
  }
  return [...merged].sort(([left], [right]) => byText(left, right)).map(([, target]) => target);
}

function orderedPorts(ports: readonly Port[]): Port[] {
  const single = new Map(
    ports.map(({ protocol, port }) => [`${protocol} ${String(port).padStart(5, '0')}`, { protocol, port }]),
  );
  return [...single].sort(([left], [right]) => byText(left, right)).map(([, port]) => port);
}
