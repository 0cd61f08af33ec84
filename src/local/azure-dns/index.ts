// Starts an Azure DNS on this machine: management endpoint, token endpoint and name servers over one store. In process, for
// tests and the embedded platform; `naas local azure-dns` runs it alone.
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { createAuthority, createServerCertificate } from '../certificates.ts';
import { withFreePorts } from '../ports.ts';
import { type AdminParts, administer, limitsOf } from './admin.ts';
import type { ApiParts } from './api.ts';
import { ApiServer } from './api-server.ts';
import type { AliasTarget } from './dns-answer.ts';
import { NameServer } from './dns-server.ts';
import { Faults } from './faults.ts';
import { setsInOrder } from './record-sets.ts';
import { RequestLog } from './request-log.ts';
import { ZoneStore } from './store.ts';
import { type Limits, Throttle } from './throttle.ts';
import { type Application, Tokens } from './tokens.ts';
import { recordSetBody, zoneBody } from './wire-form.ts';
import { ZoneDeletions } from './zone-deletions.ts';

export interface AzureDnsOptions {
  subscription?: string;
  tenant?: string;
  /** The first one gets the zones. */
  resourceGroups?: readonly string[];
  /** Who may ask for a token; without any, one application with a secret. */
  applications?: readonly Application[];
  /** Created at the start. */
  zones?: readonly string[];
  /** The real ones where not named. */
  limits?: Partial<Limits> | 'off';
  zoneDeletionMs?: number;
  tokenLifetimeSeconds?: number;
  pageSize?: number;
  /** Of the management endpoint; 0 or none: a free one. */
  port?: number;
  /** Four on free ports of 127.0.0.1 by default. */
  nameServers?: readonly { address: string; port: number }[];
  /**
   * What a zone's body lists: `host:port`, so that a client needs no resolver of its own to find them, or the host names of
   * the zone's NS set, as the real service does.
   */
  listedNameServers?: 'addresses' | 'hosts';
  /** Where the authority's certificate is written, for clients that want a file. */
  directory?: string;
}

export interface AzureDns {
  /** `https://127.0.0.1:port`: management endpoint and authority host. */
  endpoint: string;
  subscription: string;
  tenant: string;
  resourceGroup: string;
  application: Application;
  /** PEM of the authority that signed the endpoint's certificate. */
  ca: string;
  caFile: string | undefined;
  nameServers: readonly NameServer[];
  faults: Faults;
  log: RequestLog;
  throttle: Throttle;
  /** By resource id in lower case. */
  aliases: Map<string, AliasTarget>;
  /** Every zone and set, in the form of the API, sorted: equal texts mean that nothing changed. */
  snapshot(): Record<string, unknown>;
  stop(): Promise<void>;
}

const DEFAULTS = {
  resourceGroups: ['naas-dns'],
  /** As the real service gives them. */
  tokenLifetimeSeconds: 3599,
  pageSize: 100,
  zoneDeletionMs: 0,
};
const NAME_SERVERS = 4;
/** Endpoint and name servers of tests and demonstrations; none is to be reached from elsewhere. */
const LOOPBACK = '127.0.0.1';
/** Room for a machine whose clock is behind; a year is longer than any of these runs. */
const VALIDITY_MS = { before: 3_600_000, after: 365 * 86_400_000 };

export async function startAzureDns(options: AzureDnsOptions = {}): Promise<AzureDns> {
  const given = options.nameServers;
  if (given !== undefined) return await startWith(options, given);
  return await withFreePorts(NAME_SERVERS, (ports) =>
    startWith(
      options,
      ports.map((port) => ({ address: LOOPBACK, port })),
    ),
  );
}

/** What the name servers and the endpoint share. */
interface Dns {
  store: ZoneStore;
  nameServers: readonly NameServer[];
  aliases: Map<string, AliasTarget>;
  /** As a zone's body lists them. */
  listed: readonly string[];
}

