// One listener a hostname, the same in a ListenerSet and in a Gateway of the namespace's own.
import type { HostnameSpec } from '../spec/gateway-spec.ts';
import { hostnameObject } from '../spec/route-names.ts';

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;

export function listener(hostname: HostnameSpec): Record<string, unknown> {
  return {
    name: hostnameObject(hostname.name),
    hostname: hostname.name,
    ...served(hostname),
    // Said although it is the default: nobody else's routes may hang on it.
    allowedRoutes: { namespaces: { from: 'Same' } },
  };
}

function served({ protocol, tls }: HostnameSpec): Record<string, unknown> {
  if (protocol === 'tls') return { port: HTTPS_PORT, protocol: 'TLS', tls: { mode: 'Passthrough' } };
  if (typeof tls !== 'object') return { port: HTTP_PORT, protocol: 'HTTP' };
  // Of the same namespace, so that no ReferenceGrant is needed.
  const certificateRefs = [{ group: '', kind: 'Secret', name: tls.secretName }];
  return { port: HTTPS_PORT, protocol: 'HTTPS', tls: { mode: 'Terminate', certificateRefs } };
}
