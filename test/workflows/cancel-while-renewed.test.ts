// A native cancel that comes in the very moment in which a run renews its history: the server holds the renewal back, the run
// hears of timer and cancel in one task, and the cancel must win. The moment is made long enough to be met.
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { workflowId } from '../../src/spec/names.ts';
import { sharedPlatform } from '../support/platform.ts';
import { rawJson, rawSignal } from '../support/raw-payload.ts';
import { failedTasks, lifeOf, withTemporal } from '../support/runs.ts';
import { openStand, STAGING, type Stand } from '../support/scenario.ts';
import { variantOf } from '../support/workflow-variant.ts';

const NAME = 'can-renew';

let stand: Stand;

beforeAll(async () => {
  stand = await openStand({ timing: { continueAsNewAfterEvents: 20 } });
  // Half a second of thinking before the history is renewed; as one statement, because it stands behind a condition.
  const decided = 'await continueAsNew<typeof namespaceLifecycle>({ resume: run.state });';
  const slow = `{ for (let round = 0, sum = 0; round < 3e8; round += 1) sum += round % 7; ${decided} }`;
  await stand.startWorker({ NAAS_WORKFLOW_BUNDLE: await variantOf('slow-renewal', 'lifecycle.ts', decided, slow) });
});

afterAll(() => stand?.close());

/** Heard, or the task that follows the short pause before a renewal is with the worker. */
async function whatCameOf(client: Client): Promise<'heard' | 'renewing' | undefined> {
  const { events } = await client.workflow.getHandle(workflowId(NAME)).fetchHistory();
  const [fired, , last] = (events ?? []).slice(-3);
  if (last?.workflowTaskCompletedEventAttributes) return 'heard';
  return fired?.timerFiredEventAttributes && last?.workflowTaskStartedEventAttributes ? 'renewing' : undefined;
}

/** One signal after the other: one more that came in the very task of the cancel would hold the renewal up by itself. */
async function untilRenewing(client: Client): Promise<void> {
  for (let came: string | undefined; came !== 'renewing'; ) {
    await rawSignal(client, NAME, 'decision', rawJson('{}'));
    const look = async (): Promise<void> => {
      came = await whatCameOf(client);
      expect(came).toBeDefined();
    };
    await vi.waitFor(look, { timeout: 30_000, interval: 10 });
  }
}

it('is heard', async () => {
  await withTemporal(sharedPlatform().temporalAddress, async (client) => {
    await stand.submit(NAME, STAGING);
    await stand.untilAll([NAME], ['awaiting-approval']);
    await untilRenewing(client);
    const handle = client.workflow.getHandle(workflowId(NAME));
    await handle.cancel();
    // Not its status: that may be the last word of a history whose successor has forgotten the cancel.
    const over = async (): Promise<void> => expect((await handle.describe()).status.name).toBe('COMPLETED');
    await vi.waitFor(over, { timeout: 30_000, interval: 200 });
    await expect(handle.result()).resolves.toMatchObject({ phase: 'cancelled' });
    // The server did hold a renewal back for it: else the moment was missed, and this proves nothing.
    const { events } = await lifeOf(client, NAME);
    const cancel = events.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes != null);
    expect(events[cancel - 1]?.workflowTaskFailedEventAttributes).toBeTruthy();
    expect(await failedTasks(client, NAME)).toEqual([]);
  });
});
