// Whether CAA records let an authority issue: the rules of RFC 8659, section by section.
import { describe, expect, it } from 'vitest';
import { caaAllows, caaNames } from '../../src/spec/caa.ts';
import fc from '../support/properties.ts';

const OURS = ['ca1.example.net', 'ca2.example.org'];
const allows = (sets: string[][], wildcard = false): boolean => caaAllows(sets, OURS, { wildcard }).allowed;

describe('the names whose CAA records count', () => {
  it('are the name and all above it', () => {
    expect(caaNames('a.b.example.com')).toEqual(['a.b.example.com', 'b.example.com', 'example.com', 'com']);
  });

  it('of a wildcard begin at its domain', () => {
    expect(caaNames('*.b.example.com')).toEqual(['b.example.com', 'example.com', 'com']);
  });
});

describe('a host name', () => {
  it.each([
    ['without any records', [[], [], []], true],
    ['with our authority', [['0 issue "ca1.example.net"']], true],
    ['with our authority in another spelling', [['0 ISSUE "CA1.Example.NET"']], true],
    ['with our second authority', [['0 issue "ca2.example.org"']], true],
    ['with ours among others', [['0 issue "other.example"', '0 issue "ca1.example.net"']], true],
    ['with ours and parameters', [['0 issue "ca1.example.net; accounturi=https://ca1.example.net/7"']], true],
    ['with another authority', [['0 issue "other.example"']], false],
    ['with an authority above ours', [['0 issue "example.net"']], false],
    ['with an authority below ours', [['0 issue "a.ca1.example.net"']], false],
    ['with none', [['0 issue ";"']], false],
    ['with an empty value', [['0 issue ""']], false],
    ['with none beside ours', [['0 issue ";"', '0 issue "ca1.example.net"']], true],
    ['with a value in no form', [['0 issue "%%%%%"']], false],
    ['with a report address alone', [['0 iodef "mailto:a@example.com"']], true],
    ['with a wildcard authority alone', [['0 issuewild "other.example"']], true],
    ['with a tag that nobody knows', [['0 tbs "Unknown"']], true],
    ['with a critical tag that nobody knows', [['128 tbs "Unknown"', '0 issue "ca1.example.net"']], false],
    ['with our authority marked critical', [['128 issue "ca1.example.net"']], true],
    ['with a record that cannot be read', [['issue ca1.example.net']], false],
    ['with ours at the closest name', [[], ['0 issue "ca1.example.net"'], ['0 issue ";"']], true],
    ['with ours further up only', [['0 issue "other.example"'], ['0 issue "ca1.example.net"']], false],
    ['with a closest set that restricts nothing', [['0 iodef "mailto:a@example.com"'], ['0 issue ";"']], true],
  ] as const)('%s', (_, sets, expected) => {
    expect(allows(sets.map((each) => [...each]))).toBe(expected);
  });
});

describe('a wildcard', () => {
  it.each([
    ['goes by issue where there is no issuewild', [['0 issue "ca1.example.net"']], true],
    ['goes by issue that is another', [['0 issue "other.example"']], false],
    [
      'goes by issuewild alone where there is one',
      [['0 issue "ca1.example.net"', '0 issuewild "other.example"']],
      false,
    ],
    ['goes by issuewild that is ours', [['0 issue ";"', '0 issuewild "ca1.example.net"']], true],
    ['is forbidden by an empty issuewild', [['0 issue "ca1.example.net"', '0 issuewild ";"']], false],
  ] as const)('%s', (_, sets, expected) => {
    expect(
      allows(
        sets.map((each) => [...each]),
        true,
      ),
    ).toBe(expected);
  });
});

describe('a refusal', () => {
  it('says whom the records allow, and whom not', () => {
    expect(caaAllows([['0 issue "other.example"']], OURS, { wildcard: false })).toEqual({
      allowed: false,
      why: 'its CAA records let other.example issue, not ca1.example.net or ca2.example.org',
    });
    expect(caaAllows([['0 issuewild ";"']], OURS, { wildcard: true })).toEqual({
      allowed: false,
      why: 'its CAA records let no authority issue wildcards, not ca1.example.net or ca2.example.org',
    });
  });

  it('depends on no order of the records', () => {
    const record = fc.constantFrom(
      '0 issue "ca1.example.net"',
      '0 issue "other.example"',
      '0 issue ";"',
      '0 issuewild "ca1.example.net"',
      '0 issuewild ";"',
      '0 iodef "mailto:a@example.com"',
      '128 tbs "x"',
    );
    fc.assert(
      fc.property(fc.uniqueArray(record), fc.boolean(), (set, wildcard) => {
        expect(allows([set], wildcard)).toBe(allows([set.toReversed()], wildcard));
      }),
    );
  });
});
