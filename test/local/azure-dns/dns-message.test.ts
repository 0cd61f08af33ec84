// The bytes: queries of any kind get a well-formed response or silence, and a response that fits.
import { decode, encode, type Packet, RECURSION_DESIRED, type RecordType } from 'dns-packet';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure, respond, type Transport } from '../../../src/local/azure-dns/dns-message.ts';
import { framesOf } from '../../../src/local/azure-dns/dns-server.ts';
import fc from '../../support/properties.ts';
import { InMemory, ZONE } from './in-memory.ts';

let dns: InMemory;
beforeEach(async () => {
  dns = new InMemory();
  await dns.put('www', 'A', [{ ipv4Address: '192.0.2.1' }]);
});

const heard = (message: Buffer, transport: Transport = 'udp'): Buffer | undefined =>
  respond(message, transport, ({ name, type }) => dns.ask(name, type));

interface Decoded extends Omit<ReturnType<typeof decode>, 'rcode'> {
  rcode: string;
  opcode: string;
}

function asked(name: string, type: RecordType, extra: Partial<Packet> = {}, transport: Transport = 'udp'): Decoded {
  const message = encode({ type: 'query', id: 4711, flags: RECURSION_DESIRED, questions: [{ name, type }], ...extra });
  const response = heard(message, transport);
  if (response === undefined) throw new Error('silence');
  return decode(response) as Decoded;
}

const edns = (udpPayloadSize: number, ednsVersion = 0): Pick<Packet, 'additionals'> => ({
  additionals: [
    { type: 'OPT', name: '.', udpPayloadSize, ednsVersion, extendedRcode: 0, flags: 0, flag_do: false, options: [] },
  ],
});

describe('a response', () => {
  it('repeats id and question in its letters, and says that it is authoritative but not recursive', () => {
    const response = asked('wWw.ExAmPlE.test', 'A');
    expect(response).toMatchObject({
      id: 4711,
      flag_qr: true,
      flag_aa: true,
      flag_rd: true,
      flag_ra: false,
      rcode: 'NOERROR',
    });
    expect(response.questions).toEqual([{ name: 'wWw.ExAmPlE.test', type: 'A', class: 'IN' }]);
    expect(response.answers).toMatchObject([{ name: 'wWw.ExAmPlE.test', data: '192.0.2.1', ttl: 60 }]);
    expect(response.additionals).toEqual([]);
  });

  it('leaves the zone as it was', async () => {
    const written = await dns.put('text', 'TXT', [{ value: ['one', 'two'] }]);
    asked('text.example.test', 'TXT');
    expect((await dns.call('GET', `${ZONE}/TXT/text`)).body).toEqual(written.body);
  });

  it('that is negative has the SOA under the zone name', () => {
    expect(asked('none.example.test', 'A')).toMatchObject({
      rcode: 'NXDOMAIN',
      authorities: [{ type: 'SOA', name: 'example.test', data: { mname: 'ns1.azure-dns.test' } }],
    });
  });

  it('carries EDNS only to those who do, and refuses its other versions', () => {
    const response = asked('www.example.test', 'A', edns(4096));
    expect(response.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232, ednsVersion: 0 }]);
    const badVersion = asked('www.example.test', 'A', edns(4096, 1));
    expect(badVersion.additionals).toMatchObject([{ type: 'OPT', extendedRcode: 1, ednsVersion: 0 }]);
    expect(badVersion.answers).toEqual([]);
  });

  it.each([
    ['512 bytes without EDNS', {}, 512],
    ['the size of EDNS', edns(1000), 1000],
    ['what passes unfragmented', edns(65_535), 1232],
    ['512 bytes when EDNS says less', edns(100), 512],
  ])('fits into %s, or is cut and says so', async (_what, extra, most) => {
    for (let length = 1; length < 1500; length += 37) {
      const value = [Math.min(length, 255), Math.max(0, Math.min(length - 255, 255))].map((size) => 'a'.repeat(size));
      const rest = Array.from({ length: Math.max(0, Math.ceil((length - 510) / 255)) }, () => 'b'.repeat(255));
      await dns.put('long', 'TXT', [{ value: [...value, ...rest] }]);
      const message = encode({
        type: 'query',
        id: 1,
        questions: [{ name: 'long.example.test', type: 'TXT' }],
        ...extra,
      });
      const onUdp = heard(message) ?? Buffer.alloc(0);
      expect(onUdp.length).toBeLessThanOrEqual(most);
      const whole = heard(message, 'tcp') ?? Buffer.alloc(0);
      expect(decode(whole).flag_tc).toBe(false);
      expect(decode(onUdp).flag_tc).toBe(whole.length > most);
      expect(decode(onUdp).answers).toHaveLength(whole.length > most ? 0 : 1);
    }
  });

  it('holds 20 addresses in 512 bytes, because owners point into the question', async () => {
    await dns.put(
      'www',
      'A',
      Array.from({ length: 20 }, (_, index) => ({ ipv4Address: `192.0.2.${index}` })),
    );
    expect(asked('www.example.test', 'A')).toMatchObject({ flag_tc: false, answers: { length: 20 } });
  });
});

