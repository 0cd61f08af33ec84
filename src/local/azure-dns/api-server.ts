// The HTTPS server in front of the API: reads requests, lets faults happen, writes answers, and logs what it did. What is
// answered is decided in api.ts, tokens.ts and admin.ts.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type ApiParts, type ApiRequest, type ApiResponse, json, serve, withoutBody } from './api.ts';
import { HANDLERS } from './api-handlers.ts';
import { ArmError, internalError } from './arm-errors.ts';
import { refusalBefore, truncated } from './fault-effects.ts';
import type { Fault, FaultSubject, Faults } from './faults.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';
import { routeOf } from './route.ts';

/** Azure Resource Manager's own. */
const LARGEST_BODY_BYTES = 4 * 1024 * 1024;
/** Longer than clients keep an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;
const TOKEN_PATH = /^\/([^/]+)\/oauth2\/v2\.0\/token$/;
const CONFIGURATION_PATH = /^\/([^/]+)\/v2\.0\/\.well-known\/openid-configuration$/;
const DISCOVERY_PATH = '/common/discovery/instance';

export interface ApiServerOptions {
  parts: ApiParts;
  faults: Faults;
  log: RequestLog;
  /** Paths that begin with `/_`. */
  admin: (method: string, path: string, body: Buffer) => Promise<ApiResponse>;
  certificate: string;
  key: string;
}

interface Outcome {
  response: ApiResponse;
  isCut: boolean;
}

export class ApiServer {
  readonly #options: ApiServerOptions;
  readonly #server: Server;
  readonly #stalls = new Set<() => void>();

