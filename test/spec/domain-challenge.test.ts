// The proof of a domain: where it stands, what it says, and that nobody else's says the same.
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { answersChallenge, challengeMessage, challengeName, challengeValue } from '../../src/spec/domain-challenge.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import fc from '../support/properties.ts';

const KEY = new Uint8Array(32).fill(7);
const OF = { installation: 'naas-prod', domain: 'example.com', team: 'shop' };

const part = fc.oneof(fc.string({ unit: fc.constantFrom('a', '"', ',', '\\', '[', '\0', '1', ':') }), hostileTexts);
const triple = fc.record({ installation: part, domain: part, team: part });

describe('the challenge', () => {
  it('stands below the domain', () => {
    expect(challengeName('example.com')).toBe('_naas-challenge.example.com');
  });

  it('needs room for its name', () => {
    const longest = `${'a.'.repeat(115)}example`;
    expect(challengeName(longest)).toHaveLength(253);
    expect(() => challengeName(`a${longest}`)).toThrow(/leaves no room for its proof: it has 254 characters/);
  });

  it('is the HMAC-SHA-256 that Node computes, in 43 characters that every DNS tool takes', () => {
    fc.assert(
      fc.property(triple, fc.uint8Array({ minLength: 32, maxLength: 100 }), (of, key) => {
        const value = challengeValue(key, of);
        const hash = createHmac('sha256', key).update(challengeMessage(of)).digest('base64url');
        expect(value).toBe(`naas-domain-verification=${hash}`);
        expect(value).toMatch(/^[-_=a-zA-Z0-9]{68}$/);
      }),
    );
  });

  it('stays the same over releases, because it stands in other people’s zones', () => {
    expect(challengeValue(KEY, OF)).toBe('naas-domain-verification=f0yRzBHow0A5cwNQUKJAwlGipiPHbDXmy_u8jzIiGC4');
  });

  it('is another one for each installation, domain, team and key', () => {
    const values = [
      challengeValue(KEY, OF),
      challengeValue(KEY, { ...OF, installation: 'naas-test' }),
      challengeValue(KEY, { ...OF, domain: 'example.org' }),
      challengeValue(KEY, { ...OF, team: 'pay' }),
      challengeValue(new Uint8Array(32).fill(8), OF),
    ];
    expect(new Set(values).size).toBe(values.length);
  });

  it('is of one text for no two triples, however their parts are cut', () => {
    fc.assert(
      fc.property(triple, triple, (left, right) => {
        const same =
          left.installation === right.installation && left.domain === right.domain && left.team === right.team;
        expect(challengeMessage(left) === challengeMessage(right)).toBe(same);
      }),
      { numRuns: 1000 },
    );
    // What can be read back is of one triple alone.
    fc.assert(
      fc.property(triple, (of) => {
        const [, installation, domain, team, ...more] = JSON.parse(challengeMessage(of)) as string[];
        expect([{ installation, domain, team }, more]).toEqual([of, []]);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never made with a key that is easier to guess than the hash', () => {
    expect(() => challengeValue(new Uint8Array(31), OF)).toThrow(/has 31 bytes; it needs at least 32/);
  });
});

describe('the answer', () => {
  const expected = challengeValue(KEY, OF);

  it('is among the texts that stand there', () => {
    expect(answersChallenge(['v=spf1 -all', expected], expected)).toBe(true);
    expect(answersChallenge([expected, 'v=spf1 -all'], expected)).toBe(true);
  });

  it('is exactly the text', () => {
    const near = [
      `${expected} `,
      expected.slice(0, -1),
      expected.toUpperCase(),
      `"${expected}"`,
      '',
      `${expected.slice(0, -1)}\u0100`,
    ];
    expect(near.filter((text) => answersChallenge([text], expected))).toEqual([]);
    expect(answersChallenge([], expected)).toBe(false);
  });

  it('is no text that differs in any one place', () => {
    fc.assert(
      fc.property(fc.nat(expected.length - 1), fc.integer({ min: 1, max: 0xffff }), (at, by) => {
        const code = expected.charCodeAt(at) ^ by;
        const text = expected.slice(0, at) + String.fromCharCode(code) + expected.slice(at + 1);
        expect(answersChallenge([text], expected)).toBe(false);
      }),
    );
  });
});
