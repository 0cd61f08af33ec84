// A cert-manager Certificate a hostname that names an issuer. Explicit ones: what cert-manager derives from gateways is
// behind feature gates, and would also be pruned behind our back.
import type { HostnameSpec } from '../spec/gateway-spec.ts';
import { hostnameObject } from '../spec/route-names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

const CERTIFICATES_GROUP = 'cert-manager.io';

export function certificates(spec: NamespaceSpec, hostnames: readonly HostnameSpec[]): KubernetesObject[] {
  return hostnames.flatMap(({ name, tls }) => {
    if (typeof tls !== 'object') return [];
    const { issuer, secretName } = tls;
    return [
      {
        apiVersion: `${CERTIFICATES_GROUP}/v1`,
        kind: 'Certificate',
        metadata: inside(spec, hostnameObject(name)),
        spec: {
          secretName,
          // No commonName: it holds 64 characters at most, and nobody reads it beside dnsNames.
          dnsNames: [name],
          issuerRef: { group: CERTIFICATES_GROUP, kind: issuer.kind, name: issuer.name },
          privateKey: { rotationPolicy: 'Always' },
        },
      },
    ];
  });
}
