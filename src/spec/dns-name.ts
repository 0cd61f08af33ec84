// The form of a DNS name in ASCII: lower case, no trailing dot, at most 253 characters in labels of at most 63. Pure and
// without tables: spellings of other alphabets come to this form in hostnames.ts.

export type NameResult = { name: string } | { why: string };

export interface NameRules {
  /** A label may begin with an underscore: owner names of records such as `_acme-challenge`, never host names. */
  underscores: boolean;
  /** `*` may stand as the whole first label. */
  wildcard: boolean;
}

export const MAX_NAME_LENGTH = 253;
export const AN_ADDRESS = 'it is an IP address, not a name';
const MAX_LABEL_LENGTH = 63;
const MAX_SHOWN_LENGTH = 40;

/** For names that are no spelling of a person: targets of records, what a zone or a file says. */
export function asciiName(text: string, rules: NameRules): NameResult {
  if (text === '') return { why: 'it is empty' };
  if (isAddress(text)) return { why: AN_ADDRESS };
  if (text.length > MAX_NAME_LENGTH + 1) return { why: tooLong(text.length) };
  const strange = /[^!-~]/u.exec(text)?.[0];
  if (strange !== undefined)
    return { why: `it contains ${codePoint(strange)}; write labels in ASCII (A-labels, xn--…)` };
  const labels = withoutTrailingDot(text.toLowerCase().split('.'));
  return joined(labels, rules);
}

/** Labels in ASCII and lower case to a name, or what is wrong with them. */
export function joined(labels: readonly string[], rules: NameRules): NameResult {
  const name = labels.join('.');
  if (isAddress(name)) return { why: AN_ADDRESS };
  const wildcard = rules.wildcard && labels[0] === '*';
  if (wildcard && labels.length === 1) return { why: '"*" alone covers every name; write it as *.<domain>' };
  for (const label of wildcard ? labels.slice(1) : labels) {
    const why = wrongLabel(label, rules);
    if (why !== undefined) return { why };
  }
  if (name.length > MAX_NAME_LENGTH) return { why: tooLong(name.length) };
  const last = labels.at(-1) ?? '';
  // The URL standard reads such a name as an IPv4 address, whatever stands before it.
  if (/^(\d+|0x[0-9a-f]*)$/.test(last))
    return { why: `its last label ${shown(last)} is a number, so that programs take the name for an IP address` };
  return { name };
}

/** What is wrong with one label in lower case; characters beyond ASCII are judged elsewhere. */
export function wrongLabel(label: string, { underscores, wildcard }: NameRules): string | undefined {
  if (label === '') return 'it has an empty label: a dot at its beginning, or two in a row';
  if (label.includes('*'))
    return wildcard ? '"*" stands only as the whole first label' : '"*" may not stand in this name';
  const strange = /[^-_a-z0-9\u0080-\u{10ffff}]/u.exec(label)?.[0];
  if (strange !== undefined)
    return `its label ${shown(label)} contains ${codePoint(strange)}; write letters, digits and hyphens, without scheme, port or path`;
  if (!underscores && label.includes('_'))
    return `its label ${shown(label)} has an underscore; only owner names of records may begin a label with one`;
  if (label.lastIndexOf('_') > 0 || label === '_')
    return `its label ${shown(label)} has an underscore elsewhere than before a word`;
  if (/^_?-|-$/.test(label)) return `its label ${shown(label)} begins or ends with a hyphen`;
  if (/^..--/u.test(label) && !label.startsWith('xn--'))
    return `its label ${shown(label)} has hyphens as third and fourth character, which only encoded labels (xn--) have`;
  if (label.length > MAX_LABEL_LENGTH)
    return `its label ${shown(label)} has ${label.length} characters; a label has at most ${MAX_LABEL_LENGTH}`;
  return undefined;
}

/** One dot at the end says that the name is whole; it is the same name. */
export function withoutTrailingDot(labels: readonly string[]): readonly string[] {
  return labels.length > 1 && labels.at(-1) === '' ? labels.slice(0, -1) : labels;
}

/** The name is the zone or stands below it; both canonical. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

export function tooLong(length: number): string {
  return `it has ${length} characters; a name has at most ${MAX_NAME_LENGTH}`;
}

/** In quotes, short enough for a line, and nothing in it that a terminal would act on. */
export function shown(text: string): string {
  const characters = [...text.slice(0, 2 * MAX_SHOWN_LENGTH + 2)];
  const end = characters.length <= MAX_SHOWN_LENGTH ? '' : '…';
  return `"${characters
    .slice(0, MAX_SHOWN_LENGTH)
    .join('')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')}${end}"`;
}

/** `"@" (U+0040)`; the sign itself only where it shows. */
export function codePoint(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(character) ? `"${character}" (${code})` : code;
}

/** In any spelling that a person would call one; more than the exact forms, because no name looks like it. */
export function isAddress(text: string): boolean {
  return /^\d+(\.\d+){3}$/.test(text) || /^\[?[0-9a-f]*(:[0-9a-f.]*){2,}\]?$/i.test(text);
}
