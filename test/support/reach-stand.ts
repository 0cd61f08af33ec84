// A stand whose namespaces have hostnames: a platform of the test file's own with gateway stand-ins and an Azure DNS, zones of
// which each tenant of a batch has one to itself, and snapshots that hold lists and zones beside the cluster. Asserts nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { azureEnvironment, LOCAL_RESOURCE_GROUP, LOCAL_SUBSCRIPTION } from '../../src/local/azure-dns/environment.ts';
import type { AzureDns } from '../../src/local/azure-dns/index.ts';
import { startPlatform } from '../../src/local/platform.ts';
import type { CrdSet } from '../../src/local/upstream-crds.ts';
import { chooseCredential } from '../../src/providers/azure-dns/credentials.ts';
import { openAzureZone } from '../../src/providers/azure-dns/index.ts';
import type { Claim } from '../../src/spec/hostname-claims.ts';
import { readClaims } from '../../src/spec/hostname-claims-text.ts';
import { HOSTNAMES_PREFIX, SYSTEM_NAMESPACE } from '../../src/spec/names.ts';
import { send } from '../ops/administrator.ts';
import { contentOf, diff, type Snapshot } from './cluster-snapshot.ts';
import { type TestPlatform, wholly } from './platform.ts';
import { DEV, openStand, type Stand, type StandOptions } from './scenario.ts';

/** Whose the namespace is, and the zone in which it has its one name. */
export interface Tenant {
  name: string;
  zone: string;
}

export interface ReachStand extends Stand {
  platform: TestPlatform;
  dns: AzureDns;
  zones: readonly string[];
  /** So many, each with a zone of its own. */
  tenants(prefix: string, count: number): Tenant[];
  /** One in each zone whose list and turns nobody has made yet. */
  firstTenants(prefix: string): Tenant[];
  /** Lives one life with a name in every zone: a list is made with the first name of its zone, and stays. */
  makeLists(): Promise<void>;
  /** The same as a request for a namespace with other names in its zone. */
  requestNamed(tenant: Tenant, hostnames: readonly { name: string; ttlSeconds?: number }[]): Record<string, unknown>;
  /** Asks for a namespace with one name, the tenant's own in its zone. */
  submitReached(tenant: Tenant, ttlSeconds?: number): Promise<void>;
  /** Takes its record away, as a person in the zone's portal would. */
  removeByHand(tenant: Tenant): Promise<void>;
  /** What stands in a zone's list now, whoever has it. */
  claims(zone: string): Promise<readonly Claim[]>;
}

export interface ReachOptions extends Omit<StandOptions, 'platform' | 'env' | 'alterCatalog' | 'see'> {
  zones?: readonly string[];
  /** Zones beside those, of which `makeLists` makes no list. */
  untouched?: readonly string[];
  ttlSeconds?: number;
  /** By zone; an hour where it says nothing. */
  quarantineMinutes?: Record<string, number>;
  /** Definitions beside those that the stand-ins need. */
  crds?: readonly CrdSet[];
  /** Another stand's platform, which that one stops. */
  on?: Pick<ReachStand, 'platform' | 'dns' | 'zones'>;
  /** Over the catalog's gateway. */
  gateway?: Record<string, unknown>;
}

/** As many as tenants in a batch: a zone's queue lets three writes a second through, and a fault on its list meets one tenant. */
export const ZONES: readonly string[] = Array.from({ length: 14 }, (_, index) => `z${index + 1}.test`);

