// One Route a hostname, of the kind that its protocol needs, and the metadata of everything that names a hostname.
import type { GatewayProtocol, GatewaySpec, HostnameSpec } from '../spec/gateway-spec.ts';
import { hostnameObject } from '../spec/route-names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

export const GATEWAY_GROUP = 'gateway.networking.k8s.io';

export interface ParentRef {
  group: string;
  kind: 'Gateway' | 'ListenerSet';
  /** Left out inside the namespace. */
  namespace?: string;
  name: string;
  sectionName?: string;
}

const ROUTE_KIND: Readonly<Record<GatewayProtocol, string>> = { http: 'HTTPRoute', grpc: 'GRPCRoute', tls: 'TLSRoute' };

export function routeOf(
  spec: NamespaceSpec,
  gateway: GatewaySpec,
  { name, protocol, backend }: HostnameSpec,
  parent: ParentRef,
): KubernetesObject {
  return {
    apiVersion: `${GATEWAY_GROUP}/v1`,
    kind: ROUTE_KIND[protocol],
    metadata: routed(spec, gateway, hostnameObject(name)),
    spec: {
      parentRefs: [parent],
      hostnames: [name],
      rules: [{ backendRefs: [{ group: '', kind: 'Service', name: backend.service, port: backend.port }] }],
    },
  };
}

/** external-dns 0.22 moved its annotations to a new prefix, and reads only the one that it is set to. */
const EXTERNAL_DNS_CONTROLLER = [
  'external-dns.kubernetes.io/controller',
  'external-dns.alpha.kubernetes.io/controller',
];

/** A controller that is not its own makes external-dns pass an object over: a record has one writer. */
export function routed(spec: NamespaceSpec, { dns }: GatewaySpec, name: string): KubernetesObject['metadata'] {
  const metadata = inside(spec, name);
  switch (dns) {
    case 'external-dns':
      return metadata;
    case 'naas':
      return { ...metadata, annotations: Object.fromEntries(EXTERNAL_DNS_CONTROLLER.map((key) => [key, 'naas'])) };
  }
}
