// Every way in which a primary server, or something between it and us, fails to answer well. What a real one answers stands in
// test/contract/dns.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallOptions } from '../../../src/activities/cluster.ts';
import type { DnsZone } from '../../../src/activities/zone.ts';
import { openRfc2136Zone } from '../../../src/providers/rfc2136/index.ts';
import { parseKey } from '../../../src/providers/rfc2136/key-file.ts';
import type { TsigKey } from '../../../src/providers/rfc2136/tsig.ts';
import { type ErrorName, NaasError } from '../../../src/spec/errors.ts';
import { SAMPLE_OWNER as OWNER, SAMPLE_SET as SET } from '../../support/sample-record.ts';
import { macOfRequest, signedAnswer } from '../../support/tsig-answer.ts';

const SECRET = Buffer.alloc(32, 9).toString('base64');

/** The bytes to answer a request with, one after the other; undefined ends the connection. */
type Script = (request: Buffer) => (Buffer | undefined)[];

let folder: string;
let server: Server;
let key: TsigKey;
let zone: DnsZone;
let script: Script;
let requests: Buffer[];
const sockets = new Set<Socket>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-rfc2136-'));
  const keyFile = join(folder, 'key');
  await writeFile(keyFile, `key "naas" { algorithm hmac-sha256; secret "${SECRET}"; };`);
  const parsed = parseKey(await readFile(keyFile, 'utf8'));
  if (typeof parsed === 'string') throw new Error(parsed);
  key = parsed;
  server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}).setNoDelay(true));
    let received = Buffer.alloc(0);
    socket.on('data', async (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const request = received.subarray(2);
      requests.push(request);
      for (const part of script(request)) {
        if (part === undefined) socket.destroy();
        else await new Promise((resolve) => socket.write(part, resolve));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  zone = openRfc2136Zone({
    zone: 'example.com',
    primary: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    keyFile,
  });
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server?.close(resolve));
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  requests = [];
});

const soon = (ms = 10_000): CallOptions => ({ deadlineMs: Date.now() + ms });

const VERBS = {
  read: (call: CallOptions) => zone.read(SET, call),
  create: (call: CallOptions) => zone.create(SET, OWNER, call),
  change: (call: CallOptions) => zone.change(SET, OWNER, 'v1', call),
  remove: (call: CallOptions) => zone.remove(SET, 'v1', call),
  claimedBy: (call: CallOptions) => zone.claimedBy(SET, call),
  nameServers: (call: CallOptions) => zone.nameServers(call),
} as const;
type Verb = keyof typeof VERBS;
const ALL = Object.keys(VERBS) as Verb[];

async function failed(verb: Verb, answer: Script, call = soon()): Promise<NaasError> {
  script = answer;
  const error = await VERBS[verb](call).then(
    (value) => Promise.reject(new Error(`succeeded: ${JSON.stringify(value)}`)),
    (caught: unknown) => caught,
  );
  if (!(error instanceof NaasError)) throw error;
  expect(error.message).toMatch(/example\.com at 127\.0\.0\.1:\d+/);
  expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain(SECRET);
  return error;
}

