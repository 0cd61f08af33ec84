// One name for all its spellings, a reason for all that is refused, and where the public part of a name ends.
import { domainToASCII } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  canonicalHostname,
  canonicalRecordName,
  isPublicSuffix,
  registrableDomain,
  unicodeOf,
} from '../../src/spec/hostnames.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import { spellings } from '../support/name-spellings.ts';
import fc from '../support/properties.ts';

const whyNot = (text: string): string => {
  const result = canonicalHostname(text);
  return 'why' in result ? result.why : `taken as ${result.name}`;
};

describe('the canonical name', () => {
  it('is the same for every spelling', () => {
    fc.assert(
      fc.property(spellings, ({ written, canonical }) => {
        expect(canonicalHostname(written)).toEqual({ name: canonical });
        expect(canonicalRecordName(written)).toEqual({ name: canonical });
      }),
      { numRuns: 1000 },
    );
  });

  it('is what the runtime makes of it in a URL', () => {
    fc.assert(
      fc.property(spellings, ({ written, canonical }) => {
        expect(domainToASCII(written).replace(/\.$/, '')).toBe(canonical);
      }),
    );
  });

  it('is its own canonical name, and is found again from what people are shown', () => {
    fc.assert(
      fc.property(spellings, ({ canonical }) => {
        expect(canonicalHostname(canonical)).toEqual({ name: canonical });
        expect(canonicalHostname(unicodeOf(canonical))).toEqual({ name: canonical });
      }),
    );
  });

  it('of a hostile text is in form and canonical itself, or the text is refused with a reason', () => {
    const texts = fc.oneof(
      hostileTexts,
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `${text}.example`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const result = canonicalHostname(text);
        if ('why' in result) {
          expect(result.why).toMatch(/^(it|its|"\*") ?.{5,}/);
          // A refusal is read on a terminal.
          expect(result.why).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        } else {
          expect(result.name).toMatch(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
          expect(canonicalHostname(result.name)).toEqual(result);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['a', 'a'],
    ['localhost', 'localhost'],
    ['3com.example', '3com.example'],
    ['1.example', '1.example'],
    ['x.1a', 'x.1a'],
    ['a-b.example', 'a-b.example'],
    ['faß.de', 'xn--fa-hia.de'],
    ['FAẞ.de', 'xn--fa-hia.de'],
    ['l·l.example', 'xn--ll-0ea.example'],
    ['ハ・ト.example', 'xn--fdkn6k.example'],
    ['아이디1.example', 'xn--1-vq9el82b96b.example'],
    ['漢ㄅ.example', 'xn--5ek238p.example'],
    ['ヴィトン花の.example', 'xn--u9jufpe8gc7666j.example'],
    ['漢字한글.example', 'xn--p8s937bs39bs56a.example'],
    ['سلام١٢٣.example', 'xn--mgbx5cf4lgh.example'],
    ['ẹ́kọ́.example', 'xn--k-wbbb594z6ca.example'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ])('of %s is %s', (text, name) => {
    expect(canonicalHostname(text)).toEqual({ name });
  });
});

describe('a host name is refused', () => {
  it.each([
    ['when empty', '', 'it is empty'],
    ['as a dot alone', '.', 'it has an empty label'],
    ['with two trailing dots', 'a.example..', 'it has an empty label'],
    ['with a leading dot', '.example', 'it has an empty label'],
    ['with two dots in a row', 'a。．example', 'it has an empty label'],
    ['with a label of 64', `${'a'.repeat(64)}.example`, 'has 64 characters; a label has at most 63'],
    ['with a label of 64 when encoded', `${'ü'.repeat(60)}.example`, 'characters; a label has at most 63'],
    ['of 254 characters', `${'a.'.repeat(123)}examples`, 'it has 254 characters; a name has at most 253'],
    ['of a megabyte', 'a'.repeat(1_000_000), 'it has 1000000 characters'],
    ['with a space at its end', 'a.example ', 'it contains U+0020'],
    ['with a line end', 'a.example\n', 'it contains U+000A'],
    ['with a NUL', 'a\0.example', 'it contains U+0000'],
    ['with an ideographic space', 'a\u3000.example', 'it contains U+3000'],
    ['with a soft hyphen', 'a\u00adb.example', 'it contains U+00AD'],
    ['with a zero-width space', 'a\u200bb.example', 'it contains U+200B'],
    ['with a joiner', 'a\u200db.example', 'it contains U+200D'],
    ['with a right-to-left override', 'a\u202eb.example', 'it contains U+202E'],
    ['with half a character', 'a\ud800.example', 'it contains U+D800'],
    ['with a character of no alphabet yet', 'a\u0378.example', 'it contains U+0378'],
    ['with an underscore', 'a_b.example', 'has an underscore; only owner names'],
    ['with a leading underscore', '_acme.example', 'has an underscore; only owner names'],
    ['with a wide underscore', 'a＿b.example', 'has an underscore; only owner names'],
    ['with a leading hyphen', '-a.example', 'begins or ends with a hyphen'],
    ['with a trailing hyphen', 'a-.example', 'begins or ends with a hyphen'],
    ['with a hyphen at the end of an international label', 'ü-.example', 'begins or ends with a hyphen'],
    ['with hyphens as 3rd and 4th', 'ab--cd.example', 'hyphens as third and fourth character'],
    [
      'with hyphens as 3rd and 4th of an international label',
      'üb--cd.example',
      'hyphens as third and fourth character',
    ],
    ['with a port', 'a.example:8080', 'contains ":" (U+003A); write letters'],
    ['as a URL', 'https://a.example/x', 'contains ":" (U+003A); write letters'],
    ['with a sign that turns into a slash', 'a℀b.example', 'contains "/" (U+002F); write letters'],
    ['with percent signs', '%61.example', 'contains "%" (U+0025); write letters'],
    ['as an IPv4 address', '192.0.2.1', 'it is an IP address'],
    ['as a wide IPv4 address', '１９２.0.2.1', 'it is an IP address'],
    ['as an IPv4 address with a trailing dot', '192.0.2.1.', 'it is an IP address'],
    ['as an IPv6 address', '2001:DB8::1', 'it is an IP address'],
    ['as an IPv6 address in brackets', '[::1]', 'it is an IP address'],
    ['with a numeric last label', 'a.42', 'its last label "42" is a number'],
    ['with a hexadecimal last label', 'a.0X7f', 'its last label "0x7f" is a number'],
    ['as a star alone', '*', '"*" alone covers every name'],
    ['with a star inside a label', 'a*.example', '"*" stands only as the whole first label'],
    ['with a star further on', 'a.*.example', '"*" stands only as the whole first label'],
    ['with two stars', '*.*.example', '"*" stands only as the whole first label'],
    ['with an A-label of nothing', 'xn--.example', 'is not the encoding'],
    ['with an A-label of ASCII', 'xn--abc-.example', 'is not the encoding'],
    ['with an A-label that breaks off', 'xn--a.example', 'is not the encoding'],
    ['with an A-label of no number', 'xn--99999999.example', 'is not the encoding'],
    ['with an A-label inside an A-label', 'xn--xn---epa.example', 'is not the encoding'],
    ['with an A-label of a capital', 'xn--caf-pia.example', 'is not the encoding'],
    ['with an A-label of a decomposed letter', 'xn--cafe-yvc.example', 'is not the encoding'],
    ['with an A-label of a joiner', 'xn--ab-m1t.example', 'it contains U+200D'],
    ['with an A-label of a symbol', 'xn--n3h.example', 'neither a letter nor a digit'],
    ['with a symbol', 'i♥.example', 'contains "♥" (U+2665), which is neither a letter nor a digit'],
    ['with an emoji', '😀.example', 'contains "😀" (U+1F600), which is neither'],
    ['with a middle dot outside of Catalan', 'a·b.example', 'contains "·" (U+00B7), which is neither'],
    ['with a middle dot of Japanese at its end', 'ハ・.example', 'which is neither a letter nor a digit'],
    ['with a mark first', '\u0301a.example', 'begins with a mark'],
    ['with a sign that no name may have', 'a⒈.example', 'because of "⒈" (U+2488)'],
    ['with Cyrillic among Latin', 'pаypal.example', 'mixes Cyrillic and Latin'],
    ['with Greek among Latin', 'gοogle.example', 'mixes Greek and Latin'],
    ['with Han among Latin', '日本abc.example', 'mixes Han and Latin'],
    ['with Kana among Hangul', 'かな한글.example', 'mixes Hangul and Hiragana'],
    ['with Kana among Bopomofo', 'ㄅか.example', 'mixes Bopomofo and Hiragana'],
    ['with Hangul among Bopomofo and Han', '漢ㄅ한.example', 'mixes Bopomofo and Han and Hangul'],
    ['in Cherokee', 'ꭰꭱ.example', 'of a script that names are not accepted in'],
    ['with an apostrophe among letters', 'aʼb.example', 'a letter of no script'],
    [
      'in Cyrillic that looks Latin',
      'аррӏе.example',
      'Cyrillic letters that all look Latin: people would read "apple"',
    ],
    ['in encoded Cyrillic that looks Latin', 'xn--80ak6aa92e.com', 'people would read "apple"'],
    ['in Cyrillic that looks Latin, with digits', 'арр-1.example', 'people would read "app-1"'],
    ['in Cyrillic that looks Latin but for a mark', 'ёр.example', 'people would read "ep"'],
    [
      'in Greek that looks Latin',
      'νικη.example'.replace('η', 'ο'),
      'Greek letters that all look Latin: people would read "viko"',
    ],
    ['with digits of two systems', 'سلام1٢.example', 'mixes the digits of 2 writing systems'],
    ['with Arabic digits of two systems', 'سلام٢۲.example', 'mixes the digits of 2 writing systems'],
    ['with the same mark twice', 'a\u0323\u0323.example', 'has a mark on a letter where it is not seen'],
    ['with a stroke through a letter', 'l\u0338.example', 'has a mark on a letter where it is not seen'],
    ['with a second dot on the i', 'İ.example', 'has a mark on a letter where it is not seen'],
    ['with an accent on Hebrew', 'א\u0301.example', 'has a mark on a letter where it is not seen'],
    ['with a phonetic letter', 'ɡo.example', 'contains "ɡ" (U+0261), a phonetic letter'],
    ['with a click', 'aǃ.example', 'contains "ǃ" (U+01C3), a phonetic letter'],
    ['when its directions cannot stand together', '1a.אב.example', 'RFC 5893'],
  ])('%s', (_, text, why) => {
    expect(whyNot(text)).toContain(why);
  });

  it('not for the ends that are allowed: 63 and 253 characters', () => {
    const longest = `${'a.'.repeat(123)}example`;
    expect(longest).toHaveLength(253);
    expect(canonicalHostname(`${longest}.`)).toEqual({ name: longest });
  });

  it('whatever label it has that is refused on its own', () => {
    fc.assert(
      fc.property(
        spellings,
        fc.constantFrom('pаypal', 'аррӏе', 'a_b', '-a', 'ab--c', 'xn--a', 'i♥', ''),
        ({ canonical }, bad) => {
          expect(canonicalHostname(`${bad}.${canonical}`)).toHaveProperty('why');
        },
      ),
    );
  });
});

describe('the owner name of a record', () => {
  it.each([
    ['_acme-challenge.example.com', '_acme-challenge.example.com'],
    ['_ACME-challenge.Shop.example.', '_acme-challenge.shop.example'],
    ['_443._tcp.shop.example', '_443._tcp.shop.example'],
    ['_acme-challenge.אב.example', '_acme-challenge.xn--4dbc.example'],
    ['*.shop.example', '*.shop.example'],
    ['shop._domainkey.example', 'shop._domainkey.example'],
  ])('%s is %s', (text, name) => {
    expect(canonicalRecordName(text)).toEqual({ name });
  });

  it.each([
    ['a_b.example', 'underscore elsewhere'],
    ['_a_b.example', 'underscore elsewhere'],
    ['__a.example', 'underscore elsewhere'],
    ['_.example', 'underscore elsewhere'],
    ['_-a.example', 'begins or ends with a hyphen'],
    ['_ü.example', 'underscore beside letters beyond ASCII'],
    ['*._tcp._example*', '"*" stands only'],
  ])('%s is refused', (text, why) => {
    expect(canonicalRecordName(text)).toEqual({ why: expect.stringContaining(why) });
  });
});

describe('what people are shown', () => {
  it.each([
    ['xn--mnchen-3ya.example', 'münchen.example'],
    ['*.xn--e1afmkfd.xn--p1ai', '*.пример.рф'],
    ['_acme-challenge.xn--mnchen-3ya.example', '_acme-challenge.münchen.example'],
    ['shop.example', 'shop.example'],
    // Told as it stands in the zone, because it would be read as another name.
    ['xn--80ak6aa92e.com', 'xn--80ak6aa92e.com'],
    ['xn--ab-m1t.example', 'xn--ab-m1t.example'],
    ['xn--a.example', 'xn--a.example'],
  ])('of %s is %s', (name, text) => {
    expect(unicodeOf(name)).toBe(text);
  });
});

describe('the registrable domain', () => {
  it.each([
    ['example.com', 'example.com'],
    ['a.b.example.com', 'example.com'],
    ['*.b.example.com', 'example.com'],
    ['*.example.co.uk', 'example.co.uk'],
    ['shop.example.co.uk', 'example.co.uk'],
    ['a.team.github.io', 'team.github.io'],
    ['shop.blob.core.windows.net', 'shop.blob.core.windows.net'],
    ['www.ck', 'www.ck'],
    ['a.b.c.ck', 'b.c.ck'],
    ['x.xn--e1afmkfd.xn--p1ai', 'xn--e1afmkfd.xn--p1ai'],
    ['shop.corp.internal', 'corp.internal'],
    ['_acme-challenge.example.com', 'example.com'],
  ])('of %s is %s', (name, domain) => {
    expect(registrableDomain(name)).toBe(domain);
    expect(isPublicSuffix(name)).toBe(false);
  });

  it.each(['com', 'co.uk', 'github.io', 'b.ck', 'xn--p1ai', 'internal', '*.com', 'xn--55qx5d.cn'])(
    'of %s is none: it is a public suffix',
    (name) => {
      expect(registrableDomain(name)).toBeUndefined();
      expect(isPublicSuffix(name)).toBe(true);
    },
  );
});
