// Networks in the strict form, and their overlap.
import { describe, expect, it } from 'vitest';
import { type Cidr, overlaps, parseCidr } from '../../src/spec/cidr.ts';

function network(text: string): Cidr {
  const parsed = parseCidr(text);
  if ('why' in parsed) throw new Error(parsed.why);
  return parsed;
}

describe('parseCidr', () => {
  it.each([
    '0.0.0.0/0',
    '10.0.0.0/8',
    '203.0.113.7/32',
    '::/0',
    '::/128',
    '2001:db8::/32',
    'fd00:ec2::254/128',
    '1:2:3:4:5:6:7:8/128',
    '::fffe:0:0/96',
    '64:ff9b::ffff:0:0/112',
  ])('takes %s', (text) => {
    expect(parseCidr(text)).toHaveProperty('prefix', Number(text.split('/')[1]));
  });

  it.each([
    '10.0.0.1/8',
    '10.0.0/8',
    '10.0.0.0',
    '10.0.0.0/33',
    '010.0.0.0/8',
    '10.0.0.256/32',
    '10.0.0.0/8/9',
    '10.0.0.0/08',
    '',
    '/',
    '::1/127',
    ':::/0',
    '1::2::/128',
    '2001:db8::/129',
    '2001:DB8::/32',
    'g::/16',
    '1:2:3:4:5:6:7:8:9/128',
    '1:2:3:4:5:6:7/112',
    '1:2:3:4:5:6:7:8::/128',
    '::ffff:10.0.0.1/128',
    '::ffff:a9fe:a9fe/128',
    '::ffff:0:0/96',
    '::fffe:0:0/95',
  ])('refuses %j', (text) => {
    expect(parseCidr(text)).toHaveProperty('why');
  });
});

describe('an IPv6 address in another spelling', () => {
  it.each([
    ['2001:db8:0::/48', '2001:db8::'],
    ['2001:0db8::/32', '2001:db8::'],
    ['0:0:0:0:0:0:0:0/0', '::'],
    ['1:0:0:2:0:0:0:3/128', '1:0:0:2::3'],
    ['1:0:0:2:3:0:0:4/128', '1::2:3:0:0:4'],
    ['1:2:3::5:6:7:8/128', '1:2:3:0:5:6:7:8'],
    ['10:0:0:1:0:0:0:100/128', '10:0:0:1::100'],
  ])('%s is told to be written as %s', (text, plain) => {
    expect(parseCidr(text)).toEqual({ why: `write the address as ${plain}` });
    expect(parseCidr(`${plain}/${text.split('/')[1]}`)).toHaveProperty('base');
  });
});

describe('overlaps', () => {
  it.each([
    ['10.0.0.0/8', '10.20.0.0/16', true],
    ['10.20.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/16', '10.1.0.0/16', false],
    ['0.0.0.0/0', '203.0.113.7/32', true],
    ['fd00::/8', 'fd00:ec2::254/128', true],
    ['fe80::/10', 'fd00::/8', false],
    ['0.0.0.0/0', '::/0', false],
  ])('%s and %s: %s', (left, right, expected) => {
    expect(overlaps(network(left), network(right))).toBe(expected);
  });
});
