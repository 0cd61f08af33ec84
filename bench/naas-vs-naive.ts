// A whole life, from the request until the namespace is gone, beside the naive design's: actions, events and bytes of both
// histories. Counts, not times.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { hasLogged, waitUntilReady } from '../src/local/processes.ts';
import { workflowId } from '../src/spec/names.ts';
import type { Bench } from './bench.ts';
import type { LifeCost } from './figures.ts';
import { costOf } from './history-cost.ts';
import type { NaiveWorkerOptions } from './naive/worker.ts';
import { requestFor } from './namespace-objects.ts';
import type { Found } from './run-parts.ts';
import type { Stand } from './stand.ts';
import { rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-life';
const NAIVE_TASK_QUEUE = 'bench-naive';

export async function naasVsNaive({ stand }: Bench, signal: AbortSignal): Promise<Found> {
  const [ours, theirs] = await Promise.all([naasLife(stand, signal), naiveLife(stand, signal)]);
  const share = (field: keyof LifeCost): number => rounded(ours[field] / theirs[field]);
  return {
    figures: {
      vsNaive: {
        actions: share('actions'),
        events: share('events'),
        bytes: share('bytes'),
        naas: ours,
        naive: theirs,
      },
    },
    seen: { 'vsNaive.actions': `${ours.actions} actions to ${theirs.actions}` },
  };
}

async function naasLife(stand: Stand, signal: AbortSignal): Promise<LifeCost> {
  const name = 'life-naas';
  await stand.startWorker(TASK_QUEUE);
  const naas = stand.clientOf(TASK_QUEUE);
  await naas.submit(requestFor(name));
  await untilPhase(stand, name, 'ready', signal);
  await naas.teardown(name);
  await untilPhase(stand, name, 'deleted', signal);
  return lifeCost(stand, name);
}

async function naiveLife(stand: Stand, signal: AbortSignal): Promise<LifeCost> {
  const name = 'life-naive';
  const { platform } = stand;
  const worker = stand.startNode('naive-worker', [
    join(import.meta.dirname, 'naive', 'worker.ts'),
    JSON.stringify({
      address: platform.temporalAddress,
      namespace: platform.temporalNamespace,
      taskQueue: NAIVE_TASK_QUEUE,
      kubeconfig: platform.workerKubeconfig,
      catalogDir: platform.catalogDir,
      bundle: await naiveBundle(stand),
    } satisfies NaiveWorkerOptions),
  ]);
  // As patient as with naas's own worker.
  await waitUntilReady(worker, hasLogged(worker, 'naive worker is polling'), { timeoutMs: 90_000, signal });
  const handle = await stand.temporal.workflow.start('naiveNamespace', {
    workflowId: workflowId(name),
    taskQueue: NAIVE_TASK_QUEUE,
    args: [requestFor(name)],
  });
  await handle.signal('teardown', await stand.prove({ message: 'teardown', namespace: name }));
  await untilPhase(stand, name, 'deleted', signal);
  return lifeCost(stand, name);
}

/** Made here: naas's own bundle knows nothing of it, and its cache is not for this. */
export async function naiveBundle({ platform }: Stand): Promise<string> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'naive', 'workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const file = join(platform.stateDir, 'naive-workflow.js');
  await writeFile(file, code);
  return file;
}

/** As it is when the namespace is gone: both runs then wait until the name may be given out again. */
async function lifeCost(stand: Stand, name: string): Promise<LifeCost> {
  const handle = stand.temporal.workflow.getHandle(workflowId(name));
  const [history, description] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const { actions, events } = costOf(history.events ?? []);
  return { actions, events, bytes: description.historySize ?? 0 };
}
