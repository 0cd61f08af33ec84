// What `naas doctor` finds of hostnames: whether each zone of the catalog can be read with the credential that is configured here,
// whether its name servers answer, and whether the cluster's gateway can route. Reads only; none of it where there are no zones.
import type { CallOptions } from '../activities/cluster.ts';
import { dnsSettings, readCatalog } from '../config.ts';
import { CREDENTIAL_KINDS } from '../providers/azure-dns/credentials.ts';
import { openZones } from '../providers/dns/open-zones.ts';
import { createDnsAnswers } from '../providers/dns-query/index.ts';
import { connectCluster, type KubernetesCluster } from '../providers/kubernetes/index.ts';
import type { Catalog, Platform, Zone } from '../spec/catalog.ts';
import { gatewayAddresses, serviceAddresses } from '../spec/gateway-addresses.ts';
import { chooseGatewayMode, gatewayCapabilities } from '../spec/gateway-mode.ts';
import type { ObjectRef } from '../spec/inventory.ts';
import { type Check, LOOK_MS, look } from './doctor-check.ts';

type Environment = Record<string, string | undefined>;

const call = (): CallOptions => ({ deadlineMs: Date.now() + LOOK_MS });
/** The first call of all loads the provider's SDK, which a busy machine takes seconds for. */
const firstCall = (): CallOptions => ({ deadlineMs: Date.now() + 2 * LOOK_MS });

export async function hostnameChecks(options: {
  kubeconfig?: string;
  catalogDir?: string;
  env: Environment;
}): Promise<Check[]> {
  const catalog = catalogOf(options.catalogDir ?? options.env['NAAS_CATALOG']);
  if (catalog === undefined || Object.keys(catalog.zones).length === 0) return [];
  const zones = Object.entries(catalog.zones).map(([name, zone]) => zoneCheck(name, zone, catalog, options.env));
  return Promise.all([...zones, gatewayCheck(catalog.platform, options.kubeconfig)]);
}

/** What is wrong with a catalog is told by the check of the catalog. */
function catalogOf(folder: string | undefined): Catalog | undefined {
  try {
    return folder === undefined ? undefined : readCatalog(folder);
  } catch {
    return undefined;
  }
}

function zoneCheck(name: string, { provider }: Zone, { zones }: Catalog, env: Environment): Promise<Check> {
  const check = `zone ${name}`;
  const unknown = provider.kind === 'azure-dns' && !namesIdentity(env);
  if (unknown) {
    return Promise.resolve({
      name: check,
      state: 'warning',
      found: 'in Azure DNS, and this environment says nothing of who naas is there, so nothing was asked',
      mend: `Set NAAS_AZURE_CREDENTIAL (${CREDENTIAL_KINDS.join(', ')}) and Azure's AZURE_… variables as the worker has them; \`naas local env\` has them for the embedded platform.`,
    });
  }
  return look(check, mendOf(provider.kind), async () => {
    const zone = openZones(zones, undefined, dnsSettings(env))(name);
    // One set that need not be there: the answer tells whether this account may read the zone.
    await zone.read({ zone: name, name, type: 'TXT' }, firstCall());
    const servers = await zone.nameServers(call());
    const answers = await createDnsAnswers({}).fromServers({ name, type: 'NS', values: undefined }, servers, call());
    const silent = answers.filter(({ says }) => says !== 'planned');
    const found = `${provider.kind}, readable; ${servers.length - silent.length} of ${servers.length} name servers answer`;
    const [first] = silent;
    if (first === undefined) return { state: 'ok', found };
    const why = first.says === 'nothing' ? first.why : 'it does not know the zone';
    const mend = 'Look whether port 53 (UDP and TCP) is open from here to them; publishing waits for all of them.';
    return { state: 'warning', found: `${found}; ${first.server}: ${why}`, mend };
  });
}

function namesIdentity(env: Environment): boolean {
  return ['NAAS_AZURE_CREDENTIAL', 'AZURE_CLIENT_ID'].some((name) => (env[name] ?? '') !== '');
}

function mendOf(kind: Zone['provider']['kind']): string {
  switch (kind) {
    case 'azure-dns':
      return 'Compare subscription and resource group in zones.yaml, and the role of this identity, with docs/hostnames.md#azure-dns.';
    case 'rfc2136':
      return 'Compare server and key in zones.yaml and NAAS_TSIG_KEY_FILE with docs/hostnames.md#a-server-that-takes-signed-updates.';
    case 'external-dns':
      return 'Its name servers could not be found; name them in zones.yaml (`nameServers`).';
  }
}

async function gatewayCheck(platform: Platform, kubeconfig: string | undefined): Promise<Check> {
  const name = 'the gateway';
  const mend =
    'Compare `gateway` in platform.yaml with docs/hostnames.md#the-gateway; requests with hostnames are refused.';
  if (platform.gateway === undefined)
    return { name, state: 'warning', found: 'the catalog has zones and names no gateway', mend };
  return look(name, mend, async () => {
    const cluster = await connectCluster({ name: 'default', kubeconfig });
    try {
      return await gatewayOf(cluster, platform, mend);
    } finally {
      await cluster.close();
    }
  });
}

async function gatewayOf(cluster: KubernetesCluster, platform: Platform, mend: string): Promise<Omit<Check, 'name'>> {
  const { gateway, gatewayNamespace: namespace } = platform;
  const source = {
    cluster: cluster.name,
    serves: (kind: { apiVersion: string; kind: string }) => cluster.serves(kind, call()),
    read: (ref: ObjectRef) => cluster.read(ref, call()),
  };
  const able = await gatewayCapabilities(source, gateway?.istioVersion);
  const usual = { protocols: ['http' as const], certificates: gateway?.tls === 'issued' };
  const { mode, passedOver } = chooseGatewayMode(gateway?.modes ?? [], able, usual);
  if (mode === undefined) {
    const why = passedOver.map((each) => `${each.mode} (${each.reasons.join('; ')})`).join(', ');
    return { state: 'warning', found: `the cluster can do none of the configured modes: ${why}`, mend };
  }
  if (mode === 'own-gateway') return { state: 'ok', found: `mode ${mode}: one for each namespace` };
  const isClassic = mode === 'istio-classic';
  const front = isClassic ? gateway?.istio?.service : gateway?.name;
  const kind = isClassic
    ? { apiVersion: 'v1', kind: 'Service' }
    : { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway' };
  const where = `${kind.kind} ${namespace}/${front ?? ''}`;
  const ref = { system: 'kubernetes' as const, cluster: cluster.name, ...kind, namespace, name: front ?? '' };
  const live = await cluster.read(ref, call());
  if (live === undefined) return { state: 'warning', found: `${where} is not there`, mend };
  const addresses = (isClassic ? serviceAddresses(live) : gatewayAddresses(live)).map(({ value }) => value);
  if (addresses.length === 0)
    return {
      state: 'warning',
      found: `${where} has no address yet`,
      mend: `\`kubectl -n ${namespace} describe ${kind.kind.toLowerCase()} ${front}\``,
    };
  return { state: 'ok', found: `mode ${mode}, ${where} at ${addresses.join(', ')}` };
}
