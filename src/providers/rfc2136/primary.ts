// Signed conversation with the primary server of one zone: queries and updates, each answer believed only when it is signed
// and fits its question. It decides nothing about records.
import { randomInt } from 'node:crypto';
import type { CallOptions } from '../../activities/cluster.ts';
import { type DnsMessage, type DnsQuestion, decodeAnswer, encodeQuery } from '../dns/message.ts';
import { parseServer, printServer } from '../dns/server-address.ts';
import { exchangeTcp, noAnswer } from '../dns/tcp.ts';
import { refusedKey } from './failures.ts';
import { readKeyFile } from './key-file.ts';
import { sign, verify } from './tsig.ts';
import { type Prerequisite, type Update, updateMessage } from './update-message.ts';

export interface Primary {
  readonly server: string;
  query(question: DnsQuestion, options: CallOptions): Promise<DnsMessage>;
  /** The response code. Without updates it is a question about the prerequisites, answered from the zone as it stands. */
  update(prerequisites: Prerequisite[], updates: Update[], options: CallOptions, what: string): Promise<string>;
}

export interface PrimaryOptions {
  zone: string;
  /** `host:port`. */
  primary: string;
  keyFile: string;
}

export function openPrimary({ zone, primary, keyFile }: PrimaryOptions): Primary {
  const address = parseServer(primary);
  const server = printServer(address);

  const converse = async (message: Buffer, options: CallOptions, what: string): Promise<DnsMessage> => {
    const words = { what: `${what} at ${server}` };
    const key = await readKeyFile(keyFile);
    const signed = sign(message, key, nowSeconds());
    const answer = await exchangeTcp(address, signed.message, options, what);
    const packet = understood(answer, message);
    if (typeof packet === 'string') throw noAnswer(words, new Error(packet), true);
    const seen = verify(answer, key, signed.mac, nowSeconds());
    switch (seen.verdict) {
      case 'genuine':
        return packet;
      case 'refused':
        throw refusedKey(seen, { what: words.what, key: key.name, nowSeconds: nowSeconds() });
      case 'unsigned':
        throw noAnswer(words, new Error(`an answer without a signature (${packet.rcode})`), true);
      case 'forged':
        throw noAnswer(words, new Error(`an answer that cannot be trusted: ${seen.why}`), true);
    }
  };

  return {
    server,
    async query(question, options) {
      const what = `query of ${question.type} ${question.name}`;
      const message = encodeQuery(randomInt(0x10000), question, { recursive: false, extended: false });
      const answer = await converse(message, options, what);
      if (answer.question?.name === question.name && answer.question.type === question.type) return answer;
      throw noAnswer({ what: `${what} at ${server}` }, new Error('the answer to another question'), true);
    },
    async update(prerequisites, updates, options, what) {
      const message = updateMessage(randomInt(0x10000), zone, prerequisites, updates);
      return (await converse(message, options, what)).rcode;
    },
  };
}

/** The answer to this very message, or why it is none. */
function understood(bytes: Buffer, message: Buffer): DnsMessage | string {
  const answer = decodeAnswer(bytes);
  if (answer === undefined) return `${bytes.length} bytes that are no DNS answer`;
  if (answer.id !== message.readUInt16BE(0)) return 'the answer to something else';
  return answer.truncated ? 'an answer that is cut off' : answer;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
