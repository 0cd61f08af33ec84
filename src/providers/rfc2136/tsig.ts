// TSIG (RFC 8945): signs a DNS message with a shared key and checks the signature of its answer. Pure; reads no clock.
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { canonicalName } from '../dns/names.ts';
import { encodeName } from '../dns/rdata.ts';
import { lastRecord, readName } from './records.ts';

export const TSIG_ALGORITHMS = ['hmac-sha256', 'hmac-sha512'] as const;
export type TsigAlgorithm = (typeof TSIG_ALGORITHMS)[number];

export interface TsigKey {
  name: string;
  algorithm: TsigAlgorithm;
  /** No text: a key object prints as nothing. */
  secret: KeyObject;
}

export interface Signed {
  message: Buffer;
  mac: Buffer;
}

/** What an answer's signature says. `error` in words of RFC 8945; `forged` where it does not fit. */
export type Verdict =
  | { verdict: 'genuine' }
  | { verdict: 'unsigned' }
  | { verdict: 'refused'; error: TsigError; serverSeconds: number }
  | { verdict: 'forged'; why: string };

export type TsigError = 'BADSIG' | 'BADKEY' | 'BADTIME' | 'BADTRUNC' | `TSIG error ${number}`;

const ERRORS: Readonly<Record<number, TsigError>> = { 16: 'BADSIG', 17: 'BADKEY', 18: 'BADTIME', 22: 'BADTRUNC' };

const TYPE_TSIG = 250;
const CLASS_ANY = 255;
/** Five minutes, as RFC 8945 recommends. */
const FUDGE_SECONDS = 300;

export function sign(message: Buffer, key: TsigKey, nowSeconds: number): Signed {
  const mac = macOf(
    key,
    message,
    variables(key, { seconds: nowSeconds, fudge: FUDGE_SECONDS, error: 0, other: NOTHING }),
  );
  const rdata = Buffer.concat([
    encodeName(key.algorithm),
    uint48(nowSeconds),
    uint16(FUDGE_SECONDS),
    uint16(mac.length),
    mac,
    uint16(message.readUInt16BE(0)),
    uint16(0),
    uint16(0),
  ]);
  const head = Buffer.concat([uint16(TYPE_TSIG), uint16(CLASS_ANY), Buffer.alloc(4), uint16(rdata.length)]);
  const signed = Buffer.concat([message, encodeName(canonicalName(key.name)), head, rdata]);
  signed.writeUInt16BE(message.readUInt16BE(10) + 1, 10);
  return { message: signed, mac };
}

/** `requestMac` ties the answer to the request: nobody can play an older one back. */
export function verify(answer: Buffer, key: TsigKey, requestMac: Buffer, nowSeconds: number): Verdict {
  const record = lastRecord(answer);
  if (record?.type !== TYPE_TSIG) return { verdict: 'unsigned' };
  const tsig = parse(record.rdata);
  if (tsig === undefined) return { verdict: 'forged', why: 'its signature is cut off' };
  const refused = tsig.error === 0 ? undefined : (ERRORS[tsig.error] ?? (`TSIG error ${tsig.error}` as const));
  const serverSeconds = tsig.other.length === 6 ? tsig.other.readUIntBE(0, 6) : tsig.seconds;
  // A server that does not know or believe the key cannot sign with it; believed or not, it is only a refusal.
  if (refused === 'BADKEY' || refused === 'BADSIG') return { verdict: 'refused', error: refused, serverSeconds };
  if (canonicalName(record.name) !== canonicalName(key.name) || canonicalName(tsig.algorithm) !== key.algorithm)
    return { verdict: 'forged', why: `it is signed with ${record.name} (${tsig.algorithm})` };

  const unsigned = Buffer.from(answer.subarray(0, record.start));
  unsigned.writeUInt16BE(tsig.originalId, 0);
  unsigned.writeUInt16BE(answer.readUInt16BE(10) - 1, 10);
  const expected = macOf(key, Buffer.concat([uint16(requestMac.length), requestMac, unsigned]), variables(key, tsig));
  if (tsig.mac.length !== expected.length || !timingSafeEqual(tsig.mac, expected))
    return { verdict: 'forged', why: 'its signature is wrong' };
  if (refused !== undefined) return { verdict: 'refused', error: refused, serverSeconds };
  if (Math.abs(nowSeconds - tsig.seconds) > tsig.fudge)
    return { verdict: 'forged', why: 'its signature is of another time' };
  return { verdict: 'genuine' };
}

interface Timing {
  seconds: number;
  fudge: number;
  error: number;
  other: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** RFC 8945, section 4.3.3. */
function variables(key: TsigKey, { seconds, fudge, error, other }: Timing): Buffer {
  return Buffer.concat([
    encodeName(canonicalName(key.name)),
    uint16(CLASS_ANY),
    Buffer.alloc(4),
    encodeName(key.algorithm),
    uint48(seconds),
    uint16(fudge),
    uint16(error),
    uint16(other.length),
    other,
  ]);
}

function macOf(key: TsigKey, ...parts: Buffer[]): Buffer {
  const hmac = createHmac(key.algorithm.slice('hmac-'.length), key.secret);
  for (const part of parts) hmac.update(part);
  return hmac.digest();
}

interface Tsig extends Timing {
  algorithm: string;
  mac: Buffer;
  originalId: number;
}

/** undefined: it ends too early, or too late. */
function parse(rdata: Buffer): Tsig | undefined {
  const algorithm = readName(rdata, 0);
  if (algorithm === undefined) return undefined;
  const fixed = algorithm.end;
  if (rdata.length < fixed + 10) return undefined;
  const macEnd = fixed + 10 + rdata.readUInt16BE(fixed + 8);
  if (rdata.length < macEnd + 6) return undefined;
  const otherEnd = macEnd + 6 + rdata.readUInt16BE(macEnd + 4);
  if (rdata.length !== otherEnd) return undefined;
  return {
    algorithm: algorithm.text,
    seconds: rdata.readUIntBE(fixed, 6),
    fudge: rdata.readUInt16BE(fixed + 6),
    mac: rdata.subarray(fixed + 10, macEnd),
    originalId: rdata.readUInt16BE(macEnd),
    error: rdata.readUInt16BE(macEnd + 2),
    other: rdata.subarray(macEnd + 6, otherEnd),
  };
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
