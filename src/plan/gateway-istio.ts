// Istio's own kinds, for a mesh without Gateway API: one Gateway a namespace that the platform's ingress pods serve, and
// one VirtualService a hostname.
import type { HostnameSpec, IstioClassicSpec } from '../spec/gateway-spec.ts';
import { hostnameObject, OWN_GATEWAY_NAME } from '../spec/route-names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { HTTP_PORT, HTTPS_PORT } from './gateway-listeners.ts';
import { routed } from './gateway-routes.ts';
import type { KubernetesObject } from './plan.ts';

const API_VERSION = 'networking.istio.io/v1';

export function classicObjects(spec: NamespaceSpec, gateway: IstioClassicSpec): KubernetesObject[] {
  return [
    {
      apiVersion: API_VERSION,
      kind: 'Gateway',
      metadata: routed(spec, gateway, OWN_GATEWAY_NAME),
      spec: { selector: { ...gateway.selector }, servers: gateway.hostnames.map((each) => server(gateway, each)) },
    },
    ...gateway.hostnames.map((each) => virtualService(spec, gateway, each)),
  ];
}

function server(
  { sharedCredential }: IstioClassicSpec,
  { name, protocol, tls }: HostnameSpec,
): Record<string, unknown> {
  const portName = hostnameObject(name);
  // Only VirtualServices of the same namespace may hang on it.
  const hosts = [`./${name}`];
  if (protocol === 'tls') {
    return { port: { number: HTTPS_PORT, name: portName, protocol: 'TLS' }, hosts, tls: { mode: 'PASSTHROUGH' } };
  }
  if (tls === 'none') return { port: { number: HTTP_PORT, name: portName, protocol: 'HTTP' }, hosts };
  const ended = { mode: 'SIMPLE', credentialName: sharedCredential };
  return { port: { number: HTTPS_PORT, name: portName, protocol: 'HTTPS' }, hosts, tls: ended };
}

function virtualService(
  spec: NamespaceSpec,
  gateway: IstioClassicSpec,
  { name, protocol, backend }: HostnameSpec,
): KubernetesObject {
  // Istio reads a short name in the namespace of the VirtualService, whatever the cluster's domain is.
  const route = [{ destination: { host: backend.service, port: { number: backend.port } } }];
  return {
    apiVersion: API_VERSION,
    kind: 'VirtualService',
    metadata: routed(spec, gateway, hostnameObject(name)),
    spec: {
      hosts: [name],
      gateways: [OWN_GATEWAY_NAME],
      ...(protocol === 'tls'
        ? { tls: [{ match: [{ port: HTTPS_PORT, sniHosts: [name] }], route }] }
        : { http: [{ route }] }),
    },
  };
}
