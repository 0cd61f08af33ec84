// A reverse proxy between the worker and the real API server. It serves with the API server's own certificate, so the
// worker verifies it as usual; it changes no header, token or byte, and numbers and logs every call. Every write of the
// worker passes here, so a new effect cannot escape the tests that break each one.
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  breakOff,
  breakOffAtTheEnd,
  breakOffWithin,
  refuse,
  reply,
  replyHalf,
  replyWithPage,
} from './fault-proxy-answers.ts';
import { type ApiCall, readCall } from './fault-proxy-request.ts';
import { type ActiveRule, type Fault, type HeldCall, matches, type Rule } from './fault-proxy-rules.ts';

export interface LoggedCall extends ApiCall {
  seq: number;
  /** Epoch milliseconds of its arrival. */
  at: number;
  /** What the API server answered; absent when it never saw the call. */
  status?: number;
  /** What the worker was told, where a fault stood in between. */
  fault?: Fault['mode'];
  /** How long it was asked to wait. */
  retryAfterSeconds?: number;
}

export interface FaultProxy {
  /** `https://127.0.0.1:PORT`: what stands in the worker's kubeconfig in place of the real server. */
  readonly server: string;
  readonly log: readonly LoggedCall[];
  /** Calls that were to change the cluster, oldest first; of one tenant, or of all. */
  effects(tenant?: string): LoggedCall[];
  add(rule: Rule): ActiveRule;
  /** Lets no answer to a read about one tenant through, as a cluster that is away would; answers the release. */
  holdReads(tenant: string): () => void;
  /** Resolves when no stalled call is still to be forwarded, however long ago its sender has given up. */
  stalledCallsArrived(): Promise<void>;
  stop(): Promise<void>;
}

export interface FaultProxyOptions {
  /** The real API server. */
  server: string;
  caFile: string;
  certFile: string;
  keyFile: string;
}

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const target = new URL(options.server);
  // Plenty of sockets: a held call must never make another one wait.
  const agent = new Agent({ keepAlive: true, maxSockets: 512, ca: readFileSync(options.caFile) });
  const log: LoggedCall[] = [];
  const rules = new Set<{ rule: Rule; hits: number }>();
  const heldReads = new Map<string, PromiseWithResolvers<void>>();
  const stalled = new Set<Promise<void>>();

  const forward = (incoming: IncomingMessage, body: Buffer): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const send = target.protocol === 'https:' ? httpsRequest : httpRequest;
      const outgoing = send(
        new URL(incoming.url ?? '/', target),
        { method: incoming.method, headers: { ...incoming.headers, host: target.host }, agent },
        (answer) => {
          readAll(answer).then(
            (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
            reject,
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(incoming);
    const call = readCall(incoming, body);
    const entry: LoggedCall = { ...call, seq: log.length, at: Date.now() };
    log.push(entry);
    const send = async (): Promise<Answer> => {
      const answer = await forward(incoming, body);
      entry.status = answer.status;
      return answer;
    };
    if (call.verb === 'read') await heldReads.get(call.tenant)?.promise;
    const held: HeldCall = { call: entry, forward: () => forward(incoming, body) };
    const active = [...rules].find(({ rule, hits }) => matches(rule, call) && hits < (rule.times ?? Infinity));
    if (active === undefined) return reply(response, await send());
    active.hits += 1;
    const { rule } = active;
    if ((await rule.before?.(held)) === 'drop') return breakOff(response);
    const { fault } = rule;
    if (fault === undefined) {
      const answer = await send();
      return (await rule.after?.(held, answer.status)) === 'drop' ? breakOff(response) : reply(response, answer);
    }
    entry.fault = fault.mode;
    if ('retryAfterSeconds' in fault && fault.retryAfterSeconds !== undefined)
      entry.retryAfterSeconds = fault.retryAfterSeconds;
    // What a fault makes of the answer is settled; who waits for the effect hears of it all the same.
    const sendAndTell = async (): Promise<Answer> => {
      const answer = await send();
      await rule.after?.(held, answer.status);
      return answer;
    };
    return strike(fault, { response, call, send: sendAndTell });
  };

  /** Each breaks one call as its fault says. */
  const strike = async (
    fault: Fault,
    { response, call, send }: { response: ServerResponse; call: ApiCall; send(): Promise<Answer> },
  ): Promise<void> => {
    switch (fault.mode) {
      case 'fail-before':
        return refuse(response, fault.status, call, fault.retryAfterSeconds);
      case 'fail-after':
        await send();
        return refuse(response, fault.status, call, fault.retryAfterSeconds);
      case 'reset-before':
        return breakOff(response);
      case 'reset-after':
        await send();
        return breakOff(response);
      case 'reset-head':
        return breakOffWithin(response, await send(), 0);
      case 'truncate':
        return breakOffWithin(response, await send(), 0.5);
      case 'reset-tail':
        return breakOffAtTheEnd(response, await send());
      case 'stall':
        if (fault.seconds === undefined) return;
        return reply(response, await afterSilence(fault.seconds, send));
      case 'half-json':
        return replyHalf(response, await send());
      case 'page':
        return replyWithPage(response, await send());
    }
  };

  const afterSilence = (seconds: number, send: () => Promise<Answer>): Promise<Answer> => {
    const late = sleep(seconds * 1000).then(send);
    const arrival = late.then(noop, noop).finally(() => stalled.delete(arrival));
    stalled.add(arrival);
    return late;
  };

  const server = createServer({ cert: readFileSync(options.certFile), key: readFileSync(options.keyFile) });
  server.on('request', (incoming, response) => {
    // The sender or the API server went away in the middle: the sender sees a broken connection, as it would without us.
    handle(incoming, response).catch(() => breakOff(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    server: `https://127.0.0.1:${port}`,
    log,
    effects: (tenant) => log.filter((entry) => entry.effect && (tenant === undefined || entry.tenant === tenant)),
    add(rule) {
      const active = { rule, hits: 0 };
      rules.add(active);
      return { hits: () => active.hits, lift: () => void rules.delete(active) };
    },
    holdReads(tenant) {
      const gate = Promise.withResolvers<void>();
      heldReads.set(tenant, gate);
      return () => {
        heldReads.delete(tenant);
        gate.resolve();
      };
    },
    async stalledCallsArrived() {
      await Promise.all(stalled);
    },
    async stop() {
      for (const gate of heldReads.values()) gate.resolve();
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function noop(): void {}
