// One spelling per person and per group, so that nobody approves their own request under another one. Pure, but the
// Unicode tables are the runtime's: activities call it and record the answer, workflows never do.
import { NaasError } from './errors.ts';

export const SUBJECT_MAX_LENGTH = 256;

/** Control, format (zero-width, bidi), unassigned, ignorable characters and white space: none can tell two people apart. */
const UNSEEN = /[\p{C}\p{White_Space}\p{Default_Ignorable_Code_Point}]/gu;

/** Normalising and lower-casing can each undo a little of the other; real names settle in two rounds. */
const MAX_ROUNDS = 8;

/** The canonical spelling of a user or group; throws Unproven where an identity cannot be told. */
export function canonicalSubject(text: string): string {
  const result = settleSubject(text);
  if ('why' in result) throw new NaasError({ code: 'Unproven', message: result.why });
  return result.subject;
}

/** The same for callers that gather problems instead of ending at the first. */
export function settleSubject(text: string): { subject: string } | { why: string } {
  if (text.length > SUBJECT_MAX_LENGTH)
    return { why: `a user or group of ${text.length} characters is too long; at most ${SUBJECT_MAX_LENGTH}` };
  let subject = text;
  for (let round = 0; ; round += 1) {
    const next = oneRound(subject);
    if (next === subject) break;
    if (round === MAX_ROUNDS) return { why: `${show(text)} has no stable spelling as a user or group` };
    subject = next;
  }
  if (subject === '') return { why: `${show(text)} names no user or group: nothing readable is in it` };
  if (subject.length > SUBJECT_MAX_LENGTH)
    return { why: `${show(text)} is too long as a user or group; at most ${SUBJECT_MAX_LENGTH} characters` };
  const scripts = scriptsOf(subject);
  if (scripts.length > 1)
    return {
      why: `${show(text)} mixes ${scripts.join(' and ')} letters, which look alike; a user or group uses one of them`,
    };
  return { subject };
}

function oneRound(text: string): string {
  // Lower case of a capital sigma depends on its place in the word; one form for all.
  const plain = text.normalize('NFKC').replace(UNSEEN, '').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  const at = plain.lastIndexOf('@');
  if (at < 1) return plain;
  // Full stops of other scripts separate labels in a domain name too (RFC 3490); a trailing one means the same domain.
  const domain = plain
    .slice(at + 1)
    .replaceAll('。', '.')
    .replace(/\.+$/, '');
  return `${plain.slice(0, at)}@${domain}`;
}

/** Letters of these three are drawn alike, so that mixing them imitates somebody else. */
const LOOKALIKES = { Latin: /\p{Script=Latin}/u, Cyrillic: /\p{Script=Cyrillic}/u, Greek: /\p{Script=Greek}/u };

function scriptsOf(text: string): string[] {
  return Object.entries(LOOKALIKES)
    .filter(([, letters]) => letters.test(text))
    .map(([script]) => script);
}

function show(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
