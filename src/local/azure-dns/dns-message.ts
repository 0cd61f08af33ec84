// DNS messages: reads a query from untrusted bytes, writes the response. Whatever comes in, what goes out is a well-formed
// message or nothing. Pure; which records to answer is given by the caller.
import { type Answer, decode, encode } from 'dns-packet';
import type { DnsAnswer, DnsQuestion } from './dns-answer.ts';

export type Transport = 'udp' | 'tcp';

const HEADER_BYTES = 12;
const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
type Rcode = keyof typeof RCODES;

/** Without EDNS (RFC 1035); with it the size that passes everywhere unfragmented (DNS Flag Day 2020). */
const UDP_BYTES = { plain: 512, edns: 1232 };
const TCP_BYTES = 65_535;

const QR = 0x8000;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const CD = 0x0010;
const CLASS_IN = 1;
/** OPT and TSIG; more have no place in a query, and each costs time to read. */
const MOST_ADDITIONALS = 2;
const LONGEST_NAME_BYTES = 255;

interface Query {
  id: number;
  flags: number;
  question: DnsQuestion;
  /** The question as it came: letter case is part of what some resolvers check. */
  questionBytes: Buffer;
  /** Where in the message each suffix of the name starts, by the suffix in lower case. */
  suffixes: Map<string, number>;
  edns: { udpBytes: number; version: number; dnssecOk: boolean } | undefined;
}

/** undefined: to be met with silence, because an answer could start a loop of answers. */
export function respond(
  message: Buffer,
  transport: Transport,
  answerTo: (question: DnsQuestion) => DnsAnswer,
): Buffer | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const flags = message.readUInt16BE(2);
  if ((flags & QR) !== 0) return undefined;
  if (((flags >> 11) & 0xf) !== 0) return bareResponse(message, 'NOTIMP');
  const query = readQuery(message);
  if (query === undefined) return bareResponse(message, 'FORMERR');
  if (query.edns !== undefined && query.edns.version !== 0) return write(query, refusalAnswer('BADVERS'), transport);
  if (query.questionBytes.readUInt16BE(query.questionBytes.length - 2) !== CLASS_IN)
    return write(query, refusalAnswer('NOTIMP'), transport);
  return write(query, answerTo(query.question), transport);
}

/** For a server that cannot or will not look: its own trouble, not the question's. */
export function failure(message: Buffer, rcode: 'SERVFAIL' | 'REFUSED'): Buffer | undefined {
  if (message.length < HEADER_BYTES || (message.readUInt16BE(2) & QR) !== 0) return undefined;
  const query = readQuery(message);
  return query === undefined ? bareResponse(message, rcode) : write(query, refusalAnswer(rcode), 'udp');
}

type Response = Omit<DnsAnswer, 'rcode'> & { rcode: Rcode };

const refusalAnswer = (rcode: Rcode): Response => ({
  rcode,
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
});

function bareResponse(message: Buffer, rcode: Rcode): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  message.copy(header, 0, 0, 2);
  header.writeUInt16BE(QR | (message.readUInt16BE(2) & (0x7800 | RD)) | (RCODES[rcode] & 0xf), 2);
  return header;
}

/** undefined: no well-formed query. */
function readQuery(message: Buffer): Query | undefined {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((offset) => message.readUInt16BE(offset));
  if (questions !== 1 || answers !== 0 || authorities !== 0 || (additionals ?? 0) > MOST_ADDITIONALS) return undefined;
  const name = readName(message);
  if (name === undefined || name.end + 4 > message.length) return undefined;
  const decoded = decoding(message);
  const type = decoded?.questions?.[0]?.type;
  if (decoded === undefined || type === undefined) return undefined;
  const options = (decoded.additionals ?? []).filter((record) => record.type === 'OPT');
  const [option] = options;
  if (options.length > 1 || (option !== undefined && option.name !== '.')) return undefined;
  return {
    id: message.readUInt16BE(0),
    flags: message.readUInt16BE(2),
    question: { name: name.text, type },
    questionBytes: message.subarray(HEADER_BYTES, name.end + 4),
    suffixes: name.suffixes,
    edns: option && { udpBytes: option.udpPayloadSize, version: option.ednsVersion, dnssecOk: option.flag_do },
  };
}

