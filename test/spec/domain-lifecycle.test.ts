import { describe, expect, it } from 'vitest';
import {
  coverOf,
  DOMAIN_LIFECYCLE,
  DOMAIN_MESSAGES,
  DOMAIN_SITUATIONS,
  DOMAIN_STATES,
  DOMAIN_TRANSITIONS,
  type DomainMessage,
  type DomainState,
  domainSituation,
  type Hold,
  holds,
  isOver,
  missingWords,
  opening,
} from '../../src/spec/domain-lifecycle.ts';
import { ERRORS } from '../../src/spec/errors.ts';

const hold = (name: string, team: string, state: DomainState, agreed: string[] = []): Hold => ({
  name,
  team,
  state,
  agreed,
});

describe('the table of domains', () => {
  it('has an answer for every message in every situation, and refuses only by names of the error table', () => {
    expect(Object.keys(DOMAIN_LIFECYCLE).sort()).toEqual([...DOMAIN_SITUATIONS].sort());
    for (const situation of DOMAIN_SITUATIONS) {
      expect(Object.keys(DOMAIN_LIFECYCLE[situation]).sort()).toEqual([...DOMAIN_MESSAGES].sort());
      for (const cell of Object.values(DOMAIN_LIFECYCLE[situation])) {
        if (cell.answer === 'refuse') expect(ERRORS).toHaveProperty(cell.code);
        if (cell.answer !== 'accept') expect(cell.why.length).toBeGreaterThan(10);
      }
    }
  });

  it('accepts each message in its situations and in no other', () => {
    const accepting = (message: DomainMessage) =>
      DOMAIN_SITUATIONS.filter((situation) => DOMAIN_LIFECYCLE[situation][message].answer === 'accept');
    expect(accepting('decide')).toEqual(['wanted', 'contested', 'verified+asked', 'grace+asked']);
    expect(accepting('buy')).toEqual(['none', 'lapsed', 'rejected', 'released']);
    expect(accepting('bought')).toEqual(['ordered']);
    expect(accepting('transfer')).toEqual(['verified', 'grace']);
    expect(accepting('tick')).toEqual(['verified', 'verified+asked']);
    expect(accepting('add')).toEqual([
      'none',
      'pending',
      'grace',
      ...['lapsed', 'rejected', 'released', 'grace+asked'],
    ]);
    expect(accepting('remove')).toEqual([
      ...['wanted', 'ordered', 'pending', 'contested', 'verified', 'grace'],
      ...['verified+asked', 'grace+asked'],
    ]);
  });

  it('lets nobody register a name that another team holds, and anybody one that another only waits for', () => {
    for (const state of DOMAIN_STATES)
      expect(DOMAIN_LIFECYCLE[state].addByOther.answer, state).toBe(
        holds({ state }) || state === 'leaving' ? 'refuse' : 'accept',
      );
  });

  it('reaches every state from a registration, and leaves an end only by another registration', () => {
    const seen = new Set<DomainState>(['wanted', 'pending', 'contested']);
    for (const state of seen) for (const next of DOMAIN_TRANSITIONS[state]) seen.add(next);
    expect([...seen].sort()).toEqual([...DOMAIN_STATES].sort());
    for (const state of DOMAIN_STATES)
      if (isOver({ state })) expect(DOMAIN_TRANSITIONS[state]).toEqual(['wanted', 'pending', 'contested', 'verified']);
  });

  it('knows the question beside the state only where a transfer can be decided', () => {
    expect(domainSituation(undefined)).toBe('none');
    expect(domainSituation({ ...hold('a.org', 'shop', 'verified'), transfer: {} })).toBe('verified+asked');
    expect(domainSituation({ ...hold('a.org', 'shop', 'pending'), transfer: {} })).toBe('pending');
  });
});

describe('parent and child', () => {
  const shop = hold('example.org', 'shop', 'verified');

  it('need the word of the team that holds the other', () => {
    expect(missingWords(hold('pay.example.org', 'payments', 'pending'), [shop])).toEqual(['shop']);
    expect(missingWords(hold('org.example.org', 'shop', 'pending'), [shop])).toEqual([]);
    const child = hold('pay.example.org', 'payments', 'verified');
    expect(missingWords(hold('example.org', 'shop', 'pending'), [child])).toEqual(['payments']);
    expect(missingWords(hold('pay.example.org', 'payments', 'contested', ['shop']), [shop])).toEqual([]);
  });

  it('do not meet where one name only ends like the other', () => {
    expect(missingWords(hold('myexample.org', 'payments', 'pending'), [shop])).toEqual([]);
  });

  it('keep nobody out before they are proven', () => {
    for (const state of ['pending', 'contested', 'lapsed', 'released'] as const)
      expect(missingWords(hold('example.org', 'payments', 'pending'), [hold('example.org', 'shop', state)])).toEqual(
        [],
      );
  });

  it('are one proof for one team, as far as the child was not given away', () => {
    const child = hold('pay.example.org', 'payments', 'verified', ['shop']);
    expect(opening('www.example.org', 'shop', [shop])).toEqual({ is: 'covered', by: 'example.org' });
    expect(opening('www.example.org', 'payments', [shop])).toEqual({ is: 'contested' });
    expect(opening('api.pay.example.org', 'shop', [shop, child])).toEqual({ is: 'contested' });
    expect(opening('api.pay.example.org', 'payments', [shop, child])).toEqual({ is: 'covered', by: 'pay.example.org' });
  });
});

describe('what a team may serve', () => {
  it.each([
    ['verified', 'yes'],
    ['grace', 'yes'],
    ['pending', 'not-yet'],
    ['contested', 'not-yet'],
    ['wanted', 'not-yet'],
    ['ordered', 'not-yet'],
    ['leaving', 'no'],
    ['lapsed', 'no'],
  ] as const)('of a domain that is %s: %s', (state, cover) => {
    expect(coverOf('www.example.org', 'shop', [hold('example.org', 'shop', state)])).toBe(cover);
    expect(coverOf('www.example.org', 'payments', [hold('example.org', 'shop', state)])).toBe('no');
  });

  it('is what the nearest name above says', () => {
    const all = [hold('example.org', 'shop', 'verified'), hold('pay.example.org', 'payments', 'verified', ['shop'])];
    expect(coverOf('api.pay.example.org', 'shop', all)).toBe('no');
    expect(coverOf('api.pay.example.org', 'payments', all)).toBe('yes');
  });

  it('is nothing below a name whose zone goes, though the team holds what is above it', () => {
    const all = [hold('example.org', 'shop', 'verified'), hold('apps.example.org', 'shop', 'leaving')];
    expect(coverOf('cart.apps.example.org', 'shop', all)).toBe('no');
    expect(coverOf('cart.example.org', 'shop', all)).toBe('yes');
  });
});
