// Verifies the proof that rides with a message and answers who sent it. Whether that person may, the workflow decides on
// what admission recorded.
import type { Sender } from '../spec/approval.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import type { Catalog } from '../spec/catalog.ts';
import { ERRORS, NaasError, type Problem } from '../spec/errors.ts';
import { isOperator } from '../spec/people.ts';
import type { Proof } from '../spec/proof.ts';
import { atTheBoundary } from './boundary.ts';
import type { DecisionClaims, Proofs } from './proofs.ts';

/** An unproven message is an answer, not a failure of the activity: operators should see no red for a forged token. */
export type Verified =
  | {
      sender: Sender;
      nonce: string;
      /** Now, by the catalog of the worker that checked; absent in old histories. */
      operator?: boolean;
    }
  | { problem: Problem };

export interface VerifySenderInput {
  token: Proof;
  message: string;
  namespace: string;
  /** The message without `by`. */
  body: Record<string, unknown>;
  receivedAtMs: number;
  /** When the life began that the message is about; absent for the request that begins one. */
  signedSinceMs?: number;
}

export interface VerifyDecisionInput extends DecisionClaims {
  token: Proof;
  receivedAtMs: number;
}

export function verifyActivities({ proofs, catalog }: { proofs: Proofs; catalog: Catalog }) {
  return {
    async verifySender(input: VerifySenderInput): Promise<Verified> {
      const { token, message, namespace, body, receivedAtMs, signedSinceMs } = input;
      return atTheBoundary(() =>
        answered(async () => {
          const bodySha256 = sha256Hex(canonicalJson(body));
          const proven = await proofs.verify(token, { message, namespace, bodySha256 }, receivedAtMs, signedSinceMs);
          return { ...proven, operator: isOperator(proven.sender, catalog) };
        }),
      );
    },

    async verifyDecision({ token, receivedAtMs, ...claims }: VerifyDecisionInput): Promise<Verified> {
      return atTheBoundary(() => answered(() => proofs.verify(token, claims, receivedAtMs)));
    },
  };
}

/** What trying again cannot mend is the answer; only what is away is worth a retry. */
async function answered(verify: () => Promise<Verified>): Promise<Verified> {
  try {
    return await verify();
  } catch (error) {
    if (!(error instanceof NaasError) || !ERRORS[error.code].permanent) throw error;
    const [problem = { code: error.code, message: error.message }] = error.problems;
    return { problem };
  }
}
