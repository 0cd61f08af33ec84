// Text that strangers had a part in, made harmless for a terminal: what would move its cursor, set its title or turn the
// writing round is shown instead of obeyed. Our own colours stay.

const ESCAPE = '\u001b';

/** What paint.ts writes behind an escape. */
const OWN_COLOUR = /^\[(?:1|2|22|31|32|33|36|39)m/;

/** Control characters, line and paragraph separators, and what turns the direction of writing. */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

export function harmless(text: string): string {
  return text.replace(OBEYED, (character, offset: number) => {
    if (character === '\n' || character === '\t') return character;
    if (character === ESCAPE && OWN_COLOUR.test(text.slice(offset + 1, offset + 5))) return character;
    return `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}
