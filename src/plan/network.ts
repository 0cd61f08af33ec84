// NetworkPolicies: everything is denied, then one policy a concern allows. The platform's namespaces are chosen by
// their names, which no request gets; those of teams by the team's label, which naas alone sets.
import { LABEL } from '../spec/names.ts';
import { OWN_GATEWAY_NAME } from '../spec/route-names.ts';
import type { NamespaceSpec, Port } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

/** Set by the API server on every namespace, and by it alone. */
const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

const DNS_PORTS: readonly Port[] = [
  { protocol: 'UDP', port: 53 },
  // Answers that do not fit a datagram come over TCP.
  { protocol: 'TCP', port: 53 },
];

export function defaultDeny(spec: NamespaceSpec): KubernetesObject {
  return policy(spec, 'naas-default-deny', { policyTypes: ['Ingress', 'Egress'] });
}

export function allowingPolicies(spec: NamespaceSpec): KubernetesObject[] {
  return [
    allowNamespace(spec),
    allowDns(spec),
    allowGateway(spec),
    ...allowOwnGateway(spec),
    ...allowSharedServices(spec),
    ...byProfile(spec),
    ...allowIngressFrom(spec),
    ...allowEgressTo(spec),
  ];
}

function byProfile(spec: NamespaceSpec): KubernetesObject[] {
  switch (spec.network.profile) {
    case 'isolated':
      return [];
    case 'team':
      return [allowTeam(spec), allowInternet(spec, 'naas-allow-https-egress', [{ protocol: 'TCP', port: 443 }])];
    case 'open-egress':
      return [allowTeam(spec), allowInternet(spec, 'naas-allow-internet-egress', [])];
  }
}

/** Even an isolated namespace is one place: its pods reach each other. */
function allowNamespace(spec: NamespaceSpec): KubernetesObject {
  return policy(spec, 'naas-allow-namespace', {
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [{ podSelector: {} }] }],
    egress: [{ to: [{ podSelector: {} }] }],
  });
}

function allowTeam(spec: NamespaceSpec): KubernetesObject {
  const team = { namespaceSelector: { matchLabels: { [LABEL.team]: spec.team } } };
  return policy(spec, 'naas-allow-team', {
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [team] }],
    egress: [{ to: [team] }],
  });
}

function allowDns(spec: NamespaceSpec): KubernetesObject {
  const { namespace, podLabels } = spec.network.dns;
  const dns = { ...named(namespace), podSelector: { matchLabels: { ...podLabels } } };
  return egress(spec, 'naas-allow-dns', [{ to: [dns], ports: portList(DNS_PORTS) }]);
}

/** No ports: a gateway dials whatever port the pod listens on. */
function allowGateway(spec: NamespaceSpec): KubernetesObject {
  return ingress(spec, 'naas-allow-gateway', [{ from: [named(spec.network.gatewayNamespace)] }]);
}

/** Set by whoever runs a Gateway in its own namespace on the pods that it makes there (GEP-1762). */
const OF_GATEWAY = 'gateway.networking.k8s.io/gateway-name';

/** Its pods serve everybody outside, on whatever port they map a listener to, and ask their control plane what to serve. */
function allowOwnGateway(spec: NamespaceSpec): KubernetesObject[] {
  const gateway = spec.reach?.gateway;
  if (gateway?.mode !== 'own-gateway') return [];
  const everybody = [{ ipBlock: { cidr: '0.0.0.0/0' } }, { ipBlock: { cidr: '::/0' } }];
  return [
    policy(spec, 'naas-allow-own-gateway', {
      podSelector: { matchLabels: { [OF_GATEWAY]: OWN_GATEWAY_NAME } },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: everybody }],
      egress: [{ to: [named(gateway.controlPlane)] }],
    }),
  ];
}

/** Both ways: pods dial the service on its ports, and a service such as monitoring dials whatever port a pod shows it. */
function allowSharedServices(spec: NamespaceSpec): KubernetesObject[] {
  const { sharedServices } = spec.network;
  if (sharedServices.length === 0) return [];
  return [
    policy(spec, 'naas-allow-shared-services', {
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: sharedServices.map(({ namespace }) => named(namespace)) }],
      egress: sharedServices.map(({ namespace, ports }) => ({ to: [named(namespace)], ports: portList(ports) })),
    }),
  ];
}

/** A block has one family, so the internet is two. */
function allowInternet(spec: NamespaceSpec, name: string, ports: readonly Port[]): KubernetesObject {
  const { v4, v6 } = spec.network.privateRanges;
  const to = [{ ipBlock: { cidr: '0.0.0.0/0', except: [...v4] } }, { ipBlock: { cidr: '::/0', except: [...v6] } }];
  return egress(spec, name, [ports.length === 0 ? { to } : { to, ports: portList(ports) }]);
}

/** By the owner too: a name is free again when its namespace is gone, and the consent was its owner's. */
function allowIngressFrom(spec: NamespaceSpec): KubernetesObject[] {
  const from = spec.network.ingressFrom.map(({ namespace, team }) => ({
    namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace, [LABEL.team]: team } },
  }));
  return from.length === 0 ? [] : [ingress(spec, 'naas-allow-ingress-from', [{ from }])];
}

/** By name alone: whoever holds it decides with their own policies what comes in. */
function allowEgressTo(spec: NamespaceSpec): KubernetesObject[] {
  const rules = spec.network.egressTo.map((target) => ({
    to: ['cidr' in target ? { ipBlock: { cidr: target.cidr } } : named(target.namespace)],
    ports: portList(target.ports),
  }));
  return rules.length === 0 ? [] : [egress(spec, 'naas-allow-egress-to', rules)];
}

function ingress(spec: NamespaceSpec, name: string, rules: unknown[]): KubernetesObject {
  return policy(spec, name, { policyTypes: ['Ingress'], ingress: rules });
}

function egress(spec: NamespaceSpec, name: string, rules: unknown[]): KubernetesObject {
  return policy(spec, name, { policyTypes: ['Egress'], egress: rules });
}

/** For every pod of the namespace, where the rules say nothing else. */
function policy(spec: NamespaceSpec, name: string, rules: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: inside(spec, name),
    spec: { podSelector: {}, ...rules },
  };
}

function named(namespace: string): { namespaceSelector: { matchLabels: Record<string, string> } } {
  return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } } };
}

function portList(ports: readonly Port[]): { protocol: string; port: number }[] {
  return ports.map(({ protocol, port }) => ({ protocol, port }));
}
