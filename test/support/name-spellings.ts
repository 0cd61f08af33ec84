// Names with all the ways to write them, for properties: whatever is drawn, the canonical name is known.
import fc from './properties.ts';

export interface Spelling {
  canonical: string;
  written: string;
}

/** As people write it, and its A-label. */
const INTERNATIONAL: readonly (readonly [string, string])[] = [
  ['münchen', 'xn--mnchen-3ya'],
  ['straße', 'xn--strae-oqa'],
  ['café', 'xn--caf-dma'],
  ['łódź', 'xn--d-uga0v4h'],
  ['việtnam', 'xn--vitnam-jk8b'],
  ['пример', 'xn--e1afmkfd'],
  ['παράδειγμα', 'xn--hxajbheg2az3al'],
  ['例え', 'xn--r8jz45g'],
  ['テスト', 'xn--zckzah'],
  ['例子', 'xn--fsqu00a'],
  ['실례', 'xn--9n2bp8q'],
  ['उदाहरण', 'xn--p1b6ci4b4b3a'],
  ['ตัวอย่าง', 'xn--72c1a1bt4awk9o'],
];

const plainLabel = fc.stringMatching(/^[a-z]([a-z0-9]{0,8}(-[a-z0-9]{1,6})?)$/);

const pairOf = fc.oneof(
  { weight: 3, arbitrary: plainLabel.filter((label) => !/^..--/.test(label)).map((label) => [label, label] as const) },
  { weight: 2, arbitrary: fc.constantFrom(...INTERNATIONAL) },
);

const wide = (text: string): string =>
  text.replace(/[!-~]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0));
/** The capital sharp s is a newer letter, and no runtime makes it of ß. */
const capitals = (text: string): string =>
  [...text].map((letter) => (letter === 'ß' ? letter : letter.toUpperCase())).join('');

const spelledLabel = fc
  .tuple(pairOf, fc.constantFrom('as it is', 'encoded', 'capitals', 'decomposed', 'wide', 'wide and encoded'))
  .map(([[unicode, ascii], how]): Spelling => {
    const written = {
      'as it is': unicode,
      encoded: ascii,
      capitals: capitals(unicode),
      decomposed: unicode.normalize('NFD'),
      wide: wide(unicode),
      'wide and encoded': capitals(wide(ascii)),
    };
    return { canonical: ascii, written: written[how] };
  });

const dot = fc.constantFrom('.', '。', '．', '｡');

/** Of one to four labels below `example`, with a wildcard now and then. */
export const spellings: fc.Arbitrary<Spelling> = fc
  .record({
    labels: fc.array(spelledLabel, { minLength: 1, maxLength: 4 }),
    dots: fc.array(dot, { minLength: 6, maxLength: 6 }),
    star: fc.constantFrom('', '', '*', '＊'),
    end: fc.constantFrom('', '.', '。'),
  })
  .map(({ labels, dots, star, end }) => {
    const parts = [...(star === '' ? [] : [{ canonical: '*', written: star }]), ...labels];
    const text = parts.map(({ written }, index) => `${written}${dots[index]}`).join('');
    return {
      canonical: [...parts.map(({ canonical }) => canonical), 'example'].join('.'),
      written: `${text}eXample${end}`,
    };
  });
