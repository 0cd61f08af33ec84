// The worker's environment, read once and held against a schema: all problems together, and `process.env` nowhere else in
// the worker. Temporal's own address and credentials come through @temporalio/envconfig instead.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { CREDENTIAL_KINDS } from './providers/azure-dns/credentials.ts';
import type { DnsSettings } from './providers/dns/open-zones.ts';
import type { KeyPlace } from './providers/proofs/key-source.ts';
import { type Catalog, parseCatalog } from './spec/catalog.ts';
import { NaasError, type Problem } from './spec/errors.ts';
import { DEFAULT_TASK_QUEUE } from './spec/names.ts';

/** Where a process listens; an IP, because a name would have to be looked up first. */
const listenAddress = z
  .string()
  .refine(isListenAddress, 'expected IP:port, such as 127.0.0.1:8081, 0.0.0.0:8081 or [::]:8081')
  .optional();

/** A file, or an address that nobody on the way can answer for: anything else could name other keys. */
const keyPlace = z
  .string()
  .min(1)
  .transform((text, context): KeyPlace => {
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { file: text };
    const url = URL.parse(text);
    const why = url === null ? 'it is no address' : whyNoKeyAddress(url);
    if (url !== null && why === undefined) return { url: url.href };
    context.issues.push({ code: 'custom', message: `expected a JWKS file or https://…: ${why}`, input: undefined });
    return z.NEVER;
  });

const LOG_FORMATS = ['text', 'json'] as const;

const environment = z.object({
  /** Folder of the catalog's YAML. */
  NAAS_CATALOG: z.string().min(1),
  /** The name of the cluster that this worker serves; what a request calls `cluster`. */
  NAAS_CLUSTER: z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a DNS label')
    .default('local'),
  /** The public keys whose proofs count: a JWKS file, or the address of one. */
  NAAS_TRUSTED_KEYS: keyPlace.optional(),
  NAAS_TASK_QUEUE: z.string().min(1).default(DEFAULT_TASK_QUEUE),
  /** A workflow bundle built beforehand; without it the worker bundles at start, which takes about two seconds. */
  NAAS_WORKFLOW_BUNDLE: z.string().min(1).optional(),
  /** Upper bound of writes a second on the cluster, shared by all activities of this worker. */
  NAAS_CLUSTER_WRITES_PER_SECOND: z.coerce.number().positive().default(400),
  /**
   * How long the server waits for a worker that keeps a run in memory before it gives the run to another. A worker that takes no
   * task for 3 s is dead or drowning; the SDK's own 10 s only make each recovery that much longer.
   */
  NAAS_STICKY_TIMEOUT_MS: z.coerce.number().int().positive().default(3_000),
  /** Serves /healthz and /readyz there; without it nothing is served. */
  NAAS_HEALTH_ADDRESS: listenAddress,
  /** Serves Prometheus metrics at /metrics there; without it none are kept. */
  NAAS_METRICS_ADDRESS: listenAddress,
  /** Azure's management API, when it is not the public cloud's. Who naas is there, Azure's own variables say (AZURE_…). */
  NAAS_AZURE_ENDPOINT: z.url().optional(),
  /** PEM file of authorities to trust for it besides the system's. */
  NAAS_AZURE_CA_FILE: z.string().min(1).optional(),
  NAAS_AZURE_CREDENTIAL: z.enum(CREDENTIAL_KINDS).optional(),
  AZURE_AUTHORITY_HOST: z.url().optional(),
  /** The key of zones that take signed updates (RFC 2136). */
  NAAS_TSIG_KEY_FILE: z.string().min(1).optional(),
  /** Resolvers that have to see a record as well, separated by commas. */
  NAAS_PUBLIC_RESOLVERS: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    )
    .default([]),
  /** At least 32 random bytes, from which the proofs of domains are made; without it no domain is taken. */
  NAAS_DOMAIN_KEY_FILE: z.string().min(1).optional(),
  NAAS_LOG_FORMAT: z.enum(LOG_FORMATS).default('text'),
  KUBECONFIG: z.string().min(1).optional(),
});

export interface Config {
  catalogDir: string;
  cluster: string;
  kubeconfig: string | undefined;
  /** undefined: none, which only a catalog with `trust: temporal` allows. */
  trustedKeys: KeyPlace | undefined;
  taskQueue: string;
  workflowBundle: string | undefined;
  clusterWritesPerSecond: number;
  stickyTimeoutMs: number;
  healthAddress: string | undefined;
  metricsAddress: string | undefined;
  dns: DnsSettings;
  publicResolvers: string[];
  domainKeyFile: string | undefined;
}

