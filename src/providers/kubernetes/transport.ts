// HTTP to one API server over one pool of connections: deadline, cancellation, JSON. It knows nothing of objects and
// never retries. An answer of any status is returned; only a call without a usable answer throws.
import { createHash } from 'node:crypto';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { NaasError } from '../../spec/errors.ts';
import { redact } from '../redact.ts';
import type { CredentialStore, Credentials } from './credentials.ts';
import { exchange } from './exchange.ts';
import type { CallOptions } from './object.ts';
import { createServerClock } from './server-clock.ts';

export interface HttpCall {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  contentType?: string;
  /** Pairs, because one name may come several times. */
  headers?: [string, string][];
  /** What is tried on what, for messages: "apply of ConfigMap shop/info". */
  what: string;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed JSON; undefined when the body is not JSON. */
  body: unknown;
  /** Begin of a body that is not JSON, fit for a message. */
  text: string;
  server: string;
}

export interface Transport {
  readonly server: string;
  send(call: HttpCall, options: CallOptions): Promise<HttpAnswer>;
  serverNowMs(): number;
  clockKnown(): boolean;
  /** Never lets go of a credential into a message. */
  clean(text: string): string;
  close(): Promise<void>;
}

/** Enough for a worker's parallel stages; an API server counts each connection's TLS handshake in CPU. */
const CONNECTIONS = 32;
/** Stages of one run follow each other within seconds; undici's own 4 s would shake hands anew between them. */
const KEEP_ALIVE_MS = 60_000;

/** A token is renewed within the hour, a call ends within a minute. */
const MOST_SECRETS = 10;

export function openTransport(store: CredentialStore): Transport {
  const clock = createServerClock();
  let pool: { dispatcher: Dispatcher; fingerprint: string } | undefined;
  let secrets: string[] = [];
  // An answer may come, and repeat what it was asked with, when the next token is in use already.
  const keep = (fresh: readonly string[]): void => {
    secrets = [...new Set([...fresh, ...secrets])].slice(0, MOST_SECRETS);
  };
  const closing = new Set<Promise<void>>();

  const dispatcherFor = (credentials: Credentials): Dispatcher => {
    const fingerprint = fingerprintOf(credentials);
    if (pool?.fingerprint === fingerprint) return pool.dispatcher;
    // Calls under way end on the old pool; new ones show the new certificate.
    if (pool !== undefined) retire(pool.dispatcher);
    pool = { dispatcher: createDispatcher(credentials), fingerprint };
    return pool.dispatcher;
  };
  const retire = (dispatcher: Dispatcher): void => {
    const done: Promise<void> = dispatcher.close().finally(() => closing.delete(done));
    closing.add(done);
  };

  return {
    server: store.server,
    serverNowMs: () => Date.now() + clock.offsetMs(),
    clockKnown: () => clock.known(),
    clean: (text) => redact(text, secrets),
    async send(call, options) {
      const credentials = await store.current();
      keep(credentials.secrets);
      const base = new URL(credentials.server);
      const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query)}`;
      const sentMs = Date.now();
      const raw = await exchange(
        dispatcherFor(credentials),
        {
          origin: base.origin,
          path: `${base.pathname.replace(/\/$/, '')}${call.path}${query}`,
          method: call.method,
          // A flat list, because one name may come several times.
          headers: [
            ['accept', 'application/json'],
            ['user-agent', options.caller === undefined ? 'naas' : `naas (${options.caller})`],
            ...Object.entries(credentials.headers),
            ...(call.body === undefined ? [] : [['content-type', call.contentType ?? 'application/json']]),
            ...(call.headers ?? []),
          ].flat(),
          body: call.body === undefined ? null : JSON.stringify(call.body),
        },
        options,
        { what: `${call.what} at ${store.server}`, clean: (text) => redact(text, secrets) },
      );
      clock.learn(single(raw.headers['date']), sentMs, Date.now());
      if (raw.status === 401) store.drop();
      return answerOf(raw, call, store.server, secrets);
    },
    async close() {
      if (pool !== undefined) retire(pool.dispatcher);
      pool = undefined;
      await Promise.all(closing);
    },
  };
}

function answerOf(
  raw: { status: number; headers: HttpAnswer['headers']; body: Buffer },
  call: HttpCall,
  server: string,
  secrets: string[],
): HttpAnswer {
  const text = raw.body.toString('utf8');
  const answer = { status: raw.status, headers: raw.headers, server };
  try {
    return { ...answer, body: JSON.parse(text), text: '' };
  } catch (cause) {
    // An error page still has a status that says something; a success without its object says nothing.
    if (raw.status >= 300) return { ...answer, body: undefined, text: redact(text, secrets).slice(0, 200) };
    throw new NaasError(
      {
        code: 'Unavailable',
        message:
          `${call.what} at ${server} was answered ${raw.status} with a body that is no complete JSON ` +
          `(${raw.body.length} bytes of ${single(raw.headers['content-type']) ?? 'no content type'}), so its effect is ` +
          'unknown. Check what stands between naas and the API server; naas tries again by itself.',
      },
      { cause },
    );
  }
}

function createDispatcher(credentials: Credentials): Dispatcher {
  const common = {
    connections: CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The deadline of the call is the one bound, from the first byte to the last.
    headersTimeout: 0,
    bodyTimeout: 0,
    // HTTP/1.1: one call a connection, so that the last look at the clock is taken as the call is written, and giving up
    // a call never ends another one. HTTP/2 also joins repeated headers, which impersonated groups do not survive.
    allowH2: false,
  };
  if (credentials.proxyUrl === undefined || credentials.proxyUrl === '') {
    return new Agent({ ...common, connect: { ...credentials.tls } });
  }
  if (!/^https?:/.test(credentials.proxyUrl)) {
    throw new NaasError({
      code: 'Unavailable',
      message: `the kubeconfig asks for the proxy ${new URL(credentials.proxyUrl).protocol}//…; only http and https proxies are supported`,
    });
  }
  return new ProxyAgent({ ...common, uri: credentials.proxyUrl, requestTls: { ...credentials.tls } });
}

function fingerprintOf(credentials: Credentials): string {
  const { ca, cert, key, rejectUnauthorized, servername } = credentials.tls;
  const hash = createHash('sha256');
  for (const part of [ca, cert, key]) hash.update(part ?? '').update('\0');
  return hash.update(JSON.stringify([rejectUnauthorized, servername, credentials.proxyUrl])).digest('hex');
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
