// A front of the real API server with a token of its own: whoever shows it is let through as the worker. On demand it refuses
// or answers with a failure that repeats, in the worst of ways, what it was sent.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface EchoingApi {
  server: string;
  /** `pass`: as the real one. `refuse`: no token counts. `fail`: a right is missing, for one tenant's objects only. `page`: no API. */
  mode: 'pass' | 'refuse' | 'fail' | 'page';
  /** How often something was repeated. */
  echoes(): number;
  stop(): Promise<void>;
}

export interface EchoingApiOptions {
  server: string;
  caFile: string;
  certFile: string;
  keyFile: string;
  /** What it takes, and what it shows to the real server instead. */
  token: string;
  realToken: string;
  /** Whose writes `fail` meets. */
  tenant: string;
}

export async function startEchoingApi(options: EchoingApiOptions): Promise<EchoingApi> {
  const agent = new Agent({ keepAlive: true, ca: readFileSync(options.caFile) });
  let echoes = 0;

  const say = (response: ServerResponse, code: number, type: string, text: string): void => {
    echoes += 1;
    response.writeHead(code, { 'content-type': type, warning: `299 - "${options.token}"` }).end(text);
  };
  const refuse = (response: ServerResponse, code: number, reason: string): void => {
    const message = `the server refuses ${options.token} (Authorization: Bearer ${options.token})`;
    const causes = [{ reason: 'FieldValueInvalid', message: `token=${options.token}`, field: options.token }];
    say(
      response,
      code,
      'application/json',
      JSON.stringify({
        kind: 'Status',
        apiVersion: 'v1',
        status: 'Failure',
        code,
        reason,
        message,
        details: { causes },
      }),
    );
  };
  const pass = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const target = new URL(incoming.url ?? '/', options.server);
    const headers = { ...incoming.headers, host: target.host, authorization: `Bearer ${options.realToken}` };
    const outgoing = httpsRequest(target, { method: incoming.method, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    outgoing.end(Buffer.concat(chunks));
  };

  const server = createServer({ cert: readFileSync(options.certFile), key: readFileSync(options.keyFile) });
  const front: EchoingApi = {
    server: '',
    mode: 'pass',
    echoes: () => echoes,
    async stop() {
      server.closeAllConnections();
      agent.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  server.on('request', (incoming, response) => {
    const known = incoming.headers.authorization === `Bearer ${options.token}`;
    const aimed = incoming.method === 'PATCH' && incoming.url?.includes(`/namespaces/${options.tenant}/`) === true;
    if (!known || front.mode === 'refuse') return refuse(response, 401, 'Unauthorized');
    if (front.mode === 'page')
      return say(response, 502, 'text/html', `<h1>Bad gateway</h1>${'x'.repeat(160)} ${options.token}`);
    if (front.mode === 'fail' && aimed) return refuse(response, 403, 'Forbidden');
    pass(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  front.server = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return front;
}
