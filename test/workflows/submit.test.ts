// Submitting, with everything that can come between: a refused request, a lost update, a repeated or reused id, a fresh
// history, another request for the same name, no worker at all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NaasClient, Prove } from '../../src/client/api.ts';
import { createNaasClient } from '../../src/client/index.ts';
import { bodySha256 } from '../../src/client/proven.ts';
import { localProver } from '../../src/providers/proofs/local-issuer.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { sharedPlatform } from '../support/platform.ts';
import { startAlone, submissionOf, withTemporal } from '../support/runs.ts';
import { DEV, openStand, PEOPLE, type Stand } from '../support/scenario.ts';

let stand: Stand;

beforeAll(async () => {
  // Fewer events than a provisioning has: every run renews its history as soon as it is ready.
  stand = await openStand({ timing: { continueAsNewAfterEvents: 20 } });
});

afterAll(() => stand?.close());

async function problemOf(promise: Promise<unknown>): Promise<NaasError> {
  const error = await promise.then(
    (answer) => {
      throw new Error(`expected a refusal, got ${JSON.stringify(answer)}`);
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof NaasError)) throw error;
  return error;
}

function speaking(prove: Prove): NaasClient {
  return createNaasClient({ address: sharedPlatform().temporalAddress, taskQueue: stand.taskQueue, prove });
}

function createClient(namespace: string): NaasClient {
  return createNaasClient({
    address: sharedPlatform().temporalAddress,
    namespace,
    prove: (claims) => stand.prover(PEOPLE.owner)(claims),
  });
}

async function runOf(name: string): Promise<string> {
  return withTemporal(
    sharedPlatform().temporalAddress,
    async (client) => (await client.workflow.getHandle(`namespace:${name}`).describe()).runId,
  );
}

describe("a Temporal namespace that is not Temporal's", () => {
  const nowhere = createClient('nowhere');
  afterAll(() => nowhere.close());

  it.each<[string, (client: NaasClient) => Promise<unknown>]>([
    ['submit', (client) => client.submit(stand.request('sub-nowhere', DEV))],
    ['submit with an id', (client) => client.submit(stand.request('sub-nowhere', DEV), { requestId: 'r' })],
    ['status', (client) => client.status('sub-nowhere')],
    ['teardown', (client) => client.teardown('sub-nowhere')],
    ['preview', (client) => client.preview(stand.request('sub-nowhere', DEV))],
    ['list', (client) => client.list()[Symbol.asyncIterator]().next()],
    ['approvals', (client) => client.approvals({ user: 'lee@example.com', groups: [] })],
  ])('is named as what is missing: %s', async (_what, call) => {
    const error = await problemOf(call(nowhere));
    expect(error).toMatchObject({ code: 'NotFound' });
    expect(error.message).toMatch(/^Temporal at \S+ has no Temporal namespace nowhere: check TEMPORAL_NAMESPACE$/);
  });
});

describe('without a worker', () => {
  it('ends as Unknown after 10 s, and status answers from Temporal alone, marked stale', async () => {
    const alone = createNaasClient({
      address: sharedPlatform().temporalAddress,
      taskQueue: 'nobody-polls-this',
      prove: stand.prover(PEOPLE.owner),
    });
    const started = Date.now();
    const error = await problemOf(alone.submit(stand.request('sub-alone', DEV)));
    const waitedMs = Date.now() - started;
    expect(error.code).toBe('Unknown');
    expect(waitedMs).toBeGreaterThan(9_000);
    expect(waitedMs).toBeLessThan(13_000);
    const status = await alone.status('sub-alone');
    expect(status).toMatchObject({ name: 'sub-alone', phase: 'requested', stale: true });
    expect(status.waitsFor?.what).toContain('worker');
    await alone.close();
    await withTemporal(sharedPlatform().temporalAddress, (client) =>
      client.workflow.getHandle('namespace:sub-alone').terminate('end of the test'),
    );
  });

  it('loses no request whose update never arrived: it is made when a worker comes, and the same submit answers', async () => {
    const request = stand.request('sub-lost', DEV);
    const submission = await submissionOf(stand.prover(PEOPLE.owner), 'sub-lost', request, 'lost-1');
    await withTemporal(sharedPlatform().temporalAddress, (client) =>
      startAlone(client, stand.taskQueue, 'sub-lost', submission),
    );
    await stand.startWorker();
    await stand.untilAll(['sub-lost'], ['ready']);
    const answer = await stand.owner.submit(request, { requestId: 'lost-1' });
    expect(answer).toMatchObject({ name: 'sub-lost', requestId: 'lost-1' });
  });
});

