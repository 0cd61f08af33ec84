// Names of a hostname's objects: valid, the same each time, and never the same for two hostnames.
import { describe, expect, it } from 'vitest';
import { DNS_LABEL } from '../../src/spec/names.ts';
import { hostnameObject } from '../../src/spec/route-names.ts';
import { hostnames } from '../support/gateway-arbitrary.ts';
import fc from '../support/properties.ts';

describe('hostnameObject', () => {
  it('is a name that every kind may have, for every hostname', () => {
    fc.assert(
      fc.property(hostnames, (hostname) => {
        expect(hostnameObject(hostname)).toMatch(DNS_LABEL);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is another name for every other hostname', () => {
    const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}`;
    // Alike once dots are hyphens, wildcards are words, or the end is cut off.
    const alike = [
      'a.b.example',
      'a-b.example',
      'a.b-example',
      '*.b.example',
      'wildcard.b.example',
      'wildcard-b.example',
      `${longest}.x.example`,
      `${longest}.y.example`,
      'a-.b.example',
      'a--b.example',
    ];
    expect(new Set(alike.map(hostnameObject)).size).toBe(alike.length);
    const counted = Array.from({ length: 50_000 }, (_, index) => `h${index}.example.com`);
    expect(new Set(counted.map(hostnameObject)).size).toBe(counted.length);
  });

  it('keeps what people can read of it', () => {
    expect(hostnameObject('cart.shop.example.com')).toBe('naas-cart-shop-example-com-9b974a16c9d5');
    expect(hostnameObject('*.shop.example.com')).toMatch(/^naas-wildcard-shop-example-com-/);
  });
});
