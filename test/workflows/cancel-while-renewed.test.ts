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
  // Half a second of thinking before the history is renewed.
  const decided = '  await continueAsNew<typeof namespaceLifecycle>({ resume: run.state });';
  const slow = `  for (let round = 0, sum = 0; round < 3e8; round += 1) sum += round % 7;\n${decided}`;
  await stand.startWorker({ NAAS_WORKFLOW_BUNDLE: await variantOf('slow-renewal', 'lifecycle.ts', decided, slow) });
});

afterAll(() => stand?.close());

/** The task that follows the short pause before a renewal is with the worker. */
async function renewing(client: Client): Promise<void> {
  const { events } = await client.workflow.getHandle(workflowId(NAME)).fetchHistory();
  const [fired, , started] = (events ?? []).slice(-3);
  expect(fired?.timerFiredEventAttributes).toBeTruthy();
  expect(started?.workflowTaskStartedEventAttributes).toBeTruthy();
}

it('is heard', async () => {
  await withTemporal(sharedPlatform().temporalAddress, async (client) => {
    await stand.submit(NAME, STAGING);
    await stand.untilAll([NAME], ['awaiting-approval']);
    for (let sent = 0; sent < 10; sent += 1) await rawSignal(client, NAME, 'decision', rawJson('{}'));
    await vi.waitFor(() => renewing(client), { timeout: 30_000, interval: 10 });
    await client.workflow.getHandle(workflowId(NAME)).cancel();
    await stand.untilAll([NAME], ['cancelled']);
    // The server did hold a renewal back for it: else the moment was missed, and this proves nothing.
    const { events } = await lifeOf(client, NAME);
    const cancel = events.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes != null);
    expect(events[cancel - 1]?.workflowTaskFailedEventAttributes).toBeTruthy();
    expect(await failedTasks(client, NAME)).toEqual([]);
  });
});
