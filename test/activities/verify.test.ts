// Who sent a message, as a run hears it: an answer where nothing can be mended by trying again, else a failure that is retried.
import { describe, expect, it } from 'vitest';
import type { Proofs } from '../../src/activities/proofs.ts';
import { verifyActivities } from '../../src/activities/verify.ts';
import { canonicalJson, sha256Hex } from '../../src/spec/canonical.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { catalog, failureOf, inActivity } from '../support/activity-world.ts';

const INPUT = {
  token: 'a.b.c',
  message: 'teardown',
  namespace: 'acts',
  body: { requestId: 'r-1', reason: 'over' },
  receivedAtMs: 2_000,
  signedSinceMs: 1_000,
};

const verify = (proofs: Proofs) => inActivity(() => verifyActivities({ proofs, catalog }).verifySender(INPUT));
const refusing = (code: 'Unproven' | 'Unavailable'): Proofs => ({
  verify: async () => {
    throw new NaasError({ code, message: 'no' });
  },
});

describe('the proof of a message', () => {
  it('is held against its body, its time and the life that it is about', async () => {
    const asked: unknown[] = [];
    const sender = { subject: 'olga@example.com', groups: ['platform-operators'] };
    const proofs: Proofs = {
      verify: async (...given) => {
        asked.push(given);
        return { sender, nonce: 'n' };
      },
    };
    expect(await verify(proofs)).toEqual({ sender, nonce: 'n', operator: true });
    const bodySha256 = sha256Hex(canonicalJson(INPUT.body));
    expect(asked).toEqual([['a.b.c', { message: 'teardown', namespace: 'acts', bodySha256 }, 2_000, 1_000]]);
  });

  it('that does not hold is an answer: nobody should see red for a forged token', async () => {
    expect(await verify(refusing('Unproven'))).toMatchObject({ problem: { code: 'Unproven' } });
  });

  it('that cannot be judged, because the keys are away, is tried again', async () => {
    expect(await failureOf(verify(refusing('Unavailable')))).toMatchObject({
      type: 'Unavailable',
      nonRetryable: false,
    });
  });
});
