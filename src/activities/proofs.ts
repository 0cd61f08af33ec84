// What the activities need to know who sent a message: the interface that a provider implements with trusted keys.
import type { Sender } from '../spec/approval.ts';

/** Claims of the proof that rides with submit, teardown and cancel. */
export interface SenderClaims {
  message: string;
  namespace: string;
  /** Hex SHA-256 of the canonical JSON of the message's body without `by`. */
  bodySha256: string;
}

export interface DecisionClaims {
  namespace: string;
  incarnation: string;
  planDigest: string;
  changeDigest: string;
  decision: 'approve' | 'reject';
}

/** Verifies compact JWS proofs. Throws NaasError('Unproven') that says why, never with the token in it. */
export interface Proofs {
  verifySender(token: string, expected: SenderClaims): Promise<{ sender: Sender; nonce: string }>;
  verifyDecision(token: string, expected: DecisionClaims): Promise<{ sender: Sender; nonce: string }>;
}
