// The network part of a Spec: profile, shared services by name, extra egress within policy. Each list once and in order.
import type { Catalog, Template } from './catalog.ts';
import { lookup } from './catalog.ts';
import { overlaps, parseCidr } from './cidr.ts';
import type { Problem } from './errors.ts';
import type { NamespaceRequest } from './request.ts';
import { byText, notAmong, reservedBy } from './resolve-problems.ts';
import type { EgressTarget, NetworkSpec, Port, SharedService } from './spec.ts';

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
  const sources = [...new Set((asked.ingressFrom ?? []).map(({ namespace }) => namespace))].sort(byText);
  if (sources.includes(name)) {
    problems.push({
      code: 'InvalidRequest',
      message: `network.ingressFrom: "${name}" is the requested namespace itself`,
      field: 'network.ingressFrom',
      value: name,
    });
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
    ingressFrom: sources.map((namespace) => ({ namespace })),
    egressTo: mergedTargets(asked.egressTo ?? []),
  };
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
