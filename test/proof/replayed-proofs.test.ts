// Proofs travel in messages, and stay in histories: whoever may read those has them. They are signed statements, not secrets,
// so long as a second use of one does nothing. Every proof of several lives is sent again, to every namespace, as every
// message, as it was and with another body: each is refused, or nothing comes of it.
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../src/spec/canonical.ts';
import { isErrorName } from '../../src/spec/errors.ts';
import { workflowId } from '../../src/spec/names.ts';
import type { PlanAnswer, Submission } from '../../src/workflows/messages.ts';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { sharedPlatform } from '../support/platform.ts';
import { recordProof } from '../support/proof-table.ts';
import { rawJson, rawSignal, rawUpdate } from '../support/raw-payload.ts';
import { recordedProofs } from '../support/recorded-proofs.ts';
import { startAlone, submissionOf, withTemporal } from '../support/runs.ts';
import { DEV, openStand, PEOPLE, STAGING, type Stand } from '../support/scenario.ts';

/** Each had a life already, which ended in its own way, and lives again; `other` never had one before. */
const APPROVED = 'replay-approved';
const CANCELLED = 'replay-cancelled';
const REJECTED = 'replay-rejected';
const DELETED = 'replay-deleted';
const LIVING = 'replay-living';
const OTHER = 'replay-other';
const NAMES = [APPROVED, CANCELLED, REJECTED, DELETED, LIVING, OTHER];

let stand: Stand;
let proofs: string[];
let cases = 0;
let violations = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  await firstLives();
  proofs = await inTemporal(async (client) => [
    ...new Set((await Promise.all(NAMES.map((name) => proofsOf(client, name)))).flat()),
  ]);
  await secondLives();
});

afterAll(async () => {
  const made = [CANCELLED, DELETED, LIVING];
  await Promise.all(made.map((name) => stand.owner.teardown(name)));
  await stand.untilAll(made, ['deleted']);
  await stand?.close();
  recordProof('proofs that are sent again', cases, violations);
});

async function inTemporal<T>(use: (client: Client) => Promise<T>): Promise<T> {
  return withTemporal(sharedPlatform().temporalAddress, use);
}

async function proofsOf(client: Client, name: string): Promise<string[]> {
  if (name === OTHER) return [];
  return recordedProofs(await client.workflow.getHandle(workflowId(name)).fetchHistory());
}

async function firstLives(): Promise<void> {
  const { submit, untilAll, owner, lead } = stand;
  await Promise.all([
    submit(APPROVED, STAGING),
    submit(CANCELLED, STAGING),
    submit(REJECTED, STAGING),
    submit(DELETED, DEV),
    submit(LIVING, DEV),
  ]);
  await untilAll([APPROVED, CANCELLED, REJECTED], ['awaiting-approval']);
  await lead.decide(APPROVED, { decision: 'approve' });
  await lead.decide(REJECTED, { decision: 'reject' });
  await owner.cancel(CANCELLED);
  await untilAll([APPROVED, DELETED, LIVING], ['ready']);
  await Promise.all([owner.teardown(APPROVED), owner.teardown(DELETED)]);
  await untilAll([APPROVED, DELETED], ['deleted']);
  await untilAll([CANCELLED], ['cancelled']);
}

async function secondLives(): Promise<void> {
  const { submit, untilAll } = stand;
  const waiting = [APPROVED, REJECTED, OTHER];
  const made = [CANCELLED, DELETED];
  await Promise.all([...waiting.map((name) => submit(name, STAGING)), ...made.map((name) => submit(name, DEV))]);
  await untilAll(waiting, ['awaiting-approval']);
  await untilAll(made, ['ready']);
}

/** What a person would see of all of them, but for the messages that were refused. */
async function standing(): Promise<unknown[]> {
  return Promise.all(
    NAMES.map(async (name) => {
      const { phase, step, inventory, approval, requestId, incarnation } = await stand.owner.status(name);
      return { name, phase, step, inventory, approval, requestId, incarnation };
    }),
  );
}

