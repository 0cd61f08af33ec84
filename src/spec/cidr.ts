// IP networks in CIDR notation, IPv4 and IPv6, on BigInt: parsing in the strict form that the API server takes, and
// whether two networks overlap.

export interface Cidr {
  family: 4 | 6;
  base: bigint;
  prefix: number;
}

/** Some network plugins take these for the IPv4 addresses in them, past every list of IPv4 networks. */
const V4_MAPPED: Cidr = { family: 6, base: 0xffffn << 32n, prefix: 96 };

const OCTET = /^(0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/;

/** The network, or why the text is none. Host bits have to be zero: "10.1.2.3/8" hides what is meant. */
export function parseCidr(text: string): Cidr | { why: string } {
  const [address = '', length = '', ...more] = text.split('/');
  if (more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(length))
    return { why: 'expected an address and a prefix length, such as 10.20.0.0/16' };
  const family = address.includes(':') ? 6 : 4;
  const base = family === 6 ? parseV6(address) : parseV4(address);
  if (base === undefined) return { why: `"${address}" is no IPv${family} address in plain form` };
  // The API server warns of other spellings; with one alone, equal networks are equal texts.
  const plain = family === 6 ? printV6(base) : address;
  if (plain !== address) return { why: `write the address as ${plain}` };
  const bits = family === 6 ? 128 : 32;
  const prefix = Number(length);
  if (prefix > bits) return { why: `a prefix of IPv${family} has at most ${bits} bits` };
  if (base & ((1n << BigInt(bits - prefix)) - 1n)) return { why: 'its host bits are not zero' };
  // A shorter prefix means far more than these: it holds the loopback address as well.
  if (family === 6 && prefix > 80 && overlaps(V4_MAPPED, { family, base, prefix }))
    return { why: 'it is IPv4 in the dress of IPv6; write it as an IPv4 network' };
  return { family, base, prefix };
}

/** One of two networks holds the other, or they have nothing in common. */
export function overlaps(left: Cidr, right: Cidr): boolean {
  if (left.family !== right.family) return false;
  const bits = left.family === 6 ? 128 : 32;
  const hidden = BigInt(bits - Math.min(left.prefix, right.prefix));
  return left.base >> hidden === right.base >> hidden;
}

/** undefined: it is no address in plain form. */
export function parseV4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255)) return undefined;
  return octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

/** In lower case and without an IPv4 address at its end; undefined: it is none. */
export function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  const groups = [...head, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...tail];
  // "::" stands for at least one group; without it all eight are written.
  if ((halves.length === 2 ? missing < 1 : missing !== 0) || !groups.every((group) => GROUP.test(group)))
    return undefined;
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n);
}

/** RFC 5952: the longest run of two or more zero groups, the first of equals, is "::". */
export function printV6(base: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((base >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)];
  const longest = runs.reduce((best, [run]) => (run.length > best.length ? run : best), '');
  const at = runs.find(([run]) => run === longest)?.index;
  if (at === undefined) return text;
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`;
}