/** The request's header and question as an answer, without its other sections. */
function bare(request: Buffer, rcode: number, flags = 0x8400): Buffer {
  const isUpdate = ((request.readUInt16BE(2) >> 11) & 15) === 5;
  let end = 12;
  while ((request[end] ?? 0) !== 0) end += 1 + (request[end] ?? 0);
  const answer = Buffer.from(request.subarray(0, end + 5));
  answer.writeUInt16BE(flags | rcode | (isUpdate ? 5 << 11 : 0), 2);
  answer.fill(0, 6, 12);
  return answer;
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
const signed = (request: Buffer, answer: Buffer, by = key, seconds = nowSeconds()): Buffer =>
  framed(signedAnswer(answer, macOfRequest(request), by, seconds));
const rcode =
  (code: number): Script =>
  (request) => [signed(request, bare(request, code))];

describe('a response code', () => {
  it.each([
    ['FORMERR', 1, 'Invalid'],
    ['SERVFAIL', 2, 'Unavailable'],
    ['NOTIMP', 4, 'Invalid'],
    ['REFUSED', 5, 'Forbidden'],
    ['NOTAUTH', 9, 'NotFound'],
    ['NOTZONE', 10, 'Invalid'],
    ['RCODE_11', 11, 'Unavailable'],
  ] as [string, number, ErrorName][])(
    '%s is what the table says, whatever was tried, after one message',
    async (name, code, expected) => {
      for (const verb of ALL) {
        requests = [];
        const error = await failed(verb, rcode(code));
        expect([verb, error.code, error.message.includes(name)]).toEqual([verb, expected, true]);
        expect(requests).toHaveLength(1);
      }
    },
  );

  it('of a failed prerequisite makes a write Outdated where nobody is found in the way', async () => {
    // First the look for a delegation, then the write, then the looks for what stood in the way.
    const answers = [0, 7, 8, 8];
    const error = await failed('create', (request) => rcode(answers[requests.length - 1] ?? 2)(request));
    expect(error.code).toBe('Outdated');
    expect(requests).toHaveLength(4);
  });
});

describe('an answer that proves nothing', () => {
  const success = (request: Buffer): Buffer => bare(request, 0);
  const other: TsigKey = { ...parsedKey('another'), algorithm: 'hmac-sha256' };
  const cases: [string, Script][] = [
    ['a reset before it', () => [undefined]],
    ['a reset in the middle', (request) => [signed(request, success(request)).subarray(0, 20), undefined]],
    ['no DNS message', () => [framed(Buffer.from('HTTP/1.1 400 Bad Request'))]],
    ['an empty message', () => [framed(Buffer.alloc(0))]],
    ['without a signature', (request) => [framed(success(request))]],
    ['signed with another key', (request) => [signed(request, success(request), other)]],
    [
      'signed for another request',
      (request) => [framed(signedAnswer(success(request), Buffer.alloc(32), key, nowSeconds()))],
    ],
    ['signed an hour ago', (request) => [signed(request, success(request), key, nowSeconds() - 3600)]],
    [
      'to another id',
      (request) => {
        const answer = success(request);
        answer.writeUInt16BE(request.readUInt16BE(0) ^ 1, 0);
        return [signed(request, answer)];
      },
    ],
    ['no answer but a request', (request) => [signed(request, bare(request, 0, 0))]],
    ['cut off by the server', (request) => [signed(request, bare(request, 0, 0x8600))]],
  ];

  it.each(cases)('is never a success: %s', async (_, answer) => {
    for (const verb of ALL) {
      requests = [];
      const error = await failed(verb, answer);
      expect([verb, error.code]).toEqual([verb, 'Unavailable']);
      expect(error.message).toContain('may have had its effect');
      expect(requests).toHaveLength(1);
    }
  });

  it('is no answer of the zone where the server has no authority for it', async () => {
    for (const verb of ALL) {
      const error = await failed(verb, (request) => [signed(request, bare(request, 0, 0x8000))]);
      expect([verb, error.code]).toEqual([verb, 'Unavailable']);
    }
  });

  it('is no absence where it answers another question', async () => {
    const error = await failed('read', (request) => {
      const answer = bare(request, 3);
      answer[13] = 'x'.charCodeAt(0);
      return [signed(request, answer)];
    });
    expect(error.code).toBe('Unavailable');
  });
});

describe('an answer', () => {
  it('may come in pieces of one byte', async () => {
    script = (request) => [...signed(request, bare(request, 3))].map((byte) => Buffer.from([byte]));
    expect(await zone.read(SET, soon())).toBeUndefined();
  });

  it('that never comes ends with the deadline', async () => {
    for (const verb of ALL) {
      const error = await failed(verb, () => [], soon(150));
      expect([verb, error.code, /effect is unknown/.test(error.message)]).toEqual([verb, 'DeadlinePassed', true]);
    }
  });

  it('that asks for another time says by how much the clocks differ', async () => {
    const now = nowSeconds();
    const error = await failed('create', (request) => {
      const other = Buffer.alloc(6);
      other.writeUIntBE(now + 3600, 0, 6);
      return [framed(signedAnswer(bare(request, 9), macOfRequest(request), key, now, { error: 18, other }))];
    });
    expect(error.code).toBe('Forbidden');
    expect(error.problems[0]?.hint).toMatch(/clocks differ by 3(599|600) s/);
  });
});

function parsedKey(secret: string): TsigKey {
  const parsed = parseKey(`key "naas" { algorithm hmac-sha256; secret "${Buffer.from(secret).toString('base64')}"; };`);
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}