interface Sent {
  message: string;
  signal?: boolean;
  body: Record<string, unknown>;
}

/** As each message that there is; what a decision is about is what stands there now. */
function everyUse(proof: string, name: string, plan: PlanAnswer): Sent[] {
  const { planDigest, changeDigest } = plan;
  const request = stand.request(name, STAGING);
  const decide = (decision: string): Record<string, unknown> => ({ proof, planDigest, changeDigest, decision });
  return [
    { message: 'submit', body: { requestId: 'again', mode: 'create', request, by: proof } },
    {
      message: 'submit',
      body: { requestId: 'again', mode: 'create', request: { ...request, purpose: 'more' }, by: proof },
    },
    { message: 'decide', body: decide('approve') },
    { message: 'decide', body: decide('reject') },
    { message: 'decision', signal: true, body: decide('approve') },
    { message: 'teardown', body: { requestId: 'again', by: proof } },
    { message: 'cancel', body: { requestId: 'again', by: proof } },
  ];
}

/** A decision never counts twice; what is answered to the others must not move anything, which is looked at afterwards. */
async function sendAgain(client: Client, name: string, { message, signal, body }: Sent): Promise<void> {
  const payload = rawJson(JSON.stringify(body));
  cases += 1;
  if (signal === true) return rawSignal(client, name, message, payload);
  const answer = await rawUpdate(client, name, message, payload);
  const refused = isErrorName(answer) && answer !== 'Unexpected';
  if (!refused && message !== 'submit') violations += 1;
  expect(refused || message === 'submit', `${message} to ${name} was answered ${answer}`).toBe(true);
}

async function nothingMoved(before: Snapshot, stood: unknown[]): Promise<void> {
  const now = await standing();
  const changes = await stand.changesSince(before);
  if (JSON.stringify(now) !== JSON.stringify(stood) || changes.length > 0) violations += 1;
  expect(now).toEqual(stood);
  expect(changes).toEqual([]);
}

