// One name server on UDP and TCP: its own copy of the zones, and switches for tests (silent, slow, late with what it knows).
// What it answers is decided in dns-answer.ts, the bytes in dns-message.ts.
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { type AliasTargets, answer } from './dns-answer.ts';
import { failure, respond, type Transport } from './dns-message.ts';
import { DnsZones } from './dns-zones.ts';
import type { ZoneChange } from './store.ts';

export interface NameServerAddress {
  /** Host name in the NS set of each zone. */
  host: string;
  address: string;
  port: number;
}

export interface Switches {
  /** `silent` hears and says nothing; `failing` answers SERVFAIL; `refusing` answers REFUSED. */
  mode: 'answering' | 'silent' | 'failing' | 'refusing';
  answerDelayMs: number;
  /** How long a change takes to arrive here; `held` keeps all until it is let go. Already delayed changes stay delayed. */
  propagation: number | 'held';
}

const NORMAL: Switches = { mode: 'answering', answerDelayMs: 0, propagation: 0 };

/** A client that asks nothing for so long is gone; RFC 7766 asks for seconds rather than minutes. */
const TCP_IDLE_MS = 10_000;

export class NameServer {
  readonly address: NameServerAddress;
  /** Questions answered and the time spent on them, without the delays that were asked for. */
  readonly served = { udp: 0, tcp: 0, busyMs: 0 };
  readonly #aliases: AliasTargets;
  readonly #zones = new DnsZones();
  readonly #held: ZoneChange[] = [];
  readonly #connections = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #switches = NORMAL;
  #sockets: { udp: UdpSocket; tcp: Server } | undefined;
  /** When the last of the changes under way arrives: none may overtake another. */
  #lastArrivalMs = 0;

  constructor(address: NameServerAddress, aliases: AliasTargets) {
    this.address = address;
    this.#aliases = aliases;
  }

  get switches(): Switches {
    return this.#switches;
  }

  get isRunning(): boolean {
    return this.#sockets !== undefined;
  }

  /** Undefined fields stay as they are. Letting go applies what was held at once. */
  set(changes: Partial<Switches>): void {
    this.#switches = { ...this.#switches, ...changes };
    if (this.#switches.propagation === 'held') return;
    for (const change of this.#held.splice(0)) this.#arrive(change, this.#switches.propagation);
  }

  learn(change: ZoneChange): void {
    const { propagation } = this.#switches;
    if (propagation === 'held') this.#held.push(change);
    else this.#arrive(change, propagation);
  }

  /** On the same port again after a stop. */
  async start(): Promise<void> {
    if (this.#sockets !== undefined) return;
    const udp = createSocket(this.address.address.includes(':') ? 'udp6' : 'udp4');
    const tcp = createServer((connection) => this.#serve(connection));
    udp.on('message', (message, sender) => this.#hear(udp, message, sender));
    try {
      await Promise.all([bound(udp, this.address), listening(tcp, this.address)]);
    } catch (error) {
      await Promise.allSettled([closed(udp), closed(tcp)]);
      throw error;
    }
    // From now on a socket's trouble (such as a sender that is gone) is not this server's.
    udp.on('error', () => {});
    tcp.on('error', () => {});
    this.#sockets = { udp, tcp };
  }

  /** What it knows stays, and grows while it is stopped. */
  async stop(): Promise<void> {
    const sockets = this.#sockets;
    if (sockets === undefined) return;
    this.#sockets = undefined;
    for (const connection of this.#connections) connection.destroy();
    await Promise.all([closed(sockets.udp), closed(sockets.tcp)]);
  }

  /** For good. */
  async end(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.stop();
  }

  #arrive(change: ZoneChange, delayMs: number): void {
    const now = Date.now();
    const arrivalMs = Math.max(now + delayMs, this.#lastArrivalMs);
    if (arrivalMs <= now) return this.#zones.apply(change);
    this.#lastArrivalMs = arrivalMs;
    this.#later(() => this.#zones.apply(change), arrivalMs - now);
  }

  #later(action: () => void, delayMs: number): void {
    if (delayMs <= 0) return action();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }

  #hear(udp: UdpSocket, message: Buffer, sender: RemoteInfo): void {
    const response = this.#responseTo(message, 'udp');
    if (response === undefined) return;
    this.#later(() => {
      if (this.#sockets?.udp === udp) udp.send(response, sender.port, sender.address, () => {});
    }, this.#switches.answerDelayMs);
  }

  #serve(connection: Socket): void {
    this.#connections.add(connection);
    let received = Buffer.alloc(0);
    connection.setTimeout(TCP_IDLE_MS, () => connection.destroy());
    connection.on('close', () => this.#connections.delete(connection));
    connection.on('error', () => connection.destroy());
    connection.on('data', (data) => {
      const frames = framesOf(Buffer.concat([received, data]));
      received = frames.rest;
      for (const message of frames.messages) this.#answerOn(connection, message);
    });
  }

  #answerOn(connection: Socket, message: Buffer): void {
    const response = this.#responseTo(message, 'tcp');
    if (response === undefined) {
      if (this.#switches.mode !== 'silent') connection.destroy();
      return;
    }
    this.#later(() => {
      if (!connection.writable) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.length, 0);
      connection.write(Buffer.concat([length, response]));
    }, this.#switches.answerDelayMs);
  }

  #responseTo(message: Buffer, transport: Transport): Buffer | undefined {
    const startedMs = performance.now();
    const response = this.#decideSafely(message, transport);
    this.served[transport] += 1;
    this.served.busyMs += performance.now() - startedMs;
    return response;
  }

  /** A defect here must not end a whole platform for one message. */
  #decideSafely(message: Buffer, transport: Transport): Buffer | undefined {
    try {
      return this.#decide(message, transport);
    } catch {
      return failure(message, 'SERVFAIL');
    }
  }

  #decide(message: Buffer, transport: Transport): Buffer | undefined {
    switch (this.#switches.mode) {
      case 'silent':
        return undefined;
      case 'failing':
        return failure(message, 'SERVFAIL');
      case 'refusing':
        return failure(message, 'REFUSED');
      case 'answering':
        return respond(message, transport, (question) => answer(question, this.#zones, this.#aliases));
    }
  }
}

/** Each message comes after its length in two bytes (RFC 1035, 4.2.2). */
export function framesOf(bytes: Buffer): { messages: Buffer[]; rest: Buffer<ArrayBuffer> } {
  const messages: Buffer[] = [];
  let offset = 0;
  while (bytes.length - offset >= 2) {
    const end = offset + 2 + bytes.readUInt16BE(offset);
    if (end > bytes.length) break;
    messages.push(bytes.subarray(offset + 2, end));
    offset = end;
  }
  return { messages, rest: Buffer.from(bytes.subarray(offset)) };
}

function bound(udp: UdpSocket, { address, port }: NameServerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    udp.once('error', reject);
    udp.bind(port, address, () => {
      udp.off('error', reject);
      resolve();
    });
  });
}

function listening(tcp: Server, { address, port }: NameServerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    tcp.once('error', reject);
    tcp.listen(port, address, () => {
      tcp.off('error', reject);
      resolve();
    });
  });
}

/** Also when it never opened. */
function closed(socket: UdpSocket | Server): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(() => resolve());
    } catch {
      resolve();
    }
  });
}
