// Resident memory of one worker: freshly started, with many runs in its cache, and with many more open than its cache holds. The
// runs wait for an approval: admitted, with all that a run keeps, and without ten thousand namespaces in the cluster.
import { setTimeout } from 'node:timers/promises';
import { bodySha256 } from '../src/client/proven.ts';
import { LIFECYCLE_WORKFLOW, workflowId } from '../src/spec/names.ts';
import type { Bench } from './bench.ts';
import { requestFor } from './namespace-objects.ts';
import { residentMiBOf } from './process-usage.ts';
import type { Found } from './run-parts.ts';
import type { Stand } from './stand.ts';

const TASK_QUEUE = 'bench-memory';
const STARTED_AT_ONCE = 24;
/** Garbage of the burst is gone by then, or stays. */
const SETTLE_MS = 3_000;

export async function memory({ stand, quick, say }: Bench, signal: AbortSignal): Promise<Found> {
  const cachedRuns = quick ? 100 : 1_000;
  const openRuns = quick ? 300 : 10_000;
  const worker = await stand.startWorker(TASK_QUEUE);
  const resident = async (): Promise<number> => {
    await setTimeout(SETTLE_MS, undefined, { signal });
    return Math.round(residentMiBOf(worker.pid));
  };
  const startedMiB = await resident();
  await open(stand, 0, cachedRuns, signal);
  const cachedMiB = await resident();
  say(`    ${startedMiB} MiB at start, ${cachedMiB} MiB with ${cachedRuns} runs`);
  for (let from = cachedRuns; from < openRuns; from += 1_000) {
    await open(stand, from, Math.min(from + 1_000, openRuns), signal);
    say(`    ${Math.min(from + 1_000, openRuns)} runs are open: ${Math.round(residentMiBOf(worker.pid))} MiB`);
  }
  const openMiB = await resident();
  return { figures: { memory: { startedMiB, cachedRuns, cachedMiB, openRuns, openMiB } } };
}

/** Opens the runs `from` … `to`-1 and waits until each has been admitted. */
async function open(stand: Stand, from: number, to: number, signal: AbortSignal): Promise<void> {
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < to) {
      signal.throwIfAborted();
      const name = `memory-${next}`;
      next += 1;
      await startWaiting(stand, name);
    }
  };
  await Promise.all(Array.from({ length: STARTED_AT_ONCE }, lane));
  const query = `WorkflowType = '${LIFECYCLE_WORKFLOW}' AND NaasPhase = 'awaiting-approval'`;
  while ((await stand.temporal.workflow.count(query)).count < to) await setTimeout(100, undefined, { signal });
}

/** By the start alone, as when the update beside it is lost: no caller waits for an answer. */
async function startWaiting({ temporal, prove }: Stand, name: string): Promise<void> {
  const body = { mode: 'create', request: { ...requestFor(name), tier: 'staging', environment: 'staging' } };
  const by = await prove({ message: 'submit', namespace: name, bodySha256: await bodySha256(body) });
  await temporal.workflow.start(LIFECYCLE_WORKFLOW, {
    workflowId: workflowId(name),
    taskQueue: TASK_QUEUE,
    args: [{ submission: { requestId: name, ...body, by } }],
  });
}