export function readConfig(env: Record<string, string | undefined>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    throw new NaasError(
      parsed.error.issues.map((issue): Problem => {
        const name = issue.path.join('.');
        return {
          code: 'InvalidRequest',
          message: `environment variable ${name}: ${issue.message}`,
          field: name,
          // An address may carry a password.
          value: env[name]?.replace(/\/\/[^/@]*@/, '//…@'),
        };
      }),
    );
  }
  const given = parsed.data;
  return {
    catalogDir: given.NAAS_CATALOG,
    cluster: given.NAAS_CLUSTER,
    kubeconfig: given.KUBECONFIG,
    trustedKeys: given.NAAS_TRUSTED_KEYS,
    taskQueue: given.NAAS_TASK_QUEUE,
    workflowBundle: given.NAAS_WORKFLOW_BUNDLE,
    clusterWritesPerSecond: given.NAAS_CLUSTER_WRITES_PER_SECOND,
    stickyTimeoutMs: given.NAAS_STICKY_TIMEOUT_MS,
    healthAddress: given.NAAS_HEALTH_ADDRESS,
    metricsAddress: given.NAAS_METRICS_ADDRESS,
    dns: dnsSettings(env),
    publicResolvers: given.NAAS_PUBLIC_RESOLVERS,
    domainKeyFile: given.NAAS_DOMAIN_KEY_FILE,
  };
}

const dnsEnvironment = environment.pick({
  NAAS_AZURE_ENDPOINT: true,
  NAAS_AZURE_CA_FILE: true,
  NAAS_AZURE_CREDENTIAL: true,
  AZURE_AUTHORITY_HOST: true,
  NAAS_TSIG_KEY_FILE: true,
});

/** For callers that need nothing else of the environment. */
export function dnsSettings(env: Record<string, string | undefined>): DnsSettings {
  const given = dnsEnvironment.parse(env);
  return {
    azure: {
      endpoint: given.NAAS_AZURE_ENDPOINT,
      authorityHost: given.AZURE_AUTHORITY_HOST,
      caFile: given.NAAS_AZURE_CA_FILE,
      credential: given.NAAS_AZURE_CREDENTIAL,
      environment: env,
    },
    tsigKeyFile: given.NAAS_TSIG_KEY_FILE,
  };
}

/** Asked first and by itself: problems with the rest of the environment are to be told in this format. */
export function logFormat(env: Record<string, string | undefined>): (typeof LOG_FORMATS)[number] {
  return LOG_FORMATS.find((format) => format === env['NAAS_LOG_FORMAT']) ?? 'text';
}

/** Loopback by number and by its one name; what else resolves there today may resolve elsewhere tomorrow. */
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function whyNoKeyAddress(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') return 'leave out user and password; public keys need none';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return `${url.protocol}// cannot be asked`;
  return LOOPBACK.test(url.hostname)
    ? undefined
    : 'http:// only on this machine, because anybody on the way could change the keys';
}

/** What NAAS_TRUSTED_KEYS says, for callers that read it alone; throws NaasError. */
export function trustedKeysAt(text: string): KeyPlace {
  const parsed = keyPlace.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new NaasError({
    code: 'InvalidRequest',
    message: `environment variable NAAS_TRUSTED_KEYS: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`,
    field: 'NAAS_TRUSTED_KEYS',
  });
}

function isListenAddress(text: string): boolean {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = isIP(bracketed ?? '') === 6 || isIP(plain ?? '') === 4;
  return host && Number(port) <= 65_535;
}

/** Reads every YAML file below a folder; throws NaasError with all problems, each with file and line. */
export function readCatalog(dir: string): Catalog {
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    // A mounted ConfigMap is read through its links: the folders `..2026_…` and `..data` that they point into would give
    // everything again.
    .filter((path) => path.endsWith('.yaml') && !path.startsWith('..') && statSync(join(dir, path)).isFile())
    .sort();
  return parseCatalog(paths.map((path) => ({ path: withFolder(path), text: readFileSync(join(dir, path), 'utf8') })));
}

/** The keys of a ConfigMap know no folders: there `tiers.dev.yaml` stands for `tiers/dev.yaml`. */
function withFolder(path: string): string {
  return path.replace(/^([a-z]+)\.(?=[^/]+\.yaml$)/, '$1/');
}
