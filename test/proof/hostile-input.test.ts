// The generated strangers of test/spec/hostile-requests.test.ts against a real worker, past naas's client: each run ends with
// what the pure code says of its request, each message gets a typed answer, no task fails, and the worker goes on.
import type { Client } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodySha256 } from '../../src/client/proven.ts';
import { isErrorName, NaasError, type Problem } from '../../src/spec/errors.ts';
import { isEnd } from '../../src/spec/lifecycle.ts';
import { workflowId } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import type { Status } from '../../src/spec/status.ts';
import { FULL, sampled } from '../support/generated-cases.ts';
import { hostileRequests } from '../support/hostile-requests.ts';
import { hostileKeys, hostileValues, ownEntry } from '../support/hostile-texts.ts';
import { sharedPlatform, type TestWorker } from '../support/platform.ts';
import { recordProof } from '../support/proof-table.ts';
import { rawJson, rawSignal, rawStart, rawUpdate } from '../support/raw-payload.ts';
import { failedTasks, withTemporal } from '../support/runs.ts';
import { openStand, PEOPLE, STAGING, type Stand } from '../support/scenario.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';
import { variantOf } from '../support/workflow-variant.ts';

const catalog = shippedCatalog();
const STARTS = { core: 60, full: 600 };
const MESSAGES = { core: 120, full: 1_500 };
/** As many as a server takes at once without holding any up. */
const AT_ONCE = 8;

let stand: Stand;
let worker: TestWorker;

beforeAll(async () => {
  stand = await openStand();
  // Far less than a worker has by default: what is sent must not pile up in it.
  worker = await stand.startWorker({ NODE_OPTIONS: '--max-old-space-size=384' });
});

afterAll(() => stand?.close());

async function inTemporal<T>(use: (client: Client) => Promise<T>): Promise<T> {
  return withTemporal(sharedPlatform().temporalAddress, use);
}

/** All, a few at a time, in order of their beginning. */
async function severally<T, R>(items: readonly T[], act: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index] as T;
      answers[index] = await act(item, index);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return answers;
}

/** What the pure code says of a request that is sent to a name. */
function judged(request: unknown, name: string): Problem[] {
  try {
    const spec = resolve(parseRequest(request), catalog, { cluster: 'local' });
    return spec.name === name ? [] : [{ code: 'InvalidRequest', message: '', field: 'name' }];
  } catch (error) {
    if (!(error instanceof NaasError)) throw error;
    return error.problems;
  }
}

/** Ends what did not end by itself: it waits for an approval. */
async function endOf(client: Client, name: string): Promise<Status> {
  const handle = client.workflow.getHandle(workflowId(name));
  await expect
    .poll(async () => (await handle.query<Status>('status')).phase, { timeout: 60_000 })
    .not.toBe('requested');
  const status = await handle.query<Status>('status');
  if (!isEnd(status.phase)) await handle.cancel();
  await handle.result();
  return status;
}

/** Whoever may ask, so that only what is asked for can be wrong. */
const OPERATOR = { subject: 'olga@example.com', groups: ['platform-operators'] };

async function startedWith(client: Client, name: string, request: unknown): Promise<Status> {
  const sha256 = await bodySha256({ mode: 'create', request }).catch(() => '0'.repeat(64));
  const by = await stand.prover(OPERATOR)({ message: 'submit', namespace: name, bodySha256: sha256 });
  // `undefined` and the like never get as far as a payload.
  const json = JSON.stringify({ requestId: 'hostile', mode: 'create', by, request }) ?? 'null';
  await rawStart(client, stand.taskQueue, name, rawJson(`{"submission":${json}}`));
  return endOf(client, name);
}

/** Approved by a person, so that what is good after all makes nothing; each under a name of its own. */
function aimedAt(name: string, value: unknown, isNamed: boolean): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const tier = 'tier' in value && value.tier === 'dev' ? { tier: 'staging', leaseDays: 7 } : {};
  return { ...value, ...tier, ...(isNamed ? { name } : {}) };
}

describe('a hostile request', () => {
  it('ends its run as the pure code says, and leaves nothing', { timeout: 900_000 }, async () => {
    const before = await stand.snapshot();
    const cases = sampled(hostileRequests, STARTS);
    const wrong = await inTemporal((client) =>
      severally(cases, async ({ value, touched }, index) => {
        const name = `xhostile-${index}`;
        const request = aimedAt(name, value, !touched.some(([first]) => first === 'name' || first === undefined));
        const expected = judged(JSON.parse(JSON.stringify(request) ?? 'null'), name);
        if (request === null || request === undefined) return [];
        const status = await startedWith(client, name, request);
        const said = status.problems.map(({ code, field }) => `${code} at ${field}`);
        const refused = expected.map(({ code, field }) => `${code} at ${field}`);
        const asked = JSON.stringify(request).slice(0, 2_000);
        return [
          // A namespace of others that has to exist is looked for in the cluster only.
          ...(refused.length > 0 && String(said) !== String(refused)
            ? [`${said} instead of ${refused}: ${asked}`]
            : []),
          ...(refused.length === 0 && !accepted(status) ? [`${status.phase}, ${said}: ${asked}`] : []),
          ...(await failedTasks(client, name)).map((failed) => `${failed}: ${asked}`),
        ];
      }),
    );
    recordProof('hostile requests to a real worker', cases.length, wrong.flat().length);
    expect(wrong.flat()).toEqual([]);
    expect(await stand.changesSince(before)).toEqual([]);
  });
});

