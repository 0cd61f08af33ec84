// One spelling per DNS name, whatever people write: letter case, trailing dot and IDN spellings come to one name in A-labels, and
// what imitates another name is refused with the reason. Pure; its tables are large and never part of the workflow bundle.
import { getDomain, getPublicSuffix } from 'tldts';
import { toASCII, toUnicode } from 'tr46';
import {
  AN_ADDRESS,
  codePoint,
  isAddress,
  joined,
  MAX_NAME_LENGTH,
  type NameResult,
  type NameRules,
  shown,
  tooLong,
  withoutTrailingDot,
  wrongLabel,
} from './dns-name.ts';
import { unseenIn, wrongScript } from './label-scripts.ts';

/** What IDNA reads as the dot between labels. */
const DOTS = /[.\u3002\uff0e\uff61]/u;
/** A character of a name takes up to four code units decomposed; longer texts are not worth a look. */
const MAX_TEXT_LENGTH = 4 * MAX_NAME_LENGTH;

/**
 * Private suffixes count as public ones: below github.io, each name is another owner's, so that no team may hold all of it. A top
 * level that the list does not know, such as `internal`, is a public suffix too.
 */
const SUFFIXES = { allowPrivateDomains: true, extractHostname: false, validateHostname: false, detectIp: false };

/** The name of a host, or of all hosts below a domain (`*.example.com`). */
export function canonicalHostname(text: string): NameResult {
  return canonicalName(text, { underscores: false, wildcard: true });
}

/** The owner name of a record: a label may begin with an underscore, as in `_acme-challenge.example.com`. */
export function canonicalRecordName(text: string): NameResult {
  return canonicalName(text, { underscores: true, wildcard: true });
}

/** How people write a canonical name. What could not have been written so stays in A-labels. */
export function unicodeOf(name: string): string {
  const { domain } = toUnicode(name);
  const back = canonicalRecordName(domain);
  return 'name' in back && back.name === name ? domain : name;
}

/** The part of a canonical name that somebody registered; undefined: it is a public suffix itself. */
export function registrableDomain(name: string): string | undefined {
  return getDomain(withoutWildcard(name), SUFFIXES) ?? undefined;
}

/** Names below it belong to different owners. */
export function isPublicSuffix(name: string): boolean {
  return getPublicSuffix(withoutWildcard(name), SUFFIXES) === withoutWildcard(name);
}

function canonicalName(text: string, rules: NameRules): NameResult {
  if (text === '') return { why: 'it is empty' };
  if (text.length > MAX_TEXT_LENGTH) return { why: tooLong(text.length) };
  if (isAddress(text)) return { why: AN_ADDRESS };
  const unseen = unseenIn(text);
  if (unseen !== undefined) return { why: unseen };
  const labels: string[] = [];
  for (const written of withoutTrailingDot(text.split(DOTS))) {
    const result = canonicalLabel(written, rules);
    if ('why' in result) return result;
    labels.push(result.label);
  }
  const result = joined(labels, rules);
  return 'name' in result && !isOneDirection(labels)
    ? { why: 'its letters from right to left and its other characters cannot stand together (RFC 5893)' }
    : result;
}

/** In A-label form; empty and `*` are left to whoever sees the whole name. */
function canonicalLabel(written: string, rules: NameRules): { label: string } | { why: string } {
  const { domain: read, error } = toUnicode(written);
  const encoded = written.normalize('NFKC').toLowerCase();
  if (error || toASCII(read) === null || (encoded.startsWith('xn--') && toASCII(read) !== encoded))
    return { why: whyUnreadable(written, encoded) };
  const label = toASCII(read) ?? '';
  if (label === '' || label === '*') return { label };
  // A decoded label may hold what nobody could have written.
  const why = unseenIn(read) ?? wrongLabel(read, rules) ?? wrongScript(read);
  if (why !== undefined) return { why };
  if (label !== read && read.includes('_'))
    return { why: `its label ${shown(read)} has an underscore beside letters beyond ASCII` };
  return { label };
}

function whyUnreadable(written: string, encoded: string): string {
  if (encoded.startsWith('xn--'))
    return `its label ${shown(written)} is not the encoding (A-label) of any allowed label`;
  if (/^\p{M}/u.test(written)) return `its label ${shown(written)} begins with a mark that belongs on a letter`;
  // A letter before it, because a mark alone is an error too.
  const strange = [...written].find((character) => toUnicode(`a${character}`).error);
  return `its label ${shown(written)} is not allowed${strange === undefined ? '' : ` because of ${codePoint(strange)}`} (UTS #46)`;
}

/** Labels that are no words of people keep out of the rule, or no service could have a name below a Hebrew one. */
function isOneDirection(labels: readonly string[]): boolean {
  const words = labels.filter((label) => label !== '*' && !label.startsWith('_')).join('.');
  return toASCII(words, { checkBidi: true, checkJoiners: true }) === words;
}

function withoutWildcard(name: string): string {
  return name.startsWith('*.') ? name.slice(2) : name;
}
