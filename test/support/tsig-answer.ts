// Signs an answer as a server does (RFC 8945, section 5.3), which the product never has to; written apart from its own code.
import { createHmac, type KeyObject } from 'node:crypto';
import { lastRecord, readName } from '../../src/providers/rfc2136/records.ts';

export interface AnswerKey {
  name: string;
  algorithm: string;
  secret: KeyObject;
}

/** An error of TSIG, and what the server says beside it. */
export interface TsigRefusal {
  error: number;
  other: Buffer;
}

const FUDGE_SECONDS = 300;

export function signedAnswer(
  answer: Buffer,
  requestMac: Buffer,
  key: AnswerKey,
  seconds: number,
  { error, other }: TsigRefusal = { error: 0, other: Buffer.alloc(0) },
): Buffer {
  const name = wireName(key.name.replace(/\.$/, '').toLowerCase());
  const algorithm = wireName(key.algorithm);
  const time = Buffer.alloc(8);
  time.writeUIntBE(seconds, 0, 6);
  time.writeUInt16BE(FUDGE_SECONDS, 6);
  const classAndTtl = Buffer.from([0, 255, 0, 0, 0, 0]);
  const ending = Buffer.concat([short(error), short(other.length), other]);
  const mac = createHmac(key.algorithm.slice('hmac-'.length), key.secret)
    .update(Buffer.concat([short(requestMac.length), requestMac, answer, name, classAndTtl, algorithm, time, ending]))
    .digest();
  const rdata = Buffer.concat([algorithm, time, short(mac.length), mac, answer.subarray(0, 2), ending]);
  const signed = Buffer.concat([answer, name, short(250), classAndTtl, short(rdata.length), rdata]);
  signed.writeUInt16BE(answer.readUInt16BE(10) + 1, 10);
  return signed;
}

/** Of a request, by whoever sent it. */
export function macOfRequest(request: Buffer): Buffer {
  const record = lastRecord(request);
  const algorithm = record === undefined ? undefined : readName(record.rdata, 0);
  if (record === undefined || algorithm === undefined) throw new Error('the request is not signed');
  const length = record.rdata.readUInt16BE(algorithm.end + 8);
  return record.rdata.subarray(algorithm.end + 10, algorithm.end + 10 + length);
}

function wireName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, 'latin1'));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
