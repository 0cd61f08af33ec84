// A DNS server that answers each query as a test tells it: for answers that a real one gives only on bad days.
import { createSocket, type RemoteInfo } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { type Answer, AUTHORITATIVE_ANSWER, type DecodedPacket, decode, encode, type Packet } from 'dns-packet';
import { withFreePorts } from '../../../src/local/ports.ts';

export type Transport = 'udp' | 'tcp';
/** The datagrams or messages to answer with, in this order; none: silence. */
export type Script = (query: DecodedPacket, transport: Transport) => Buffer[];

export interface ScriptedServer {
  server: string;
  port: number;
  script: Script;
  /** Every query that reached it. */
  queries: { transport: Transport; query: DecodedPacket; bytes: Buffer; from: number }[];
  /** Unasked, to a port of this machine. */
  send(datagram: Buffer, port: number): void;
  stop(): Promise<void>;
}

export function startScriptedServer(): Promise<ScriptedServer> {
  return withFreePorts(1, async ([port = 0]) => {
    const sockets = new Set<Socket>();
    const scripted: ScriptedServer = {
      server: `127.0.0.1:${port}`,
      port,
      script: () => [],
      queries: [],
      send: (datagram, to) => udp.send(datagram, to, '127.0.0.1'),
      async stop() {
        for (const socket of sockets) socket.destroy();
        await Promise.all([
          new Promise<void>((resolve) => udp.close(resolve)),
          new Promise((resolve) => tcp.close(resolve)),
        ]);
      },
    };
    const answered = (bytes: Buffer, transport: Transport, from: number): Buffer[] => {
      const query = decode(bytes);
      scripted.queries.push({ transport, query, bytes, from });
      return scripted.script(query, transport);
    };
    const udp = createSocket('udp4');
    udp.on('message', (bytes: Buffer, from: RemoteInfo) => {
      for (const answer of answered(bytes, 'udp', from.port)) udp.send(answer, from.port, from.address);
    });
    const tcp = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', (bytes: Buffer) => {
        for (const answer of answered(bytes.subarray(2), 'tcp', socket.remotePort ?? 0)) {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(answer.length);
          socket.write(Buffer.concat([length, answer]));
        }
      });
    });
    await new Promise<void>((resolve, reject) => {
      udp.once('error', reject);
      udp.bind(port, '127.0.0.1', resolve);
    });
    await new Promise<void>((resolve, reject) => {
      tcp.once('error', reject);
      tcp.listen(port, '127.0.0.1', resolve);
    });
    return scripted;
  });
}

export interface Reply {
  rcode?: number;
  authoritative?: boolean;
  truncated?: boolean;
  answers?: Answer[];
  authorities?: Answer[];
  changed?: Partial<Packet>;
}

export function reply(
  query: DecodedPacket,
  { rcode = 0, authoritative = true, truncated = false, ...rest }: Reply,
): Buffer {
  const flags = rcode | (authoritative ? AUTHORITATIVE_ANSWER : 0) | (truncated ? 0x200 : 0);
  return encode({
    type: 'response',
    id: query.id ?? 0,
    flags,
    questions: query.questions ?? [],
    answers: rest.answers ?? [],
    authorities: rest.authorities ?? [],
    ...rest.changed,
  });
}