  constructor(options: ApiServerOptions) {
    this.#options = options;
    this.#server = createServer({ key: options.key, cert: options.certificate, keepAliveTimeout: KEEP_ALIVE_MS });
    this.#server.on('request', (request, response) => void this.#handle(request, response));
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  /** Answers the port. */
  async start(address: string, port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, address, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const wake of this.#stalls) wake();
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = { atMs: Date.now(), tick: performance.now(), stalledMs: 0 };
    const path = pathOf(request);
    try {
      const body = await bodyOf(request);
      if (path.pathname.startsWith('/_'))
        return write(response, await this.#options.admin(request.method ?? '', path.pathname, body));
      const subject = subjectOf(request.method ?? '', path.pathname);
      const fault = this.#options.faults.take(subject);
      const logged = this.#options.log.add(entryOf(request, path.pathname, started.atMs, fault));
      const outcome = await this.#outcome(apiRequest(request, path, body), subject, fault, started, logged);
      logged.spentMs = performance.now() - started.tick - started.stalledMs;
      if (outcome.isCut) request.socket.destroy();
      else write(response, outcome.response);
    } catch (error) {
      const known = error instanceof ArmError ? error : internalError();
      write(response, json(known.status, JSON.parse(known.body())));
    }
  }

  async #outcome(
    request: ApiRequest,
    subject: FaultSubject,
    fault: Fault | undefined,
    started: { stalledMs: number },
    logged: LoggedRequest,
  ): Promise<Outcome> {
    if (fault?.kind === 'reset-before') return { response: withoutBody(500), isCut: true };
    if (fault?.kind === 'stall-before' && !(await this.#stall(fault, started)))
      return { response: withoutBody(500), isCut: true };
    const refused = fault === undefined ? undefined : refusalBefore(fault, subject);
    const response =
      refused === undefined
        ? await this.#answer(request, subject, (caller) => {
            logged.caller = caller;
          })
        : { ...withoutBody(refused.status, 'none', { ...JSON_BODY, ...refused.headers }), body: refused.body() };
    logged.effect = response.effect;
    if (fault?.kind === 'reset-after') return { response, isCut: true };
    if (fault?.kind === 'stall-after' && !(await this.#stall(fault, started))) return { response, isCut: true };
    const spoilt = spoiltBy(fault, response);
    logged.status = spoilt.status;
    const retryAfter = spoilt.headers['Retry-After'];
    if (spoilt.status >= 400 && retryAfter !== undefined) logged.retryAfterSeconds = Number(retryAfter);
    return { response: spoilt, isCut: false };
  }

  async #answer(
    request: ApiRequest,
    subject: FaultSubject,
    caller: (application: string) => void,
  ): Promise<ApiResponse> {
    const { tokens } = this.#options.parts;
    const [, configured] = CONFIGURATION_PATH.exec(request.path) ?? [];
    const configuration = configured === undefined ? undefined : tokens.openIdConfiguration(configured);
    if (configuration !== undefined) return json(200, configuration);
    if (request.path === DISCOVERY_PATH) return json(200, tokens.instanceDiscovery());
    if (subject.resource !== 'token') return await serve(request, this.#options.parts, HANDLERS, caller);
    const [, tenant = ''] = TOKEN_PATH.exec(request.path) ?? [];
    const granted = await tokens.grant(tenant, new URLSearchParams(request.body.toString('utf8')));
    return json(granted.status, granted.body, 'none', { 'Cache-Control': 'no-store' });
  }

  /** False when it is never to go on: stalls without an end last until the server stops. */
  async #stall(fault: Fault, started: { stalledMs: number }): Promise<boolean> {
    const beganMs = performance.now();
    const wentOn = await new Promise<boolean>((resolve) => {
      const timer = fault.stallMs === undefined ? undefined : setTimeout(() => end(true), fault.stallMs);
      const stop = (): void => end(false);
      const end = (goesOn: boolean): void => {
        clearTimeout(timer);
        this.#stalls.delete(stop);
        resolve(goesOn);
      };
      this.#stalls.add(stop);
    });
    started.stalledMs += performance.now() - beganMs;
    return wentOn;
  }
}

const JSON_BODY = { 'Content-Type': 'application/json; charset=utf-8' };

function spoiltBy(fault: Fault | undefined, response: ApiResponse): ApiResponse {
  if (fault?.kind === 'truncated') return { ...response, body: truncated(response.body) };
  if (fault?.kind !== 'error-after') return response;
  const error = internalError();
  return { ...response, status: error.status, headers: { ...JSON_BODY }, body: error.body() };
}

function subjectOf(method: string, path: string): FaultSubject {
  if (TOKEN_PATH.test(path) && method === 'POST') return { method, resource: 'token' };
  try {
    return { method, ...routeOf(path) };
  } catch {
    return { method, resource: 'other' };
  }
}

function entryOf(
  request: IncomingMessage,
  path: string,
  atMs: number,
  fault: Fault | undefined,
): Omit<LoggedRequest, 'sequence'> {
  return {
    atMs,
    method: request.method ?? '',
    path,
    ifMatch: header(request, 'if-match'),
    ifNoneMatch: header(request, 'if-none-match'),
    callerRequestId: header(request, 'x-ms-client-request-id'),
    userAgent: header(request, 'user-agent'),
    caller: undefined,
    status: undefined,
    retryAfterSeconds: undefined,
    effect: 'none',
    fault: fault?.kind,
    spentMs: 0,
  };
}

function apiRequest(request: IncomingMessage, url: URL, body: Buffer): ApiRequest {
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    authorization: header(request, 'authorization'),
    conditions: { ifMatch: header(request, 'if-match'), ifNoneMatch: header(request, 'if-none-match') },
    body,
  };
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The host is only there to make it whole; `//x` must not become one. */
function pathOf(request: IncomingMessage): URL {
  return new URL(`https://localhost${request.url?.startsWith('/') === true ? request.url : '/'}`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > LARGEST_BODY_BYTES)
      throw new ArmError(413, 'RequestContentTooLarge', 'The request content is too large.', { shape: 'wrapped' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function write(response: ServerResponse, { status, headers, body }: ApiResponse): void {
  const requestId = randomUUID();
  response.writeHead(status, {
    'Cache-Control': 'private',
    'X-Content-Type-Options': 'nosniff',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': requestId,
    ...headers,
    ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }),
  });
  response.end(body);
}