describe('a request that waited for a worker', () => {
  it('is held against the time at which Temporal took it, not at which a worker came', async () => {
    // Signed so long ago that the proof, with the tolerance for clocks, is good for two more seconds only.
    const { issuerKeyFile: keyFile } = sharedPlatform();
    const prove = localProver({
      keyFile,
      subject: PEOPLE.owner.subject,
      groups: [...PEOPLE.owner.groups],
      nowMs: () => Date.now() - 628_000,
    });
    const late = await openStand();
    try {
      const submission = await submissionOf(prove, 'sub-waited', late.request('sub-waited', DEV), 'waited-1');
      await withTemporal(sharedPlatform().temporalAddress, (client) =>
        startAlone(client, late.taskQueue, 'sub-waited', submission),
      );
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      await late.startWorker();
      await late.untilAll(['sub-waited'], ['ready']);
    } finally {
      await late.close();
    }
  });
});

describe('a preview', () => {
  it('is signed as one, so that nobody who took it can request with it; what 0.1.0 signed still previews', async () => {
    const request = stand.request('sub-looked', DEV);
    const claims = {
      message: 'preview',
      namespace: 'sub-looked',
      bodySha256: await bodySha256({ mode: 'create', request }),
    };
    const prove = stand.prover(PEOPLE.owner);
    const signed: unknown[] = [];
    const clients = {
      looking: speaking((asked) => {
        signed.push(asked);
        return prove(asked);
      }),
      thief: speaking(() => prove(claims)),
      early: speaking(() => prove({ ...claims, message: 'submit' })),
      other: speaking(() => prove({ ...claims, message: 'teardown' })),
    };
    expect(await clients.looking.preview(request)).toMatchObject({ problems: [] });
    expect(signed).toEqual([claims]);
    const refused = await problemOf(clients.thief.submit(request));
    expect(refused).toMatchObject({ code: 'Unproven' });
    expect(refused.message).toContain('its claim "message" is "preview", expected "submit"');
    expect(await clients.early.preview(request)).toMatchObject({ problems: [] });
    expect((await clients.other.preview(request)).problems).toMatchObject([
      { code: 'Unproven', message: expect.stringContaining('expected "preview"') },
    ]);
    await Promise.all(Object.values(clients).map((client) => client.close()));
  });
});

