// A real HTTP server on loopback that publishes keys as a test says, and issuers whose keys it may publish. It asserts nothing.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

export interface KeyServer {
  url: string;
  /** Requests that came. */
  asked(): number;
  /** What the next requests get. */
  answer(handler: (request: IncomingMessage, response: ServerResponse) => void): void;
  publish(...keys: JWK[]): void;
  /** Refuses connections until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

export async function startKeyServer(): Promise<KeyServer> {
  let asked = 0;
  let port = 0;
  let answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  const listen = (): Promise<void> =>
    new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', () => resolve()));
  const goAway = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen();
  port = (server.address() as { port: number }).port;
  return {
    url: `http://127.0.0.1:${port}/keys`,
    asked: () => asked,
    answer(handler) {
      answer = handler;
    },
    publish(...keys) {
      answer = (_, response) =>
        response.setHeader('content-type', 'application/jwk-set+json').end(JSON.stringify({ keys }));
    },
    goAway,
    comeBack: listen,
    close: goAway,
  };
}

export interface Issuer {
  publicKey: JWK;
  privateKey: JWK;
  sign(claims: Record<string, unknown>): Promise<string>;
}

/** Without a name, neither the key nor what it signs carries a `kid`. */
export async function createIssuer(kid?: string): Promise<Issuer> {
  const alg = 'EdDSA';
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const named = { alg, ...(kid === undefined ? {} : { kid }) };
  return {
    publicKey: { ...(await exportJWK(publicKey)), ...named },
    privateKey: { ...(await exportJWK(privateKey)), ...named },
    sign: (claims) =>
      new SignJWT({
        subject: 'ada@example.com',
        groups: ['shop-developers'],
        nonce: randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        ...claims,
      })
        .setProtectedHeader(named)
        .setExpirationTime('10m')
        .sign(privateKey),
  };
}
