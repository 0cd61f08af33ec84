// Servers that are there already, by option or environment: these are used, and none is started beside them. It asks
// no server. What `naas local env` once exported for a platform that is gone counts as nothing.
import { existsSync } from 'node:fs';

export interface FoundServers {
  kubeconfig?: string;
  temporalAddress?: string;
  /** What is worth a line on the screen. */
  notes: string[];
}

export function foundServers(
  given: { kubeconfig?: string | undefined; temporalAddress?: string | undefined },
  env: Record<string, string | undefined>,
  exists: (file: string) => boolean = existsSync,
): FoundServers {
  const stale = leftover(env, exists);
  const kubeconfig = given.kubeconfig || (stale ? '' : env['KUBECONFIG']) || '';
  const temporalAddress = given.temporalAddress || (stale ? '' : env['TEMPORAL_ADDRESS']) || '';
  return {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(temporalAddress === '' ? {} : { temporalAddress }),
    notes: [
      ...(stale ? ['The environment names a local platform that is gone; it is ignored.'] : []),
      ...(kubeconfig === '' ? [] : [`Kubernetes is there already, it is used: ${kubeconfig}`]),
      ...(temporalAddress === '' ? [] : [`Temporal is there already, it is used: ${temporalAddress}`]),
    ],
  };
}

/** The issuer key is exported together with the addresses and disappears with its platform. */
function leftover(env: Record<string, string | undefined>, exists: (file: string) => boolean): boolean {
  const key = env['NAAS_ISSUER_KEY'];
  return key !== undefined && key !== '' && !exists(key);
}
