// One DNS message over UDP and the first datagram of that server that fits. It never repeats; what fits is its caller's word.
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { ServerAddress } from '../dns/server-address.ts';

/**
 * `host` is an address. Throws what the socket throws (a closed port is told at once), the signal's reason, or undefined
 * passes: nothing that fits came in time.
 */
export function exchangeUdp<T>(
  { host, port }: ServerAddress,
  message: Buffer,
  fits: (datagram: Buffer) => T | undefined,
  { signal, patienceMs }: { signal: AbortSignal; patienceMs: number },
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.close();
    };
    const fail = (error: Error): void => {
      over();
      reject(error);
    };
    const abort = (): void => fail(signal.reason);
    const timer = setTimeout(() => {
      over();
      resolve(undefined);
    }, patienceMs);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.on('message', (datagram) => {
      // Anybody may send to this port: what does not fit is not from whom we asked, and the wait goes on.
      const answer = fits(datagram);
      if (answer === undefined) return;
      over();
      resolve(answer);
    });
    // Connected, the system lets only datagrams of that very address and port through.
    socket.connect(port, host, () => socket.send(message));
  });
}