describe('a query that cannot be answered', () => {
  const query = encode({ type: 'query', id: 7, questions: [{ name: 'www.example.test', type: 'A' }] });
  const changed = (offset: number, value: number): Buffer => {
    const copy = Buffer.from(query);
    copy.writeUInt16BE(value, offset);
    return copy;
  };
  const rcodeOf = (message: Buffer): string | undefined => {
    const response = heard(message);
    return response && (decode(response) as Decoded).rcode;
  };

  it.each([
    ['another opcode', changed(2, 5 << 11), 'NOTIMP'],
    ['another class', changed(query.length - 2, 3), 'NOTIMP'],
    ['no question', encode({ type: 'query', id: 7 }), 'FORMERR'],
    ['two questions', changed(4, 2), 'FORMERR'],
    ['an answer in it', changed(6, 1), 'FORMERR'],
    ['more bytes than it says', Buffer.concat([query, Buffer.alloc(1)]), 'FORMERR'],
    ['fewer bytes than it says', query.subarray(0, query.length - 1), 'FORMERR'],
    ['a name that points', Buffer.concat([query.subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]), 'FORMERR'],
  ])('because of %s hears so', (_what, message, rcode) => {
    expect(rcodeOf(message)).toBe(rcode);
  });

  it('because it is a response, or hardly anything, meets silence', () => {
    expect(heard(changed(2, 0x8000))).toBeUndefined();
    expect(heard(query.subarray(0, 11))).toBeUndefined();
    expect(heard(Buffer.alloc(0))).toBeUndefined();
    expect(failure(changed(2, 0x8000), 'SERVFAIL')).toBeUndefined();
  });

  it('for a name that only looks like one of the zone finds none', () => {
    const label = Buffer.from('www.example', 'latin1');
    const name = Buffer.concat([
      Buffer.from([label.length]),
      label,
      Buffer.from([4]),
      Buffer.from('test'),
      Buffer.from([0]),
    ]);
    const message = Buffer.concat([query.subarray(0, 12), name, Buffer.from([0, 1, 0, 1])]);
    const response = heard(message) ?? Buffer.alloc(0);
    expect((decode(response) as Decoded).rcode).toBe('REFUSED');
    expect(response.subarray(12, 12 + name.length)).toEqual(name);
  });
});

describe('hostile bytes', () => {
  const header = fc.tuple(fc.nat(0xffff), fc.nat(0xffff), ...Array.from({ length: 4 }, () => fc.nat(3)));
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    // A plausible header before anything, so that more of it is read.
    fc.tuple(header, fc.uint8Array({ maxLength: 100 })).map(([words, rest]) => {
      const start = Buffer.alloc(12);
      for (const [index, word] of words.entries()) start.writeUInt16BE(word, index * 2);
      return Buffer.concat([start, rest]);
    }),
    // A good query with some bytes turned.
    fc.tuple(fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }), fc.boolean()).map(([turns, extended]) => {
      const questions = [{ name: 'www.example.test', type: 'A' as const }];
      const query = encode({ type: 'query', id: 9, questions, ...(extended ? edns(1232) : {}) });
      for (const [at, value] of turns) query[at % query.length] = value;
      return query;
    }),
  );

  it('get a well-formed response or silence, never more than fits, and never an exception', () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom('udp' as const, 'tcp' as const), (given, transport) => {
        const message = Buffer.from(given);
        const response = heard(message, transport);
        if (response === undefined) {
          expect(message.length < 12 || (message.readUInt16BE(2) & 0x8000) !== 0).toBe(true);
          return;
        }
        const decoded = decode(response);
        expect(decode.bytes).toBe(response.length);
        expect(decoded).toMatchObject({ id: message.readUInt16BE(0), flag_qr: true, flag_ra: false });
        if (transport === 'udp') expect(response.length).toBeLessThanOrEqual(1232);
      }),
      { numRuns: 5000 },
    );
  });

  it('in a stream come out as the same messages, however they are cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (given, sizes) => {
        const stream = Buffer.concat(given.map((each) => Buffer.from([each.length >> 8, each.length & 0xff, ...each])));
        const received: Buffer[] = [];
        let rest = Buffer.alloc(0);
        for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          const frames = framesOf(Buffer.concat([rest, stream.subarray(offset, offset + size)]));
          received.push(...frames.messages);
          rest = frames.rest;
          offset += size;
        }
        expect(received.map((each) => [...each])).toEqual(given.map((each) => [...each]));
        expect(rest).toHaveLength(0);
      }),
    );
  });
});
