// The end of a run in the server that skips time, by steps: a client that simply waits lets time run until something happens, and while
// a busy machine has not taken the next task yet, what happens next is ten years later.
import { WorkflowClient } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';

/** Fine enough for who counts in tenths of a day. */
const STEP_MS = 2 * 60 * 60_000;
/** Two months: nothing here waits longer. */
const MOST_STEPS = 720;
/** For the worker to take what has come; time stands still meanwhile. */
const BREATH_MS = 10;

export async function endOf<T>(env: TestWorkflowEnvironment, workflowId: string): Promise<T> {
  const handle = new WorkflowClient({ connection: env.connection }).getHandle(workflowId);
  for (let step = 0; step < MOST_STEPS; step += 1) {
    if ((await handle.describe()).status.name !== 'RUNNING') return (await handle.result()) as T;
    await env.sleep(STEP_MS);
    await new Promise((resolve) => setTimeout(resolve, BREATH_MS));
  }
  throw new Error(`${workflowId} goes on after two months`);
}
