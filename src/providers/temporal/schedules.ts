// Keeps the Schedules of the sweeps as they stand in the code: made when they are not there, corrected when they differ,
// also where somebody changed them by hand. Whether one is paused is for operators to say, and left as it is.
import type { Client, ScheduleDescription, ScheduleOptions } from '@temporalio/client';
import type { Sweep } from '../../spec/sweeps.ts';

export type Kept = 'created' | 'corrected' | 'unchanged';

const MINUTE_MS = 60_000;

/** Several workers may start at once: whoever comes second finds what the first one made. */
export async function keepSchedule(client: Client, sweep: Sweep, taskQueue: string): Promise<Kept> {
  const wanted = scheduleOf(sweep, taskQueue);
  const handle = client.schedule.getHandle(sweep.id);
  const live = await describe(client, sweep.id);
  if (live === undefined) {
    try {
      await client.schedule.create(wanted);
      return 'created';
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ScheduleAlreadyRunning') throw error;
      return keepSchedule(client, sweep, taskQueue);
    }
  }
  if (differences(wanted, live).length === 0) return 'unchanged';
  await handle.update(({ state }) => ({ ...wanted, state }));
  return 'corrected';
}

/** undefined: there is none. */
export async function describe(client: Client, id: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof Error && error.name === 'ScheduleNotFoundError') return undefined;
    throw error;
  }
}

export function scheduleOf(sweep: Sweep, taskQueue: string): ScheduleOptions {
  return {
    scheduleId: sweep.id,
    spec: { intervals: [{ every: sweep.everyMinutes * MINUTE_MS }], jitter: sweep.jitterMinutes * MINUTE_MS },
    // A sweep that still runs makes the next one needless; one that failed is no reason to stop looking.
    policies: { overlap: 'SKIP', catchupWindow: sweep.catchUpMinutes * MINUTE_MS, pauseOnFailure: false },
    action: {
      type: 'startWorkflow',
      workflowType: sweep.workflow,
      workflowId: sweep.id,
      taskQueue,
      args: sweep.args,
      workflowExecutionTimeout: sweep.endsAfterMinutes * MINUTE_MS,
      staticSummary: sweep.summary,
    },
  };
}

/** The fields in which a Schedule is not as the code wants it; what the code does not say does not count. */
export function differences(wanted: ScheduleOptions, live: ScheduleDescription): string[] {
  const interval = live.spec.intervals?.map(({ every }) => every);
  const compared: [string, unknown, unknown][] = [
    ['intervals', wanted.spec.intervals?.map(({ every }) => every), interval],
    ['calendars', 0, (live.spec.calendars?.length ?? 0) + (live.spec.skip?.length ?? 0)],
    ['jitter', wanted.spec.jitter, live.spec.jitter],
    ['overlap', wanted.policies?.overlap, live.policies.overlap],
    ['catch-up window', wanted.policies?.catchupWindow, live.policies.catchupWindow],
    ['pause on failure', wanted.policies?.pauseOnFailure, live.policies.pauseOnFailure],
    ['workflow', wanted.action.workflowType, live.action.workflowType],
    ['workflow id', wanted.action.workflowId, live.action.workflowId],
    ['task queue', wanted.action.taskQueue, live.action.taskQueue],
    ['arguments', wanted.action.args, live.action.args],
    ['time-out', wanted.action.workflowExecutionTimeout, live.action.workflowExecutionTimeout],
    ['summary', wanted.action.staticSummary, live.action.staticSummary],
  ];
  return compared.filter(([, want, is]) => JSON.stringify(want) !== JSON.stringify(is)).map(([field]) => field);
}
