// kill -9 of the worker while namespaces are on their way, another worker at once, as a supervisor would: how long each takes
// from the kill to ready. Shipped timeouts, every moment of provisioning.
import { setTimeout } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { requestFor } from './namespace-objects.ts';
import type { Found } from './run-parts.ts';
import { percentile, rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-recovery';
/** Begun one after the other, so that the kill meets them at different moments. */
const ON_THEIR_WAY = 12;
const APART_MS = 25;

export async function recovery({ stand, quick, say }: Bench, signal: AbortSignal): Promise<Found> {
  const naas = stand.clientOf(TASK_QUEUE);
  const times: number[] = [];
  let worker = await stand.startWorker(TASK_QUEUE);
  // The first namespace pays for everything that is loaded late; a kill would only meet that.
  await naas.submit(requestFor('killed-warm'));
  await untilPhase(stand, 'killed-warm', 'ready', signal);
  for (let round = 0; round < (quick ? 1 : 6); round += 1) {
    const readyAt = new Map<string, number>();
    const names = Array.from({ length: ON_THEIR_WAY }, (_, index) => `killed-${round}-${index}`);
    const all = names.map(async (name, index) => {
      await setTimeout(index * APART_MS, undefined, { signal });
      // The caller's own patience is shorter than a recovery: whether it is answered is not what is measured.
      await naas.submit(requestFor(name)).catch(() => undefined);
      await untilPhase(stand, name, 'ready', signal);
      readyAt.set(name, performance.now());
    });
    await setTimeout(ON_THEIR_WAY * APART_MS, undefined, { signal });
    const killedAt = performance.now();
    worker.kill('SIGKILL');
    await worker.exited;
    worker = await stand.startWorker(TASK_QUEUE);
    await Promise.all(all);
    const met = [...readyAt.values()].filter((at) => at > killedAt).map((at) => at - killedAt);
    say(
      `    ${met.length} of ${names.length} were met: ready after ${met.map((ms) => (ms / 1000).toFixed(1)).join(', ')} s`,
    );
    times.push(...met);
  }
  return {
    figures: {
      recoveryMs: {
        p50: rounded(percentile(times, 0.5)),
        p95: rounded(percentile(times, 0.95)),
        worst: rounded(Math.max(...times)),
        runs: times.length,
      },
    },
  };
}
