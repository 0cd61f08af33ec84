// The worker's environment, read once and held against a schema: all problems together, and `process.env` nowhere else in
// the worker. Temporal's own address and credentials come through @temporalio/envconfig instead.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
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