export async function openReachStand(options: ReachOptions = {}): Promise<ReachStand> {
  const {
    zones = ZONES,
    untouched = [],
    ttlSeconds = 1,
    quarantineMinutes = {},
    crds = [],
    on,
    gateway,
    ...rest
  } = options;
  const all = [...zones, ...untouched];
  const { platform, dns, stop } =
    on === undefined ? await startReachPlatform(all, crds) : { ...on, stop: async () => {} };
  try {
    const stand = await openStand({
      ...rest,
      platform,
      env: azureEnvironment(dns),
      async alterCatalog(folder) {
        await writeFile(join(folder, 'zones.yaml'), zonesFile(all, { ttlSeconds, quarantineMinutes }));
        if (gateway === undefined) return;
        const file = join(folder, 'platform.yaml');
        const document = parseDocument(await readFile(file, 'utf8'));
        for (const [key, value] of Object.entries(gateway)) document.setIn(['gateway', key], value);
        await writeFile(file, document.toString());
        if (JSON.stringify(gateway['modes']).includes('own-gateway'))
          await allowLoadBalancer(join(folder, 'tiers', 'dev.yaml'));
      },
      see: (cluster) => withZones(withoutReservations(cluster), dns),
    });
    return {
      ...stand,
      platform,
      dns,
      zones,
      tenants(prefix, count) {
        if (count > zones.length) throw new Error(`a batch has ${zones.length} tenants at most, not ${count}`);
        return zones.slice(0, count).map((zone, index) => ({ name: `${prefix}${index + 1}`, zone }));
      },
      firstTenants: (prefix) => untouched.map((zone, index) => ({ name: `${prefix}${index + 1}`, zone })),
      async makeLists() {
        const name = 'everywhere';
        await stand.submit(name, { ...DEV, hostnames: zones.map((zone) => ({ name: `${name}.${zone}` })) });
        await stand.untilAll([name], ['ready']);
        await stand.teardown(name);
        await stand.untilAll([name], ['deleted']);
      },
      requestNamed: ({ name }, hostnames) => stand.request(name, { ...DEV, hostnames }),
      submitReached: (tenant, ttlSeconds) =>
        stand.submit(tenant.name, {
          ...DEV,
          hostnames: [{ name: hostnameOf(tenant), ...(ttlSeconds === undefined ? {} : { ttlSeconds }) }],
        }),
      async removeByHand(tenant) {
        const zone = await openAzureZone({
          zone: tenant.zone,
          endpoint: dns.endpoint,
          authorityHost: dns.endpoint,
          caFile: dns.caFile,
          credential: chooseCredential(azureEnvironment(dns)),
          subscriptionId: LOCAL_SUBSCRIPTION,
          resourceGroup: LOCAL_RESOURCE_GROUP,
        });
        const key = { zone: tenant.zone, name: hostnameOf(tenant), type: 'A' } as const;
        const options = { deadlineMs: Date.now() + 10_000 };
        const live = await zone.read(key, options);
        await zone.remove(key, live?.version ?? '', options);
      },
      claims: async (zone) => {
        const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/configmaps/${HOSTNAMES_PREFIX}${zone}`;
        const { code, data } = await send(stand.kube.kubeconfig, 'GET', path);
        return code === 404 ? [] : readClaims(zone, (data as { claims: string }).claims).claims;
      },
      content: async () => saidBy(await stand.snapshot()),
      contentSince: async (before) => diff(before, saidBy(await stand.snapshot())),
      async close() {
        await stand.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A Gateway of its own is one. */
async function allowLoadBalancer(file: string): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(['quota', 'services.loadbalancers'], '1');
  document.setIn(['quotaOverrides', 'services.loadbalancers'], { minimum: '0', maximum: '1' });
  await writeFile(file, document.toString());
}

async function startReachPlatform(
  zones: readonly string[],
  crds: readonly CrdSet[],
): Promise<{ platform: TestPlatform; dns: AzureDns; stop(): Promise<void> }> {
  const started = await startPlatform({
    worker: false,
    crds,
    standIns: { zone: zones[0] ?? '' },
    // How fast a zone may be written is a proof of its own.
    dns: { zones, limits: 'off' },
    say: console.log,
  });
  const { startWorker: _, stop, azureDns: dns, ...data } = started;
  if (dns !== null) return { platform: wholly(data), dns, stop };
  await stop();
  throw new Error('the platform has no Azure DNS');
}

export function hostnameOf({ name, zone }: Tenant): string {
  return `${name}.${zone}`;
}

/** Names that a change takes away and brings. */
export function otherHostnameOf({ name, zone }: Tenant, which: 'old' | 'new'): string {
  return `${which}-${name}.${zone}`;
}

function zonesFile(
  zones: readonly string[],
  { ttlSeconds, quarantineMinutes }: { ttlSeconds: number; quarantineMinutes: Record<string, number> },
): string {
  const zone = {
    description: 'A zone of the proofs.',
    provider: { kind: 'azure-dns', subscriptionId: LOCAL_SUBSCRIPTION, resourceGroup: LOCAL_RESOURCE_GROUP },
    ttlSeconds: { default: ttlSeconds, minimum: 1, maximum: 3600 },
  };
  return stringify(
    Object.fromEntries(zones.map((name) => [name, { ...zone, quarantineMinutes: quarantineMinutes[name] ?? 60 }])),
    { aliasDuplicateObjects: false },
  );
}

const LIST_KEY = `ConfigMap.v1 ${SYSTEM_NAMESPACE}/${HOSTNAMES_PREFIX}`;
/** Its controller counts there what hangs on it, and comes back to what it said before. */
const SHARED_GATEWAY_KEY = 'Gateway.gateway.networking.k8s.io/v1 gateway-system/shared';

/** Of the lists who holds what; a list that nobody stands in is none. All else of the objects counts, but for their versions. */
function withoutReservations(cluster: Snapshot): Snapshot {
  const seen: Snapshot = new Map();
  for (const [key, text] of cluster) {
    if (key === SHARED_GATEWAY_KEY) seen.set(key, unversioned(JSON.parse(text)));
    else if (!key.startsWith(LIST_KEY)) seen.set(key, text);
    else {
      const { metadata, data, ...rest } = JSON.parse(text);
      const { claims } = readClaims(key.slice(LIST_KEY.length), data.claims);
      const held = claims.filter(({ state }) => state === 'held');
      const others = { ...data, claims: held.map((each) => JSON.stringify(each)) };
      if (held.length > 0 || Object.keys(data).length > 1 || isMarked(metadata))
        seen.set(key, unversioned({ ...rest, metadata, data: others }));
    }
  }
  return seen;
}

/** Until when its creation counted stays for life; everything else that stands on a list is somebody's trace. */
function isMarked({ annotations = {}, labels = {}, finalizers = [] }: Record<string, object>): boolean {
  const marks = Object.keys(annotations).filter((key) => key !== 'naas.dev/claim-before');
  return marks.length + Object.keys(labels).length + Object.keys(finalizers).length > 0;
}

function unversioned(object: { metadata: Record<string, unknown> }): string {
  const { resourceVersion: _, managedFields: __, ...metadata } = object.metadata;
  return JSON.stringify({ ...object, metadata });
}

interface ZoneBody {
  name: string;
  recordSets: { name: string; type: string }[];
}

/** Without versions: what was taken away and put back says what it said. */
function saidBy(taken: Snapshot): Snapshot {
  const isOfZone = (key: string): boolean => key.startsWith('Zone ') || key.startsWith('Record ');
  const cluster = new Map([...taken].filter(([key]) => !isOfZone(key)));
  const zones = [...taken].filter(([key]) => isOfZone(key));
  const said = zones.map(([key, text]): [string, string] => {
    const { etag: _, ...rest } = JSON.parse(text);
    return [key, JSON.stringify(rest)];
  });
  return new Map([...contentOf(cluster), ...said]);
}

/** Zones and record sets with their ETags: equal means that nothing was written, or that it was taken back whole. */
function withZones(cluster: Snapshot, dns: AzureDns): Snapshot {
  const { zones } = dns.snapshot() as { zones: ZoneBody[] };
  const entries = zones.flatMap(({ recordSets, ...zone }): [string, string][] => [
    [`Zone ${zone.name}`, JSON.stringify(zone)],
    ...recordSets.map((set): [string, string] => [
      `Record ${zone.name} ${set.type.split('/').at(-1)} ${set.name}`,
      JSON.stringify(set),
    ]),
  ]);
  return new Map([...cluster, ...entries]);
}
