// Where a gateway can be reached, as its status says: what the records of its hostnames shall hold. Pure; whether an
// address is a fit one for DNS is judged where records are made.
import type { GatewayStatus, LiveObject } from './gateway-objects.ts';

export interface GatewayAddress {
  kind: 'ip' | 'hostname';
  value: string;
}

export function gatewayAddresses(gateway: LiveObject | undefined): GatewayAddress[] {
  const { addresses = [] } = (gateway?.['status'] ?? {}) as GatewayStatus;
  return distinct(
    addresses.flatMap(({ type = 'IPAddress', value = '' }) => {
      if (type === 'IPAddress') return address('ip', value);
      // Other types are names of the provider's own, which nobody can look up.
      return type === 'Hostname' ? address('hostname', value) : [];
    }),
  );
}

/** Of Istio's classic ingress: a Service of type LoadBalancer. */
export function serviceAddresses(service: LiveObject | undefined): GatewayAddress[] {
  const { loadBalancer } = (service?.['status'] ?? {}) as {
    loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
  };
  return distinct(
    (loadBalancer?.ingress ?? []).flatMap(({ ip = '', hostname = '' }) => [
      ...address('ip', ip),
      ...address('hostname', hostname),
    ]),
  );
}

/** Istio names the Service itself while it has no load balancer: a name that means something inside the cluster only. */
const INSIDE_THE_CLUSTER = /\.svc(\.|$)|\.local$/;

function address(kind: GatewayAddress['kind'], raw: string): GatewayAddress[] {
  const value = raw.toLowerCase().replace(/\.$/, '');
  return value === '' || (kind === 'hostname' && INSIDE_THE_CLUSTER.test(value)) ? [] : [{ kind, value }];
}

function distinct(addresses: readonly GatewayAddress[]): GatewayAddress[] {
  return [...new Map(addresses.map((each) => [`${each.kind} ${each.value}`, each])).values()];
}
