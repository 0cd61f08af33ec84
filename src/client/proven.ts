// What a message carries to prove itself: the canonical digest of its body and the caller's signature over it.
import { NaasError } from '../spec/errors.ts';
import { defaultNamespaceName } from '../spec/names.ts';
import type { Proof } from '../spec/proof.ts';
import type { Prove } from './api.ts';

/** The same digest that the worker computes: over the body as JSON carries it. */
export async function bodySha256(body: unknown): Promise<string> {
  const { canonicalJson, sha256Hex } = await import('../spec/canonical.ts');
  return sha256Hex(canonicalJson(JSON.parse(JSON.stringify(body))));
}

export async function proveSender(prove: Prove, message: string, namespace: string, body: unknown): Promise<Proof> {
  return prove({ message, namespace, bodySha256: await bodySha256(body) });
}

/** As the worker compares them; a name that has no such spelling is on nobody's list. */
export async function spellings(names: readonly string[]): Promise<string[]> {
  const { settleSubject } = await import('../spec/subjects.ts');
  return names.map(settleSubject).flatMap((settled) => ('subject' in settled ? [settled.subject] : []));
}

/** Parses the request here already, so that a mistake is told without a round trip; the worker parses it again. */
export async function requestedName(request: unknown): Promise<string> {
  const { parseRequest } = await import('../spec/request.ts');
  const parsed = parseRequest(request);
  const name = parsed.name ?? defaultNamespaceName(parsed);
  if (name.length > 63)
    throw new NaasError({
      code: 'InvalidRequest',
      message: `the name "${name}" is longer than 63 characters; give a shorter \`name\``,
      field: 'name',
      value: name,
    });
  return name;
}
