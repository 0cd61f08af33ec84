// The platform team's part in the embedded cluster: a namespace with the Gateway that all namespaces of naas share, and its
// certificate. Pure data; only namespaces that carry an incarnation may attach anything.
import type { KubernetesObject } from '../../plan/plan.ts';
import type { SharedGateway } from '../../spec/gateway-spec.ts';
import { LABEL } from '../../spec/names.ts';
import { STAND_IN_CLASS } from './access.ts';
import { GATEWAY_GROUP } from './objects.ts';

export const LOCAL_GATEWAY: SharedGateway = {
  namespace: 'gateway-system',
  name: 'shared',
  sections: { http: 'http', https: 'https', tls: 'tls' },
};

const CERTIFICATE_SECRET = 'shared-certificate';

/** `zone`: the Gateway's own listeners serve every name below it. */
export function sharedGateway(zone: string): KubernetesObject[] {
  const { namespace, name, sections } = LOCAL_GATEWAY;
  const from = { from: 'Selector', selector: { matchExpressions: [{ key: LABEL.incarnation, operator: 'Exists' }] } };
  const below = { hostname: `*.${zone}`, allowedRoutes: { namespaces: from } };
  const certificateRefs = [{ group: '', kind: 'Secret', name: CERTIFICATE_SECRET }];
  return [
    {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: CERTIFICATE_SECRET, namespace },
      spec: {
        secretName: CERTIFICATE_SECRET,
        dnsNames: [`*.${zone}`],
        issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'stand-in' },
      },
    },
    {
      apiVersion: `${GATEWAY_GROUP}/v1`,
      kind: 'Gateway',
      metadata: { name, namespace },
      spec: {
        gatewayClassName: STAND_IN_CLASS,
        allowedListeners: { namespaces: from },
        listeners: [
          { name: sections.http, port: 80, protocol: 'HTTP', ...below },
          { name: sections.https, port: 443, protocol: 'HTTPS', tls: { mode: 'Terminate', certificateRefs }, ...below },
          // On 443 the same wildcard is taken, and beside TLS the name alone tells two listeners apart.
          { name: sections.tls, port: 8443, protocol: 'TLS', tls: { mode: 'Passthrough' }, ...below },
        ],
      },
    },
  ];
}

export function sharedGatewayNamespace(): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: LOCAL_GATEWAY.namespace } };
}
