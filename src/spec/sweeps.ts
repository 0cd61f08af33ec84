// The sweeps that an installation runs by itself: which workflow, how often. Data only; the worker keeps their Schedules in
// Temporal as they stand here, and `naas doctor` looks whether they run.
import { DEFAULT_TASK_QUEUE, DOMAIN_RECHECK_WORKFLOW, ORPHAN_SWEEP_WORKFLOW } from './names.ts';

export interface Sweep {
  /** As `naas doctor` calls it. */
  name: string;
  /** The id of the Schedule. */
  id: string;
  workflow: string;
  /** What it is for, in the Temporal UI. */
  summary: string;
  everyMinutes: number;
  /** Spreads the sweeps of many installations, and of many queues of one. */
  jitterMinutes: number;
  /** Missed ones are made up for no longer than this: after an outage one look is enough. */
  catchUpMinutes: number;
  /** A sweep that nobody works on, or that hangs, ends by itself before the next but one. */
  endsAfterMinutes: number;
  args: unknown[];
}

/** Given to the sweep by its Schedule, and to `naas doctor` by default. */
export const ORPHAN_GRACE_MINUTES = 10;

/** Each task queue has its own, because its workers know their own cluster alone. */
export function sweepsOf(taskQueue: string): Sweep[] {
  const suffix = taskQueue === DEFAULT_TASK_QUEUE ? '' : `:${taskQueue}`;
  return [
    {
      name: 'orphan sweep',
      id: `naas-orphan-sweep${suffix}`,
      workflow: ORPHAN_SWEEP_WORKFLOW,
      summary: 'Looks for namespaces without a run, and for runs without their namespace',
      everyMinutes: 60,
      jitterMinutes: 5,
      catchUpMinutes: 60,
      endsAfterMinutes: 90,
      args: [{ graceMinutes: ORPHAN_GRACE_MINUTES }],
    },
    {
      name: 'domain recheck',
      id: `naas-domain-recheck${suffix}`,
      workflow: DOMAIN_RECHECK_WORKFLOW,
      summary: 'Looks whether every verified domain still carries its proof',
      everyMinutes: 24 * 60,
      jitterMinutes: 60,
      // A proof that is gone for a day more is still told of a week before its names stop.
      catchUpMinutes: 24 * 60,
      endsAfterMinutes: 6 * 60,
      args: [],
    },
  ];
}
