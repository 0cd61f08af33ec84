// Who we are to the API server: kubeconfig, exec plugins, in-cluster accounts and token files, by the official client's
// own loading code. It sends nothing; what it yields is fresh within a second of a change of a file.
import { readFileSync } from 'node:fs';
import { delimiter, dirname, resolve } from 'node:path';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { parse } from 'yaml';
import { NaasError } from '../../spec/errors.ts';
import { redact } from '../redact.ts';

export interface CredentialSource {
  /** Path of a kubeconfig; without it KUBECONFIG, ~/.kube/config and the in-cluster account are tried in this order. */
  kubeconfig?: string | undefined;
  context?: string | undefined;
}

export interface Credentials {
  server: string;
  proxyUrl: string | undefined;
  headers: Record<string, string>;
  tls: {
    ca?: string | Buffer;
    cert?: string | Buffer;
    key?: string | Buffer;
    rejectUnauthorized?: boolean;
    servername?: string;
  };
  /** Every value that must never stand in a message. */
  secrets: string[];
}

export interface CredentialStore {
  readonly server: string;
  current(): Promise<Credentials>;
  /** The server refused what we showed: load everything again at the next call, exec plugins included. */
  drop(): void;
}

/** Files are looked at again after this: short against any token's overlap, long against a burst of calls. */
const FRESH_MS = 1000;

export async function openCredentials(source: CredentialSource): Promise<CredentialStore> {
  // The official client takes half a second to import: nobody pays for it who never connects.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const first = load(() => new KubeConfig(), source);
  let loaded: Loaded | undefined = first;
  let kept: { at: number; value: Credentials } | undefined;
  return {
    server: serverOf(first.config, source),
    async current() {
      if (kept !== undefined && performance.now() - kept.at < FRESH_MS) return kept.value;
      loaded ??= load(() => new KubeConfig(), source);
      const value = await read(loaded);
      kept = { at: performance.now(), value };
      return value;
    },
    drop() {
      kept = undefined;
      loaded = undefined;
    },
  };
}

interface Loaded {
  config: KubeConfig;
  /** The user's token file, where there is one. */
  tokenFile: string | undefined;
}

function load(create: () => KubeConfig, source: CredentialSource): Loaded {
  const config = create();
  const where = source.kubeconfig ?? 'the default kubeconfig';
  try {
    const files = filesOf(source);
    if (files.length === 0) config.loadFromDefault();
    for (const [index, file] of files.entries()) {
      const one = index === 0 ? config : create();
      one.loadFromFile(file);
      // As with kubectl, the first file that names a context wins.
      if (one !== config) config.mergeConfig(one, Boolean(config.getCurrentContext()));
    }
  } catch (error) {
    throw unusable(`reading ${where} failed: ${whyUnreadable(error)}`);
  }
  if (source.context !== undefined) {
    if (config.getContextObject(source.context) === null) {
      const known = config.getContexts().map((context) => context.name);
      throw unusable(`${where} has no context ${source.context}; it has: ${known.join(', ') || 'none'}`);
    }
    config.setCurrentContext(source.context);
  }
  try {
    return { config, tokenFile: tokenFileOf(config, source) };
  } catch (error) {
    throw unusable(`reading ${where} failed: ${whyUnreadable(error)}`);
  }
}

/** Like KUBECONFIG itself, the option may name several files. */
function filesOf(source: CredentialSource): string[] {
  return (source.kubeconfig ?? process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
}

function serverOf(config: KubeConfig, source: CredentialSource): string {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw unusable(
      `${source.kubeconfig ?? 'the default kubeconfig'} names no cluster for its context ${config.getCurrentContext()}`,
    );
  }
  return withoutPassword(server);
}

/** Nobody is signed in by it, and the address stands in every message. */
function withoutPassword(server: string): string {
  if (!URL.canParse(server)) throw unusable("the kubeconfig's server is no URL");
  const url = new URL(server);
  if (url.username === '' && url.password === '') return server;
  url.username = '';
  url.password = '';
  return url.href;
}

async function read({ config, tokenFile }: Loaded): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const server = withoutPassword(cluster?.server ?? '');
  const found: {
    ca?: Buffer;
    cert?: Buffer;
    key?: Buffer;
    rejectUnauthorized?: boolean;
    servername?: string;
    headers?: Record<string, string>;
    auth?: string;
  } = {};
  let token: string | undefined;
  try {
    await config.applyToHTTPSOptions(found);
    token = tokenFile === undefined ? undefined : readFileSync(tokenFile, 'utf8').trim();
  } catch (error) {
    throw new NaasError({
      code: 'Unavailable',
      message:
        `getting the credentials of user ${user?.name ?? 'unknown'} for ${server} failed: ${whyNone(error, user)}. ` +
        'Check the exec plugin, certificate or token file that the kubeconfig names.',
    });
  }
  const headers = { ...found.headers };
  if (token !== undefined) headers['Authorization'] = `Bearer ${token}`;
  else if (found.auth !== undefined) headers['Authorization'] = `Basic ${Buffer.from(found.auth).toString('base64')}`;
  const secret = headers['Authorization']?.replace(/^\w+ /, '');
  const { ca, cert, key, rejectUnauthorized, servername } = found;
  return {
    server,
    proxyUrl: cluster?.proxyUrl,
    headers,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      ...(servername === undefined ? {} : { servername }),
    },
    secrets: [secret, user?.password].flatMap((each) => each ?? []),
  };
}

/** The standard key `tokenFile` is unknown to the official client, and its in-cluster provider re-reads once a minute. */
function tokenFileOf(config: KubeConfig, source: CredentialSource): string | undefined {
  const user = config.getCurrentUser();
  const inCluster: unknown = user?.authProvider?.config?.tokenFile;
  if (typeof inCluster === 'string') return inCluster;
  for (const file of filesOf(source)) {
    const named: unknown = parse(readFileSync(file, 'utf8'), { logLevel: 'error' })?.users?.find(
      (entry: { name?: string }) => entry?.name === user?.name,
    )?.user?.tokenFile;
    if (typeof named === 'string') return resolve(dirname(file), named);
  }
  return undefined;
}

function unusable(message: string): NaasError {
  return new NaasError({
    code: 'Unavailable',
    message: `${message}. Name a usable one with --kubeconfig or KUBECONFIG.`,
  });
}

/** Parsers quote the lines around a mistake, and a token may stand in one of them. */
function whyUnreadable(error: unknown): string {
  const { mark, linePos } = error as { mark?: { line: number }; linePos?: { line: number }[] };
  const line = mark === undefined ? linePos?.[0]?.line : mark.line + 1;
  return line === undefined ? text(error) : `it is no YAML in or before line ${line}`;
}

/** What a plugin wrote may be the very credential: it is not repeated. */
function whyNone(error: unknown, user: User | null): string {
  const exec: { command?: string } | undefined = user?.exec ?? user?.authProvider?.config?.exec;
  if (exec === undefined) return text(error);
  const { code } = error as { code?: string };
  return code === undefined
    ? `the exec plugin ${exec.command} gave no credential; run it by hand to see what it says`
    : `the exec plugin ${exec.command} cannot be run (${code})`;
}

function text(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error));
}
