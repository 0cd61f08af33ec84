// One question to one server: over UDP, over TCP where the answer does not fit, with a fresh random id and port at each try.
// It says what the server answered and judges nothing.
import { randomInt } from 'node:crypto';
import type { CallOptions } from '../../activities/cluster.ts';
import type { RecordType } from '../../spec/record-set.ts';
import { type Bound, bind } from '../deadline.ts';
import { dnsFailure } from '../dns/failure.ts';
import { type DnsMessage, type DnsQuestion, decodeAnswer, encodeQuery, isOf, ttlOf } from '../dns/message.ts';
import { canonicalName } from '../dns/names.ts';
import { canonicalValueOf } from '../dns/rdata.ts';
import { printServer, type ServerAddress } from '../dns/server-address.ts';
import { exchangeTcp, noAnswer } from '../dns/tcp.ts';
import { canonicalValues } from '../dns/values.ts';
import { exchangeUdp } from './udp.ts';

export interface DnsAnswer {
  /** As a mnemonic, such as NXDOMAIN. */
  rcode: string;
  authoritative: boolean;
  /** Canonical values of that name and type; a child's NS set that its parent refers to counts as one. */
  answers: string[];
  ttlSeconds: number | undefined;
  /** The name is another name for this one. */
  alias: string | undefined;
  /** Not answered, but referred to the servers of this zone. */
  referredTo: string | undefined;
}

/** Datagrams get lost: one repetition, as resolvers do, before the server counts as silent. */
const PATIENCE_MS = [1_500, 3_000];

export async function askServer(
  server: ServerAddress,
  name: string,
  type: RecordType,
  options: CallOptions & { recursive?: boolean },
): Promise<DnsAnswer> {
  const question: DnsQuestion = { name: canonicalName(name), type };
  const recursive = options.recursive ?? false;
  const what = `query of ${type} ${name}`;
  const words = { what: `${what} at ${printServer(server)}` };
  const bound = bind(options, words);
  try {
    bound.signal.throwIfAborted();
    const first = await overUdp(server, question, { recursive, extended: true }, bound, words);
    // A server from before 1999 does not know the extension; everybody else knows the question.
    const plain = first.rcode === 'FORMERR' || first.rcode === 'NOTIMP';
    const message = plain ? await overUdp(server, question, { recursive, extended: false }, bound, words) : first;
    return answerOf(message.truncated ? await overTcp(server, question, recursive, options, what) : message, question);
  } finally {
    bound.forget();
  }
}

async function overUdp(
  server: ServerAddress,
  question: DnsQuestion,
  how: { recursive: boolean; extended: boolean },
  { signal }: Bound,
  words: { what: string },
): Promise<DnsMessage> {
  for (const patienceMs of PATIENCE_MS) {
    const id = randomInt(0x10000);
    const message = encodeQuery(id, question, how);
    const fits = (datagram: Buffer) => fitting(datagram, id, question);
    let answer: DnsMessage | undefined;
    try {
      answer = await exchangeUdp(server, message, fits, { signal, patienceMs });
    } catch (error) {
      signal.throwIfAborted();
      throw noAnswer(words, error as Error, false);
    }
    if (answer !== undefined) return answer;
  }
  throw noAnswer(words, new Error('it is silent'), false);
}

async function overTcp(
  server: ServerAddress,
  question: DnsQuestion,
  recursive: boolean,
  options: CallOptions,
  what: string,
): Promise<DnsMessage> {
  const id = randomInt(0x10000);
  const bytes = await exchangeTcp(server, encodeQuery(id, question, { recursive, extended: true }), options, what);
  const answer = fitting(bytes, id, question);
  if (answer !== undefined && !answer.truncated) return answer;
  const why = `${what} at ${printServer(server)}: ${bytes.length} bytes over TCP that do not answer it`;
  throw dnsFailure('Unavailable', why, 'naas asks again by itself.');
}

/** undefined: it is no answer to this question. Servers that refuse may leave the question out. */
function fitting(bytes: Buffer, id: number, { name, type }: DnsQuestion): DnsMessage | undefined {
  const answer = decodeAnswer(bytes);
  if (answer?.id !== id) return undefined;
  const { question, rcode } = answer;
  if (question === undefined) return rcode === 'NOERROR' || rcode === 'NXDOMAIN' ? undefined : answer;
  return question.name === name && question.type === type ? answer : undefined;
}

function answerOf(message: DnsMessage, question: DnsQuestion): DnsAnswer {
  const { rcode, authoritative, answers, authorities } = message;
  const referral = authoritative || answers.length > 0 ? [] : authorities.filter((each) => each.type === 'NS');
  const records = [...answers, ...referral].filter((each) => isOf(each, question));
  const [first] = records;
  const alias = answers.find((each) => isOf(each, { name: question.name, type: 'CNAME' }));
  return {
    rcode,
    authoritative,
    answers: canonicalValues(records.flatMap((each) => canonicalValueOf(each) ?? [])),
    ttlSeconds: first === undefined ? undefined : ttlOf(first),
    alias: alias === undefined || question.type === 'CNAME' ? undefined : canonicalValueOf(alias),
    referredTo: referral[0] === undefined ? undefined : canonicalName(referral[0].name),
  };
}
