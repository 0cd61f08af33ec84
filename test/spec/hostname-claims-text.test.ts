// The text of claims: exact both ways, small enough for one object, and never read in part.
import { describe, expect, it } from 'vitest';
import { type Claim, type Claims, claim, release } from '../../src/spec/hostname-claims.ts';
import { fullBy, readClaims, writeClaims } from '../../src/spec/hostname-claims-text.ts';
import { hostileTexts } from '../support/hostile-texts.ts';
import { spellings } from '../support/name-spellings.ts';
import fc from '../support/properties.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const ZONE = 'apps.example.com';
const shop = { namespace: 'shop-cart-prod', team: 'shop', incarnation: '0123456789ab' };
const HEAD = `naas claims 1 ${ZONE}\n`;
const GOOD = '* shop -cart-prod 0123456789ab 1777636800\n@ shop -cart-prod 0123456789ab\n';

const label = fc.stringMatching(/^[a-z]([-a-z0-9]{0,20}[a-z0-9])?$/);
const anyClaim: fc.Arbitrary<Claim> = fc
  .record({
    name: spellings.map(({ canonical }) => canonical),
    namespace: label,
    team: label,
    incarnation: fc.constantFrom('0123456789ab', 'ba9876543210'),
    seconds: fc.option(fc.integer({ min: 0, max: 4_000_000_000 }), { nil: undefined }),
  })
  .map(({ seconds, ...owner }) =>
    seconds === undefined
      ? { ...owner, state: 'held' }
      : { ...owner, state: 'released', freeAfter: new Date(seconds * 1000).toISOString().replace('.000', '') },
  );

/** As naas names namespaces by default, and hosts after what runs in them. */
function realisticNames(count: number): { name: string; namespace: string; team: string; incarnation: string }[] {
  const teams = ['shop', 'payments', 'search', 'logistics', 'customer-care', 'data-platform', 'web', 'identity'];
  const projects = ['cart', 'checkout', 'catalogue', 'invoice-archive', 'tracking', 'api', 'recommendations', 'login'];
  const environments = ['dev', 'staging', 'prod', 'load-test', 'preview'];
  const hosts = ['www', 'api', 'admin', 'static-assets', 'callbacks', '*'];
  const pick = (list: readonly string[], by: number): string => list[by % list.length] ?? '';
  return Array.from({ length: count }, (_, index) => {
    const [team, project] = [pick(teams, index), pick(projects, Math.floor(index / 8))];
    const environment = `${pick(environments, Math.floor(index / 64))}-${Math.floor(index / 320)}`;
    const host = pick(hosts, index);
    return {
      name: `${host}.${project}-${environment}.${team}.${ZONE}`,
      namespace: `${team}-${project}-${environment}`,
      team,
      incarnation: index.toString(16).padStart(12, '0'),
    };
  });
}

