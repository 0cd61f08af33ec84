// An HTTPS server that gives tokens and answers each management call as a test tells it: for answers that a real Azure, and the
// emulated one, give only on bad days.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, createServerCertificate } from '../../../src/local/certificates.ts';

export interface SeenCall {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Answer = (incoming: IncomingMessage, response: ServerResponse, call: SeenCall) => void;

export interface ScriptedAzure {
  endpoint: string;
  caFile: string;
  /** Management calls only. */
  calls: SeenCall[];
  answer: Answer;
  tokens: { answer: Answer; asked: SeenCall[] };
  stop(): Promise<void>;
}

export const TENANT = '11111111-2222-3333-4444-555555555555';
/** What it gives out; never to be seen in a message. */
export const TOKEN = 'an-opaque-token-that-must-stay-inside';

export async function startScriptedAzure(): Promise<ScriptedAzure> {
  const folder = await mkdtemp(join(tmpdir(), 'naas-scripted-azure-'));
  const name = 'scripted azure';
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };
  const authority = createAuthority(name, validity);
  const { certificate, key } = createServerCertificate(
    { name, ...authority },
    { names: ['localhost'], addresses: ['127.0.0.1'] },
    validity,
  );
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, authority.certificate);

  const sockets = new Set<Socket>();
  const server = createServer({ cert: certificate, key });
  const scripted: ScriptedAzure = {
    endpoint: '',
    caFile,
    calls: [],
    answer: (_incoming, response) => json(response, 500, {}),
    tokens: { answer: giveToken, asked: [] },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = incoming;
    const call = { method, url, headers, body: Buffer.concat(chunks).toString() };
    if (url.includes('/.well-known/openid-configuration'))
      return json(response, 200, openIdConfiguration(scripted.endpoint));
    if (url.includes('/oauth2/v2.0/token')) {
      scripted.tokens.asked.push(call);
      return scripted.tokens.answer(incoming, response, call);
    }
    scripted.calls.push(call);
    scripted.answer(incoming, response, call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scripted.endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return scripted;
}

export const giveToken: Answer = (_incoming, response) =>
  json(response, 200, { token_type: 'Bearer', expires_in: 3600, ext_expires_in: 3600, access_token: TOKEN });

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response
    .writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(body));
}

function openIdConfiguration(endpoint: string): Record<string, unknown> {
  const authority = `${endpoint}/${TENANT}`;
  return {
    issuer: `${authority}/v2.0`,
    authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
    jwks_uri: `${authority}/discovery/v2.0/keys`,
  };
}
