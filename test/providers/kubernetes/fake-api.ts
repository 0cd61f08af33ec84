// A small HTTPS server that answers like an API server where it is not told to misbehave: for answers that a real one
// gives only on bad days. It serves with the real server's certificate and counts what reached it.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { sharedPlatform } from '../../support/platform.ts';

export interface SeenCall {
  method: string;
  url: string;
  authorization: string;
  contentType: string;
  body: unknown;
}

export type Misbehave = (incoming: IncomingMessage, response: ServerResponse) => void;

export interface FakeApi {
  server: string;
  /** Everything but discovery. */
  calls: SeenCall[];
  connections(): number;
  /** How the next calls are answered, discovery apart. */
  answer: Misbehave;
  stop(): Promise<void>;
}

const RESOURCES = [
  { name: 'configmaps', kind: 'ConfigMap', namespaced: true },
  { name: 'namespaces', kind: 'Namespace', namespaced: false },
];

export async function startFakeApi(): Promise<FakeApi> {
  const { certFile, keyFile } = sharedPlatform().controlPlane;
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) });
  const fake: FakeApi = {
    server: '',
    calls: [],
    connections: () => connections,
    answer: (_incoming, response) =>
      json(response, 200, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' } }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('secureConnection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('request', async (incoming: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    if (incoming.url === '/api/v1') return json(response, 200, { kind: 'APIResourceList', resources: RESOURCES });
    const text = Buffer.concat(chunks).toString();
    fake.calls.push({
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      authorization: incoming.headers.authorization ?? '',
      contentType: incoming.headers['content-type'] ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    });
    fake.answer(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  fake.server = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function refusal(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

/** A kubeconfig for the fake; `user` is what stands under `users[0].user`. */
export async function kubeconfigFor(folder: string, server: string, user: Record<string, unknown>): Promise<string> {
  const file = join(folder, `kubeconfig-${Math.random().toString(36).slice(2)}`);
  const ca = readFileSync(sharedPlatform().controlPlane.caFile).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'me' } }],
    'current-context': 'fake',
  };
  await writeFile(file, JSON.stringify(config));
  return file;
}