function accepted({ phase, problems }: Status): boolean {
  if (phase === 'awaiting-approval') return true;
  // What only the cluster or the sender's team can tell.
  return phase === 'refused' && problems.every(({ code }) => code === 'RefusedByGuardrail');
}

/** A message with a hostile value in one of its fields, a hostile field besides, or nothing of a message at all. */
const hostileMessages = fc
  .tuple(
    fc.constantFrom('requestId', 'by', 'mode', 'request', 'proof', 'planDigest', 'changeDigest', 'decision', 'reason'),
    hostileKeys,
    hostileValues,
    fc.constantFrom('field', 'field', 'stranger', 'whole'),
  )
  .map(([field, key, value, how]) => ({ field, key, value, how }));

const GOOD: Readonly<Record<string, Record<string, unknown>>> = {
  submit: { requestId: 'r', mode: 'create', request: {}, by: 'a.b.c' },
  decide: { proof: 'a.b.c', planDigest: 'p', changeDigest: 'c', decision: 'approve' },
  teardown: { requestId: 'r', by: 'a.b.c' },
  cancel: { requestId: 'r', by: 'a.b.c' },
};

describe('a hostile message', () => {
  const NAME = 'xhostile-messages';

  it('of any kind gets a typed answer, and moves nothing', { timeout: 900_000 }, async () => {
    await stand.submit(NAME, STAGING);
    await stand.untilAll([NAME], ['awaiting-approval']);
    const cases = sampled(hostileMessages, MESSAGES);
    const wrong = await inTemporal((client) =>
      severally(cases, async ({ field, key, value, how }, index) => {
        const message = Object.keys(GOOD)[index % 4] ?? '';
        const good = { ...GOOD[message] };
        const sent = how === 'whole' ? value : ownEntry(good, how === 'field' ? field : key, value);
        const payload = rawJson(JSON.stringify(sent) ?? 'null');
        if (index % 5 === 0) await rawSignal(client, NAME, 'decision', payload);
        const answer = await rawUpdate(client, NAME, message, payload);
        return isErrorName(answer) && answer !== 'Unexpected' ? [] : [`${message} ${JSON.stringify(sent)}: ${answer}`];
      }),
    );
    recordProof('hostile messages to a real worker', cases.length, wrong.flat().length);
    expect(wrong.flat()).toEqual([]);
    expect(await inTemporal((client) => failedTasks(client, NAME))).toEqual([]);
    const status = await stand.owner.status(NAME);
    expect(status).toMatchObject({ phase: 'awaiting-approval', inventory: [], stale: false });
    expect(status.approval?.slots.filter((slot) => slot.decidedBy !== undefined)).toEqual([]);
  });

  it('to a name that is none, or of a kind that nobody knows, holds nothing up', async () => {
    await inTemporal(async (client) => {
      const names = ['', '../../x', 'a'.repeat(900), '\u202ex\u001b[2J', 'kube-system', '__proto__'];
      const ends = await severally(names, async (name) => (await startedWith(client, name, {})).phase);
      expect(ends).toEqual(names.map(() => 'refused'));
      const handle = client.workflow.getHandle(workflowId(NAME));
      for (const stranger of ['nonsense', '__proto__', 'constructor']) {
        await handle.signal(stranger, { x: 1 });
        await expect(handle.executeUpdate(stranger)).rejects.toThrow();
        await expect(handle.query(stranger)).rejects.toThrow();
      }
    });
  });

  it('leaves the worker alive and able to take a good one', async () => {
    expect(worker.ended(), worker.log().slice(-2_000)).toBeNull();
    await expect(stand.lead.decide(NAME, { decision: 'reject' })).resolves.toMatchObject({ phase: 'rejected' });
    await expect(stand.clientOf(PEOPLE.owner).status(NAME)).resolves.toMatchObject({ phase: 'rejected' });
  });
});

// Half a minute of a worker's dying.
if (FULL)
  describe('the guard against half a character in an error', () => {
    it('is needed: without it one message ends a worker, which then ends by itself to be replaced', async () => {
      const bundle = await variantOf(
        'half-characters',
        'data-converter.ts',
        'return wellFormed(super.errorToFailure(...given));',
        'return super.errorToFailure(...given);',
      );
      const fragile = await openStand();
      try {
        const doomed = await fragile.startWorker({ NAAS_WORKFLOW_BUNDLE: bundle });
        await fragile.submit('xhostile-fragile', STAGING);
        await fragile.untilAll(['xhostile-fragile'], ['awaiting-approval']);
        await inTemporal(async (client) => {
          // Short, because longer texts are mended on their way by chance.
          const half = rawJson('{"requestId":"r","by":"a.b.c","\\ud800":1}');
          const answer = rawUpdate(client, 'xhostile-fragile', 'cancel', half).catch(() => 'none');
          await expect(doomed.exited).resolves.toContain('1');
          // A worker with the guard answers what ended the other.
          await fragile.startWorker();
          await answer;
          await expect(rawUpdate(client, 'xhostile-fragile', 'cancel', half)).resolves.toBe('InvalidRequest');
        });
        await fragile.owner.cancel('xhostile-fragile');
      } finally {
        await fragile.close();
      }
    });
  });
