// What every admission begins with: what is asked, what it is judged by, who was proven to ask, and which errors are an
// answer. It judges nothing.
import type { Sender } from '../spec/approval.ts';
import type { Catalog } from '../spec/catalog.ts';
import { ERRORS, NaasError, type Problem } from '../spec/errors.ts';
import type { Proof } from '../spec/proof.ts';
import type { DnsAnswers } from './answers.ts';
import type { Cluster } from './cluster.ts';
import type { DomainRuns } from './domains.ts';
import type { Proofs } from './proofs.ts';
import type { ZoneOf } from './records.ts';

export interface AdmitInput {
  submission: { requestId: string; mode: string; request: unknown; by: Proof };
  /** The name that the workflow id holds; the request has to come to the same. */
  name: string;
  /** When Temporal received it: a proof has to be valid then, however late a worker looks at it. */
  receivedAtMs: number;
}

export interface AdmitDependencies {
  cluster: Cluster;
  catalog: Catalog;
  proofs: Proofs;
  zoneOf: ZoneOf;
  domainRuns: DomainRuns;
  answers: DnsAnswers;
}

export interface Proven {
  sender: Sender;
  requestSha256: string;
}

/** A transient error is Temporal's to retry; a permanent one is the answer. */
export function permanentProblems(error: unknown): Problem[] {
  if (error instanceof NaasError && ERRORS[error.code].permanent) return error.problems;
  throw error;
}
