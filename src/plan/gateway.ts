// A GatewaySpec → the objects that route its hostnames, all inside the tenant's namespace. Pure; one function a mode:
// listener-set: a ListenerSet adds the hostnames to the platform's Gateway, and routes hang on its entries;
// shared-listener: routes hang on listeners that the platform's Gateway has; own-gateway: a Gateway with a load balancer
// of its own; istio-classic: see gateway-istio.ts.
import type {
  GatewaySpec,
  HostnameSpec,
  OwnGatewaySpec,
  SharedGateway,
  SharedGatewaySpec,
} from '../spec/gateway-spec.ts';
import { hostnameObject, LISTENER_SET_NAME, OWN_GATEWAY_NAME } from '../spec/route-names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { certificates } from './gateway-certificates.ts';
import { classicObjects } from './gateway-istio.ts';
import { listener } from './gateway-listeners.ts';
import { GATEWAY_GROUP, type ParentRef, routed, routeOf } from './gateway-routes.ts';
import type { KubernetesObject } from './plan.ts';

export function gatewayObjects(spec: NamespaceSpec, gateway: GatewaySpec): KubernetesObject[] {
  if (gateway.hostnames.length === 0) return [];
  switch (gateway.mode) {
    case 'listener-set':
      return listenerSetObjects(spec, gateway);
    case 'shared-listener':
      return gateway.hostnames.map((each) => routeOf(spec, gateway, each, sharedParent(gateway.gateway, each)));
    case 'own-gateway':
      return ownGatewayObjects(spec, gateway);
    case 'istio-classic':
      return classicObjects(spec, gateway);
  }
}

/** A name that the shared certificate covers needs no listener: the Gateway's own serves it. */
function listenerSetObjects(spec: NamespaceSpec, gateway: SharedGatewaySpec): KubernetesObject[] {
  const added = gateway.hostnames.filter(({ tls }) => tls !== 'shared');
  const { namespace, name } = gateway.gateway;
  const listenerSet: KubernetesObject = {
    apiVersion: `${GATEWAY_GROUP}/v1`,
    kind: 'ListenerSet',
    metadata: routed(spec, gateway, LISTENER_SET_NAME),
    spec: { parentRef: { group: GATEWAY_GROUP, kind: 'Gateway', namespace, name }, listeners: added.map(listener) },
  };
  return [
    // The API server takes no ListenerSet without a listener.
    ...(added.length === 0 ? [] : [listenerSet]),
    ...certificates(spec, gateway.hostnames),
    ...gateway.hostnames.map((each) => {
      const parent =
        each.tls === 'shared' ? sharedParent(gateway.gateway, each) : own('ListenerSet', LISTENER_SET_NAME, each);
      return routeOf(spec, gateway, each, parent);
    }),
  ];
}

function ownGatewayObjects(spec: NamespaceSpec, gateway: OwnGatewaySpec): KubernetesObject[] {
  return [
    {
      apiVersion: `${GATEWAY_GROUP}/v1`,
      kind: 'Gateway',
      metadata: routed(spec, gateway, OWN_GATEWAY_NAME),
      spec: { gatewayClassName: gateway.gatewayClassName, listeners: gateway.hostnames.map(listener) },
    },
    ...certificates(spec, gateway.hostnames),
    ...gateway.hostnames.map((each) => routeOf(spec, gateway, each, own('Gateway', OWN_GATEWAY_NAME, each))),
  ];
}

function own(kind: ParentRef['kind'], name: string, hostname: HostnameSpec): ParentRef {
  return { group: GATEWAY_GROUP, kind, name, sectionName: hostnameObject(hostname.name) };
}

function sharedParent(gateway: SharedGateway, hostname: HostnameSpec): ParentRef {
  const { namespace, name } = gateway;
  const section = sharedSection(gateway, hostname);
  const parent: ParentRef = { group: GATEWAY_GROUP, kind: 'Gateway', namespace, name };
  return section === undefined ? parent : { ...parent, sectionName: section };
}

/** Which of the shared Gateway's own listeners serves a hostname, where the configuration names one. */
export function sharedSection({ sections }: SharedGateway, { protocol, tls }: HostnameSpec): string | undefined {
  if (protocol === 'tls') return sections.tls;
  return tls === 'none' ? sections.http : sections.https;
}