function decoding(message: Buffer): ReturnType<typeof decode> | undefined {
  try {
    const decoded = decode(message);
    return decode.bytes === message.length ? decoded : undefined;
  } catch {
    return undefined;
  }
}

/** Of the question, where nothing stands before it that a pointer could lead to. */
function readName(message: Buffer): { text: string; end: number; suffixes: Map<string, number> } | undefined {
  const starts: number[] = [];
  const labels: string[] = [];
  let offset = HEADER_BYTES;
  for (;;) {
    const length = message[offset];
    if (length === undefined || length > 63) return undefined;
    if (length === 0) break;
    const end = offset + 1 + length;
    if (end - HEADER_BYTES >= LONGEST_NAME_BYTES || end > message.length) return undefined;
    starts.push(offset);
    labels.push(labelText(message.subarray(offset + 1, end)));
    offset = end;
  }
  const suffixes = new Map(starts.map((start, index) => [labels.slice(index).join('.'), start]));
  return { text: labels.join('.'), end: offset + 1, suffixes };
}

/** Bytes that no name of a zone has are written as RFC 1035 does, so that they neither vanish nor look like a dot. */
function labelText(label: Buffer): string {
  return label
    .toString('latin1')
    .replaceAll(/[^\w*-]/g, (character) => `\\${character.charCodeAt(0).toString().padStart(3, '0')}`)
    .toLowerCase();
}

function write(query: Query, response: Response, transport: Transport): Buffer {
  const most = mostBytes(query, transport);
  const whole = assemble(query, response, 0);
  if (whole.length <= most) return whole;
  // Addresses beside an answer are a courtesy; those of a referral are the way on.
  const isReferral = !response.authoritative && response.authorities.length > 0;
  const without = isReferral ? whole : assemble(query, { ...response, additionals: [] }, 0);
  if (without.length <= most) return without;
  return assemble(query, { ...response, answers: [], authorities: [], additionals: [] }, TC);
}

function mostBytes({ edns }: Query, transport: Transport): number {
  if (transport === 'tcp') return TCP_BYTES;
  if (edns === undefined) return UDP_BYTES.plain;
  return Math.max(UDP_BYTES.plain, Math.min(edns.udpBytes, UDP_BYTES.edns));
}

function assemble(query: Query, response: Response, extraFlags: number): Buffer {
  const code = RCODES[response.rcode];
  const options = query.edns === undefined ? [] : [optRecord(query.edns.dnssecOk, code >> 4)];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(query.id, 0);
  const flags = QR | (query.flags & (RD | CD)) | (response.authoritative ? AA : 0) | extraFlags | (code & 0xf);
  header.writeUInt16BE(flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(response.answers.length, 6);
  header.writeUInt16BE(response.authorities.length, 8);
  header.writeUInt16BE(response.additionals.length + options.length, 10);
  const records = [...response.answers, ...response.authorities, ...response.additionals];
  return Buffer.concat([
    header,
    query.questionBytes,
    ...records.map((record) => encoded(record, query.suffixes)),
    ...options,
  ]);
}

/** The owner points into the question where it can: the library compresses nothing, and 512 bytes are few. */
function encoded(record: Answer, suffixes: Map<string, number>): Buffer {
  const start = suffixes.get(record.name.toLowerCase());
  if (start === undefined) return encode({ answers: [record] }).subarray(HEADER_BYTES);
  const pointer = Buffer.alloc(2);
  pointer.writeUInt16BE(0xc000 | start, 0);
  return Buffer.concat([pointer, encode({ answers: [{ ...record, name: '.' }] }).subarray(HEADER_BYTES + 1)]);
}

function optRecord(dnssecOk: boolean, extendedRcode: number): Buffer {
  const record: Answer = {
    type: 'OPT',
    name: '.',
    udpPayloadSize: UDP_BYTES.edns,
    extendedRcode,
    ednsVersion: 0,
    flags: dnssecOk ? 0x8000 : 0,
    flag_do: dnssecOk,
    options: [],
  };
  return encode({ answers: [record] }).subarray(HEADER_BYTES);
}