async function startWith(
  options: AzureDnsOptions,
  addresses: readonly { address: string; port: number }[],
): Promise<AzureDns> {
  const named = addresses.map((each, index) => ({ ...each, host: `ns${index + 1}.azure-dns.test` }));
  const aliases = new Map<string, AliasTarget>();
  const nameServers = named.map((address) => new NameServer(address, aliases));
  const store = new ZoneStore({ nameServerHosts: named.map(({ host }) => host) });
  for (const server of nameServers) store.onChange((change) => server.learn(change));
  const listed = named.map(({ address, port, host }) =>
    options.listedNameServers === 'hosts' ? `${host}.` : `${isIPv6(address) ? `[${address}]` : address}:${port}`,
  );
  const running = await started(nameServers);
  try {
    return await startEndpoint(options, { store, nameServers, aliases, listed });
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function startEndpoint(options: AzureDnsOptions, dns: Dns): Promise<AzureDns> {
  const { store, nameServers, aliases, listed } = dns;
  const settings = settingsOf(options);
  const { subscription, tenant, resourceGroups, applications, durationMs } = settings;
  let endpoint = '';
  const origin = (): string => endpoint;
  const faults = new Faults();
  const log = new RequestLog();
  const throttle = new Throttle(limitsOf(options.limits));
  const deletions = new ZoneDeletions({ durationMs, delete: (zone) => store.deleteZone(zone) });
  const snapshot = (): Record<string, unknown> => snapshotOf(store, subscription, listed);
  const tokens = new Tokens({ tenant, applications, lifetimeSeconds: settings.tokenLifetimeSeconds, origin });
  const parts: ApiParts = {
    subscription,
    resourceGroups: new Set(resourceGroups.map((name) => name.toLowerCase())),
    store,
    throttle,
    tokens,
    deletions,
    nameServers: () => listed,
    origin,
    pageSize: settings.pageSize,
    nowMs: Date.now,
  };
  const switched: AdminParts = { faults, log, throttle, aliases, nameServers, snapshot };
  const { ca, ...identity } = endpointCertificate();
  const admin = (method: string, path: string, body: Buffer) => administer(switched, method, path, body);
  const server = new ApiServer({ parts, faults, log, admin, ...identity });
  endpoint = `https://${LOOPBACK}:${await server.start(LOOPBACK, options.port ?? 0)}`;
  const [resourceGroup = ''] = resourceGroups;
  for (const zone of options.zones ?? []) store.putZone(resourceGroup, zone, {}, NO_CONDITIONS);
  const stop = async (): Promise<void> => {
    deletions.end();
    await Promise.all([server.stop(), ...nameServers.map((each) => each.end())]);
  };
  const caFile = await writtenTo(options.directory, ca);
  const application = applications[0] ?? { clientId: '' };
  return { endpoint, subscription, tenant, resourceGroup, application, ca, caFile, ...switched, stop };
}

function settingsOf(options: AzureDnsOptions) {
  return {
    subscription: options.subscription ?? randomUUID(),
    tenant: options.tenant ?? randomUUID(),
    resourceGroups: options.resourceGroups ?? DEFAULTS.resourceGroups,
    applications: options.applications ?? [{ clientId: randomUUID(), secret: randomUUID() }],
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? DEFAULTS.tokenLifetimeSeconds,
    pageSize: options.pageSize ?? DEFAULTS.pageSize,
    durationMs: () => options.zoneDeletionMs ?? DEFAULTS.zoneDeletionMs,
  };
}

const NO_CONDITIONS = { ifMatch: undefined, ifNoneMatch: undefined };

async function started(servers: readonly NameServer[]): Promise<{ stop: () => Promise<void> }> {
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.end()));
  };
  const results = await Promise.allSettled(servers.map((server) => server.start()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return { stop };
  await stop();
  throw failed.reason;
}

function endpointCertificate(): { ca: string; certificate: string; key: string } {
  const now = Date.now();
  const validity = { notBefore: new Date(now - VALIDITY_MS.before), notAfter: new Date(now + VALIDITY_MS.after) };
  const name = 'naas local azure-dns';
  const authority = createAuthority(name, validity);
  const hosts = { names: ['localhost'], addresses: [LOOPBACK] };
  const { certificate, key } = createServerCertificate({ name, ...authority }, hosts, validity);
  return { ca: authority.certificate, certificate, key };
}

async function writtenTo(directory: string | undefined, ca: string): Promise<string | undefined> {
  if (directory === undefined) return undefined;
  const file = join(directory, 'azure-dns-ca.pem');
  await mkdir(directory, { recursive: true });
  await writeFile(file, ca);
  return file;
}

function snapshotOf(store: ZoneStore, subscription: string, listed: readonly string[]): Record<string, unknown> {
  const zones = store.list(undefined).map((zone) => {
    const address = { subscription, resourceGroup: zone.resourceGroup, zone: zone.name };
    return {
      ...zoneBody(address, zone, listed),
      recordSets: setsInOrder(zone).map(({ set }) => recordSetBody(address, set)),
    };
  });
  return { zones };
}
