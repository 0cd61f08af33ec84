// From the start of a worker's process to the first workflow task that it completes: the compiled program with its workflows
// bundled, as the image runs it, beside a bare SDK worker. The task waits for it already.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { compiledProgram } from './compiled.ts';
import { interleaved } from './interleave.ts';
import { naiveBundle } from './naas-vs-naive.ts';
import type { Found } from './run-parts.ts';
import type { Stand } from './stand.ts';
import { median, rounded } from './statistics.ts';

export async function workerStart({ stand, quick }: Bench, signal: AbortSignal): Promise<Found> {
  const { platform } = stand;
  const [dist, bundle] = await Promise.all([compiledProgram(stand, signal), naiveBundle(stand)]);
  const common = { address: platform.temporalAddress, namespace: platform.temporalNamespace };
  const naas = async (turn: string): Promise<number> => {
    const taskQueue = `bench-start-${turn}`;
    return firstTask(stand, taskQueue, 'preview', [join(dist, 'worker.js')], signal, {
      KUBECONFIG: platform.workerKubeconfig,
      TEMPORAL_ADDRESS: common.address,
      TEMPORAL_NAMESPACE: common.namespace,
      NAAS_TASK_QUEUE: taskQueue,
      NAAS_CATALOG: platform.catalogDir,
      NAAS_TRUSTED_KEYS: platform.trustedKeysFile,
      NAAS_WORKFLOW_BUNDLE: platform.workflowBundle,
    });
  };
  const bare = async (turn: string): Promise<number> => {
    const taskQueue = `bench-bare-${turn}`;
    const options = JSON.stringify({ ...common, taskQueue, bundle });
    const program = join(import.meta.dirname, 'bare-worker.ts');
    return firstTask(stand, taskQueue, 'naiveNamespace', [program, options], signal, {});
  };
  const samples = await interleaved({ naas, bare }, { rounds: quick ? 2 : 8, warmups: 1, restMs: 200, signal });
  return {
    figures: {
      workerStartMs: rounded(median(samples.naas)),
      bareWorkerStartMs: rounded(median(samples.bare)),
    },
  };
}

async function firstTask(
  stand: Stand,
  taskQueue: string,
  workflow: string,
  args: string[],
  signal: AbortSignal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const handle = await stand.temporal.workflow.start(workflow, { workflowId: taskQueue, taskQueue, args: [{}] });
  const beganMs = Date.now();
  const worker = stand.startNode(taskQueue, args, env);
  try {
    for (;;) {
      signal.throwIfAborted();
      if (worker.ended() !== null) throw new Error(`the worker ${worker.ended()}: ${worker.log().slice(-500)}`);
      const { events } = await handle.fetchHistory();
      const done = events?.find((event) => event.workflowTaskCompletedEventAttributes != null)?.eventTime;
      // The server's clock is this machine's.
      if (done != null) return Number(done.seconds) * 1000 + (done.nanos ?? 0) / 1e6 - beganMs;
      await setTimeout(20, undefined, { signal });
    }
  } finally {
    await worker.stop();
    await handle.terminate().catch(() => undefined);
  }
}
