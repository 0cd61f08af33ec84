// What one namespace costs from its request to ready: workflow tasks, activities, events, history, writes on the API server; and
// what the same request costs when it comes again.
import { WORKER_USER, workflowId } from '../src/spec/names.ts';
import { writesOf } from './audit-writes.ts';
import type { Bench } from './bench.ts';
import { costOf } from './history-cost.ts';
import { flat, objectsFor, requestFor } from './namespace-objects.ts';
import type { Found } from './run-parts.ts';
import { median, rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-cost';

export async function costPerNamespace({ stand, quick }: Bench, signal: AbortSignal): Promise<Found> {
  await stand.startWorker(TASK_QUEUE);
  const naas = stand.clientOf(TASK_QUEUE);
  const names = Array.from({ length: quick ? 2 : 5 }, (_, index) => `cost-${index}`);
  const { auditLog } = stand.controlPlane;
  const writes = (name: string) => writesOf(auditLog, WORKER_USER, name);
  for (const name of names) {
    await naas.submit(requestFor(name));
    await untilPhase(stand, name, 'ready', signal);
  }
  const each = await Promise.all(
    names.map(async (name) => {
      const handle = stand.temporal.workflow.getHandle(workflowId(name));
      const [history, description, apiWrites] = await Promise.all([
        handle.fetchHistory(),
        handle.describe(),
        writes(name),
      ]);
      return { ...costOf(history.events ?? []), historyBytes: description.historySize ?? 0, apiWrites };
    }),
  );
  const middle = (pick: (cost: (typeof each)[number]) => number): number => median(each.map(pick));
  const objects = flat(objectsFor(names[0] ?? '', stand.catalog)).length;
  const apiWrites = middle((cost) => cost.apiWrites);

  let again = 0;
  for (const name of names) {
    const before = await writes(name);
    await naas.submit(requestFor(name));
    // Held against the cluster, object by object, as any change is.
    await naas.change(name, requestFor(name));
    again += (await writes(name)) - before;
  }
  await naas.close();
  return {
    figures: {
      perNamespace: {
        workflowTasks: middle((cost) => cost.workflowTasks),
        activities: middle((cost) => cost.activities),
        events: middle((cost) => cost.events),
        historyBytes: Math.round(middle((cost) => cost.historyBytes)),
        objects,
        apiWrites,
        apiWritesPerObject: rounded(apiWrites / objects),
      },
      noopWrites: again,
    },
  };
}