describe('a proof that is sent again', () => {
  it('is there to be taken: histories hold those of every message', () => {
    const claims = proofs.map(
      (proof) => JSON.parse(Buffer.from(proof.split('.')[1] ?? '', 'base64url').toString()) as object,
    );
    const kinds = claims.map((each) => ('message' in each ? String(each.message) : 'decision'));
    expect([...new Set(kinds)].sort()).toEqual(['cancel', 'decision', 'submit', 'teardown']);
  });

  it('is good for nothing in any message to any namespace', { timeout: 600_000 }, async () => {
    const before = await stand.snapshot();
    const stood = await standing();
    await inTemporal(async (client) => {
      for (const name of NAMES) {
        const plan = await stand.owner.plan(name);
        if (plan === null) throw new Error(`${name} has no plan`);
        for (const proof of proofs) for (const use of everyUse(proof, name, plan)) await sendAgain(client, name, use);
      }
    });
    await nothingMoved(before, stood);
  });

  it('is good for nothing in the very message that it came with, in the next life of the name', async () => {
    const before = await stand.snapshot();
    const stood = await standing();
    await inTemporal(async (client) => {
      for (const [name, message] of [
        [APPROVED, 'teardown'],
        [DELETED, 'teardown'],
        [CANCELLED, 'cancel'],
        [APPROVED, 'decide'],
        [REJECTED, 'decide'],
      ] as const) {
        const bodies = await earlierBodies(client, name, message);
        expect(bodies.length, `${message} of ${name}`).toBeGreaterThan(0);
        for (const body of bodies) await sendAgain(client, name, { message, body });
      }
    });
    await nothingMoved(before, stood);
  });

  it('cancels one change, and never the next one of the same life', async () => {
    const name = APPROVED;
    const wanted = (purpose: string) => ({ ...stand.request(name, STAGING), purpose });
    const requestId = 'cancel-once';
    const claims = { message: 'cancel', namespace: name, bodySha256: sha256Hex(canonicalJson({ requestId })) };
    const cancel = rawJson(JSON.stringify({ requestId, by: await stand.prover(PEOPLE.owner)(claims) }));
    violations += 1;
    await stand.lead.decide(name, { decision: 'approve' });
    await stand.untilAll([name], ['ready']);
    await inTemporal(async (client) => {
      await stand.owner.change(name, wanted('one'));
      expect(await rawUpdate(client, name, 'cancel', cancel)).toBe('accepted');
      expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('cancelled');
      await stand.owner.change(name, wanted('two'));
      expect(await rawUpdate(client, name, 'cancel', cancel)).toBe('Unproven');
    });
    expect((await stand.owner.status(name)).operation?.step).toBe('awaiting-approval');
    await stand.owner.cancel(name);
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['deleted']);
    cases += 1;
    violations -= 1;
  });

  it('starts nothing under another name, and nothing after its time', async () => {
    await inTemporal(async (client) => {
      const ends: string[] = [];
      for (const [index, by] of proofs.entries()) {
        const name = `replay-new-${index}`;
        const submission: Submission = { requestId: 'again', mode: 'create', request: stand.request(name, DEV), by };
        await startAlone(client, stand.taskQueue, name, submission);
        ends.push(((await client.workflow.getHandle(workflowId(name)).result()) as { phase: string }).phase);
        cases += 1;
      }
      expect(ends).toEqual(proofs.map(() => 'refused'));
      const late = stand.proverAt(PEOPLE.owner, Date.now() - 11 * 60_000);
      const submission = await submissionOf(late, 'replay-late', stand.request('replay-late', DEV), 'late');
      await startAlone(client, stand.taskQueue, 'replay-late', submission);
      await expect(client.workflow.getHandle(workflowId('replay-late')).result()).resolves.toMatchObject({
        phase: 'refused',
        problems: [{ code: 'Unproven' }],
      });
      cases += 1;
    });
  });

  /**
   * The limit of it: until it expires, a captured request can be made once more in its sender's name when its namespace is
   * gone. Nothing is made that a person has to approve; that person is asked anew, and the old approval is for another life.
   */
  it('as a request of a life that is over is a request once more: the people are asked again', async () => {
    const before = await stand.snapshot();
    await stand.owner.cancel(REJECTED);
    await stand.untilAll([REJECTED], ['cancelled']);
    await inTemporal(async (client) => {
      const [submission] = (await earlierBodies(client, REJECTED, 'submit')) as unknown as Submission[];
      if (submission === undefined) throw new Error('no submission is recorded');
      await startAlone(client, stand.taskQueue, REJECTED, submission);
      await stand.untilAll([REJECTED], ['awaiting-approval']);
      for (const body of await earlierBodies(client, REJECTED, 'decide'))
        await sendAgain(client, REJECTED, { message: 'decide', body });
      expect((await stand.owner.status(REJECTED)).approval?.slots.some((slot) => slot.decidedBy !== undefined)).toBe(
        false,
      );
      expect(await stand.changesSince(before)).toEqual([]);
    });
    cases += 1;
  });
});

/** What was sent to the runs of a name before the one that lives now, with their proofs. */
async function earlierBodies(client: Client, name: string, message: string): Promise<Record<string, unknown>[]> {
  const { runId } = await client.workflow.getHandle(workflowId(name)).describe();
  const bodies: Record<string, unknown>[] = [];
  for await (const run of client.workflow.list({ query: `WorkflowId = '${workflowId(name)}'` })) {
    if (run.runId === runId) continue;
    const { events } = await client.workflow.getHandle(workflowId(name), run.runId).fetchHistory();
    for (const event of events ?? []) {
      const input = event.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input;
      if (input?.name !== message) continue;
      const data = input.args?.payloads?.[0]?.data;
      if (data != null) bodies.push(JSON.parse(Buffer.from(data).toString()) as Record<string, unknown>);
    }
  }
  return bodies;
}
