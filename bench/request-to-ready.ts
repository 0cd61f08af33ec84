// From the call of the client until the namespace is ready, beside `kubectl apply --server-side` of the same list and beside
// raw writes of it. One at a time: latency, not load.
import type { Bench } from './bench.ts';
import { interleaved } from './interleave.ts';
import { kubectlApply } from './kubectl.ts';
import { flat, objectsFor, requestFor } from './namespace-objects.ts';
import { addUse, cpuDuring, describeCpu, noUse } from './process-usage.ts';
import { openRawWrites } from './raw-writes.ts';
import type { Found } from './run-parts.ts';
import { median, percentile, ratio, rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-ready';

export async function requestToReady({ stand, quick }: Bench, signal: AbortSignal): Promise<Found> {
  const worker = await stand.startWorker(TASK_QUEUE);
  const naas = stand.clientOf(TASK_QUEUE);
  const kubectl = kubectlApply(stand);
  const raw = await openRawWrites(stand);
  let use = noUse();
  const timed = async (work: () => Promise<void>): Promise<number> => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  try {
    const samples = await interleaved(
      {
        async naas(turn) {
          const name = `ready-naas-${turn}`;
          const counted = await cpuDuring({ ...stand.processes, worker: worker.pid }, () =>
            timed(async () => {
              await naas.submit(requestFor(name));
              await untilPhase(stand, name, 'ready', signal);
            }),
          );
          use = addUse(use, counted.use);
          return counted.result;
        },
        async kubectl(turn) {
          const name = `ready-kubectl-${turn}`;
          const file = await kubectl.prepare(name, flat(objectsFor(name, stand.catalog)));
          return timed(() => kubectl.apply(file, signal));
        },
        async raw(turn) {
          const objects = objectsFor(`ready-raw-${turn}`, stand.catalog);
          return timed(() => raw.provision(objects));
        },
      },
      { rounds: quick ? 5 : 40, warmups: quick ? 1 : 4, restMs: 150, signal },
    );
    return {
      figures: {
        requestToReady: {
          p50Ms: rounded(median(samples.naas)),
          p95Ms: rounded(percentile(samples.naas, 0.95)),
          vsKubectl: rounded(ratio(samples.naas, samples.kubectl)),
          vsRaw: rounded(ratio(samples.naas, samples.raw)),
          kubectlP50Ms: rounded(median(samples.kubectl)),
          rawP50Ms: rounded(median(samples.raw)),
        },
      },
      seen: Object.fromEntries(
        ['requestToReady.vsKubectl', 'requestToReady.vsRaw'].map((key) => [key, describeCpu(use)]),
      ),
    };
  } finally {
    await Promise.all([naas.close(), raw.close()]);
  }
}
