// One DNS message and its answer over one TCP connection (RFC 1035, section 4.2.2). It looks at no content and never repeats.
import { connect } from 'node:net';
import type { CallOptions } from '../../activities/cluster.ts';
import type { NaasError } from '../../spec/errors.ts';
import { type Bound, bind } from '../deadline.ts';
import { dnsFailure } from './failure.ts';
import { printServer, type ServerAddress } from './server-address.ts';

/** `what` is tried on what, such as "update of A shop.example.com". */
export async function exchangeTcp(
  server: ServerAddress,
  message: Buffer,
  options: CallOptions,
  what: string,
): Promise<Buffer> {
  const words = { what: `${what} at ${printServer(server)}` };
  const bound = bind(options, words);
  try {
    bound.signal.throwIfAborted();
    return await conversation(server, message, bound, words);
  } finally {
    bound.forget();
  }
}

function conversation(server: ServerAddress, message: Buffer, bound: Bound, words: { what: string }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(server);
    let received = Buffer.alloc(0);
    const end = (error: Error): void => {
      bound.signal.removeEventListener('abort', abort);
      reject(error);
      socket.destroy();
    };
    const abort = (): void => end(bound.signal.reason);
    bound.signal.addEventListener('abort', abort, { once: true });

    socket.once('connect', () => {
      try {
        bound.send();
      } catch (error) {
        return end(error as Error);
      }
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.write(Buffer.concat([length, message]));
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      bound.signal.removeEventListener('abort', abort);
      resolve(received.subarray(2, 2 + received.readUInt16BE(0)));
      socket.destroy();
    });
    socket.once('error', (error) => end(noAnswer(words, error, bound.wasSent())));
    socket.once('close', () => end(noAnswer(words, new Error('the connection was closed'), bound.wasSent())));
  });
}

/** Also for what is answered, but by nothing that can be understood or trusted. */
export function noAnswer({ what }: { what: string }, error: Error & { code?: string }, sent: boolean): NaasError {
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  const why = [inner.code, inner.message].filter((part) => part !== undefined && part !== '').join(': ');
  const effect = sent ? '. The request may have had its effect' : '';
  const todo = 'Check that the DNS server runs and can be reached; naas tries again by itself.';
  return dnsFailure('Unavailable', `${what}: no answer (${why})${effect}`, todo, { cause: error });
}
