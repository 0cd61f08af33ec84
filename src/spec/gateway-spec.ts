// What a namespace wants of a gateway, with every question answered: how, by which Gateway, and per hostname protocol,
// backend and certificate. Types and lists only; what cannot be together is found in gateway-problems.ts.

/** In words: docs of the modes stand beside their plans, in plan/gateway*.ts. */
export const GATEWAY_MODES = ['listener-set', 'shared-listener', 'own-gateway', 'istio-classic'] as const;
export type GatewayMode = (typeof GATEWAY_MODES)[number];

/** `tls` goes through to the pods untouched: they hold the certificate. */
export const GATEWAY_PROTOCOLS = ['http', 'grpc', 'tls'] as const;
export type GatewayProtocol = (typeof GATEWAY_PROTOCOLS)[number];

export interface Issuer {
  kind: 'Issuer' | 'ClusterIssuer';
  name: string;
}

/** `shared`: the shared Gateway's own certificate covers the name. `none`: the gateway ends no TLS for it. */
export type HostnameTls = { issuer: Issuer; secretName: string } | 'shared' | 'none';

export interface HostnameSpec {
  /** Canonical: lower-case A-labels without a trailing dot; `*` only as the whole first label. */
  name: string;
  protocol: GatewayProtocol;
  /** A Service of the namespace; it need not be there yet. */
  backend: { service: string; port: number };
  tls: HostnameTls;
}

/** A Gateway of the platform, which many namespaces use. */
export interface SharedGateway {
  namespace: string;
  name: string;
  /** Its own listeners by what they serve. Where none is named, a route attaches to every listener that lets it in. */
  sections: { http?: string; https?: string; tls?: string };
}

interface Common {
  /** Who publishes the records of the hostnames. */
  dns: 'naas' | 'external-dns';
  hostnames: HostnameSpec[];
}

export interface SharedGatewaySpec extends Common {
  mode: 'listener-set' | 'shared-listener';
  gateway: SharedGateway;
}

export interface OwnGatewaySpec extends Common {
  mode: 'own-gateway';
  gatewayClassName: string;
  /** The namespace of whoever runs Gateways of that class: their pods ask it what to serve. */
  controlPlane: string;
}

export interface IstioClassicSpec extends Common {
  mode: 'istio-classic';
  /** Labels of the platform's ingress gateway pods. */
  selector: Record<string, string>;
  /** The Service of those pods: its load balancer has the address. */
  service: { namespace: string; name: string };
  /** The Secret of the shared certificate, in the namespace of those pods. */
  sharedCredential?: string;
}

export type GatewaySpec = SharedGatewaySpec | OwnGatewaySpec | IstioClassicSpec;
