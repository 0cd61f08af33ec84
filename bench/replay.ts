// Replay of the longest history that a run can have: messages reach a living namespace until it renews its history. Every
// event of it was recorded by the real server.
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { workflowId } from '../src/spec/names.ts';
import type { Bench } from './bench.ts';
import { costOf } from './history-cost.ts';
import { requestFor } from './namespace-objects.ts';
import type { Found } from './run-parts.ts';
import type { Stand } from './stand.ts';
import { median, rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-replay';
const NAME = 'replayed';
/** A history is to be renewed before it has as many. */
const LIMIT = 1_000;
const TOO_LONG = ': messages that keep coming hold up the renewal, which waits for a moment without one';
/** Far more than a history holds: then the run is not being renewed, and that is the finding. */
const MOST_MESSAGES = 400;

export async function replay({ stand, quick, say }: Bench, signal: AbortSignal): Promise<Found> {
  await stand.startWorker(TASK_QUEUE);
  const { history, bytes } = await longestHistory(stand, signal);
  const { events, workflowTasks } = costOf(history.events ?? []);
  say(`    ${events} events in ${workflowTasks} workflow tasks`);
  await stand.stopWorkers();

  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const times: number[] = [];
  const histories = async function* () {
    // One worker for all: its own start is measured elsewhere. The first replay warms the code up.
    for (let round = 0; round < (quick ? 3 : 8); round += 1) yield { workflowId: workflowId(NAME), history };
  };
  let began = performance.now();
  const workflowBundle = { codePath: stand.platform.workflowBundle };
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories())) {
    if (error) throw error;
    times.push(performance.now() - began);
    began = performance.now();
    signal.throwIfAborted();
  }
  return {
    figures: { replayMs: rounded(median(times.slice(1))), longestHistory: { events, bytes, workflowTasks } },
    seen: { replayMs: `${events} events in ${workflowTasks} workflow tasks${events > LIMIT ? TOO_LONG : ''}` },
  };
}

/** Repeats of the same request under new ids: each is proven and answered, and changes nothing. */
async function longestHistory(stand: Stand, signal: AbortSignal) {
  const naas = stand.clientOf(TASK_QUEUE);
  await naas.submit(requestFor(NAME));
  await untilPhase(stand, NAME, 'ready', signal);
  const newest = stand.temporal.workflow.getHandle(workflowId(NAME));
  const { runId } = await newest.describe();
  for (let sent = 0; (await newest.describe()).runId === runId; sent += 10) {
    signal.throwIfAborted();
    if (sent >= MOST_MESSAGES) throw new Error(`${sent} messages did not fill the history of ${NAME}`);
    // In turn, so that each has workflow tasks of its own.
    for (let message = 0; message < 10; message += 1) await naas.submit(requestFor(NAME));
  }
  await naas.close();
  const first = stand.temporal.workflow.getHandle(workflowId(NAME), runId);
  const [history, description] = await Promise.all([first.fetchHistory(), first.describe()]);
  return { history, bytes: description.historySize ?? 0 };
}
