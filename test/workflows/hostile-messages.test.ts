// Whoever may speak to Temporal may send anything. A malformed message is answered with the field that is wrong; it never
// stops the run for everybody else.
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodySha256 } from '../../src/client/proven.ts';
import { LIFECYCLE_WORKFLOW, workflowId } from '../../src/spec/names.ts';
import { sharedPlatform } from '../support/platform.ts';
import { rawJson, rawSignal, rawStart, rawUpdate, UNREADABLE } from '../support/raw-payload.ts';
import { withTemporal } from '../support/runs.ts';
import { openStand, PEOPLE, STAGING, type Stand } from '../support/scenario.ts';

const NAME = 'hostile';

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  await stand.submit(NAME, STAGING);
  await stand.untilAll([NAME], ['awaiting-approval']);
});

afterAll(() => stand?.close());

const MALFORMED: unknown[] = [
  undefined,
  null,
  'text',
  42,
  [],
  {},
  { requestId: 1, by: 2, proof: 3 },
  { requestId: '', by: '', proof: '', planDigest: '', changeDigest: '', decision: 'maybe' },
  { requestId: 'x'.repeat(5_000), by: 'y'.repeat(50_000) },
  { __proto__: { requestId: 'x' }, constructor: 'y' },
  { requestId: 'x', by: 'y', unknown: true },
  // Half a character, in a text short enough that nothing mends it on its way.
  { requestId: 'x', by: 'y', '\ud800': 1 },
  { proof: 'x', planDigest: 'y', changeDigest: 'z', decision: 'approve', '\ud800': 1 },
  { requestId: 'x', mode: 'create', request: {}, by: 'y', '\ud800': 1 },
  Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key-${index}-${'x'.repeat(50)}`, index])),
];

async function inTemporal<T>(use: (client: Client) => Promise<T>): Promise<T> {
  return withTemporal(sharedPlatform().temporalAddress, use);
}

/** The type of the failure that answered. */
async function answerOf(client: Client, message: string, payload: unknown): Promise<string> {
  const handle = client.workflow.getHandle(workflowId(NAME));
  try {
    if (payload === undefined) await handle.executeUpdate(message);
    else await handle.executeUpdate<unknown, [unknown]>(message, { args: [payload] });
    return 'accepted';
  } catch (error) {
    return String(((error as Error).cause as { type?: string } | undefined)?.type ?? error);
  }
}

function nested(depth: number): unknown {
  let value: unknown = 'end';
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}

describe('a message that is well formed around something monstrous', () => {
  it.each([
    ['nested too deep', nested(5_00)],
    ['with objects where names belong', { team: { toString: 1 }, project: ['a'], environment: 7 }],
  ])('%s is answered, and the run goes on', async (_what, request) => {
    const by = await stand.prover(PEOPLE.owner)({ message: 'submit', namespace: NAME, bodySha256: '0'.repeat(64) });
    const answer = await inTemporal((client) =>
      answerOf(client, 'submit', { requestId: crypto.randomUUID(), mode: 'create', request, by }),
    );
    expect(['InvalidRequest', 'Unproven']).toContain(answer);
    expect((await stand.owner.status(NAME)).phase).toBe('awaiting-approval');
  });

  it('is refused as the start of a run, which holds no name afterwards', async () => {
    await inTemporal(async (client) => {
      const submission = { requestId: 'deep', mode: 'create', request: nested(500), by: 'x.y.z' };
      const run = await client.workflow.start(LIFECYCLE_WORKFLOW, {
        workflowId: workflowId('hostile-deep'),
        taskQueue: stand.taskQueue,
        args: [{ submission }],
      });
      await expect(run.result()).resolves.toMatchObject({ phase: 'refused' });
    });
  });
});

describe('a request that grows in what is made of it', () => {
  const submission = async (name: string, request: string) => {
    const by = await stand.prover(PEOPLE.owner)({
      message: 'submit',
      namespace: name,
      bodySha256: await bodySha256({ mode: 'create', request: JSON.parse(request) }).catch(() => '0'.repeat(64)),
    });
    return rawJson(`{"submission":{"requestId":"r","mode":"create","by":"${by}","request":${request}}}`);
  };

  it.each([
    ['deep', 'nested so deep that nothing can write it again', `${'['.repeat(50_000)}${']'.repeat(50_000)}`],
    ['wide', 'with keys that an answer would repeat', `{"labels":{"${'k'.repeat(1_900_000)}":"x"}}`],
  ])('%s: %s ends at once', async (name, _what, request) => {
    await inTemporal(async (client) => {
      await rawStart(client, stand.taskQueue, `hostile-${name}`, await submission(`hostile-${name}`, request));
      const ended = await client.workflow
        .getHandle(workflowId(`hostile-${name}`))
        .result()
        .then(
          (status) => (status as { problems: { code: string }[] }).problems[0]?.code,
          (error: Error) => (error.cause as { type?: string }).type,
        );
      expect(ended).toBe('InvalidRequest');
    });
  });
});

describe('a malformed message', () => {
  it.each(['submit', 'decide', 'teardown', 'cancel'])(
    'as %s is answered, every time, and the run goes on',
    async (message) => {
      const answers = await inTemporal((client) =>
        Promise.all(MALFORMED.map((payload) => answerOf(client, message, payload))),
      );
      const expected = message === 'teardown' ? ['InvalidRequest', 'StillInProgress'] : ['InvalidRequest'];
      expect(answers.filter((answer) => !expected.includes(answer))).toEqual([]);
      expect((await stand.owner.status(NAME)).phase).toBe('awaiting-approval');
    },
  );

  it('by signal is shown in the history and changes nothing', async () => {
    await inTemporal(async (client) => {
      for (const payload of MALFORMED) await client.workflow.getHandle(workflowId(NAME)).signal('decision', payload);
    });
    await expect
      .poll(
        async () => (await stand.owner.history(NAME)).filter((entry) => entry.text.includes('was not counted')).length,
      )
      .toBe(MALFORMED.length);
    expect((await stand.owner.status(NAME)).phase).toBe('awaiting-approval');
  });

  it('as the start of a run ends that run at once, so that it holds no name', async () => {
    await inTemporal(async (client) => {
      for (const [index, input] of [
        undefined,
        null,
        'text',
        {},
        { submission: null },
        { submission: { requestId: 1 } },
        { resume: { v: 1, phase: 'provisioning', step: 'claim', admission: {}, inventory: [] } },
      ].entries()) {
        const id = `hostile-start-${index}`;
        const run = await client.workflow.start(LIFECYCLE_WORKFLOW, {
          workflowId: workflowId(id),
          taskQueue: stand.taskQueue,
          args: input === undefined ? [] : [input],
        });
        await expect(run.result()).rejects.toMatchObject({ cause: { type: 'InvalidRequest' } });
      }
    });
  });

  it('in bytes that nobody can read is answered as any other, and the run goes on', async () => {
    const before = (await stand.owner.history(NAME)).length;
    await inTemporal(async (client) => {
      for (const [what, payload] of UNREADABLE) {
        for (const message of ['submit', 'decide', 'cancel'])
          expect(await rawUpdate(client, NAME, message, payload), `${message}: ${what}`).toBe('InvalidRequest');
        await rawSignal(client, NAME, 'decision', payload);
      }
    });
    const shown = async () =>
      (await stand.owner.history(NAME)).slice(before).filter((entry) => entry.text.includes('was not counted')).length;
    await expect.poll(shown).toBe(UNREADABLE.length);
    expect((await stand.owner.status(NAME)).phase).toBe('awaiting-approval');
  });

  it('in bytes that nobody can read ends the run that it starts, so that it holds no name', async () => {
    await inTemporal(async (client) => {
      for (const [index, [what, payload]] of UNREADABLE.entries()) {
        await rawStart(client, stand.taskQueue, `hostile-bytes-${index}`, payload);
        await expect(
          client.workflow.getHandle(workflowId(`hostile-bytes-${index}`)).result(),
          what,
        ).rejects.toMatchObject({
          cause: { type: 'InvalidRequest' },
        });
      }
    });
  });

  it('leaves the run able to take a good one', async () => {
    await expect(stand.lead.decide(NAME, { decision: 'reject', reason: 'enough' })).resolves.toMatchObject({
      phase: 'rejected',
      awaits: [],
    });
  });
});
