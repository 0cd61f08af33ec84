// What a history costs: events, workflow tasks, bytes, and actions as Temporal's price list counts them. Pure.
export interface HistoryCost {
  workflowTasks: number;
  activities: number;
  events: number;
  actions: number;
}

/**
 * A start, a continue-as-new, an activity, a timer, a signal, an update, a search attribute upsert: one each. A child is two.
 * Retries of activities are not in a history and would count as well; the runs measured here have none.
 */
const ACTIONS: Readonly<Record<string, number>> = {
  workflowExecutionStarted: 1,
  workflowExecutionContinuedAsNew: 1,
  activityTaskScheduled: 1,
  timerStarted: 1,
  workflowExecutionSignaled: 1,
  workflowExecutionUpdateAccepted: 1,
  upsertWorkflowSearchAttributes: 1,
  startChildWorkflowExecutionInitiated: 2,
};

export function costOf(events: readonly object[]): HistoryCost {
  const kinds = events.map(kindOf);
  const count = (kind: string): number => kinds.filter((each) => each === kind).length;
  return {
    workflowTasks: count('workflowTaskCompleted'),
    activities: count('activityTaskScheduled'),
    events: events.length,
    actions: kinds.reduce((sum, kind) => sum + (ACTIONS[kind] ?? 0), 0),
  };
}

/** The one kind of attributes that an event has names it. */
function kindOf(event: object): string {
  const key = Object.entries(event).find(([name, value]) => name.endsWith('EventAttributes') && value != null)?.[0];
  return (key ?? 'unknown').slice(0, -'EventAttributes'.length);
}
