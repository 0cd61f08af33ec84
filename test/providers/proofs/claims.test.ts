// What a signed proof has to say: each claim taken away or bent once, and none of them counts.
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SignedProofs } from '../../../src/providers/proofs/senders.ts';
import { trustedKeys } from '../../../src/providers/proofs/trusted-keys.ts';

const NOW_MS = Date.UTC(2026, 2, 1);
const NOW = NOW_MS / 1000;
const MESSAGE = { message: 'teardown', namespace: 'acts', bodySha256: '0'.repeat(64) };
const GOOD = {
  ...MESSAGE,
  subject: 'Ada@Example.com',
  groups: ['Shop-Leads', 'mixed-Аs'],
  nonce: 'n-1',
  iat: NOW,
  exp: NOW + 600,
};

const KEY_ID = 'test';
let key: Parameters<SignJWT['sign']>[0];
let proofs: SignedProofs;

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  key = privateKey;
  const keys = [{ ...(await exportJWK(publicKey)), kid: KEY_ID }];
  proofs = trustedKeys({ current: async () => ({ keys: { keys }, newer: async () => undefined }) });
});

const signed = (claims: Record<string, unknown>): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: KEY_ID }).sign(key);

async function outcomeOf(claims: Record<string, unknown>, signedSinceMs?: number): Promise<string> {
  const token = await signed(JSON.parse(JSON.stringify({ ...GOOD, ...claims })));
  return proofs.verify(token, MESSAGE, NOW_MS, signedSinceMs).then(
    () => 'proven',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe('a signed proof', () => {
  it('names its sender and groups in one spelling, and leaves out a group that has none', async () => {
    const { sender, nonce } = await proofs.verify(await signed(GOOD), MESSAGE, NOW_MS);
    expect(sender).toEqual({ subject: 'ada@example.com', groups: ['shop-leads'] });
    expect(nonce).toBe('n-1');
  });

  it.each([
    ['without an end', { exp: undefined }, /exp/],
    ['after its end', { exp: NOW - 60 }, /exp/],
    ['signed more than an hour ago, whatever end it says', { iat: NOW - 3_660, exp: NOW + 600 }, /iat/],
    ['without a nonce', { nonce: undefined }, /nonce/],
    ['with an empty nonce', { nonce: '' }, /nonce/],
    ['with a nonce that is no text', { nonce: 7 }, /nonce/],
    ['without a subject', { subject: undefined }, /subject/],
    ['of nobody', { subject: '\u200b' }, /names no user/],
    ['with groups that are no list', { groups: 'shop-leads' }, /groups/],
    ['with a group that is no text', { groups: [7] }, /groups/],
    ['for another message', { message: 'cancel' }, /"message"/],
    ['for another namespace', { namespace: 'other' }, /"namespace"/],
    ['for another body', { bodySha256: '1'.repeat(64) }, /"bodySha256"/],
    ['that says nothing of its namespace', { namespace: undefined }, /"namespace"/],
  ])('%s counts for nothing', async (_what, claims, why) => {
    const said = await outcomeOf(claims);
    expect(said).toMatch(/^Unproven/);
    expect(said).toMatch(why);
  });

  it('of an earlier life of the name says nothing about this one', async () => {
    expect(await outcomeOf({}, NOW_MS + 900)).toBe('proven');
    expect(await outcomeOf({}, NOW_MS + 1_000)).toMatch(/^Unproven: .*1 s before/);
    expect(await outcomeOf({ iat: undefined }, NOW_MS)).toMatch(/^Unproven: .*"iat"/);
  });

  it('counts at the time at which it was received, however late somebody looks', async () => {
    const token = await signed({ ...GOOD, exp: NOW + 600 });
    const late = (afterSeconds: number) =>
      proofs.verify(token, MESSAGE, NOW_MS + afterSeconds * 1000).then(
        () => 'proven',
        (error: Error) => error.name,
      );
    expect([await late(600), await late(700)]).toEqual(['proven', 'Unproven']);
  });

  it('by an algorithm that is not on the list counts for nothing, though its key be trusted', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS512', { extractable: true });
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'rsa' }];
    const trusting = trustedKeys({ current: async () => ({ keys: { keys }, newer: async () => undefined }) });
    const token = await new SignJWT(GOOD).setProtectedHeader({ alg: 'RS512', kid: 'rsa' }).sign(privateKey);
    await expect(trusting.verify(token, MESSAGE, NOW_MS)).rejects.toMatchObject({ name: 'Unproven' });
  });
});