describe('the text of claims', () => {
  it('is read back as it was written, and written as it was read', () => {
    const lists = fc.uniqueArray(anyClaim, { maxLength: 20, selector: ({ name }) => name });
    fc.assert(
      fc.property(lists, (list) => {
        // Of one incarnation all, because overlapping ones of two are refused.
        const claims = list.map((each) => ({ ...each, incarnation: '0123456789ab' }));
        const text = writeClaims({ zone: 'example', claims });
        const back = readClaims('example', text);
        expect(writeClaims(back)).toBe(text);
        expect(new Set(back.claims)).toEqual(new Set(claims));
        expect(writeClaims({ zone: 'example', claims: claims.toReversed() })).toBe(text);
      }),
    );
  });

  it('says name, owner and time, relative to the zone', () => {
    const claims: Claim[] = [
      { ...shop, name: ZONE, state: 'held' },
      { ...shop, name: `*.${ZONE}`, state: 'released', freeAfter: '2026-05-01T12:00:00Z' },
    ];
    expect(writeClaims({ zone: ZONE, claims })).toBe(HEAD + GOOD);
    expect(writeClaims({ zone: ZONE, claims: [] })).toBe(HEAD);
    expect(readClaims(ZONE, HEAD)).toEqual({ zone: ZONE, claims: [] });
  });

  it.each([
    ['without an end', '@ shop-cart-prod shop 0123456789ab', 'cut off'],
    ['with an empty line', `${GOOD}\n`, 'line 4: "" does not'],
    ['with the ends of lines of Windows', GOOD.replaceAll('\n', '\r\n'), 'does not end with a time'],
    ['with two spaces', GOOD.replace(' ', '  '), 'does not name team'],
    ['with a tab', GOOD.replace(' ', '\t'), 'does not begin with a canonical host name'],
    ['with a space at an end', 'a b c d \n', 'does not end with a time'],
    ['with a word too many', 'a b c d 1777636800 e\n', 'is not written as "a b c d 1777636800"'],
    ['with a word too few', 'a b c\n', 'does not name team, namespace and incarnation'],
    ['with a comment', '# by hand\n', 'does not begin with a canonical host name'],
    ['with capitals', 'A b c d\n', 'does not begin with a canonical host name'],
    ['with a trailing dot', 'a. b c d\n', 'does not begin with a canonical host name'],
    ['with a star inside', 'a.* b c d\n', 'does not begin with a canonical host name'],
    ['with a name beyond ASCII', 'ü b c d\n', 'does not begin with a canonical host name'],
    ['with a sign that turns the writing round', '\u202ea b c d\n', '"?a b c d" does not begin'],
    ['with the apex inside a name', 'a.@ b c d\n', 'does not begin with a canonical host name'],
    ['with a team that cannot be', 'a B c d\n', 'does not name team, namespace and incarnation'],
    ['with a namespace in full that begins with its team', 'a b b-c d\n', 'is not written as "a b -c d"'],
    ['with a namespace that is nothing but a hyphen', 'a b - d\n', 'does not name team, namespace and incarnation'],
    ['with a time in another spelling', 'a b c d 0777636800\n', 'is not written as "a b c d 777636800"'],
    ['with a time in another form', 'a b c d 2026-05-01T12:00:00Z\n', 'does not end with a time'],
    ['with a state that a later release may know', 'a b c d moving\n', 'does not end with a time'],
    ['with a line twice', 'a b c d\na b c d\n', 'line 3: a.apps.example.com stands there twice'],
    ['with two times for one release', 'a b c d 1777636800\na b c d 1777636801\n', 'twice for one owner'],
    ['with a name of two owners', 'a b c d\na b c e\n', 'is held beside a.apps.example.com of another owner'],
    [
      'with a wildcard over a name of another owner',
      '* b c d\nx.a b c e\n',
      'is held beside *.apps.example.com of another',
    ],
    [
      'with a wildcard over a wildcard of another owner',
      '*.a b c d\n* b c e\n',
      'held beside *.apps.example.com of another',
    ],
  ])('%s is refused as a whole', (_, text, why) => {
    const refused = expect.objectContaining({ name: 'Invalid', message: expect.stringContaining(why) });
    expect(() => readClaims(ZONE, HEAD + text)).toThrow(refused);
  });

  it.each([
    ['no text', ''],
    ['no first line', GOOD],
    ['the first line of another zone', 'naas claims 1 example.com\n'],
    ['a later form', `naas claims 2 ${ZONE}\n`],
  ])('is not read from %s', (_, text) => {
    expect(() => readClaims(ZONE, text)).toThrow(/line 1: .* stands where "naas claims 1 apps.example.com" should/);
  });

  it.each<[string, Partial<Claim>]>([
    ['a name that is not canonical', { name: `A.${ZONE}` }],
    ['a name of another zone', { name: 'shop.example.net' }],
    ['a team that is no label', { team: 'Shop' }],
    ['an incarnation with a space', { incarnation: 'a b' }],
    ['a time that is none', { state: 'released', freeAfter: 'soon' }],
  ])('is never written with %s', (_, more) => {
    const claims = [{ ...shop, name: `a.${ZONE}`, state: 'held', ...more } as Claim];
    expect(() => writeClaims({ zone: ZONE, claims })).toThrow(/claims on host names of apps.example.com, line 2/);
  });

  it('is refused with a hostile line anywhere in it, or read so that nothing is lost', () => {
    fc.assert(
      fc.property(hostileTexts, fc.nat(3), (hostile, at) => {
        const lines = (HEAD + GOOD).split('\n');
        lines.splice(at, 0, hostile);
        const text = lines.join('\n');
        let back: Claims;
        try {
          back = readClaims(ZONE, text);
        } catch (error) {
          expect(error).toMatchObject({ name: 'Invalid', message: expect.not.stringMatching(/[^ -~]/) });
          return;
        }
        expect(writeClaims(back).split('\n').sort()).toEqual(text.split('\n').sort());
      }),
      { numRuns: 1000 },
    );
  });
});

describe('one object', () => {
  const MAX_BYTES = 900 * 1024;

  it('holds ten thousand names of realistic lengths, all released, in less than 900 KiB', () => {
    const claims = realisticNames(10_000).map(
      (each): Claim => ({ ...each, state: 'released', freeAfter: '2026-05-01T12:00:00Z' }),
    );
    const text = writeClaims({ zone: ZONE, claims });
    expect(new TextEncoder().encode(text).length).toBeLessThan(MAX_BYTES);
    // Not by being short.
    expect(text.length / claims.length).toBeGreaterThan(80);
    expect(readClaims(ZONE, text).claims).toHaveLength(10_000);
    expect(fullBy({ zone: ZONE, claims })).toBeUndefined();
  });

  it('is full after ten thousand names, and says so; what is held already can still be claimed again and released', () => {
    const held = realisticNames(10_000).map((each): Claim => ({ ...each, state: 'held' }));
    const full = { zone: ZONE, claims: held };
    expect(claim(full, { ...shop, names: [`one-more.${ZONE}`], nowMs: NOW })).toEqual({ full: 'names' });
    const [first] = held;
    if (first === undefined) throw new Error('no claim');
    expect(claim(full, { ...first, names: [first.name], nowMs: NOW })).toHaveProperty('claims');
    const later = release(full, { incarnation: first.incarnation, freeAfterMs: NOW + 1000, nowMs: NOW });
    expect(claim(later, { ...shop, names: [`one-more.${ZONE}`], nowMs: NOW + 1000 })).toHaveProperty('claims');
  });

  it('is full by bytes while all that it holds can still be released', () => {
    const long = (index: number): string => `${'a'.repeat(60)}.${'b'.repeat(60)}.c${index}.${ZONE}`;
    let claims: Claims = { zone: ZONE, claims: [] };
    let added = 0;
    for (;;) {
      const names = Array.from({ length: 100 }, (_, index) => long(added + index));
      const result = claim(claims, { ...shop, names, nowMs: NOW });
      if (!('claims' in result)) {
        expect(result).toEqual({ full: 'bytes' });
        break;
      }
      claims = result.claims;
      added += names.length;
    }
    expect(added).toBeGreaterThan(4000);
    const released = release(claims, { incarnation: shop.incarnation, freeAfterMs: NOW + 1000, nowMs: NOW });
    const bytes = writeClaims(released).length;
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    expect(bytes).toBeGreaterThan(MAX_BYTES * 0.97);
  });
});
