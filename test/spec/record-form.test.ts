// The form of record sets: one spelling of what is taken, and a problem with its field for all that is not.
import { describe, expect, it } from 'vitest';
import { canonicalRecordSets } from '../../src/spec/record-form.ts';
import { RECORD_TYPES, type RecordSet, type RecordType } from '../../src/spec/record-set.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import fc from '../support/properties.ts';

const set = (type: RecordType, values: string[], more: Partial<RecordSet> = {}): RecordSet => ({
  zone: 'example.com',
  name: 'shop.example.com',
  type,
  ttlSeconds: 300,
  values,
  ...more,
});
const GOOD: Record<RecordType, string> = {
  A: '192.0.2.7',
  AAAA: '2001:db8::7',
  CNAME: 'target.example.net',
  TXT: 'hello',
  CAA: '0 issue "ca.example.net"',
  NS: 'ns1.example.net',
};

const problemsOf = (...sets: RecordSet[]): string[] =>
  canonicalRecordSets(sets, 'dns').problems.map(({ message }) => message);
const valuesOf = (type: RecordType, ...values: string[]): string[] | undefined => {
  const { sets, problems } = canonicalRecordSets([set(type, values)], 'dns');
  expect(problems).toEqual([]);
  return sets[0]?.values;
};

describe('the values of a record set', () => {
  it('stand in order, each once', () => {
    expect(valuesOf('A', '192.0.2.9', '192.0.2.10', '192.0.2.9')).toEqual(['192.0.2.10', '192.0.2.9']);
    expect(valuesOf('AAAA', '2001:DB8:0:0::1', '2001:db8::1')).toEqual(['2001:db8::1']);
  });

  it.each([
    ['AAAA', '2001:0DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['AAAA', '2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['AAAA', '64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['AAAA', '::', '::'],
    ['CNAME', 'Target.Example.NET.', 'target.example.net'],
    ['CNAME', '_x.Validation.example.net', '_x.validation.example.net'],
    ['CNAME', 'xn--mnchen-3ya.example', 'xn--mnchen-3ya.example'],
    ['NS', 'NS1.example.net.', 'ns1.example.net'],
    ['TXT', ' spaces stay, ünïcode too ', ' spaces stay, ünïcode too '],
    ['TXT', 'x'.repeat(4096), 'x'.repeat(4096)],
    ['CAA', '0 ISSUE "CA.example.net"', '0 issue "ca.example.net"'],
    ['CAA', '128  issuewild  ca.example.net', '128 issuewild "ca.example.net"'],
    ['CAA', '0 issue ";"', '0 issue ";"'],
    ['CAA', '0 issue ""', '0 issue ";"'],
    [
      'CAA',
      '0 issue " ca.example.net ;accounturi = https://ca.example.net/1;"',
      '0 issue "ca.example.net; accounturi=https://ca.example.net/1"',
    ],
    ['CAA', '0 iodef "mailto:security@example.com"', '0 iodef "mailto:security@example.com"'],
  ] as const)('of type %s: %s is %s', (type, text, canonical) => {
    expect(valuesOf(type, text)).toEqual([canonical]);
  });

  it('of IPv6 are what the URL standard makes of them', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const [, shortest = ''] = /^\[(.*)\]$/.exec(new URL(`http://[${address}]/`).hostname) ?? [];
        const { sets, problems } = canonicalRecordSets([set('AAAA', [address])], 'dns');
        if (/^::ffff:[0-9a-f]+:[0-9a-f]+$/.test(shortest)) expect(problems).toHaveLength(1);
        else expect(sets[0]?.values).toEqual([shortest]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['A', '192.0.2.256', 'no IPv4 address'],
    ['A', '192.0.2.07', 'no IPv4 address'],
    ['A', '2001:db8::1', 'no IPv4 address'],
    ['AAAA', '192.0.2.7', 'no IPv6 address'],
    ['AAAA', 'fe80::1%eth0', 'no IPv6 address'],
    ['AAAA', '1:2:3:4:5:6:7:192.0.2.7', 'no IPv6 address'],
    ['AAAA', '::ffff:192.0.2.7', 'in the dress of IPv6'],
    ['AAAA', '::ffff:c000:207', 'in the dress of IPv6'],
    ['CNAME', 'münchen.example', 'write labels in ASCII'],
    ['CNAME', '*.example.net', 'may not stand in this name'],
    ['CNAME', '192.0.2.7', 'it is an IP address'],
    ['CNAME', 'a..b', 'empty label'],
    ['CNAME', 'https://a.example', 'without scheme'],
    ['NS', '_ns.example.net', 'underscore'],
    ['TXT', '', 'it is empty'],
    ['TXT', 'two\nlines', 'control character'],
    ['TXT', 'nul\0', 'control character'],
    ['TXT', '\ud800', 'half a character'],
    ['CAA', 'issue "ca.example.net"', 'expected flags, tag and value'],
    ['CAA', '0 issue "a"b"', 'expected flags, tag and value'],
    ['CAA', '0 issue "a\\b"', 'expected flags, tag and value'],
    ['CAA', '0 issue "ü.example"', 'expected flags, tag and value'],
    ['CAA', '256 issue "ca.example.net"', 'flags are 256'],
    ['CAA', '0 issuemail "ca.example.net"', 'none of issue, issuewild, iodef'],
    ['CAA', '0 issue "ca_1.example.net"', 'no domain of an authority'],
    ['CAA', '0 issue "ca.example.net; a"', 'no domain of an authority'],
    ['CAA', '0 issue "ca.example.net; a=b c"', 'no domain of an authority'],
    ['CAA', '0 iodef "ftp://example.com"', 'mailto:'],
    ['CAA', `0 iodef "https://${'a'.repeat(1020)}"`, 'more than 1024 characters'],
  ] as const)('of type %s: %j is refused', (type, text, why) => {
    const [problem, ...more] = canonicalRecordSets([set(type, [GOOD[type], text])], 'dns').problems;
    expect(problem).toMatchObject({ code: 'InvalidRequest', field: 'dns[0].values[1]', value: text });
    expect(problem?.message).toContain(why);
    // A second target of a CNAME is a problem of its own.
    expect(more.filter(({ field }) => field !== 'dns[0].values')).toEqual([]);
  });

  it('are canonical themselves, whatever was written', () => {
    const text = fc.oneof(hostileTexts, fc.constantFrom(...Object.values(GOOD)), fc.domain(), fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(fc.constantFrom(...RECORD_TYPES), fc.array(text, { maxLength: 4 }), (type, values) => {
        const once = canonicalRecordSets([set(type, values)], 'dns');
        if (once.problems.length === 0) expect(canonicalRecordSets(once.sets, 'dns')).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });

  it('are twenty at most, counted without repetition', () => {
    const addresses = Array.from({ length: 21 }, (_, index) => `192.0.2.${index}`);
    expect(problemsOf(set('A', addresses.slice(1).concat(addresses[1] ?? '')))).toEqual([]);
    expect(problemsOf(set('A', addresses))).toEqual(['dns[0].values: 21 values; a set has at most 20']);
  });

  it('are 4,096 bytes of text at most, all together', () => {
    expect(problemsOf(set('TXT', ['a'.repeat(2000), 'b'.repeat(2096)]))).toEqual([]);
    expect(problemsOf(set('TXT', ['ü'.repeat(2048), 'b']))).toEqual([
      'dns[0].values: 4097 bytes of text; a set has at most 4096',
    ]);
  });

  it('are there, unless the set follows a resource instead', () => {
    expect(problemsOf(set('A', []))).toEqual(['dns[0].values: no values, and no alias instead']);
    const alias = '/subscriptions/1/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/gw';
    expect(problemsOf(set('A', [], { alias }))).toEqual([]);
    expect(problemsOf(set('A', [GOOD.A], { alias }))).toEqual([
      'dns[0].alias: a set follows a resource or has values, not both',
    ]);
    expect(problemsOf(set('TXT', [], { alias }))).toEqual(['dns[0].alias: only A, AAAA, CNAME may follow a resource']);
    expect(problemsOf(set('A', [], { alias: 'two words' }))).toEqual([
      'dns[0].alias: expected the id of a resource, ASCII without spaces',
    ]);
  });
});

describe('the place of a record set', () => {
  it('is brought to one spelling', () => {
    const { sets, problems } = canonicalRecordSets(
      [set('A', [GOOD.A], { zone: 'Example.COM.', name: '*.Shop.example.com.' })],
      'dns',
    );
    expect(problems).toEqual([]);
    expect(sets).toEqual([set('A', [GOOD.A], { name: '*.shop.example.com' })]);
  });

  it.each([
    ['A', 'other.example.net', 'dns[0].name: "other.example.net" is not in the zone example.com'],
    ['A', 'anexample.com', 'dns[0].name: "anexample.com" is not in the zone example.com'],
    ['A', '_a.example.com', 'dns[0].name: "_a.example.com" is no name: its label "_a" has an underscore'],
    ['CAA', '_a.example.com', 'dns[0].name: "_a.example.com" is no name'],
    ['A', 'ü.example.com', 'dns[0].name: "ü.example.com" is no name: it contains "ü" (U+00FC)'],
    ['CNAME', 'example.com', 'dns[0].type: CNAME may not stand at the apex of "example.com"'],
    ['NS', 'example.com', 'dns[0].type: the NS set at the apex of "example.com" is its provider\'s'],
    ['NS', '*.example.com', 'dns[0].type: NS may not stand at a wildcard'],
  ] as const)('%s at %s is refused', (type, name, message) => {
    expect(problemsOf(set(type, [GOOD[type]], { name }))).toEqual([expect.stringContaining(message)]);
  });

  it.each(['TXT', 'CNAME', 'NS'] as const)('%s may be a service name', (type) => {
    expect(problemsOf(set(type, [GOOD[type]], { name: '_acme-challenge.example.com' }))).toEqual([]);
  });

  it.each(RECORD_TYPES.filter((type) => type !== 'CNAME' && type !== 'NS'))(
    '%s may be the apex and a wildcard',
    (type) => {
      for (const name of ['example.com', '*.example.com'])
        expect(problemsOf(set(type, [GOOD[type]], { name }))).toEqual([]);
    },
  );

  it.each([0, -1, 1.5, 2_147_483_648, Number.NaN, Number.POSITIVE_INFINITY])(
    'with a TTL of %d is refused',
    (ttlSeconds) => {
      const [problem] = canonicalRecordSets([set('A', [GOOD.A], { ttlSeconds })], 'dns').problems;
      expect(problem?.field).toBe('dns[0].ttlSeconds');
    },
  );

  it.each([1, 2_147_483_647])('with a TTL of %d is taken', (ttlSeconds) => {
    expect(problemsOf(set('A', [GOOD.A], { ttlSeconds }))).toEqual([]);
  });
});

describe('record sets beside each other', () => {
  it('stand in order of names and types', () => {
    const asked = [
      set('TXT', [GOOD.TXT]),
      set('A', [GOOD.A], { name: 'z.example.com' }),
      set('A', [GOOD.A]),
      set('A', [GOOD.A], { name: 'example.com' }),
    ];
    const { sets } = canonicalRecordSets(asked, 'dns');
    expect(sets.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'example.com A',
      'shop.example.com A',
      'shop.example.com TXT',
      'z.example.com A',
    ]);
  });

  it('leave a CNAME alone at its name, in whatever order and spelling', () => {
    const cname = set('CNAME', [GOOD.CNAME], { name: 'SHOP.example.com' });
    const others = [set('TXT', [GOOD.TXT]), set('A', [GOOD.A])];
    const why = 'CNAME may not stand beside other types; "shop.example.com" has TXT, A';
    expect(problemsOf(cname, ...others)).toEqual([`dns[0].type: ${why}`]);
    expect(problemsOf(...others, cname)).toEqual([`dns[2].type: ${why}`]);
    expect(problemsOf(cname, set('A', [GOOD.A], { name: 'other.example.com' }))).toEqual([]);
  });

  it('are one of a name and type', () => {
    expect(problemsOf(set('A', [GOOD.A]), set('A', ['192.0.2.8'], { name: 'SHOP.example.com' }))).toEqual([
      'dns[1]: a second A set of "shop.example.com"',
    ]);
  });

  it('give a CNAME one target, and another one than itself', () => {
    expect(problemsOf(set('CNAME', [GOOD.CNAME, 'b.example.net']))).toEqual(['dns[0].values: CNAME has one value']);
    expect(problemsOf(set('CNAME', ['Shop.Example.com.']))).toEqual([
      'dns[0].values: "shop.example.com" is the set\'s own name',
    ]);
  });

  it('are told of in words that a terminal takes, whatever stands in them', () => {
    const part = fc.oneof(hostileTexts, fc.constant('example.com'));
    const any = fc.record({
      zone: part,
      name: part,
      type: fc.constantFrom(...RECORD_TYPES),
      ttlSeconds: fc.double(),
      values: fc.array(part, { maxLength: 3 }),
      alias: part,
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 3 }), (sets) => {
        for (const { message } of canonicalRecordSets(sets, 'dns').problems)
          expect(message).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 1000 },
    );
  });

  it('are told of with all their problems at once', () => {
    expect(problemsOf(set('A', ['x'], { ttlSeconds: 0 }), set('NS', [], { name: 'example.com' }))).toEqual([
      'dns[0].ttlSeconds: expected a whole number from 1 to 2147483647',
      'dns[0].values[0]: no value of A: it is no IPv4 address such as 192.0.2.7',
      'dns[1].type: the NS set at the apex of "example.com" is its provider\'s',
      'dns[1].values: no values, and no alias instead',
    ]);
  });
});
