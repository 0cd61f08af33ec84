// What a cloud would do for Istio and nobody does here: the Service before the gateway's pods, with the address that a load
// balancer would give it, and the one pod that a kubelet would have started. It makes no Gateway.
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { send } from '../ops/administrator.ts';

/** RFC 5737: reserved for documentation. */
export const ADDRESS = '203.0.113.7';
const POD = '10.0.0.7';

const PORTS = [
  { name: 'http', port: 80 },
  { name: 'https', port: 443 },
  { name: 'tls', port: 8443 },
];

export function ingressService(namespace: string, name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name },
    spec: { type: 'LoadBalancer', selector: { istio: 'ingressgateway' }, ports: PORTS },
  };
}

/** A slice names its ports as the Service does. */
export function endpoints(
  namespace: string,
  service: string,
  ports: readonly { name?: string; port: number }[] = PORTS,
): KubernetesObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: `${service}-1`, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [POD], conditions: { ready: true } }],
    ports: ports.map(({ name = '', port }) => ({ name, port })),
  };
}

/** As the load balancer's controller does. */
export async function giveAddress(kubeconfig: string, namespace: string, service: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/services/${service}/status`;
  const answer = await send(kubeconfig, 'PATCH', path, { status: { loadBalancer: { ingress: [{ ip: ADDRESS }] } } });
  if (answer['kind'] !== 'Service')
    throw new Error(`no address for ${namespace}/${service}: ${JSON.stringify(answer)}`);
}

/** In `spec.addresses`: the gateway's pods are run by somebody else, behind this Service. */
export function addressesOf(namespace: string, service: string): { type: string; value: string }[] {
  return [{ type: 'Hostname', value: `${service}.${namespace}.svc.cluster.local` }];
}
