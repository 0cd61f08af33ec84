// Texts, keys and values that nobody should send: what imitates, reaches into another place, ends a line, means something to
// a parser, or is simply far too much. Each stands for a family.
import fc from 'fast-check';

export const HOSTILE_TEXTS: readonly string[] = [
  // Looks like another name.
  'ѕhop',
  'shоp',
  'ｓｈｏｐ',
  'payments\u200b',
  'shop\u00ad',
  'ﬀ',
  'İ',
  'K',
  'SHOP',
  'shop.',
  'e\u0301',
  // Turns the writing round, moves a cursor, ends a line or a text.
  '\u202egnp.exe',
  '\u2066shop\u2069',
  '\u200fshop',
  '\u001b[2Jshop',
  'shop\u0000',
  'shop\u0007\u0008',
  'two\nlines',
  'two\r\nlines',
  'two\u2028lines',
  '\u0085',
  '\ud800',
  '\udc00\ud800',
  '\ufeffshop',
  '\uffff',
  // Reaches into another place.
  '../../kube-system',
  '%2e%2e%2fkube-system',
  'kube-system/../default',
  'kube-system',
  'default',
  'naas-system',
  'istio-system',
  'system:masters',
  'System:Masters',
  'ｓystem:masters',
  'system:serviceaccount:naas-system:naas-worker',
  '*',
  '',
  ' ',
  '-',
  '.',
  '..',
  // Means something to some parser.
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '{{ .Values.secret }}',
  '$' + '{jndi:ldap://127.0.0.1/a}',
  "'; DROP TABLE runs; --",
  '$(id)',
  '`id`',
  '<script>alert(1)</script>',
  '&a',
  '*a',
  '!!js/function "x"',
  '<<',
  '~',
  'null',
  'yes',
  'on',
  '0x10',
  '0o7',
  '1e309',
  '-0',
  '.nan',
  '---',
  '...',
  '%YAML 1.1',
  // Networks and amounts that are not what they seem.
  '0.0.0.0/0',
  '::/0',
  '169.254.169.254/32',
  '::ffff:169.254.169.254/128',
  '::ffff:a9fe:a9fe/128',
  '64:ff9b::a9fe:a9fe/128',
  '010.0.0.0/8',
  '10.0.0.0/08',
  '10.0.0.0/33',
  '10.0.0.1/24',
  '10.0.0.0/8/8',
  '1e999',
  '1e-999',
  '9'.repeat(63),
  '-1',
  '+1',
  '1Zi',
  '0.0000000001',
  '٣',
];

const LENGTHS = [64, 201, 254, 318, 1_025, 70_000];

export const hostileTexts: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.constantFrom(...LENGTHS).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  // In the middle of something good.
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('shop', 'cart', 'dev', 'example.com/a'), fc.constantFrom(...HOSTILE_TEXTS))
      .map(([good, bad]) => `${good}${bad}`),
  },
);

export const hostileKeys: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '__defineGetter__',
    'naas.dev/team',
    'naas.dev/incarnation',
    'adopt.naas.dev/allow',
    'NAAS.DEV/team',
    'pod-security.kubernetes.io/enforce',
    'kubernetes.io/metadata.name',
    'metadata',
    'status',
    'spec',
    'finalizers',
    'ownerReferences',
    'generateName',
    'teаm',
    'Team',
    'team ',
    'team\u0000',
    '<<',
    '0',
    '',
    'requests.nvidia.com/gpu',
    'limits.cpu',
    'services.nodeports',
  ),
  hostileTexts,
);

/** Anything that JSON can say, of the wrong kind nearly everywhere. */
export const hostileValues: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileTexts },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -0, -1, 1.5, 2 ** 53, 1e308, 5e-324, 65_536, 3_651),
  },
  { weight: 1, arbitrary: hostileTexts.map((text) => [text]) },
  { weight: 1, arbitrary: hostileTexts.map((text) => Array.from({ length: 60 }, () => text.slice(0, 300))) },
  { weight: 1, arbitrary: fc.tuple(hostileKeys, hostileTexts).map(([key, text]) => ownEntry({}, key, text)) },
  { weight: 1, arbitrary: fc.constantFrom(10, 30, 150).map((levels) => nested(levels)) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
);

/** An own key, whatever its name: an assignment to `__proto__` would change the prototype instead. */
export function ownEntry<Of extends object>(of: Of, key: string, value: unknown): Of {
  return Object.defineProperty(of, key, { value, enumerable: true, configurable: true, writable: true });
}

export function nested(levels: number): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { value };
  return value;
}
