// What a message carries to say who sent it, and the shape that it has to have. Pure; whether a proof holds, and whether an
// unsigned claim counts at all, is decided in providers/proofs alone.
import { SUBJECT_MAX_LENGTH } from './subjects.ts';

/** Who the sender says they are, without a signature: counts only where the catalog says `trust: temporal`. */
export interface UnsignedClaim {
  subject: string;
  groups?: string[];
}

/** A compact JWS by a trusted key, or an unsigned claim. */
export type Proof = string | UnsignedClaim;

/** A signed token with a person's many groups in it stays well below this. */
const MAX_TOKEN_LENGTH = 16_384;
/** The same number at which sign-ins stop listing a person's groups; every group stands in the history. */
const MAX_CLAIMED_GROUPS = 200;

const WANTED = 'a compact JWS, or {subject, groups} where the installation trusts Temporal itself';
const NAME = `a text of 1 to ${SUBJECT_MAX_LENGTH} characters`;

export interface WrongPart {
  /** Path inside the value, such as `.groups[3]`; empty for the value itself. */
  within: string;
  wanted: string;
}

/** undefined: it has the shape of a proof. An empty token is a text as well: that it proves nothing the verification says. */
export function wrongProof(value: unknown): WrongPart | undefined {
  if (typeof value === 'string') return value.length <= MAX_TOKEN_LENGTH ? undefined : { within: '', wanted: WANTED };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { within: '', wanted: WANTED };
  const claim = value as Record<string, unknown>;
  const strange = Object.keys(claim).find((key) => key !== 'subject' && key !== 'groups');
  if (strange !== undefined) return { within: `.${strange.slice(0, 63)}`, wanted: 'no field but subject and groups' };
  if (!isName(claim['subject'])) return { within: '.subject', wanted: NAME };
  return wrongGroups(claim['groups']);
}

function wrongGroups(groups: unknown): WrongPart | undefined {
  if (groups === undefined) return undefined;
  if (!Array.isArray(groups) || groups.length > MAX_CLAIMED_GROUPS) {
    return { within: '.groups', wanted: `a list of at most ${MAX_CLAIMED_GROUPS} groups` };
  }
  const index = groups.findIndex((group) => !isName(group));
  return index < 0 ? undefined : { within: `.groups[${index}]`, wanted: NAME };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= SUBJECT_MAX_LENGTH;
}
