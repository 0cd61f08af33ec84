// Who sent a message: proven by a trusted key, or, where the catalog trusts Temporal itself, taken at their word. This is the
// one place that lets an unsigned claim count; rights, slots and seats are judged elsewhere, alike for both.
import { randomUUID } from 'node:crypto';
import type { DecisionClaims, Proofs, Proven, SenderClaims } from '../../activities/proofs.ts';
import type { Approvals } from '../../spec/catalog.ts';
import { NaasError } from '../../spec/errors.ts';
import { type UnsignedClaim, wrongProof } from '../../spec/proof.ts';
import { settleSubject } from '../../spec/subjects.ts';

type Expected = SenderClaims | DecisionClaims;

/** Verifies signatures and nothing else. */
export interface SignedProofs {
  readonly verify: (
    token: string,
    expected: Expected,
    atMs: number,
    signedSinceMs?: number | undefined,
  ) => Promise<Proven>;
}

/** `signed` is absent where no key is configured. */
export function senderProofs(trust: Approvals['trust'], signed: SignedProofs | undefined): Proofs {
  if (trust === 'signed' && signed === undefined) {
    const message = 'nobody could prove anything: set NAAS_TRUSTED_KEYS, because approvals.yaml says `trust: signed`';
    throw new NaasError({ code: 'InvalidRequest', message, field: 'NAAS_TRUSTED_KEYS' });
  }
  return {
    async verify(proof, expected, atMs, signedSinceMs) {
      const field = 'decision' in expected ? 'proof' : 'by';
      if (typeof proof !== 'string') {
        if (trust !== 'temporal')
          throw unproven('it is not signed; `trust` in approvals.yaml asks for signatures', field);
        return takenAtTheirWord(proof, field);
      }
      if (signed === undefined) throw unproven('no trusted keys are configured that could verify its signature', field);
      return signed.verify(proof, expected, atMs, signedSinceMs);
    },
  };
}

function takenAtTheirWord(claim: UnsignedClaim, field: string): Proven {
  const wrong = wrongProof(claim);
  if (wrong !== undefined) throw unproven(`expected ${wrong.wanted}`, `${field}${wrong.within}`);
  const subject = personal(claim.subject, `${field}.subject`);
  const groups = (claim.groups ?? []).map((group, index) => personal(group, `${field}.groups[${index}]`));
  // Nothing is used up where nothing was signed: the same words may be right again for a later change. That a person counts
  // once in one approval is held by their name.
  return { sender: { subject, groups }, nonce: `unsigned:${randomUUID()}` };
}

/** Kubernetes keeps this prefix for itself: no sign-in gives it to a person, so whoever claims it imitates a component. */
const KEPT_PREFIX = 'system:';

function personal(name: string, field: string): string {
  const settled = settleSubject(name);
  if ('why' in settled) throw unproven(settled.why, field);
  if (!settled.subject.startsWith(KEPT_PREFIX)) return settled.subject;
  throw unproven(`names that begin with "${KEPT_PREFIX}" are kept for Kubernetes`, field);
}

function unproven(why: string, field: string): NaasError {
  return new NaasError({ code: 'Unproven', message: `the message's proof does not hold: ${field}: ${why}`, field });
}
