// The bytes of a value and back, held against dns-packet, which wrote neither of the two ways here.
import { type Answer, decode, encode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { canonicalValueOf, encodeName, encodeValue, rdataOf, TYPE_CODES } from '../../../src/providers/dns/rdata.ts';
import { canonicalIpv6, parseCaa, textPieces } from '../../../src/providers/dns/values.ts';
import type { RecordType } from '../../../src/spec/record-set.ts';
import fc from '../../support/properties.ts';
import { typedValues } from '../../support/record-set-arbitrary.ts';

/** The answer of a message whose only record has these bytes. */
function answered(type: RecordType, rdata: Buffer): Answer {
  const header = Buffer.from([0, 1, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  const fixed = Buffer.alloc(10);
  fixed.writeUInt16BE(TYPE_CODES[type], 0);
  fixed.writeUInt16BE(1, 2);
  fixed.writeUInt32BE(300, 4);
  fixed.writeUInt16BE(rdata.length, 8);
  const [answer] = decode(Buffer.concat([header, encodeName('x.example.com'), fixed, rdata])).answers ?? [];
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

describe('the bytes of a value', () => {
  it('say the value, and are the same bytes when they are made of what was read', () => {
    fc.assert(
      fc.property(typedValues, ({ type, values }) => {
        for (const value of values) {
          const rdata = encodeValue(type, value);
          const answer = answered(type, rdata);
          expect(canonicalValueOf(answer)).toBe(value);
          expect(rdataOf(answer)?.equals(rdata)).toBe(true);
        }
      }),
    );
  });

  it('are kept as somebody else wrote them: pieces of a text, letter case of a name', () => {
    const pieces = answered('TXT', Buffer.from('\x02ab\x00\x01c', 'latin1'));
    expect([canonicalValueOf(pieces), rdataOf(pieces)?.toString('latin1')]).toEqual(['abc', '\x02ab\x00\x01c']);
    const name = answered('CNAME', Buffer.from('\x03WWW\x07Example\x00', 'latin1'));
    expect([canonicalValueOf(name), rdataOf(name)?.toString('latin1')]).toEqual([
      'www.example',
      '\x03WWW\x07Example\x00',
    ]);
  });

  it('are those of dns-packet, for a name in a message of its own', () => {
    const bytes = encode({ type: 'response', answers: [{ type: 'NS', name: 'a.example', data: 'ns1.example.com' }] });
    expect(bytes.subarray(-17).equals(encodeName('ns1.example.com'))).toBe(true);
  });

  it.each([
    ['A', '1.2.3'],
    ['A', '1.2.3.256'],
    ['AAAA', '1.2.3.4'],
    ['CNAME', `${'a'.repeat(64)}.example`],
    ['CNAME', 'a..example'],
    ['NS', `${'abcdefg.'.repeat(32)}example`],
    ['CAA', 'issue "ca.example"'],
    ['CAA', '256 issue "ca.example"'],
  ] as const)('are refused for what is no value: %s %s', (type, value) => {
    expect(() => encodeValue(type, value)).toThrow(expect.objectContaining({ name: 'Invalid' }));
  });
});

describe('a text', () => {
  it('is cut into pieces of at most 255 bytes, and never within a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1500 }), (text) => {
        const pieces = textPieces(text);
        expect(pieces.join('')).toBe(text);
        expect(Buffer.concat(pieces.map((piece) => Buffer.from(piece))).equals(Buffer.from(text))).toBe(true);
        for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(255);
      }),
    );
  });
});

describe('an address', () => {
  it.each([
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:1.2.3.4', '::ffff:102:304'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ])('%s is written as %s', (given, canonical) => expect(canonicalIpv6(given)).toBe(canonical));
});

describe('a CAA record', () => {
  it('keeps quotes and spaces of its value', () => {
    expect(parseCaa('0 issue "ca.example; a="b" c"')).toEqual({ flags: 0, tag: 'issue', value: 'ca.example; a="b" c' });
  });
});
