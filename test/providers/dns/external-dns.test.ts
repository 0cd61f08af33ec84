// Where external-dns would have written its claim, and what a text of it says.
import { describe, expect, it } from 'vitest';
import { claimNames, registryOwner } from '../../../src/providers/dns/external-dns.ts';

const key = (name: string, type: 'A' | 'CNAME' | 'TXT' = 'A') => ({ zone: 'example.com', name, type });

describe('the names of external-dns’s entries for a name', () => {
  it('are the name itself and it with each type that decides where it leads', () => {
    expect(claimNames(key('shop.example.com'))).toEqual([
      'shop.example.com',
      'a-shop.example.com',
      'aaaa-shop.example.com',
      'cname-shop.example.com',
    ]);
  });

  it('are those of the type alone for a set that leads nowhere', () => {
    expect(claimNames(key('shop.example.com', 'TXT'))).toEqual(['shop.example.com', 'txt-shop.example.com']);
  });

  it('never stand outside the zone', () => {
    expect(claimNames(key('example.com'))).toEqual(['example.com']);
  });

  it('follow its options', () => {
    expect(claimNames(key('shop.example.com', 'TXT'), { txtPrefix: 'edns-' })).toEqual([
      'edns-shop.example.com',
      'edns-txt-shop.example.com',
    ]);
    expect(claimNames(key('shop.example.com', 'TXT'), { txtPrefix: '%{record_type}.own.' })).toEqual([
      '.own.shop.example.com',
      'txt.own.shop.example.com',
    ]);
    expect(claimNames(key('*.example.com', 'TXT'), { txtWildcardReplacement: 'any', txtSuffix: '-x' })).toEqual([
      'any-x.example.com',
      'txt-any-x.example.com',
    ]);
  });
});

describe('a text of the registry', () => {
  it.each([
    ['heritage=external-dns,external-dns/owner=blue,external-dns/resource=ingress/a/b', 'blue'],
    ['"heritage=external-dns,external-dns/owner=blue"', 'blue'],
    ['heritage=external-dns', ''],
    ['heritage=external-dnsx,external-dns/owner=blue', undefined],
    ['v=spf1 -all', undefined],
    ['', undefined],
  ])('%s names %s', (text, owner) => expect(registryOwner(text)).toBe(owner));
});
