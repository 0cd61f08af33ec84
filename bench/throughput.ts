// How many namespaces a second become ready when requests keep coming: so many are always on their way, beside raw writes
// with as many on their way. Also what the worker's process spends for each.
import { availableParallelism } from 'node:os';
import type { Bench } from './bench.ts';
import { objectsFor, requestFor } from './namespace-objects.ts';
import { type CpuUse, cpuDuring, describeCpu } from './process-usage.ts';
import { openRawWrites } from './raw-writes.ts';
import type { Found } from './run-parts.ts';
import { median, ratio, rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-throughput';
/** Enough to keep two cores busy; more only wait longer for each other. */
const ON_THEIR_WAY = 12;

interface Block {
  perSecond: number;
  cpu: CpuUse;
}

export async function throughput({ stand, quick, say }: Bench, signal: AbortSignal): Promise<Found> {
  const worker = await stand.startWorker(TASK_QUEUE);
  const naas = stand.clientOf(TASK_QUEUE);
  const raw = await openRawWrites(stand);
  const size = quick ? 12 : 60;
  const processes = { ...stand.processes, worker: worker.pid };
  const block = async (one: (turn: number) => Promise<void>): Promise<Block> => {
    const { use } = await cpuDuring(processes, () => keepOnTheirWay(size, one, signal));
    return { perSecond: (size * 1000) / use.wallMs, cpu: use };
  };
  const ours: Block[] = [];
  const floor: Block[] = [];
  try {
    // The first block warms up both and does not count.
    for (let round = 0; round <= (quick ? 1 : 5); round += 1) {
      const a = await block(async (turn) => {
        const name = `many-naas-${round}-${turn}`;
        await naas.submit(requestFor(name));
        await untilPhase(stand, name, 'ready', signal);
      });
      const b = await block((turn) => raw.provision(objectsFor(`many-raw-${round}-${turn}`, stand.catalog)));
      say(`    ${a.perSecond.toFixed(1)} a second, raw ${b.perSecond.toFixed(1)}; ${describeCpu(a.cpu)}`);
      if (round === 0) continue;
      ours.push(a);
      floor.push(b);
    }
  } finally {
    await Promise.all([naas.close(), raw.close()]);
  }
  const rates = (blocks: Block[]): number[] => blocks.map(({ perSecond }) => perSecond);
  const spent = ours.map(({ cpu }) => (cpu.ms['worker'] ?? 0) / size);
  return {
    figures: {
      throughput: {
        namespacesPerSecond: rounded(median(rates(ours))),
        vsRaw: rounded(ratio(rates(ours), rates(floor))),
        rawNamespacesPerSecond: rounded(median(rates(floor))),
      },
      perNamespace: { clientCpuMs: rounded(median(spent)) },
    },
    seen: { 'throughput.namespacesPerSecond': perNamespaceCpu(ours, size) },
  };
}

/** Runs `one` for 0 … count-1, always so many at once. */
async function keepOnTheirWay(count: number, one: (turn: number) => Promise<void>, signal: AbortSignal): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      signal.throwIfAborted();
      const turn = next;
      next += 1;
      await one(turn);
    }
  };
  await Promise.all(Array.from({ length: ON_THEIR_WAY }, lane));
}

function perNamespaceCpu(blocks: Block[], size: number): string {
  const names = Object.keys(blocks[0]?.cpu.ms ?? {});
  const each = names.map((name) => [name, median(blocks.map(({ cpu }) => (cpu.ms[name] ?? 0) / size))] as const);
  const total = each.reduce((sum, [, ms]) => sum + ms, 0);
  const parts = each.sort(([, a], [, b]) => b - a).map(([name, ms]) => `${name} ${Math.round(ms)}`);
  const atMost = ((1000 * availableParallelism()) / total).toFixed(1);
  return `CPU a namespace ${Math.round(total)} ms, so at most ${atMost} a second on these cores: ${parts.join(', ')}`;
}
