// The emulated Azure DNS alone, as one process: until it is interrupted. What it says about itself is data; the CLI prints it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interruption } from '../interruption.ts';
import { type AzureDns, startAzureDns } from './index.ts';

export interface AloneOptions {
  zones: readonly string[];
  resourceGroup: string;
  /** Of the management endpoint; undefined: a free one. */
  port: number | undefined;
  /** Of the first of four name servers, the others follow; undefined: free ones. */
  dnsPort: number | undefined;
  limits: 'azure' | 'off';
}

/** All that a client has to know. */
export interface AloneFacts {
  endpoint: string;
  caFile: string;
  tokenEndpoint: string;
  tenant: string;
  clientId: string;
  clientSecret: string;
  subscription: string;
  resourceGroup: string;
  zones: readonly string[];
  nameServers: string[];
  /** What to type to see an answer. */
  dig: string;
}

/** Resolves when it was interrupted and nothing of it is left. */
export async function runAlone(options: AloneOptions, ready: (facts: AloneFacts) => void): Promise<void> {
  const { signal } = interruption();
  const directory = await mkdtemp(join(tmpdir(), 'naas-azure-dns-'));
  try {
    const running = await startAzureDns({ ...startOptions(options), directory });
    try {
      ready(factsOf(running, options.zones));
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve());
      });
    } finally {
      await running.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function startOptions({ zones, resourceGroup, port, dnsPort, limits }: AloneOptions) {
  const servers = [0, 1, 2, 3].map((index) => ({ address: '127.0.0.1', port: (dnsPort ?? 0) + index }));
  return {
    zones,
    resourceGroups: [resourceGroup],
    ...(port === undefined ? {} : { port }),
    ...(dnsPort === undefined ? {} : { nameServers: servers }),
    ...(limits === 'off' ? { limits } : {}),
  };
}

function factsOf(running: AzureDns, zones: readonly string[]): AloneFacts {
  const { endpoint, tenant, subscription, resourceGroup, application, caFile = '', nameServers } = running;
  const [first] = nameServers;
  const { address, port } = first?.address ?? { address: '', port: 0 };
  return {
    endpoint,
    caFile,
    tokenEndpoint: `${endpoint}/${tenant}/oauth2/v2.0/token`,
    tenant,
    clientId: application.clientId,
    clientSecret: application.secret ?? '',
    subscription,
    resourceGroup,
    zones,
    nameServers: nameServers.map((server) => `${server.address.address}:${server.address.port}`),
    dig: `dig @${address} -p ${port} ${zones[0] ?? 'example.test'} SOA`,
  };
}
