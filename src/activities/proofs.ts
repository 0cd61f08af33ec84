// What the activities need to know who sent a message: the interface that a provider implements with trusted keys.
import type { Sender } from '../spec/approval.ts';
import type { Proof } from '../spec/proof.ts';

/** Claims of the proof that rides with submit, teardown and cancel. */
export interface SenderClaims {
  /** Of several, each will do; what is said to be expected is the first. */
  message: string | readonly string[];
  namespace: string;
  /** Hex SHA-256 of the canonical JSON of the message's body without `by`. */
  bodySha256: string;
}

/** Claims of the proof that is a decision. */
export interface DecisionClaims {
  namespace: string;
  incarnation: string;
  planDigest: string;
  changeDigest: string;
  decision: 'approve' | 'reject';
}

export interface Proven {
  /** Subject and groups in canonical spelling. */
  sender: Sender;
  nonce: string;
}

/**
 * Verifies proofs. A compact JWS: signature by a trusted key, each expected claim equal, not expired at `atMs`, the moment at
 * which Temporal received the message (a worker may look at it much later). With `signedSinceMs` it also has to be signed
 * since then: one that was meant for an earlier life of the name says nothing about this one. An unsigned claim: only where
 * the installation trusts Temporal itself. Throws NaasError('Unproven') that says why, never with the token in it.
 */
export interface Proofs {
  /** A property, not a method: what takes signed tokens only must not pass for this by the looser check of methods. */
  readonly verify: (
    proof: Proof,
    expected: SenderClaims | DecisionClaims,
    atMs: number,
    signedSinceMs?: number | undefined,
  ) => Promise<Proven>;
}
