// From the call of the client until the namespace is gone, beside `kubectl delete namespace --wait` of the same content. The
// namespace controller itself waits five seconds before it begins, whoever asks.
import type { Bench } from './bench.ts';
import { interleaved } from './interleave.ts';
import { kubectlOf } from './kubectl.ts';
import { objectsFor, requestFor } from './namespace-objects.ts';
import { openRawWrites } from './raw-writes.ts';
import type { Found } from './run-parts.ts';
import { median, percentile, ratio, rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-teardown';

export async function teardown({ stand, quick }: Bench, signal: AbortSignal): Promise<Found> {
  await stand.startWorker(TASK_QUEUE);
  const naas = stand.clientOf(TASK_QUEUE);
  const raw = await openRawWrites(stand);
  const kubectl = kubectlOf(stand, stand.platform.kubeconfig);
  try {
    const samples = await interleaved(
      {
        async naas(turn) {
          const name = `gone-naas-${turn}`;
          await naas.submit(requestFor(name));
          await untilPhase(stand, name, 'ready', signal);
          const began = performance.now();
          await naas.teardown(name);
          await untilPhase(stand, name, 'deleted', signal);
          return performance.now() - began;
        },
        async kubectl(turn) {
          const name = `gone-kubectl-${turn}`;
          await raw.provision(objectsFor(name, stand.catalog));
          const began = performance.now();
          await kubectl(['delete', 'namespace', name, '--wait'], signal);
          return performance.now() - began;
        },
      },
      { rounds: quick ? 1 : 8, warmups: quick ? 0 : 1, restMs: 100, signal },
    );
    return {
      figures: {
        teardown: {
          p50Ms: rounded(median(samples.naas)),
          p95Ms: rounded(percentile(samples.naas, 0.95)),
          vsKubectl: rounded(ratio(samples.naas, samples.kubectl)),
          kubectlP50Ms: rounded(median(samples.kubectl)),
        },
      },
    };
  } finally {
    await Promise.all([naas.close(), raw.close()]);
  }
}
