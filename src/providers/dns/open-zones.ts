// The zones of the catalog, each opened at its first use: an installation without hostnames loads no DNS client, and one whose
// zone cannot be opened serves everything else.
import type { CallOptions } from '../../activities/cluster.ts';
import type { DelegatedZones, DnsZone } from '../../activities/zone.ts';
import type { Policy, Zone, Zones } from '../../spec/catalog.ts';
import { NaasError } from '../../spec/errors.ts';
import { lookup } from '../../spec/lookup.ts';
import { type CredentialKind, chooseCredential } from '../azure-dns/credentials.ts';

export interface DnsSettings {
  azure: {
    endpoint?: string | undefined;
    authorityHost?: string | undefined;
    caFile?: string | undefined;
    credential?: CredentialKind | undefined;
    /** Where the credential's own variables stand. */
    environment: Readonly<Record<string, string | undefined>>;
  };
  /** As `tsig-keygen` writes it. */
  tsigKeyFile?: string | undefined;
}

/** Where the zones stand that naas makes for names which teams hand over. */
export type DelegationSettings = Policy['domains']['delegation'];

/** A zone that the catalog does not know is one that was handed over; NotFound, when it is used, where none can be. */
export function openZones(
  zones: Zones,
  delegation: DelegationSettings,
  settings: DnsSettings,
): (name: string) => DnsZone {
  const opened = new Map<string, DnsZone>();
  return (name) => {
    const known = opened.get(name) ?? atFirstUse(name, () => open(name, lookup(zones, name), delegation, settings));
    opened.set(name, known);
    return known;
  };
}

function atFirstUse(name: string, open: () => Promise<DnsZone>): DnsZone {
  let opening: Promise<DnsZone> | undefined;
  const zone = async (): Promise<DnsZone> => {
    opening ??= open();
    try {
      return await opening;
    } catch (error) {
      // What was missing may be there at the next try.
      opening = undefined;
      throw error;
    }
  };
  return {
    name,
    nameServers: async (options) => (await zone()).nameServers(options),
    read: async (key, options) => (await zone()).read(key, options),
    create: async (set, owner, options) => (await zone()).create(set, owner, options),
    change: async (set, owner, version, options) => (await zone()).change(set, owner, version, options),
    remove: async (key, version, options) => (await zone()).remove(key, version, options),
    claimedBy: async (key, options) => (await zone()).claimedBy(key, options),
  };
}

/** Opened at their first use. */
export function openDelegatedZones(delegation: DelegationSettings, settings: DnsSettings): DelegatedZones {
  const zones = async (): Promise<DelegatedZones> => {
    if (delegation === undefined)
      throw new NaasError({
        code: 'Forbidden',
        message: 'this installation makes no zones',
        hint: 'Name a place for them in the catalog: `domains.delegation` in policy.yaml.',
      });
    const { openAzureZones } = await import('../azure-dns/index.ts');
    return openAzureZones({ ...azureOf(settings), ...delegation });
  };
  return {
    make: async (zone, owner, options) => (await zones()).make(zone, owner, options),
    remove: async (zone, owner, options) => (await zones()).remove(zone, owner, options),
  };
}

function azureOf({ azure }: DnsSettings) {
  const { endpoint, authorityHost, caFile, credential, environment } = azure;
  return { endpoint, authorityHost, caFile, credential: chooseCredential(environment, credential) };
}

async function open(
  name: string,
  zone: Zone | undefined,
  delegation: DelegationSettings,
  settings: DnsSettings,
): Promise<DnsZone> {
  if (zone === undefined && delegation !== undefined) {
    const { openAzureZone } = await import('../azure-dns/index.ts');
    return openAzureZone({ zone: name, ...azureOf(settings), ...delegation });
  }
  if (zone === undefined)
    throw new NaasError({ code: 'NotFound', message: `zone ${name} is not in the catalog of this worker` });
  const { provider } = zone;
  const nameServers = zone.nameServers === undefined ? {} : { nameServers: zone.nameServers };
  switch (provider.kind) {
    case 'azure-dns': {
      const { openAzureZone } = await import('../azure-dns/index.ts');
      const { subscriptionId, resourceGroup } = provider;
      return openAzureZone({ zone: name, ...azureOf(settings), subscriptionId, resourceGroup, ...nameServers });
    }
    case 'rfc2136': {
      const { tsigKeyFile } = settings;
      if (tsigKeyFile === undefined) {
        const message = `zone ${name} takes signed updates, and no key is configured`;
        throw new NaasError({
          code: 'Forbidden',
          message,
          hint: 'Set NAAS_TSIG_KEY_FILE to a file as tsig-keygen writes it.',
        });
      }
      const { openRfc2136Zone } = await import('../rfc2136/index.ts');
      return openRfc2136Zone({ zone: name, primary: provider.server, keyFile: tsigKeyFile, ...nameServers });
    }
    case 'external-dns':
      return observed(name, zone.nameServers);
  }
}

/** Whose records external-dns writes: naas asks its servers, and nothing else. */
async function observed(name: string, configured: readonly string[] | undefined): Promise<DnsZone> {
  const { createNameServers } = await import('../dns-query/index.ts');
  const names = createNameServers({});
  const refuse = async (): Promise<never> => {
    throw new NaasError({
      code: 'Forbidden',
      message: `the records of zone ${name} are external-dns's; naas writes none`,
    });
  };
  return {
    name,
    async nameServers(options: CallOptions) {
      if (configured !== undefined) return [...configured];
      return (await names.of(name, options)).servers;
    },
    read: async () => undefined,
    claimedBy: async () => undefined,
    create: refuse,
    change: refuse,
    remove: refuse,
  };
}
