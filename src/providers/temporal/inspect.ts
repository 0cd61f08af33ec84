// Looks at a Temporal server for `naas doctor`: version, namespace, search attributes, pollers, Schedules. Reads only.
import type { Client, Connection, ScheduleExecutionResult } from '@temporalio/client';
import type { Runs } from '../../activities/orphans.ts';
import { NaasError } from '../../spec/errors.ts';
import type { Sweep } from '../../spec/sweeps.ts';
import { lifecycleRuns } from './runs.ts';
import { describe, differences, scheduleOf } from './schedules.ts';

export interface TemporalSource {
  /** host:port; without it TEMPORAL_ADDRESS and Temporal's own configuration files count. */
  address?: string | undefined;
  namespace?: string | undefined;
  /** Bounds every call. */
  timeoutMs: number;
}

export interface Poller {
  identity: string;
  /** The server's clock. */
  lastSeenMs: number;
}

export interface TemporalInspection {
  readonly address: string;
  readonly namespace: string;
  serverVersion(): Promise<string>;
  /** Undefined when the namespace is not registered. */
  namespaceState(): Promise<{ retentionDays: number } | undefined>;
  /** Custom search attributes with the names of their types, as `temporal operator` prints them. */
  searchAttributes(): Promise<Record<string, string>>;
  pollers(taskQueue: string, kind: 'workflow' | 'activity'): Promise<Poller[]>;
  /** undefined: there is none. */
  schedule(sweep: Sweep, taskQueue: string): Promise<ScheduleFindings | undefined>;
  /** What the newest run of a Schedule that has completed answered; undefined when there is none any more. */
  lastResult(sweep: Sweep): Promise<unknown>;
  /** What Temporal's own records say of the lifecycles. */
  runs(taskQueue: string): Runs;
  close(): Promise<void>;
}

export interface ScheduleFindings {
  paused: boolean;
  note: string;
  /** Fields that are not as the code has them. */
  differs: string[];
  createdAt: Date;
  last?: { at: Date; workflowId: string; outcome: string };
  next?: Date;
}

/** gRPC's status code of something that is not there. */
const NOT_FOUND = 5;
const SECONDS_A_DAY = 86_400;
/** Numbers of the wire format (temporal.api.enums.v1), which never change their meaning. */
const QUEUE_TYPES = { workflow: 1, activity: 2 } as const;
const VALUE_TYPES: Record<number, string> = {
  1: 'Text',
  2: 'Keyword',
  3: 'Int',
  4: 'Double',
  5: 'Bool',
  6: 'Datetime',
  7: 'KeywordList',
};

export async function inspectTemporal(source: TemporalSource): Promise<TemporalInspection> {
  // The client takes 200 ms to import; nobody pays for it who does not look.
  const [{ Client, Connection }, { loadClientConnectConfig }] = await Promise.all([
    import('@temporalio/client'),
    import('@temporalio/envconfig'),
  ]);
  const configured = loadClientConnectConfig();
  const address = source.address ?? configured.connectionOptions.address ?? 'localhost:7233';
  const namespace = source.namespace ?? configured.namespace ?? 'default';
  const connection = await connect(Connection, {
    ...configured.connectionOptions,
    address,
    connectTimeout: source.timeoutMs,
  });
  const { workflowService, operatorService } = connection;
  const client = new Client({ connection, namespace });
  const bounded = <T>(call: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + source.timeoutMs, call);

  return {
    address,
    namespace,
    serverVersion: async () => (await bounded(() => workflowService.getSystemInfo({}))).serverVersion ?? 'unknown',
    async namespaceState() {
      try {
        const described = await bounded(() => workflowService.describeNamespace({ namespace }));
        return { retentionDays: Number(described.config?.workflowExecutionRetentionTtl?.seconds ?? 0) / SECONDS_A_DAY };
      } catch (error) {
        if ((error as { code?: number }).code === NOT_FOUND) return undefined;
        throw error;
      }
    },
    async searchAttributes() {
      const { customAttributes } = await bounded(() => operatorService.listSearchAttributes({ namespace }));
      return Object.fromEntries(
        Object.entries(customAttributes ?? {}).map(([name, type]) => [name, VALUE_TYPES[type] ?? `type ${type}`]),
      );
    },
    async pollers(taskQueue, kind) {
      const described = await bounded(() =>
        workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: taskQueue },
          taskQueueType: QUEUE_TYPES[kind],
        }),
      );
      return (described.pollers ?? []).map((poller) => ({
        identity: poller.identity ?? 'unknown',
        lastSeenMs:
          Number(poller.lastAccessTime?.seconds ?? 0) * 1000 + Math.floor((poller.lastAccessTime?.nanos ?? 0) / 1e6),
      }));
    },
    schedule: (sweep, taskQueue) => bounded(() => lookAtSchedule(client, sweep, taskQueue)),
    lastResult: (sweep) => bounded(() => lastResultOf(client, sweep)),
    runs: (taskQueue) => lifecycleRuns(client, taskQueue),
    close: () => connection.close(),
  };
}

async function lookAtSchedule(client: Client, sweep: Sweep, taskQueue: string): Promise<ScheduleFindings | undefined> {
  const live = await describe(client, sweep.id);
  if (live === undefined) return undefined;
  const { recentActions, nextActionTimes, createdAt } = live.info;
  const last = recentActions.at(-1);
  const next = nextActionTimes[0];
  return {
    paused: live.state.paused,
    note: live.state.note ?? '',
    differs: differences(scheduleOf(sweep, taskQueue), live),
    createdAt,
    ...(last === undefined ? {} : { last: await lastRun(client, last) }),
    ...(next === undefined ? {} : { next }),
  };
}

/** Its history may be gone already: that says nothing bad of it. */
async function lastRun(client: Client, { takenAt, action }: ScheduleExecutionResult) {
  const { workflowId, firstExecutionRunId } = action.workflow;
  const run = client.workflow.getHandle(workflowId, firstExecutionRunId);
  const outcome = await run.describe().then(
    ({ status }) => status.name.toLowerCase().replaceAll('_', ' '),
    () => 'unknown',
  );
  return { at: takenAt, workflowId, outcome };
}

async function lastResultOf(client: Client, sweep: Sweep): Promise<unknown> {
  const live = await describe(client, sweep.id);
  for (const { action } of live?.info.recentActions.reverse() ?? []) {
    const run = client.workflow.getHandle(action.workflow.workflowId, action.workflow.firstExecutionRunId);
    const status = await run.describe().then(
      (described) => described.status.name,
      () => 'UNKNOWN',
    );
    // One that still runs would be waited for.
    if (status === 'COMPLETED') return run.result();
  }
  return undefined;
}

async function connect(
  factory: typeof Connection,
  options: Parameters<typeof Connection.connect>[0] & { address: string },
): Promise<Connection> {
  try {
    return await factory.connect(options);
  } catch (cause) {
    throw new NaasError(
      {
        code: 'Unavailable',
        message: `connecting to Temporal at ${options.address} failed: ${cause instanceof Error ? cause.message : String(cause)}. Check that it runs there, or set TEMPORAL_ADDRESS.`,
      },
      { cause },
    );
  }
}
