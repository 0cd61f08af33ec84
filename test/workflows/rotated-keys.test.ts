// A worker that takes its trusted keys from an address: a rotation there counts without a restart, and so does a key's removal.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNaasClient } from '../../src/client/index.ts';
import { createIssuer, type Issuer, type KeyServer, startKeyServer } from '../support/key-server.ts';
import { sharedPlatform } from '../support/platform.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';

let server: KeyServer;
let stand: Stand;

beforeAll(async () => {
  [server, stand] = await Promise.all([startKeyServer(), openStand()]);
  await stand.startWorker({ NAAS_TRUSTED_KEYS: server.url });
});

afterAll(() => Promise.all([stand?.close(), server?.close()]));

/** The phase that the preview of a request would begin with, or the name of what refused it. */
async function answerTo(issuer: Issuer): Promise<string> {
  const { temporalAddress, temporalNamespace } = sharedPlatform();
  const client = createNaasClient({
    address: temporalAddress,
    namespace: temporalNamespace,
    taskQueue: stand.taskQueue,
    // An unknown key is asked about again after five seconds at most; two cores beside other suites need more than ten.
    deadlineMs: 60_000,
    prove: issuer.sign,
  });
  try {
    const { problems } = await client.preview(stand.request('rotated', DEV));
    return problems[0]?.code ?? 'admitted';
  } finally {
    await client.close();
  }
}

describe('trusted keys at an address', () => {
  it('are rotated under a living worker', async () => {
    const [old, fresh] = await Promise.all([createIssuer('old'), createIssuer('fresh')]);
    server.publish(old.publicKey);
    expect(await answerTo(old)).toBe('admitted');
    server.publish(fresh.publicKey);
    expect(await answerTo(fresh)).toBe('admitted');
    expect(await answerTo(old)).toBe('Unproven');
  });

  it('that are away are waited for', async () => {
    const next = await createIssuer('next');
    await server.goAway();
    const answer = answerTo(next);
    server.publish(next.publicKey);
    await server.comeBack();
    expect(await answer).toBe('admitted');
  });
});
