// Verifies proofs with the keys of a JWKS file that the configuration trusts. It signs nothing and decides no right.
import { readFile } from 'node:fs/promises';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import type { Proven } from '../../activities/proofs.ts';
import { NaasError } from '../../spec/errors.ts';
import { canonicalSubject, settleSubject } from '../../spec/subjects.ts';
import type { SignedProofs } from './senders.ts';

/** Asymmetric signatures only: a shared secret would let every verifier forge. */
const ALGORITHMS = ['EdDSA', 'ES256', 'ES384', 'RS256', 'PS256'];

/** A signer's clock may run a little ahead of Temporal's. */
const CLOCK_TOLERANCE_SECONDS = 30;

export function trustedKeys(jwksFile: string): SignedProofs {
  return {
    async verify(token, expected, atMs) {
      const keys = await readKeys(jwksFile);
      const payload = await verified(token, keys, atMs);
      for (const [claim, wanted] of Object.entries(expected)) {
        if (payload[claim] !== wanted)
          throw unproven(`its claim "${claim}" is ${say(payload[claim])}, expected ${say(wanted)}`);
      }
      return proven(payload);
    },
  };
}

async function readKeys(jwksFile: string): Promise<JSONWebKeySet> {
  try {
    return JSON.parse(await readFile(jwksFile, 'utf8')) as JSONWebKeySet;
  } catch (cause) {
    // Transient on purpose: a key file that is being rotated is there again in a moment.
    throw new NaasError(
      { code: 'Unavailable', message: `cannot read the trusted keys in ${jwksFile}: ${String(cause)}` },
      { cause },
    );
  }
}

async function verified(token: string, keys: JSONWebKeySet, atMs: number): Promise<Record<string, unknown>> {
  if (token === '') throw unproven('there is none');
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: ALGORITHMS,
      requiredClaims: ['exp', 'nonce', 'subject'],
      currentDate: new Date(atMs),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
    });
    return payload;
  } catch (cause) {
    if (cause instanceof errors.JOSEError) throw unproven(`${cause.code}: ${cause.message}`);
    // jose reports a token that is not even JSON inside as a plain TypeError; it is still the sender's fault.
    throw unproven('it is not a compact JWS');
  }
}

function proven(payload: Record<string, unknown>): Proven {
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
