// The door for tests and measurements, on loopback only: switches in, times out. A door and not a ConfigMap: a switch is in
// force when the answer comes, and the cluster that tests compare as a whole holds nothing of it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Reconciler } from './reconcile.ts';
import { parseSwitches } from './switches.ts';
import type { WorkTimes } from './work-times.ts';

export interface Admin {
  url: string;
  close(): void;
}

/** A document of switches is a few lines. */
const MAX_BODY_BYTES = 256 * 1024;

export async function openAdmin(reconciler: Reconciler, times: WorkTimes): Promise<Admin> {
  const server = createServer((call, answer) => {
    respond(call, reconciler, times).then(
      (body) => send(answer, 200, body),
      (error: unknown) => send(answer, 400, { error: error instanceof Error ? error.message : String(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function respond(call: IncomingMessage, reconciler: Reconciler, times: WorkTimes): Promise<unknown> {
  const { pathname, searchParams } = new URL(call.url ?? '/', 'http://127.0.0.1');
  switch (`${call.method} ${pathname}`) {
    case 'GET /switches':
      return reconciler.switches();
    case 'PUT /switches':
      // All of them: whoever sets none switches everything back.
      reconciler.setSwitches(parseSwitches(JSON.parse(await bodyOf(call))));
      return reconciler.switches();
    case 'GET /times':
      return times.list(searchParams.get('namespace'));
    default:
      throw new Error('there is GET and PUT /switches, and GET /times?namespace=NAME');
  }
}

async function bodyOf(call: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of call as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error(`a document of switches has at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { 'content-type': 'application/json' });
  answer.end(`${JSON.stringify(body)}\n`);
}
