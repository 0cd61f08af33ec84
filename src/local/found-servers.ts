// Servers that are there already, by option or environment: these are used, and none is started beside them. It asks
// no server. What `naas local env` once exported for a platform that is gone counts as nothing.
import { existsSync } from 'node:fs';
import { LOCAL_ZONE } from './azure-dns/environment.ts';

/** Whoever sets one of them means an Azure DNS, or an identity there, of their own. */
const AZURE = ['NAAS_AZURE_ENDPOINT', 'NAAS_AZURE_CREDENTIAL', 'AZURE_FEDERATED_TOKEN_FILE', 'AZURE_CLIENT_ID'];

export interface FoundServers {
  kubeconfig?: string;
  temporalAddress?: string;
  /** Absent: the cluster was found, and has controllers of its own. */
  standIns?: { zone: string };
  /** Absent: the environment says where an Azure DNS is. */
  dns?: { zones: string[] };
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
  const azure = stale ? undefined : AZURE.find((name) => (env[name] ?? '') !== '');
  return {
    ...(kubeconfig === '' ? {} : { kubeconfig }),
    ...(temporalAddress === '' ? {} : { temporalAddress }),
    ...(kubeconfig === '' ? { standIns: { zone: LOCAL_ZONE } } : {}),
    ...(azure === undefined ? { dns: { zones: [LOCAL_ZONE] } } : {}),
    notes: [
      ...(stale ? ['The environment names a local platform that is gone; it is ignored.'] : []),
      ...(kubeconfig === ''
        ? []
        : [
            `Kubernetes is there already, it is used: ${kubeconfig}`,
            'No stand-in controllers are started in it: hostnames need a gateway of its own.',
          ]),
      ...(temporalAddress === '' ? [] : [`Temporal is there already, it is used: ${temporalAddress}`]),
      ...(azure === undefined ? [] : [`${azure} says where Azure DNS is, it is used; none is started here.`]),
    ],
  };
}

/** The issuer key is exported together with the addresses and disappears with its platform. */
function leftover(env: Record<string, string | undefined>, exists: (file: string) => boolean): boolean {
  const key = env['NAAS_ISSUER_KEY'];
  return key !== undefined && key !== '' && !exists(key);
}
