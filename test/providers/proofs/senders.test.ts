import { describe, expect, it, vi } from 'vitest';
import { type SignedProofs, senderProofs } from '../../../src/providers/proofs/senders.ts';
import { NaasError } from '../../../src/spec/errors.ts';
import type { UnsignedClaim } from '../../../src/spec/proof.ts';

const MESSAGE = { message: 'submit', namespace: 'shop-cart-dev', bodySha256: '0'.repeat(64) };
const DECISION = {
  namespace: 'shop-cart-dev',
  incarnation: 'abc',
  planDigest: '1'.repeat(64),
  changeDigest: '2'.repeat(64),
  decision: 'approve',
} as const;
const ADA: UnsignedClaim = { subject: 'Ada@Example.com', groups: ['shop-leads'] };

const signedAs = { sender: { subject: 'grace@example.com', groups: [] }, nonce: 'n' };
const keys = (): SignedProofs => ({ verify: vi.fn(async () => signedAs) });

async function refusalOf(verify: Promise<unknown>): Promise<NaasError> {
  const error = await verify.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NaasError)) throw new Error(`expected a refusal, got ${String(error)}`);
  return error;
}

describe('an installation that trusts signatures', () => {
  it('does not start without keys: nobody could send it anything', () => {
    expect(() => senderProofs('signed', undefined)).toThrow(/NAAS_TRUSTED_KEYS/);
  });

  const proofs = senderProofs('signed', keys());

  it('takes no unsigned claim, and says so', async () => {
    for (const [expected, field] of [
      [MESSAGE, 'by'],
      [DECISION, 'proof'],
    ] as const) {
      const { problems } = await refusalOf(proofs.verify(ADA, expected, 0));
      expect(problems).toMatchObject([{ code: 'Unproven', field, message: expect.stringContaining('not signed') }]);
    }
  });

  it('asks the keys about every token', async () => {
    expect(await proofs.verify('a.b.c', MESSAGE, 0)).toEqual(signedAs);
  });
});

describe('an installation that trusts Temporal', () => {
  const proofs = senderProofs('temporal', undefined);

  it('takes a sender at their word, in the one spelling', async () => {
    const proven = await proofs.verify(ADA, MESSAGE, 0);
    expect(proven.sender).toEqual({ subject: 'ada@example.com', groups: ['shop-leads'] });
    expect((await proofs.verify({ subject: 'bob@example.com' }, MESSAGE, 0)).sender.groups).toEqual([]);
  });

  it('uses nothing up: the same words may come again for a later change', async () => {
    const [first, second] = await Promise.all([proofs.verify(ADA, DECISION, 0), proofs.verify(ADA, DECISION, 0)]);
    expect(first.sender).toEqual(second.sender);
    expect(first.nonce).not.toBe(second.nonce);
  });

  it('still asks the keys about a token, and refuses it where there are none', async () => {
    const trusting = keys();
    expect(await senderProofs('temporal', trusting).verify('a.b.c', MESSAGE, 7, 5)).toEqual(signedAs);
    expect(trusting.verify).toHaveBeenCalledWith('a.b.c', MESSAGE, 7, 5);
    expect((await refusalOf(proofs.verify('a.b.c', MESSAGE, 0))).message).toContain('no trusted keys');
  });

  it.each<[string, unknown, string]>([
    ['a name of Kubernetes itself', { subject: 'system:masters' }, 'by.subject'],
    ['one in capitals and full width', { subject: 'ＳＹＳＴＥＭ：admin' }, 'by.subject'],
    ['one with an invisible letter in it', { subject: 'sys\u200btem:admin' }, 'by.subject'],
    ['a group of Kubernetes itself', { subject: 'ada', groups: ['a', 'system:masters'] }, 'by.groups[1]'],
    ['mixed look-alike scripts', { subject: 'аda@example.com' }, 'by.subject'],
    ['a group in mixed look-alike scripts', { subject: 'ada', groups: ['shоp-leads'] }, 'by.groups[0]'],
    ['a subject without a letter', { subject: '\u200b' }, 'by.subject'],
    ['a subject that is a number', { subject: 5 }, 'by.subject'],
    ['groups that are no list', { subject: 'ada', groups: { 0: 'a', length: 1 } }, 'by.groups'],
    ['no object at all', null, 'by'],
  ])('refuses %s and names the field', async (_what, claim, field) => {
    const { problems } = await refusalOf(proofs.verify(claim as UnsignedClaim, MESSAGE, 0));
    expect(problems).toMatchObject([{ code: 'Unproven', field, message: expect.stringContaining(field) }]);
  });
});
