// Gateway specs that people would write, one a mode and what is special in it: for golden files and for real servers.
import type { GatewaySpec, HostnameSpec, HostnameTls, SharedGateway } from '../../src/spec/gateway-spec.ts';
import { hostnameSecret } from '../../src/spec/route-names.ts';

export const SHARED_GATEWAY: SharedGateway = {
  namespace: 'gateway-infra',
  name: 'shared',
  sections: { http: 'http', https: 'https', tls: 'tls' },
};

export function hostnameCase(
  name: string,
  tls: HostnameTls | 'issued',
  protocol: HostnameSpec['protocol'] = 'http',
): HostnameSpec {
  const issued: HostnameTls = {
    issuer: { kind: 'ClusterIssuer', name: 'letsencrypt' },
    secretName: hostnameSecret(name),
  };
  const backend = protocol === 'http' ? { service: 'web', port: 8080 } : { service: protocol, port: 9000 };
  return { name, protocol, backend, tls: tls === 'issued' ? issued : tls };
}

const LONG = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.example.com`;

export const GATEWAY_CASES: Record<string, GatewaySpec> = {
  'listener-set': {
    mode: 'listener-set',
    dns: 'naas',
    gateway: SHARED_GATEWAY,
    hostnames: [
      hostnameCase('cart.shop.example.com', 'issued'),
      hostnameCase('*.cart.shop.example.com', 'issued'),
      hostnameCase('grpc.shop.example.com', 'issued', 'grpc'),
      hostnameCase('db.shop.example.com', 'none', 'tls'),
      hostnameCase('plain.shop.example.com', 'none'),
      hostnameCase('cart.apps.example.com', 'shared'),
      hostnameCase(LONG, 'issued'),
    ],
  },
  'listener-set-under-external-dns': {
    mode: 'listener-set',
    dns: 'external-dns',
    gateway: SHARED_GATEWAY,
    hostnames: [hostnameCase('xn--bcher-kva.example.com', 'issued')],
  },
  'shared-listener': {
    mode: 'shared-listener',
    dns: 'naas',
    gateway: SHARED_GATEWAY,
    hostnames: [
      hostnameCase('cart.apps.example.com', 'shared'),
      hostnameCase('plain.apps.example.com', 'none'),
      hostnameCase('grpc.apps.example.com', 'shared', 'grpc'),
      hostnameCase('db.apps.example.com', 'none', 'tls'),
    ],
  },
  'shared-listener-without-sections': {
    mode: 'shared-listener',
    dns: 'naas',
    gateway: { ...SHARED_GATEWAY, sections: {} },
    hostnames: [hostnameCase('cart.apps.example.com', 'shared')],
  },
  'own-gateway': {
    mode: 'own-gateway',
    dns: 'naas',
    gatewayClassName: 'istio',
    controlPlane: 'istio-system',
    hostnames: [
      hostnameCase('cart.example.com', 'issued'),
      hostnameCase('plain.example.com', 'none'),
      hostnameCase('db.example.com', 'issued', 'tls'),
    ],
  },
  'istio-classic': {
    mode: 'istio-classic',
    dns: 'naas',
    selector: { istio: 'ingressgateway' },
    service: { namespace: 'istio-system', name: 'istio-ingressgateway' },
    sharedCredential: 'apps-example-com',
    hostnames: [
      hostnameCase('cart.apps.example.com', 'shared'),
      hostnameCase('*.cart.apps.example.com', 'shared'),
      hostnameCase('plain.apps.example.com', 'none'),
      hostnameCase('grpc.apps.example.com', 'shared', 'grpc'),
      hostnameCase('db.apps.example.com', 'none', 'tls'),
    ],
  },
};
