// Which writing a label is in, and whether it can be taken for another one: mixed scripts, letters that look Latin, marks that
// nobody sees. Pure, but Unicode's tables are the runtime's: activities record the answer, workflows never ask.
import { codePoint, shown } from './dns-name.ts';

/** The scripts in general modern use (UAX #31, table 5). The others are historic, or too easily taken for these. */
const SCRIPTS = [
  'Arabic',
  'Armenian',
  'Bengali',
  'Bopomofo',
  'Cyrillic',
  'Devanagari',
  'Ethiopic',
  'Georgian',
  'Greek',
  'Gujarati',
  'Gurmukhi',
  'Han',
  'Hangul',
  'Hebrew',
  'Hiragana',
  'Kannada',
  'Katakana',
  'Khmer',
  'Lao',
  'Latin',
  'Malayalam',
  'Myanmar',
  'Oriya',
  'Sinhala',
  'Tamil',
  'Telugu',
  'Thaana',
  'Thai',
  'Tibetan',
] as const;
type Script = (typeof SCRIPTS)[number];

/** Written together by everybody who writes them; all others stand alone. */
const TOGETHER: readonly (readonly Script[])[] = [
  ['Han', 'Hiragana', 'Katakana'],
  ['Han', 'Hangul'],
  ['Han', 'Bopomofo'],
];
const WRITINGS: readonly (readonly Script[])[] = [...SCRIPTS.map((script) => [script]), ...TOGETHER];

const MEMBERS = SCRIPTS.map((script) => ({
  script,
  own: new RegExp(`\\p{Script=${script}}`, 'u'),
  shared: new RegExp(`\\p{Script_Extensions=${script}}`, 'u'),
}));

/** Spaces, control, direction, joining, ignored, private and unassigned characters. */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;

/** Neither letter, mark nor digit, but part of words in these places (RFC 5892, appendix A): Catalan, and Japanese. */
const WITHIN_WORDS =
  /(?<=l)\u00b7(?=l)|(?<=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])\u30fb(?=[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])/gu;

/** Clicks, small capitals, phonetic and medievalist letters of Latin: plain letters to the eye. */
const PHONETIC =
  /[\u01c0-\u01c3\u0251\u0261\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\u1d00-\u1dbf\u2c60-\u2c7f\ua720-\ua7ff\uab30-\uab6f]/u;

/** Modifier letters and the like, which look like apostrophes and dots; only the long vowel of Japanese is part of words. */
const OF_NO_SCRIPT = /[[\p{L}&&\p{Script=Common}]--\u30fc]/v;

/** On decomposed text. Twice the same mark; a stroke through a letter; a dot on what has one; a European mark on a letter of other scripts. */
const HIDDEN_MARKS = [
  /(\p{Mn})\1/u,
  /[\u0334-\u0338]/u,
  /[ijl\u0131]\p{M}*\u0307/u,
  /[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{M}]\p{M}*[\u0300-\u036f]/u,
];

/** Letters that browsers take for Latin ones, each with what is read; a label of these alone is read as another one. */
const LOOK_LATIN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Cyrillic: readings('аa сc ԁd еe ԍg һh іi юio кk јj ӏl оo рp ԗp ԛq ѕs ԝw хx уy ъb ыbl ьb ҽe пn гr ѵv ѡw'),
  Greek: readings('αa ιi κk νv ρp υu ωw ηn οo τt'),
};

/** The first character that cannot be seen or told; undefined: all can. */
export function unseenIn(text: string): string | undefined {
  const character = UNSEEN.exec(text)?.[0];
  if (character === undefined) return undefined;
  return `it contains ${codePoint(character)}: spaces, control, direction and other unseen characters may not stand in a name`;
}

/** Why a label in Unicode, normalised and in lower case, could be taken for another one; undefined: it could not. */
export function wrongScript(label: string): string | undefined {
  const words = label.replace(WITHIN_WORDS, '');
  const why =
    wrongCharacter(words) ?? hiddenMark(words) ?? mixedScripts(words) ?? mixedDigits(words) ?? looksLatin(words);
  return why === undefined ? undefined : `its label ${shown(label)} ${why}`;
}

function wrongCharacter(label: string): string | undefined {
  const sign = /[^-_\p{L}\p{M}\p{Nd}]/u.exec(label)?.[0];
  if (sign !== undefined) return `contains ${codePoint(sign)}, which is neither a letter nor a digit`;
  const phonetic = PHONETIC.exec(label)?.[0];
  if (phonetic !== undefined) return `contains ${codePoint(phonetic)}, a phonetic letter that looks like a plain one`;
  const modifier = OF_NO_SCRIPT.exec(label)?.[0];
  if (modifier !== undefined) return `contains ${codePoint(modifier)}, a letter of no script`;
  return undefined;
}

function mixedScripts(label: string): string | undefined {
  const letters = [...label].filter((character) => !/[-_0-9]|\p{Script_Extensions=Inherited}/u.test(character));
  const scripts = letters.map((letter) =>
    MEMBERS.filter(({ shared }) => shared.test(letter)).map(({ script }) => script),
  );
  const stranger = letters[scripts.findIndex((list) => list.length === 0)];
  if (stranger !== undefined) return `contains ${codePoint(stranger)}, of a script that names are not accepted in`;
  if (WRITINGS.some((writing) => scripts.every((list) => list.some((script) => writing.includes(script)))))
    return undefined;
  const named = letters.map((letter, at) => MEMBERS.find(({ own }) => own.test(letter))?.script ?? scripts[at]?.[0]);
  return `mixes ${[...new Set(named)].sort().join(' and ')}, so that it can look like another name`;
}

function mixedDigits(label: string): string | undefined {
  const zeros = new Set((label.match(/\p{Nd}/gu) ?? []).map(zeroOf));
  return zeros.size > 1 ? `mixes the digits of ${zeros.size} writing systems` : undefined;
}

/** Unicode keeps the ten digits of a system together, in order. */
function zeroOf(digit: string): number {
  let code = digit.codePointAt(0) ?? 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - 1))) code -= 1;
  return code;
}

function hiddenMark(label: string): string | undefined {
  return HIDDEN_MARKS.some((mark) => mark.test(label.normalize('NFD')))
    ? 'has a mark on a letter where it is not seen or does not belong'
    : undefined;
}

function looksLatin(label: string): string | undefined {
  const bare = label.normalize('NFD').replace(/\p{M}/gu, '');
  const letters = bare.match(/\p{L}/gu) ?? [];
  for (const [script, latin] of Object.entries(LOOK_LATIN)) {
    if (letters.length > 0 && letters.every((letter) => Object.hasOwn(latin, letter))) {
      const read = [...bare].map((character) => latin[character] ?? character).join('');
      return `is of ${script} letters that all look Latin: people would read ${shown(read)}`;
    }
  }
  return undefined;
}

/** Each word is a letter and what is read in its place. */
function readings(words: string): Record<string, string> {
  return Object.fromEntries(words.split(' ').map((word) => [word.slice(0, 1), word.slice(1)]));
}
