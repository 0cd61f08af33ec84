// Clients of a running emulated Azure DNS: Azure's SDK for Node, plain HTTPS, and questions to its name servers.
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { DnsManagementClient } from '@azure/arm-dns';
import { ClientSecretCredential } from '@azure/identity';
import { Agent, request } from 'undici';
import type { AzureDns } from '../../../../src/local/azure-dns/index.ts';

/** What a set-up for another authority host and endpoint consists of; without retries, so that each answer is seen. */
export function sdk(azure: AzureDns): DnsManagementClient {
  const tlsOptions = { ca: azure.ca };
  const { clientId, secret = '' } = azure.application;
  const credential = new ClientSecretCredential(azure.tenant, clientId, secret, {
    authorityHost: azure.endpoint,
    disableInstanceDiscovery: true,
    tlsOptions,
  });
  const retryOptions = { maxRetries: 0 };
  return new DnsManagementClient(credential, azure.subscription, {
    endpoint: azure.endpoint,
    tlsOptions,
    retryOptions,
  });
}

export interface Plain {
  call(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

/** Without a token, for the paths that need none. */
export function plainHttps(azure: AzureDns): Plain {
  const dispatcher = new Agent({ connect: { ca: azure.ca } });
  return {
    async call(method, path, body) {
      const answered = await request(`${azure.endpoint}${path}`, {
        method,
        dispatcher,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answered.statusCode, text: await answered.body.text() };
    },
    close: () => dispatcher.close(),
  };
}

/** One question to one server, as Node asks it; the code of its error instead of an answer. */
export async function lookUp(
  azure: AzureDns,
  server: number,
  name: string,
  timeoutMs = 10_000,
): Promise<string[] | string> {
  const { address, port } = azure.nameServers[server]?.address ?? { address: '', port: 0 };
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([`${address}:${port}`]);
  try {
    return (await resolver.resolve4(name)).sort();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

/** undefined: no answer came in time. */
export function sendDatagram(port: number, message: Buffer, waitMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (answer: Buffer | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), waitMs);
    socket.on('error', () => end(undefined));
    socket.on('message', end);
    socket.send(message, port, '127.0.0.1');
  });
}

/** All that came until the server closed, or until `bytes` were there. */
export function sendStream(port: number, pieces: readonly Buffer[], bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const connection = connect(port, '127.0.0.1', () => {
      for (const piece of pieces) connection.write(piece);
    });
    connection.on('data', (data) => {
      received = Buffer.concat([received, data]);
      if (received.length >= bytes) connection.end();
    });
    connection.on('error', reject);
    connection.on('close', () => resolve(received));
  });
}
