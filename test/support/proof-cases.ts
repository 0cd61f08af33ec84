// Counts the cases of one proof as they are gone through, and those in which its rule did not hold.
import { recordProof } from './proof-table.ts';

export interface ProofCases {
  /** So many cases at once: until the body has ended well they count as violated. */
  hold<T>(count: number, body: () => Promise<T>): Promise<T>;
  record(): void;
}

export function proofCases(suite: string): ProofCases {
  let cases = 0;
  let violations = 0;
  return {
    async hold(count, body) {
      cases += count;
      violations += count;
      const result = await body();
      violations -= count;
      return result;
    },
    record: () => recordProof(suite, cases, violations),
  };
}
