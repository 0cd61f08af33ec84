// The wire code that no library here has: signatures, updates, and the way to the last record. Held against dns-packet where it
// can read them; against a real BIND in test/contract/dns.
import { createHmac, createSecretKey } from 'node:crypto';
import { type Answer, decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { encodeValue, TYPE_CODES } from '../../../src/providers/dns/rdata.ts';
import { parseKey } from '../../../src/providers/rfc2136/key-file.ts';
import { markName, markText, readMark } from '../../../src/providers/rfc2136/mark.ts';
import { lastRecord, readName } from '../../../src/providers/rfc2136/records.ts';
import { sign, type TsigKey, verify } from '../../../src/providers/rfc2136/tsig.ts';
import { type Prerequisite, type Update, updateMessage } from '../../../src/providers/rfc2136/update-message.ts';
import { RECORD_TYPES } from '../../../src/spec/record-set.ts';
import fc from '../../support/properties.ts';
import { hostName, owner, typedValues } from '../../support/record-set-arbitrary.ts';
import { signedAnswer } from '../../support/tsig-answer.ts';

const key = (secret: string, algorithm: TsigKey['algorithm'] = 'hmac-sha256', name = 'naas.'): TsigKey => ({
  name,
  algorithm,
  secret: createSecretKey(Buffer.from(secret)),
});
const NOW = 1_790_000_000;

const set = typedValues.chain(({ type, values }) =>
  hostName.map((name) => ({ name, type, rdata: values.map((value) => encodeValue(type, value)) })),
);
const prerequisite: fc.Arbitrary<Prerequisite> = fc.oneof(
  set.map((each) => ({ is: 'exactly' as const, set: each })),
  fc
    .tuple(fc.constantFrom('present' as const, 'absent' as const), set)
    .map(([is, { name, type }]) => ({ is, name, type })),
  fc.tuple(fc.constantFrom('name-in-use' as const, 'name-free' as const), hostName).map(([is, name]) => ({ is, name })),
);
const update: fc.Arbitrary<Update> = fc.oneof(
  fc
    .tuple(set, fc.integer({ min: 1, max: 2 ** 31 - 1 }))
    .map(([each, ttlSeconds]) => ({ do: 'add' as const, set: each, ttlSeconds })),
  set.map(({ name, type }) => ({ do: 'remove-set' as const, name, type })),
);
const message = fc
  .tuple(
    fc.integer({ min: 0, max: 0xffff }),
    fc.array(prerequisite, { maxLength: 4 }),
    fc.array(update, { maxLength: 4 }),
  )
  .map(([id, needed, wanted]) => updateMessage(id, 'example.com', needed, wanted));

describe('an UPDATE', () => {
  it('has the header, zone and counts that a reader of DNS messages finds', () => {
    fc.assert(
      fc.property(fc.array(prerequisite, { maxLength: 4 }), fc.array(update, { maxLength: 4 }), (needed, wanted) => {
        const bytes = updateMessage(4711, 'example.com', needed, wanted);
        expect([bytes.readUInt16BE(0), (bytes.readUInt16BE(2) >> 11) & 15, bytes.readUInt16BE(4)]).toEqual([
          4711, 5, 1,
        ]);
        expect(bytes.subarray(12, 29).toString('latin1')).toBe('\x07example\x03com\x00\x00\x06\x00\x01');
        const size = (each: Prerequisite | Update): number => ('set' in each ? each.set.rdata.length : 1);
        expect(bytes.readUInt16BE(6)).toBe(needed.reduce((sum, each) => sum + size(each), 0));
        expect(bytes.readUInt16BE(8)).toBe(wanted.reduce((sum, each) => sum + size(each), 0));
        // Ends where its last record ends: every length in it is right.
        if (bytes.readUInt16BE(6) + bytes.readUInt16BE(8) > 0) expect(lastRecord(bytes)).toBeDefined();
      }),
    );
  });

  it('adds records that dns-packet reads as they were meant', () => {
    const records = { name: 'shop.example.com', type: 'A' as const, rdata: [encodeValue('A', '192.0.2.7')] };
    const bytes = updateMessage(1, 'example.com', [], [{ do: 'add', set: records, ttlSeconds: 300 }]);
    const [added] = decode(bytes).authorities as Answer[];
    expect(added).toMatchObject({ name: 'shop.example.com', type: 'A', class: 'IN', ttl: 300, data: '192.0.2.7' });
  });

  it('says each condition as RFC 2136 spells it: class, type, no TTL', () => {
    const conditions: Prerequisite[] = [
      { is: 'present', name: 'a.example', type: 'TXT' },
      { is: 'absent', name: 'a.example', type: 'TXT' },
      { is: 'name-in-use', name: 'a.example' },
      { is: 'name-free', name: 'a.example' },
      { is: 'exactly', set: { name: 'a.example', type: 'A', rdata: [Buffer.from([1, 2, 3, 4])] } },
    ];
    const spelled = conditions.map((each) =>
      updateMessage(1, 'e', [each], [])
        .subarray(12 + 3 + 4 + 11)
        .toString('hex'),
    );
    expect(spelled).toEqual([
      '001000ff000000000000',
      '001000fe000000000000',
      '00ff00ff000000000000',
      '00ff00fe000000000000',
      '0001000100000000000401020304',
    ]);
  });
});

describe('a signature', () => {
  const answerTo = (bytes: Buffer): Buffer => {
    const answer = Buffer.from(bytes);
    answer.writeUInt16BE(answer.readUInt16BE(2) | 0x8000, 2);
    return answer;
  };

  it('is the HMAC over message and variables that RFC 8945 describes', () => {
    const bytes = updateMessage(0x1234, 'example.com', [], []);
    const { mac } = sign(bytes, key('secret'), NOW);
    const variables = Buffer.from(
      `046e61617300${'00ff'}00000000${'0b686d61632d73686132353600'}${NOW.toString(16).padStart(12, '0')}${'012c'}0000${'0000'}`,
      'hex',
    );
    expect(mac.equals(createHmac('sha256', 'secret').update(bytes).update(variables).digest())).toBe(true);
  });

  it('is genuine from whoever has the key and saw the request, with either algorithm', () => {
    fc.assert(
      fc.property(message, fc.constantFrom('hmac-sha256' as const, 'hmac-sha512' as const), (bytes, algorithm) => {
        const request = sign(bytes, key('k', algorithm), NOW);
        const answer = signedAnswer(answerTo(bytes), request.mac, key('k', algorithm), NOW + 3);
        expect(verify(answer, key('k', algorithm, 'NAAS'), request.mac, NOW)).toEqual({ verdict: 'genuine' });
      }),
    );
  });

  it('fits no answer in which one bit is another, no other key, no other request and no other time', () => {
    fc.assert(
      fc.property(message, fc.nat(), (bytes, draw) => {
        const request = sign(bytes, key('k'), NOW);
        const answer = signedAnswer(answerTo(bytes), request.mac, key('k'), NOW);
        const verdict = (...args: Partial<Parameters<typeof verify>>): string =>
          verify(args[0] ?? answer, args[1] ?? key('k'), args[2] ?? request.mac, args[3] ?? NOW).verdict;
        expect(verdict(undefined, key('l'))).toBe('forged');
        expect(verdict(undefined, key('k', 'hmac-sha256', 'other'))).toBe('forged');
        expect(verdict(undefined, undefined, Buffer.alloc(32))).toBe('forged');
        expect(verdict(undefined, undefined, undefined, NOW + 301)).toBe('forged');
        const record = lastRecord(answer);
        const signature = record === undefined ? undefined : readName(record.rdata, 0);
        if (record === undefined || signature === undefined) throw new Error('no signature');
        // Not the id on the wire, because the original one is signed; nor the letter case of two names, a class and a TTL, of
        // which what they have to be is signed.
        const tail = record.rdata.length - signature.end;
        const drawn = draw % (record.start - 2 + tail);
        const at = drawn < record.start - 2 ? 2 + drawn : answer.length - tail + (drawn - record.start + 2);
        const bent = Buffer.from(answer);
        bent[at] = (bent[at] ?? 0) ^ (1 << (draw % 8));
        expect(verdict(bent)).not.toBe('genuine');
      }),
      { numRuns: 300 },
    );
  });

  it('counts only whole', () => {
    const bytes = answerTo(updateMessage(7, 'example.com', [], []));
    const answer = signedAnswer(bytes, Buffer.alloc(32), key('k'), NOW);
    // The mac and its length, sixteen bytes shorter: RFC 8945 allows it, and nobody who has the key does it.
    const macAt = answer.length - 6 - 32;
    const short = Buffer.concat([answer.subarray(0, macAt + 16), answer.subarray(macAt + 32)]);
    short.writeUInt16BE(16, macAt - 2);
    const lengthAt = short.length - 6 - 16 - 2 - 2 - 6 - 'hmac-sha256'.length - 2 - 2;
    short.writeUInt16BE(short.readUInt16BE(lengthAt) - 16, lengthAt);
    expect(verify(short, key('k'), Buffer.alloc(32), NOW)).toMatchObject({
      verdict: 'forged',
      why: 'its signature is wrong',
    });
  });

  it('is missed where there is none, and is a refusal where the server names an error', () => {
    const bytes = updateMessage(7, 'example.com', [], []);
    expect(verify(bytes, key('k'), Buffer.alloc(32), NOW)).toEqual({ verdict: 'unsigned' });
    for (const [error, name] of [
      [16, 'BADSIG'],
      [17, 'BADKEY'],
    ] as const) {
      const refused = verify(refusal(bytes, error), key('k'), Buffer.alloc(32), NOW);
      expect(refused).toMatchObject({ verdict: 'refused', error: name });
    }
  });

  function refusal(bytes: Buffer, error: number): Buffer {
    const fixed = Buffer.from('0b686d61632d7368613235360000006ab17e00012c0000', 'hex');
    const rdata = Buffer.concat([fixed, bytes.subarray(0, 2), Buffer.from([0, error, 0, 0])]);
    const head = Buffer.from('046e6161730000fa00ff000000000000', 'hex');
    head.writeUInt16BE(rdata.length, head.length - 2);
    const answer = Buffer.concat([bytes, head, rdata]);
    answer.writeUInt16BE(1, 10);
    return answer;
  }
});

describe('the last record', () => {
  it('is not to be had of a message that is cut off anywhere', () => {
    const records = { name: 'shop.example.com', type: 'TXT' as const, rdata: [encodeValue('TXT', 'x'.repeat(300))] };
    const bytes = sign(
      updateMessage(1, 'example.com', [], [{ do: 'add', set: records, ttlSeconds: 5 }]),
      key('k'),
      NOW,
    ).message;
    expect(lastRecord(bytes)?.type).toBe(250);
    for (let length = 0; length < bytes.length; length += 1)
      expect(lastRecord(bytes.subarray(0, length))).toBeUndefined();
  });

  it('ends the reading of a name that points at itself, forward or nowhere', () => {
    expect(readName(Buffer.from([0xc0, 0x00]), 0)).toBeUndefined();
    expect(readName(Buffer.from([0xc0, 0x02, 0x00]), 0)).toBeUndefined();
    expect(readName(Buffer.from([0x01, 0x61, 0xc0, 0x00]), 2)).toBeUndefined();
    expect(readName(Buffer.from([0x01, 0x61, 0x00, 0x01, 0x62, 0xc0, 0x00]), 3)).toEqual({ text: 'b.a', end: 7 });
  });
});

describe('the mark beside a record set', () => {
  it('stands at another name for each name and type, none with an asterisk, all in one subtree', () => {
    const zone = 'example.com';
    const name = fc.oneof(
      fc.constantFrom(
        zone,
        `*.${zone}`,
        `a.${zone}`,
        `txt.${zone}`,
        `a.txt.${zone}`,
        `*.a.${zone}`,
        `a-wildcard.${zone}`,
      ),
      hostName.map((host) => `${host}.${zone}`),
      hostName.map((host) => `*.${host}.${zone}`),
    );
    const recordKey = fc
      .tuple(name, fc.constantFrom(...RECORD_TYPES))
      .map(([each, type]) => ({ zone, name: each, type }));
    fc.assert(
      fc.property(fc.uniqueArray(recordKey, { selector: ({ name, type }) => `${type} ${name}` }), (keys) => {
        const marks = keys.map(markName);
        expect(new Set(marks).size).toBe(keys.length);
        for (const mark of marks) expect(mark).toMatch(/^[^*]*_naas-owner\.example\.com$/);
      }),
    );
  });

  it('gives back the owner, and is nobody’s when a part is missing', () => {
    fc.assert(
      fc.property(owner, (given) => {
        const text = markText(given, '0123abcd');
        expect(readMark(text)).toEqual(given);
        const parts = text.split(' ');
        for (const left of parts.filter((part) => !part.startsWith('naas-write=')))
          expect(readMark(parts.filter((part) => part !== left).join(' '))).toBeUndefined();
      }),
    );
  });

  it.each(['a b', '', 'naïve', 'a\nb'])('takes no owner of which a text is %j', (namespace) => {
    const given = { installation: 'i', namespace, incarnation: 'x', requestId: 'r', planDigest: 'd' };
    expect(() => markText(given, 'n')).toThrow(/namespace/);
  });

  it.each([
    'x._naas-owner.example.com',
    '_naas-owner.example.com',
    `${'abcdefg.'.repeat(29)}example.com`,
    'example.org',
  ])('is refused beside %s', (name) =>
    expect(() => markName({ zone: 'example.com', name, type: 'A' })).toThrow(
      expect.objectContaining({ name: 'Invalid' }),
    ),
  );
});

describe('a key file', () => {
  it.each([
    ['in quotes', 'key "naas" {\n\talgorithm hmac-sha256; // strong\n\tsecret "ab//cd//ef==";\n};\n'],
    ['without quotes', 'key naas { algorithm hmac-sha256; secret ab//cd//ef==; }; # ours'],
  ])('may hold what looks like a comment in its secret, %s', (_how, text) => {
    const read = parseKey(text);
    expect(typeof read === 'string' ? read : read.secret.export()).toEqual(Buffer.from('ab//cd//ef==', 'base64'));
  });

  it('is read as tsig-keygen writes it', () => {
    const read = parseKey('key "naas" {\n\talgorithm hmac-sha512; # strong\n\tsecret "c2VjcmV0";\n};\n');
    if (typeof read === 'string') throw new Error(read);
    expect([read.name, read.algorithm, read.secret.export().toString()]).toEqual(['naas', 'hmac-sha512', 'secret']);
  });

  it.each([
    ['', 'holds no single'],
    ['key "a" { algorithm hmac-md5; secret "c2VjcmV0"; };', 'has to name one of the algorithms'],
    ['key "a" { algorithm hmac-sha256; };', 'has no `secret'],
    ['key "a" { algorithm hmac-sha256; secret "c2VjcmV0"; }; key "b" { };', 'holds no single'],
  ])('%j is refused, and not repeated', (text, why) => {
    expect(parseKey(text)).toContain(why);
    expect(parseKey(text)).not.toContain('c2Vj');
  });

  it('has its types in the wire’s numbers', () => {
    expect(TYPE_CODES).toEqual({ A: 1, NS: 2, CNAME: 5, TXT: 16, AAAA: 28, CAA: 257 });
  });
});
