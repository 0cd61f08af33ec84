// DNS messages of queries and answers, in the words that this folder needs, over dns-packet. Pure.
import { type Answer, decode, encode, RECURSION_DESIRED, type RecordType as WireType } from 'dns-packet';
import { canonicalName } from './names.ts';

export interface DnsQuestion {
  name: string;
  type: WireType;
}

export interface DnsMessage {
  id: number;
  /** As a mnemonic, such as NXDOMAIN. */
  rcode: string;
  authoritative: boolean;
  truncated: boolean;
  question: DnsQuestion | undefined;
  answers: Answer[];
  authorities: Answer[];
}

/** Fits every path without fragments (DNS flag day 2020). */
const UDP_PAYLOAD_SIZE = 1232;

export function encodeQuery(
  id: number,
  { name, type }: DnsQuestion,
  { recursive, extended }: { recursive: boolean; extended: boolean },
): Buffer {
  const options = {
    name: '.',
    type: 'OPT',
    udpPayloadSize: UDP_PAYLOAD_SIZE,
    extendedRcode: 0,
    ednsVersion: 0,
    flags: 0,
  };
  return encode({
    type: 'query',
    id,
    flags: recursive ? RECURSION_DESIRED : 0,
    questions: [{ name, type }],
    additionals: extended ? [{ ...options, type: 'OPT', flag_do: false, options: [] }] : [],
  });
}

/** undefined: it is no answer, or cannot be read. */
export function decodeAnswer(bytes: Buffer): DnsMessage | undefined {
  try {
    const packet = decode(bytes);
    if (packet.type !== 'response' || packet.id === undefined) return undefined;
    const { questions = [], answers = [], authorities = [] } = packet;
    const [asked] = questions;
    // The types of dns-packet leave it out.
    const rcode = (packet as { rcode?: string }).rcode ?? 'NOERROR';
    return {
      id: packet.id,
      rcode,
      authoritative: packet.flag_aa,
      truncated: packet.flag_tc,
      question: asked === undefined ? undefined : { name: canonicalName(asked.name), type: asked.type },
      answers,
      authorities,
    };
  } catch {
    return undefined;
  }
}

/** A name that a server answers in another letter case is the same name. */
export function isOf(answer: Answer, { name, type }: DnsQuestion): boolean {
  return answer.type === type && canonicalName(answer.name) === name;
}

export function ttlOf(answer: Answer): number {
  return 'ttl' in answer ? (answer.ttl ?? 0) : 0;
}
