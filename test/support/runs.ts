// Looks at runs past our own client: raw starts, histories and what Temporal records of them. It asserts nothing.
import { Client, Connection } from '@temporalio/client';
import { bodySha256 } from '../../src/client/proven.ts';
import { LIFECYCLE_WORKFLOW, workflowId } from '../../src/spec/names.ts';
import type { Submission } from '../../src/workflows/messages.ts';
import type { Prove } from './scenario-people.ts';

export async function withTemporal<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

export async function submissionOf(
  prove: Prove,
  name: string,
  request: unknown,
  requestId: string,
): Promise<Submission> {
  const body = { mode: 'create' as const, request };
  return {
    requestId,
    ...body,
    by: await prove({ message: 'submit', namespace: name, bodySha256: await bodySha256(body) }),
  };
}

/** Only the start, as when the update beside it is lost before a worker comes. */
export async function startAlone(
  client: Client,
  taskQueue: string,
  name: string,
  submission: Submission,
): Promise<void> {
  await client.workflow.start(LIFECYCLE_WORKFLOW, { workflowId: workflowId(name), taskQueue, args: [{ submission }] });
}

export interface RunFigures {
  workflowTasks: number;
  activities: number;
  events: number;
  historyBytes: number;
  types: string[];
  /** Activities and timers whose command carries no summary. */
  unexplained: string[];
}

export async function figuresOf(client: Client, name: string): Promise<RunFigures> {
  const handle = client.workflow.getHandle(workflowId(name));
  const [history, description] = await Promise.all([handle.fetchHistory(), handle.describe()]);
  const events = history.events ?? [];
  const types = events.map((event) => kindOf(event));
  const count = (type: string): number => types.filter((each) => each === type).length;
  return {
    workflowTasks: count('workflowTaskCompleted'),
    activities: count('activityTaskScheduled'),
    events: events.length,
    historyBytes: description.historySize ?? 0,
    types,
    unexplained: events
      .filter(
        (event) =>
          (event.activityTaskScheduledEventAttributes ?? event.timerStartedEventAttributes) != null &&
          event.userMetadata?.summary == null,
      )
      .map((event) => `${kindOf(event)} ${event.activityTaskScheduledEventAttributes?.activityType?.name ?? ''}`),
  };
}

/** The server's own: a run wanted to end or to begin anew while a message came, and hears the message first. */
const UNHANDLED_COMMAND = 1;

/** Why tasks of a life failed, in words, whatever history each stands in; empty when its code never stumbled. */
export async function failedTasks(client: Client, name: string): Promise<string[]> {
  return (await lifeOf(client, name)).events.flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed == null || failed.cause === UNHANDLED_COMMAND ? [] : [`${failed.cause}: ${failed.failure?.message}`],
  );
}

/** The events of the newest life of a name, through all histories that it was carried over. */
export async function lifeOf(client: Client, name: string) {
  const events = [];
  let runId: string | undefined;
  let histories = 0;
  do {
    const history = await client.workflow.getHandle(workflowId(name), runId).fetchHistory();
    const of = history.events ?? [];
    events.unshift(...of);
    histories += 1;
    runId = of[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return { events, histories };
}

function kindOf(event: object): string {
  const key =
    Object.entries(event).find(([name, value]) => name.endsWith('EventAttributes') && value != null)?.[0] ?? 'unknown';
  return key.slice(0, -'EventAttributes'.length);
}
