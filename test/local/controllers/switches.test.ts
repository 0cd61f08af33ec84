// A document of switches: what is in it switches something, or is refused in words.
import { describe, expect, it } from 'vitest';
import { intersects } from '../../../src/local/controllers/routes.ts';
import { parseSwitches, switchFor } from '../../../src/local/controllers/switches.ts';

describe('parseSwitches', () => {
  it('takes every behaviour, of a kind, a namespace and an object', () => {
    const document = {
      HTTPRoute: { behaviour: 'never' },
      'ListenerSet/shop': { behaviour: 'fail', reason: 'NotAllowed' },
      'Gateway/infra/shared': { behaviour: 'fail', reason: 'AddressNotAssigned', condition: 'Programmed' },
      Certificate: { behaviour: 'slow', delayMs: 250 },
      'GatewayClass/naas-stand-in': { behaviour: 'stale' },
    };
    expect(parseSwitches(document)).toEqual(document);
    expect(parseSwitches({})).toEqual({});
  });

  it.each<[string, unknown, string]>([
    ['a list', [], 'switches are an object'],
    ['a kind that nobody plays', { Service: { behaviour: 'never' } }, 'the kind is one of'],
    ['a kind in other letters', { httproute: { behaviour: 'never' } }, 'the kind is one of'],
    ['too long a place', { 'HTTPRoute/a/b/c': { behaviour: 'never' } }, 'a key is Kind'],
    ['an empty place', { 'HTTPRoute/': { behaviour: 'never' } }, 'a key is Kind'],
    ['no behaviour', { HTTPRoute: {} }, 'one of never, fail, slow, stale'],
    ['a misspelt field', { HTTPRoute: { behaviour: 'slow', delay: 5 } }, 'nothing is known of delay'],
    ['no reason', { HTTPRoute: { behaviour: 'fail' } }, 'fail needs a reason'],
    ['no delay', { HTTPRoute: { behaviour: 'slow' } }, 'slow needs delayMs'],
    ['a delay in words', { HTTPRoute: { behaviour: 'slow', delayMs: '5' } }, 'slow needs delayMs'],
  ])('refuses %s', (_name, document, why) => {
    expect(() => parseSwitches(document)).toThrow(why);
  });
});

describe('switchFor', () => {
  it('finds nothing for what is not switched', () => {
    const switches = parseSwitches({ 'HTTPRoute/shop': { behaviour: 'never' } });
    expect(switchFor(switches, 'HTTPRoute', 'shop/a')).toEqual({ behaviour: 'never' });
    expect(switchFor(switches, 'HTTPRoute', 'shopping/a')).toBeUndefined();
    expect(switchFor(switches, 'GRPCRoute', 'shop/a')).toBeUndefined();
    expect(switchFor({}, 'toString', 'x')).toBeUndefined();
  });
});

describe('a listener’s hostname', () => {
  it.each<[string | undefined, string[], boolean]>([
    [undefined, ['a.example.com'], true],
    ['a.example.com', [], true],
    ['a.example.com', ['a.example.com'], true],
    ['a.example.com', ['b.example.com'], false],
    ['*.example.com', ['a.example.com'], true],
    ['*.example.com', ['a.b.example.com'], true],
    ['*.example.com', ['example.com'], false],
    ['*.example.com', ['aexample.com'], false],
    ['*.example.com', ['*.b.example.com'], true],
    ['*.b.example.com', ['*.example.com'], true],
    ['a.example.com', ['*.example.com'], true],
    ['a.example.com', ['b.example.com', 'a.example.com'], true],
  ])('%s meets %s: %s', (listener, hostnames, expected) => {
    expect(intersects(listener, hostnames)).toBe(expected);
  });
});
