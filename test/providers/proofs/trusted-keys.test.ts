// Keys that change, vanish and turn bad while proofs are verified with them: from a file, and from a real HTTP server.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keyFile } from '../../../src/providers/proofs/key-file.ts';
import { keyUrl } from '../../../src/providers/proofs/key-url.ts';
import type { SignedProofs } from '../../../src/providers/proofs/senders.ts';
import { trustedKeys } from '../../../src/providers/proofs/trusted-keys.ts';
import { createIssuer, type Issuer, type KeyServer, startKeyServer } from '../../support/key-server.ts';

const MESSAGE = { message: 'submit', namespace: 'shop-cart-dev', bodySha256: '0'.repeat(64) };

let old: Issuer;
let fresh: Issuer;

beforeAll(async () => {
  [old, fresh] = await Promise.all([createIssuer('old'), createIssuer('fresh')]);
});

/** `proven`, or the code and message of the refusal. */
async function outcomeOf(proofs: SignedProofs, issuer: Issuer, claims: Record<string, unknown> = {}): Promise<string> {
  const token = await issuer.sign({ ...MESSAGE, ...claims });
  return proofs.verify(token, MESSAGE, Date.now()).then(
    ({ sender }) => (sender.subject === 'ada@example.com' ? 'proven' : 'proven as somebody else'),
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe('keys in a file', () => {
  let dir: string;
  let file: string;
  let proofs: SignedProofs;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'naas-keys-'));
    file = join(dir, 'jwks.json');
    proofs = trustedKeys(keyFile(file));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const put = (...keys: unknown[]): Promise<void> => writeFile(file, JSON.stringify({ keys }));

  it('are rotated without a restart', async () => {
    await put(old.publicKey);
    expect([await outcomeOf(proofs, old), await outcomeOf(proofs, fresh)]).toEqual([
      'proven',
      expect.stringMatching(/^Unproven: .*no applicable key/),
    ]);
    await put(fresh.publicKey);
    expect([await outcomeOf(proofs, old), await outcomeOf(proofs, fresh)]).toEqual([
      expect.stringMatching(/^Unproven: .*no applicable key/),
      'proven',
    ]);
  });

  it.each<[string, number | undefined, RegExp]>([
    ['most of an hour ago', -3_500, /^proven$/],
    ['more than an hour ago', -3_700, /^Unproven: .*"iat" claim timestamp check failed \(too far in the past\)/],
    ['in ten minutes', 600, /^Unproven: .*"iat" claim timestamp check failed/],
    ['nobody knows when', undefined, /^Unproven: .*"iat"/],
  ])('prove what was signed %s as this says, however long it says to count itself', async (_when, seconds, outcome) => {
    await put(old.publicKey);
    const iat = seconds === undefined ? undefined : Math.floor(Date.now() / 1000) + seconds;
    expect(await outcomeOf(proofs, old, { iat })).toMatch(outcome);
  });

  it('need no names, not even two of a kind in the middle of a rotation', async () => {
    const [first, second, stranger] = await Promise.all([createIssuer(), createIssuer(), createIssuer()]);
    await put(first.publicKey, second.publicKey);
    expect(await outcomeOf(proofs, first)).toBe('proven');
    expect(await outcomeOf(proofs, second)).toBe('proven');
    expect(await outcomeOf(proofs, stranger)).toMatch(/^Unproven: .*signature verification failed/);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['no JSON', () => 'keys: []', /no JSON object/],
    ['no list', () => '{"keys": {"0": {}}}', /no list "keys"/],
    ['a key without a kind', () => JSON.stringify({ keys: [{ kid: 'a' }] }), /keys\[0\] has no "kty"/],
    ['a private key', () => JSON.stringify({ keys: [old.publicKey, old.privateKey] }), /keys\[1\] is a private key/],
    ['a shared secret', () => JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }), /keys\[0\] is a private key/],
    ['too many', () => JSON.stringify({ keys: Array(101).fill(old.publicKey) }), /101 keys/],
  ])('that are %s are told of, and count as away', async (_what, text, why) => {
    await writeFile(file, String(text()));
    const outcome = await outcomeOf(proofs, old);
    expect(outcome).toMatch(/^Unavailable: /);
    expect(outcome).toMatch(why);
    expect(outcome).toContain(file);
  });
});

