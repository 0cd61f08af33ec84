// Who gets a host name: single decisions, and any order of them by many owners held to a ledger of single host names.
import { describe, expect, it } from 'vitest';
import { type Claims, claim, drop, release, unexpired } from '../../src/spec/hostname-claims.ts';
import { readClaims, writeClaims } from '../../src/spec/hostname-claims-text.ts';
import { ClaimLedger, steps } from '../support/claim-ledger.ts';
import fc from '../support/properties.ts';

const NOW = Date.parse('2026-05-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const NONE: Claims = { zone: 'example.com', claims: [] };
const shop = { namespace: 'shop-cart-prod', team: 'shop', incarnation: 'aaaaaaaaaaaa' };
const pay = { namespace: 'pay-api-prod', team: 'pay', incarnation: 'bbbbbbbbbbbb' };
/** The same namespace of the same team, made anew. */
const shopAgain = { ...shop, incarnation: 'cccccccccccc' };

function claimed(before: Claims, owner: typeof shop, ...names: string[]): Claims {
  const result = claim(before, { ...owner, names, nowMs: NOW });
  if (!('claims' in result)) throw new Error(`not claimed: ${JSON.stringify(result)}`);
  return result.claims;
}
const released = (before: Claims, { incarnation }: typeof shop, hours: number): Claims =>
  release(before, { incarnation, freeAfterMs: NOW + hours * HOUR_MS, nowMs: NOW });

describe('a claim', () => {
  it('holds all its names, each once, in one order', () => {
    const after = claimed(
      NONE,
      shop,
      'b.example.com',
      'a.example.com',
      'b.example.com',
      '*.c.example.com',
      'example.com',
    );
    expect(after.claims.map(({ name }) => name)).toEqual([
      '*.c.example.com',
      'a.example.com',
      'b.example.com',
      'example.com',
    ]);
    expect(after.claims[1]).toEqual({ ...shop, name: 'a.example.com', state: 'held' });
  });

  it('changes nothing when it is repeated', () => {
    const once = claimed(NONE, shop, 'a.example.com', '*.b.example.com');
    expect(claimed(once, shop, '*.b.example.com', 'a.example.com')).toEqual(once);
  });

  it('may overlap its own', () => {
    const after = claimed(claimed(NONE, shop, '*.example.com'), shop, 'a.example.com', '*.a.example.com');
    expect(after.claims).toHaveLength(3);
  });

  it('says of every name that is taken whose it is, and by which name, and then takes none', () => {
    const before = claimed(claimed(NONE, shop, '*.a.example.com'), pay, 'b.example.com');
    const third = { ...pay, namespace: 'pay-web-prod', incarnation: 'dddddddddddd' };
    const names = ['free.example.com', 'x.y.a.example.com', '*.example.com'];
    expect(claim(before, { ...third, names, nowMs: NOW })).toEqual({
      taken: [
        { name: 'x.y.a.example.com', heldName: '*.a.example.com', by: shop, state: 'held' },
        { name: '*.example.com', heldName: '*.a.example.com', by: shop, state: 'held' },
        { name: '*.example.com', heldName: 'b.example.com', by: pay, state: 'held' },
      ],
    });
  });

  it('is refused to another incarnation of the same namespace while the first one holds the name', () => {
    const before = claimed(NONE, shop, 'a.example.com');
    expect(claim(before, { ...shopAgain, names: ['a.example.com'], nowMs: NOW })).toMatchObject({
      taken: [{ by: shop, state: 'held' }],
    });
  });

  it('of a name outside of the zone is refused', () => {
    const names = ['a.example.com', 'example.net', 'anexample.com', '*.com', 'com'];
    expect(claim(NONE, { ...shop, names, nowMs: NOW })).toEqual({
      outside: ['example.net', 'anexample.com', '*.com', 'com'],
    });
  });

  it('goes with its incarnation to the team that it is handed to', () => {
    const before = claimed(NONE, shop, 'a.example.com', 'b.example.com');
    const after = claimed(before, { ...shop, team: 'pay' }, 'a.example.com', 'b.example.com');
    expect(after.claims.map(({ team }) => team)).toEqual(['pay', 'pay']);
  });
});

describe('a released name', () => {
  const before = released(claimed(NONE, shop, 'a.example.com'), shop, 1);
  const names = ['a.example.com'];

  it('stays reserved until its time, to the second, and is then anybody’s', () => {
    const freeAfter = '2026-05-01T13:00:00Z';
    expect(claim(before, { ...pay, names, nowMs: NOW + HOUR_MS - 1 })).toEqual({
      taken: [{ name: 'a.example.com', heldName: 'a.example.com', by: shop, state: 'released', freeAfter }],
    });
    expect(claim(before, { ...pay, names, nowMs: NOW + HOUR_MS })).toEqual({
      claims: { zone: 'example.com', claims: [{ ...pay, name: 'a.example.com', state: 'held' }] },
    });
  });

  it('is rounded up to whole seconds', () => {
    const late = release(claimed(NONE, shop, ...names), {
      incarnation: shop.incarnation,
      freeAfterMs: NOW + 1,
      nowMs: NOW,
    });
    expect(late.claims[0]).toMatchObject({ freeAfter: '2026-05-01T12:00:01Z' });
  });

  it('may come back to the same namespace of the same team, and to no other of either', () => {
    expect(claim(before, { ...shopAgain, names, nowMs: NOW })).toHaveProperty('claims');
    expect(claim(before, { ...shopAgain, team: 'pay', names, nowMs: NOW })).toHaveProperty('taken');
    expect(claim(before, { ...shopAgain, namespace: 'shop-cart-dev', names, nowMs: NOW })).toHaveProperty('taken');
  });

  it('is as reserved as before when what came back is undone', () => {
    for (const owner of [shop, shopAgain])
      expect(drop(claimed(before, owner, ...names), { ...owner, names })).toEqual(before);
  });

  it('keeps its time when the release is repeated', () => {
    expect(released(before, shop, 9)).toEqual(before);
  });

  it('is reserved for the longer of two times of one incarnation', () => {
    for (const [first, second] of [
      [1, 3],
      [3, 1],
    ] as const) {
      const once = released(claimed(NONE, shop, ...names), shop, first);
      const twice = released(claimed(once, shop, ...names), shop, second);
      expect(twice.claims).toEqual([
        { ...shop, name: 'a.example.com', state: 'released', freeAfter: '2026-05-01T15:00:00Z' },
      ]);
    }
  });

  it('is gone at once when its time is over already', () => {
    expect(released(claimed(NONE, shop, ...names), shop, 0).claims).toEqual([]);
  });

  it('is one of those that were named, or all', () => {
    const both = claimed(claimed(NONE, shop, 'a.example.com', 'b.example.com'), pay, 'c.example.com');
    const states = (after: Claims): string[] => after.claims.map(({ state }) => state);
    const at = { incarnation: shop.incarnation, freeAfterMs: NOW + HOUR_MS, nowMs: NOW };
    expect(states(release(both, { ...at, names: ['b.example.com', 'c.example.com'] }))).toEqual([
      'held',
      'released',
      'held',
    ]);
    expect(states(release(both, at))).toEqual(['released', 'released', 'held']);
    expect(states(release(both, { ...at, names: [] }))).toEqual(['held', 'held', 'held']);
  });
});

describe('a dropped name', () => {
  it('is free at once, and others stay', () => {
    const before = claimed(claimed(NONE, shop, 'a.example.com', 'b.example.com'), pay, 'c.example.com');
    const after = drop(before, { incarnation: shop.incarnation, names: ['a.example.com', 'c.example.com'] });
    expect(after.claims.map(({ name }) => name)).toEqual(['b.example.com', 'c.example.com']);
    expect(claim(after, { ...pay, names: ['a.example.com'], nowMs: NOW })).toHaveProperty('claims');
  });
});

describe('any order of claims, releases and undos by many owners', () => {
  it('gives no host name to two, none before its time, and refuses none that is free', () => {
    const told = { claimed: 0, taken: 0 };
    fc.assert(
      fc.property(steps, fc.boolean(), (todo, compacting) => {
        const ledger = new ClaimLedger(told);
        let claims: Claims = { zone: 'z', claims: [] };
        let nowMs = NOW;
        for (const step of todo) {
          nowMs += step.waitMs;
          claims = ledger.take(step, nowMs, claims);
          if (compacting) claims = unexpired(claims, nowMs);
          ledger.expectOneOwner(claims);
          expect(readClaims('z', writeClaims(claims))).toEqual(claims);
        }
      }),
      { numRuns: 500 },
    );
    expect(Math.min(told.claimed, told.taken)).toBeGreaterThan(1000);
  });
});
