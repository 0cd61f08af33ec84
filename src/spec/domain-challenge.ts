// What a team puts into its own DNS to prove that a domain is theirs: a keyed hash that no other installation, domain or team has.
// Pure; the key is the installation's, and nobody who reads the zone can make the value for another team.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalJson } from './canonical.ts';
import { asciiName, shown } from './dns-name.ts';
import { NaasError } from './errors.ts';

const PREFIX = 'naas-domain-verification=';
/** Says what the hash is for, so that it is worth nothing where the same key is used for something else. */
const PURPOSE = 'naas-domain-verification/1';
/** As long as the hash: a shorter key would be the weaker of the two. */
const MIN_KEY_BYTES = 32;

export interface ChallengeOf {
  installation: string;
  /** Canonical. */
  domain: string;
  team: string;
}

/** Where the TXT record is to stand. */
export function challengeName(domain: string): string {
  const result = asciiName(`_naas-challenge.${domain}`, { underscores: true, wildcard: false });
  if ('name' in result) return result.name;
  throw new NaasError({
    code: 'InvalidRequest',
    message: `${shown(domain)} leaves no room for its proof: ${result.why}`,
  });
}

/** What the TXT record is to say. */
export function challengeValue(key: Uint8Array, of: ChallengeOf): string {
  if (key.length < MIN_KEY_BYTES)
    throw new NaasError({
      code: 'Invalid',
      message: `the key of domain proofs has ${key.length} bytes; it needs at least ${MIN_KEY_BYTES}`,
    });
  const hash = hmac(sha256, key, utf8ToBytes(challengeMessage(of)));
  const base64 = btoa(String.fromCharCode(...hash));
  return PREFIX + base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** A list in JSON: where one field ends is never open, so that no two proofs are of one text. */
export function challengeMessage({ installation, domain, team }: ChallengeOf): string {
  return canonicalJson([PURPOSE, installation, domain, team]);
}

/** One of the texts that the servers gave is the expected value. Takes as long for a near miss as for any other. */
export function answersChallenge(texts: readonly string[], expected: string): boolean {
  return texts.reduce((found, text) => isSame(text, expected) || found, false);
}

function isSame(text: string, expected: string): boolean {
  let difference = text.length ^ expected.length;
  for (let at = 0; at < expected.length; at += 1) difference |= text.charCodeAt(at) ^ expected.charCodeAt(at);
  return difference === 0;
}