describe('a request', () => {
  it('that is refused says why, field by field, and leaves the name free', async () => {
    const wrong = { ...stand.request('sub-refused', DEV), tier: 'gigantic', team: 'nobody' };
    const error = await problemOf(stand.owner.submit(wrong));
    expect(error.code).toBe('InvalidRequest');
    expect(error.problems.map((problem) => problem.field).sort()).toEqual(['team', 'tier']);
    expect(error.problems.find((problem) => problem.field === 'tier')?.allowed).toEqual(['dev', 'prod', 'staging']);
    const [refused] = await stand.untilAll(['sub-refused'], ['refused']);
    expect(refused?.inventory).toEqual([]);
    await stand.submit('sub-refused', DEV);
    await stand.untilAll(['sub-refused'], ['ready']);
  });

  it('without a trusted proof is refused as unproven', async () => {
    const forger = createNaasClient({
      address: sharedPlatform().temporalAddress,
      taskQueue: stand.taskQueue,
      prove: stand.forger(PEOPLE.owner),
    });
    const error = await problemOf(forger.submit(stand.request('sub-forged', DEV)));
    expect(error.code).toBe('Unproven');
    await forger.close();
  });

  it('repeated is the same request: in the same run, and after its history was renewed', async () => {
    const request = stand.request('sub-repeat', DEV);
    const first = await stand.owner.submit(request);
    const run = await runOf('sub-repeat');
    expect(await stand.owner.submit(request)).toMatchObject({ planDigest: first.planDigest });
    expect(await stand.owner.submit(request, { requestId: first.requestId })).toEqual(first);
    await stand.untilAll(['sub-repeat'], ['ready']);
    await expect.poll(() => runOf('sub-repeat'), { timeout: 10_000 }).not.toBe(run);
    expect(await stand.owner.submit(request, { requestId: first.requestId })).toEqual(first);
    expect(await stand.owner.submit(request)).toMatchObject({ phase: 'ready', planDigest: first.planDigest });
    const other = await problemOf(stand.lead.submit(request));
    expect(other.code, 'the same words of somebody else are another request').toBe('Conflict');
    expect((await stand.owner.status('sub-repeat')).phase).toBe('ready');
  });

  it('repeated without a pause holds up no renewal of the history, and each repeat is answered', async () => {
    const request = stand.request('sub-steady', DEV);
    const { planDigest } = await stand.owner.submit(request);
    await stand.untilAll(['sub-steady'], ['ready']);
    const runs = new Set<string>();
    for (let repeat = 0; repeat < 12; repeat += 1) {
      expect(await stand.owner.submit(request)).toMatchObject({ planDigest });
      runs.add(await runOf('sub-steady'));
    }
    // A repeat is eleven events, the limit is twenty: every other one at the latest begins a fresh history.
    expect(runs.size).toBeGreaterThanOrEqual(5);
  });

  it('made again after the namespace was deleted is a new request', async () => {
    const request = stand.request('sub-again', DEV);
    await stand.owner.submit(request);
    await stand.untilAll(['sub-again'], ['ready']);
    await stand.owner.teardown('sub-again');
    await stand.untilAll(['sub-again'], ['deleted']);
    expect((await stand.owner.submit(request)).phase).toBe('provisioning');
    await stand.untilAll(['sub-again'], ['ready']);
  });

  it('that the server answers from the memory of a run that is over does not pass for a new one', async () => {
    // More events than a whole life has, so that the run that ends is the one that took the request.
    const plain = await openStand({ timing: { continueAsNewAfterEvents: 500 } });
    try {
      await plain.startWorker();
      const request = plain.request('sub-old-id', DEV);
      await plain.owner.submit(request, { requestId: 'first-life' });
      await plain.untilAll(['sub-old-id'], ['ready']);
      await plain.owner.teardown('sub-old-id');
      await plain.untilAll(['sub-old-id'], ['deleted']);
      expect((await problemOf(plain.owner.submit(request, { requestId: 'first-life' }))).code).toBe('Ended');
      expect((await plain.owner.submit(request)).phase).toBe('provisioning');
      await plain.untilAll(['sub-old-id'], ['ready']);
    } finally {
      await plain.close();
    }
  });

  it('that was refused may be made again when the reason is gone', async () => {
    const stranger = stand.clientOf({ subject: 'ada@example.com', groups: ['nobody'] });
    const request = stand.request('sub-corrected', DEV);
    expect((await problemOf(stranger.submit(request))).code).toBe('NotAllowed');
    await stranger.close();
    expect((await stand.owner.submit(request)).phase).toBe('provisioning');
    await stand.untilAll(['sub-corrected'], ['ready']);
  });

  it('whose run somebody terminated is shown as what nobody watches any more', async () => {
    await stand.submit('sub-terminated', DEV);
    await stand.untilAll(['sub-terminated'], ['ready']);
    await withTemporal(sharedPlatform().temporalAddress, (client) =>
      client.workflow.getHandle('namespace:sub-terminated').terminate('an operator was quick'),
    );
    const status = await stand.owner.status('sub-terminated');
    expect(status).toMatchObject({ phase: 'ready', stale: true, endedInTemporal: 'terminated' });
    expect(status.waitsFor?.what).toContain('terminated in Temporal');
    const refused = await problemOf(stand.owner.teardown('sub-terminated'));
    expect(refused).toMatchObject({
      code: 'Ended',
      problems: [{ hint: expect.stringContaining('`naas recover sub-terminated`') }],
    });
    expect(refused.message).toContain('was ready: its run was terminated in Temporal');
  });

  it('with the same id and another content is told so, before and after the history was renewed', async () => {
    const request = stand.request('sub-reused', DEV);
    const run = await stand.owner.submit(request, { requestId: 'same-id' }).then(() => runOf('sub-reused'));
    const other = { ...request, purpose: 'something else' };
    expect((await problemOf(stand.owner.submit(other, { requestId: 'same-id' }))).code).toBe('RequestIdReused');
    await stand.untilAll(['sub-reused'], ['ready']);
    await expect.poll(() => runOf('sub-reused'), { timeout: 10_000 }).not.toBe(run);
    expect((await problemOf(stand.owner.submit(other, { requestId: 'same-id' }))).code).toBe('RequestIdReused');
  });

  it('for the same once more, while it is on its way out, is a conflict: nothing new will come of it', async () => {
    const request = stand.request('sub-dying', DEV);
    await stand.owner.submit(request);
    await stand.untilAll(['sub-dying'], ['ready']);
    await stand.owner.teardown('sub-dying');
    expect((await problemOf(stand.owner.submit(request))).code).toBe('Conflict');
    await stand.untilAll(['sub-dying'], ['deleted']);
  });

  it('for a name that is held is a conflict that says by whom', async () => {
    await stand.submit('sub-held', DEV);
    const error = await problemOf(
      stand.owner.submit({ ...stand.request('sub-held', DEV), purpose: 'mine now' }, { requestId: 'another' }),
    );
    expect(error.code).toBe('Conflict');
    expect(error.message).toContain('requested by ada@example.com');
    expect(error.message).toContain('shop/sub-held/dev');
  });

  it('for a name that another triple comes to as well is a conflict that names both triples', async () => {
    const { name: _a, ...plain } = stand.request('x', { ...DEV, project: 'a-b', environment: 'c' });
    const { name: _b, ...twin } = stand.request('x', { ...DEV, project: 'a', environment: 'b-c' });
    await stand.owner.submit(plain);
    const error = await problemOf(stand.owner.submit(twin));
    expect(error.code).toBe('Conflict');
    expect(error.message).toContain('shop/a-b/c');
    expect(error.message).toContain('shop/a/b-c');
  });

  it('of eight clients at once for one name has one winner, and a typed answer for the rest', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        stand.owner.submit(
          { ...stand.request('sub-race', DEV), purpose: `try ${index}` },
          { requestId: `race-${index}` },
        ),
      ),
    );
    const lost = attempts
      .filter((attempt) => attempt.status === 'rejected')
      .map((attempt) => (attempt.reason as NaasError).code);
    expect(lost).toEqual(Array.from({ length: 7 }, () => 'Conflict'));
  });

  it('whose update races the renewal of the history is neither lost nor made twice', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `sub-can-${index}`);
    await Promise.all(names.map((name) => stand.submit(name, DEV)));
    // Every run renews its history within these seconds, and each message meets it somewhere else.
    const answers = await Promise.all(
      names.flatMap((name) =>
        Array.from({ length: 10 }, async (_, index) => {
          await new Promise((resolve) => setTimeout(resolve, index * 60));
          return (
            await problemOf(
              stand.owner.submit(
                { ...stand.request(name, DEV), purpose: `late ${index}` },
                { requestId: `late-${index}` },
              ),
            )
          ).code;
        }),
      ),
    );
    expect(new Set(answers)).toEqual(new Set(['Conflict']));
    const statuses = await stand.untilAll(names, ['ready']);
    expect(statuses.map((status) => status.readyAt !== undefined)).toEqual(names.map(() => true));
  });
});