describe('keys at an address', () => {
  const TIMES = { timeoutMs: 2_000, freshMs: 60_000, cooldownMs: 5_000, keepMs: 3_600_000 };
  let server: KeyServer;
  let clockMs: number;
  let warnings: string[];
  let proofs: SignedProofs;

  beforeEach(async () => {
    server = await startKeyServer();
    clockMs = 1_000_000;
    warnings = [];
    proofs = trustedKeys(
      keyUrl(server.url, { ...TIMES, nowMs: () => clockMs, warn: (message) => void warnings.push(message) }),
    );
  });
  afterEach(() => server.close());

  it('are asked for once, however many proofs come at once and after', async () => {
    server.publish(old.publicKey);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(proofs, old)));
    expect(new Set(outcomes)).toEqual(new Set(['proven']));
    clockMs += TIMES.freshMs - 1;
    expect(await outcomeOf(proofs, old)).toBe('proven');
    expect(server.asked()).toBe(1);
  });

  it('are asked for again when a proof names a new one', async () => {
    server.publish(old.publicKey);
    expect(await outcomeOf(proofs, old)).toBe('proven');
    server.publish(old.publicKey, fresh.publicKey);
    clockMs += TIMES.cooldownMs;
    expect(await outcomeOf(proofs, fresh)).toBe('proven');
    expect(await outcomeOf(proofs, old)).toBe('proven');
    expect(server.asked()).toBe(2);
  });

  it('are not asked for at the pace of made-up ones; those wait until it can be said', async () => {
    server.publish(old.publicKey);
    expect(await outcomeOf(proofs, old)).toBe('proven');
    clockMs += TIMES.cooldownMs;
    expect(await outcomeOf(proofs, fresh)).toMatch(/^Unproven: .*no applicable key/);
    const waiting = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(proofs, fresh)));
    expect(waiting.every((outcome) => outcome.startsWith('Unavailable: '))).toBe(true);
    expect(await outcomeOf(proofs, old)).toBe('proven');
    expect(server.asked()).toBe(2);
    clockMs += TIMES.cooldownMs;
    expect(await outcomeOf(proofs, fresh)).toMatch(/^Unproven: /);
    expect(server.asked()).toBe(3);
  });

  it('are not asked for at the pace of proofs while there are none', async () => {
    server.answer((_, response) => response.writeHead(503).end());
    for (let round = 1; round <= 3; round += 1) {
      for (let times = 0; times < 5; times += 1) expect(await outcomeOf(proofs, old)).toMatch(/^Unavailable: .*503/);
      expect(server.asked()).toBe(round);
      clockMs += TIMES.cooldownMs;
    }
  });

  it('that are taken away count no longer than the set is fresh', async () => {
    server.publish(old.publicKey, fresh.publicKey);
    expect(await outcomeOf(proofs, old)).toBe('proven');
    server.publish(fresh.publicKey);
    clockMs += TIMES.freshMs;
    expect(await outcomeOf(proofs, old)).toMatch(/^Unproven: .*no applicable key/);
    expect(await outcomeOf(proofs, fresh)).toBe('proven');
  });

  it('of a server that is away: the last good ones count, within a bound, and it is told', async () => {
    server.publish(old.publicKey);
    expect(await outcomeOf(proofs, old)).toBe('proven');
    await server.goAway();
    clockMs += TIMES.keepMs - 1;
    expect(await outcomeOf(proofs, old)).toBe('proven');
    expect(warnings).toEqual([expect.stringMatching(/ECONNREFUSED.*last good ones still count/)]);
    clockMs += 1;
    expect(await outcomeOf(proofs, old)).toMatch(/^Unavailable: cannot use the trusted keys of http.*ECONNREFUSED/);
    await server.comeBack();
    clockMs += TIMES.cooldownMs;
    expect(await outcomeOf(proofs, old)).toBe('proven');
  });

  it('of a server that is away cannot refuse a new one: nobody knows', async () => {
    server.publish(old.publicKey);
    expect(await outcomeOf(proofs, old)).toBe('proven');
    await server.goAway();
    clockMs += TIMES.cooldownMs;
    expect(await outcomeOf(proofs, fresh)).toMatch(/^Unavailable: .*ECONNREFUSED/);
    server.publish(fresh.publicKey);
    await server.comeBack();
    clockMs += TIMES.cooldownMs;
    expect(await outcomeOf(proofs, fresh)).toBe('proven');
  });

  it('of a server that was never there are waited for, with a time to try again', async () => {
    await server.goAway();
    const token = await old.sign(MESSAGE);
    const refusal = await proofs.verify(token, MESSAGE, Date.now()).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'Unavailable', retryAfterMs: TIMES.cooldownMs });
    expect(warnings).toEqual([]);
  });

  describe('whose answer is bad', () => {
    const huge = (): string => JSON.stringify({ keys: [old.publicKey], padding: 'x'.repeat(300 * 1024) });
    const BAD: [what: string, why: RegExp, answer: Parameters<KeyServer['answer']>[0]][] = [
      ['garbage', /no JSON object/, (_, response) => response.end('<html>sign in with pass-123</html>')],
      ['nothing', /no JSON object/, (_, response) => response.end()],
      ['an error', /answered 503/, (_, response) => response.writeHead(503).end('away')],
      [
        'a private key',
        /keys\[0\] is a private key/,
        (_, response) => response.end(JSON.stringify({ keys: [old.privateKey] })),
      ],
      ['huge', /longer than 256 KiB/, (_, response) => response.end(huge())],
      [
        'huge once it is unpacked',
        /longer than 256 KiB/,
        (_, response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(huge())),
      ],
      [
        'a redirect',
        /answered 302, a redirect/,
        (request, response) =>
          request.url === '/keys'
            ? response.writeHead(302, { location: '/elsewhere' }).end()
            : response.end(JSON.stringify({ keys: [old.publicKey] })),
      ],
      [
        'half an answer',
        /terminated|closed/,
        (_, response) => {
          response.writeHead(200, { 'content-length': '1000' });
          response.write('{"keys":');
          setTimeout(() => response.destroy(), 20);
        },
      ],
    ];

    it.each(BAD)('(%s) are no keys, and the message says why and repeats nothing of it', async (_what, why, answer) => {
      server.answer(answer);
      const outcome = await outcomeOf(proofs, old);
      expect(outcome).toMatch(/^Unavailable: /);
      expect(outcome).toMatch(why);
      expect(outcome).not.toContain('pass-123');
      expect(server.asked()).toBe(1);
    });

    it.each(BAD)('(%s) take nothing from the last good ones', async (_what, why, answer) => {
      server.publish(old.publicKey);
      expect(await outcomeOf(proofs, old)).toBe('proven');
      server.answer(answer);
      clockMs += TIMES.freshMs;
      expect(await outcomeOf(proofs, old)).toBe('proven');
      expect(warnings).toEqual([expect.stringMatching(why)]);
    });

    it('(too slow, in whole or in part) are given up', async () => {
      const hurried = trustedKeys(keyUrl(server.url, { ...TIMES, timeoutMs: 200 }));
      server.answer(() => {});
      expect(await outcomeOf(hurried, old)).toMatch(/^Unavailable: .*no whole answer within 200 ms/);
      const dripping = trustedKeys(keyUrl(server.url, { ...TIMES, timeoutMs: 200 }));
      server.answer((_, response) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      });
      expect(await outcomeOf(dripping, old)).toMatch(/^Unavailable: .*no whole answer within 200 ms/);
    });
  });
});
