// The people of the proofs, and how each of them signs: with the key that the worker trusts, or with one that it does not.
import { join } from 'node:path';
import { createLocalIssuer, localProver } from '../../src/providers/proofs/local-issuer.ts';

export interface Person {
  subject: string;
  groups: readonly string[];
}

export type Prove = (claims: Record<string, unknown>) => Promise<string>;

export const PEOPLE = {
  owner: { subject: 'ada@example.com', groups: ['shop-developers'] },
  lead: { subject: 'grace@example.com', groups: ['shop-leads'] },
  platform: { subject: 'linus@example.com', groups: ['platform-leads'] },
  operator: { subject: 'olga@example.com', groups: ['platform-operators'] },
  stranger: { subject: 'mallory@example.com', groups: ['nobody'] },
} as const satisfies Record<string, { subject: string; groups: readonly string[] }>;

export async function provers(
  trustedKeyFile: string,
  dir: string,
): Promise<{ trusted(person: Person, nowMs?: () => number): Prove; forged(person: Person): Prove }> {
  const strange = await createLocalIssuer(join(dir, 'stranger'));
  const signing = (keyFile: string) => (person: Person, nowMs?: () => number) =>
    localProver({ keyFile, subject: person.subject, groups: [...person.groups], ...(nowMs && { nowMs }) });
  return { trusted: signing(trustedKeyFile), forged: signing(strange.keyFile) };
}
