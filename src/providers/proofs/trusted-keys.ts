// Verifies proofs with the keys that the configuration trusts. It signs nothing and decides no right.
import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Proven } from '../../activities/proofs.ts';
import { NaasError } from '../../spec/errors.ts';
import { canonicalSubject, settleSubject } from '../../spec/subjects.ts';
import type { KeySource } from './key-set.ts';
import type { SignedProofs } from './senders.ts';

/** Asymmetric signatures only: a shared secret would let every verifier forge. */
const ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'RS256', 'PS256'];

/** A signer's clock may run a little ahead of Temporal's. */
const CLOCK_TOLERANCE_SECONDS = 30;

/**
 * Whatever `exp` says: a proof that was captured is of use for so long at the most. naas's own signers take ten minutes; an
 * hour is room for a token that a person's portal keeps.
 */
const MAX_AGE_SECONDS = 3_600;

export function trustedKeys(source: KeySource): SignedProofs {
  return {
    async verify(token, expected, atMs, signedSinceMs) {
      if (token === '') throw unproven('there is none');
      const payload = await verified(token, source, atMs);
      for (const [claim, wanted] of Object.entries(expected)) {
        const allowed: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
        if (!allowed.includes(payload[claim]))
          throw unproven(`its claim "${claim}" is ${say(payload[claim])}, expected ${say(allowed[0])}`);
      }
      if (signedSinceMs !== undefined) checkSignedSince(payload, signedSinceMs);
      return proven(payload);
    },
  };
}

async function verified(token: string, source: KeySource, atMs: number): Promise<JWTPayload> {
  const { keys, newer } = await source.current();
  try {
    return await heldAgainst(token, keys, atMs);
  } catch (error) {
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw asUnproven(error);
    const others = await newer();
    if (others === undefined) throw asUnproven(error);
    return await heldAgainst(token, others, atMs).catch((again: unknown) => {
      throw asUnproven(again);
    });
  }
}

async function heldAgainst(token: string, keys: JSONWebKeySet, atMs: number): Promise<JWTPayload> {
  const options: JWTVerifyOptions = {
    algorithms: ALGORITHMS,
    requiredClaims: ['iat', 'exp', 'nonce', 'subject'],
    currentDate: new Date(atMs),
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    maxTokenAge: MAX_AGE_SECONDS,
  };
  try {
    return (await jwtVerify(token, createLocalJWKSet(keys), options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    return await heldAgainstEach(token, error, options);
  }
}

/** A token that names no key, while a rotation has two of its kind: whichever fits. */
async function heldAgainstEach(
  token: string,
  candidates: AsyncIterable<CryptoKey>,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of candidates) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function asUnproven(error: unknown): NaasError {
  if (error instanceof errors.JOSEError) return unproven(`${error.code}: ${error.message}`);
  // jose reports a token that is not even JSON inside as a plain TypeError; it is still the sender's fault.
  return unproven('it is not a compact JWS');
}

/** A JWT tells its time in whole seconds, so one that is signed in the very second counts. */
function checkSignedSince({ iat }: JWTPayload, sinceMs: number): void {
  if (typeof iat !== 'number') throw unproven('its claim "iat" is not a number');
  const earlierSeconds = Math.floor(sinceMs / 1000 - iat);
  if (earlierSeconds >= 1)
    throw unproven(`it was signed ${earlierSeconds} s before this namespace was requested; sign again`);
}

function proven(payload: JWTPayload): Proven {
  const { subject, groups, nonce } = payload;
  if (typeof subject !== 'string') throw unproven('its claim "subject" is not a string');
  if (typeof nonce !== 'string' || nonce === '') throw unproven('its claim "nonce" is not a string');
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) {
    throw unproven('its claim "groups" is not a list of strings');
  }
  return { sender: { subject: canonicalSubject(subject), groups: groups.flatMap(knownSpelling) }, nonce };
}

/** A group whose name has no canonical spelling is in no catalog; that somebody is in it as well takes nothing away. */
function knownSpelling(group: string): string[] {
  const settled = settleSubject(group);
  return 'subject' in settled ? [settled.subject] : [];
}

function unproven(why: string): NaasError {
  return new NaasError({ code: 'Unproven', message: `the message's proof does not hold: ${why}` });
}

function say(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'absent';
}
