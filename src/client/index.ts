// The thin client: one method per message, typed answers, typed errors. It holds no decision about a namespace, loads no
// worker and no Kubernetes code, and Temporal only at the first call.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { NaasError, type Problem } from '../spec/errors.ts';
import { isEnd, type MessageName } from '../spec/lifecycle.ts';
import {
  awaitsGroup,
  awaitsUser,
  DEFAULT_TASK_QUEUE,
  LIFECYCLE_WORKFLOW,
  namespaceOf,
  PREVIEW_WORKFLOW,
  previewWorkflowId,
  updateId,
  workflowId,
} from '../spec/names.ts';
import type { Status, StatusRow, TimelineEntry } from '../spec/status.ts';
import type {
  ChangeAnswer,
  DecideAnswer,
  DecisionMessage,
  PhaseAnswer,
  PlanAnswer,
  PreviewAnswer,
  RequestAnswer,
  Submission,
  SubmitAnswer,
  Workflows,
} from '../workflows/messages.ts';
import type { DecideOptions, InboxItem, ListFilter, NaasClient, NaasClientOptions, SubmitOptions } from './api.ts';
import { bodySha256, proveSender, requestedName, spellings } from './proven.ts';
import {
  afterItsRun,
  asFarAsItRuns,
  type RunRecord,
  rowOf,
  staleStatus,
  unwatched,
  visibilityQuery,
} from './records.ts';
import { connect, DEADLINE_MS, isMissingRun, listed, repeatedly, type Temporal } from './temporal.ts';

export type * from './api.ts';

/** A status that no worker answers within this comes from Temporal's own records, marked stale. */
const STATUS_DEADLINE_MS = 2_000;
const WATCH_INTERVAL_MS = 300;

export function createNaasClient(options: NaasClientOptions): NaasClient {
  return clientOver(options, () => connect(options));
}

/**
 * The same over another way to Temporal; the fake in src/testing has one in memory.
 * @internal
 */
export function clientOver(options: NaasClientOptions, open: () => Promise<Temporal>): NaasClient {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  const taskQueue = options.taskQueue ?? DEFAULT_TASK_QUEUE;
  let connected: Promise<Temporal> | undefined;
  const temporal = (): Promise<Temporal> => {
    // A server that was away is asked again at the next call, not remembered as away.
    connected ??= open().catch((error: unknown) => {
      connected = undefined;
      throw error;
    });
    return connected;
  };

  async function update<T>(name: string, message: MessageName, id: string, body: object): Promise<T> {
    const t = await temporal();
    const call = { what: `${message} of ${name}`, deadlineMs };
    const handle = t.client.workflow.getHandle(workflowId(name));
    return repeatedly(
      t,
      call,
      () => handle.executeUpdate<T, [object]>(message, { args: [body], updateId: id }),
      // A restarted server forgets an update that it had not yet given to a worker: the run is there, so ask again.
      async (error) => error.code === 'NotFound' && (await isRunning(t, name)),
    ).catch((error: NaasError) => explainMissing(t, name, error));
  }

  async function query<T>(name: string, what: MessageName, queryDeadlineMs: number): Promise<T> {
    const t = await temporal();
    return repeatedly(t, { what: `${what} of ${name}`, deadlineMs: queryDeadlineMs }, () =>
      t.client.workflow.getHandle(workflowId(name)).query<T>(what),
    );
  }

  /** A message that its sender signs: an id of its own makes the call repeatable. */
  async function signed<T>(
    name: string,
    message: MessageName,
    content: Record<string, unknown> & { requestId?: string },
  ): Promise<T> {
    const body = { ...defined(content), requestId: content.requestId ?? randomUUID() };
    const by = await proveSender(options.prove, message, name, body);
    return update<T>(name, message, updateId(body.requestId, await bodySha256(body)), { ...body, by });
  }

  async function submit(
    name: string,
    mode: Submission['mode'],
    request: unknown,
    { requestId }: SubmitOptions,
  ): Promise<SubmitAnswer> {
    const body = { mode, request };
    const by = await proveSender(options.prove, 'submit', name, body);
    const sha256 = await bodySha256(body);
    const submission: Submission = { requestId: requestId ?? randomUUID(), ...body, by };
    const t = await temporal();
    const before = requestId === undefined ? undefined : await latestRun(t, name);
    let over = 0;
    const answer = await repeatedly(
      t,
      { what: `submit of ${name}`, deadlineMs },
      // To an id that it has seen the server repeats the old run's "Ended", also once that run is closed.
      () => updateWithStart(t, taskQueue, name, submission, over === 0 ? sha256 : `${sha256}:${over}`),
      // An "Ended" run closed while this arrived: the next try starts the next one.
      (error) => {
        if (error.code === 'Ended') over += 1;
        return error.code === 'Ended';
      },
    );
    if (before !== undefined && before.status.name !== 'RUNNING')
      await refuseOldAnswer(t, name, before.runId, submission);
    return answer;
  }

  const client: NaasClient = {
    submit: async (request, options = {}) => submit(await requestedName(request), 'create', request, options),
    adopt: async (request, options) => submit(await requestedName(request), 'adopt', request, options),
    recover: (name, options = {}) => submit(name, 'recover', { name }, options),

    async preview(request: unknown): Promise<PreviewAnswer> {
      const name = await requestedName(request);
      const body = { mode: 'create' as const, request };
      const by = await proveSender(options.prove, 'preview', name, body);
      const t = await temporal();
      return repeatedly(t, { what: `preview of ${name}`, deadlineMs }, () =>
        t.client.workflow.execute<Workflows['preview']>(PREVIEW_WORKFLOW, {
          workflowId: previewWorkflowId(name, randomUUID()),
          taskQueue,
          staticSummary: `What a request for ${name} would do`,
          // Nobody needs an old preview: it must not outlive the caller's patience when no worker is there.
          workflowExecutionTimeout: deadlineMs,
          args: [{ name, submission: { requestId: 'preview', ...body, by } }],
        }),
      );
    },

    async decide(name: string, choice: DecideOptions): Promise<DecideAnswer> {
      const message = await decision(client, options, name, choice);
      return update(name, 'decide', updateId(randomUUID(), await bodySha256(message)), message);
    },

    async status(name: string): Promise<Status> {
      const t = await temporal();
      const described = (): Promise<RunRecord> => t.client.workflow.getHandle(workflowId(name)).describe();
      try {
        const shortMs = Math.min(STATUS_DEADLINE_MS, deadlineMs);
        const call = { what: `status of ${name}`, deadlineMs: shortMs };
        const [status, run] = await Promise.all([
          query<Status>(name, 'status', shortMs),
          repeatedly(t, call, described),
        ]);
        return isEnd(status.phase) ? status : asFarAsItRuns(status, run);
      } catch (error) {
        if (!(error instanceof NaasError) || error.code === 'NotFound') throw error;
        return repeatedly(t, { what: `status of ${name}`, deadlineMs }, async () =>
          staleStatus(name, await described()),
        );
      }
    },

    async *watch(name, { signal, intervalMs = WATCH_INTERVAL_MS } = {}): AsyncGenerator<Status> {
      let last = '';
      while (signal?.aborted !== true) {
        const status = await client.status(name);
        const seen = JSON.stringify([
          status.phase,
          status.step,
          status.waitsFor?.what,
          status.approval?.slots,
          status.operation?.step,
          status.operation?.approval?.slots,
          status.lastOperation,
          status.inventory,
          status.blocked?.problems,
          status.stale,
        ]);
        if (seen !== last) yield status;
        if (isEnd(status.phase) || status.endedInTemporal !== undefined) return;
        last = seen;
        await pause(intervalMs, signal);
      }
    },

    async *list(filter: ListFilter = {}): AsyncGenerator<StatusRow> {
      const t = await temporal();
      for await (const run of listed(t, { what: 'the list of namespaces', deadlineMs }, visibilityQuery(filter))) {
        const row = rowOf(run);
        // A deleted one whose name rests still runs, and is over for everybody who asks.
        if (filter.closed === true || row.phase === 'unknown' || !isEnd(row.phase)) yield row;
      }
    },

    async approvals({ user, groups }): Promise<InboxItem[]> {
      const t = await temporal();
      const tokens = [...(await spellings([user])).map(awaitsUser), ...(await spellings(groups)).map(awaitsGroup)];
      if (tokens.length === 0) return [];
      const items: InboxItem[] = [];
      const waiting = visibilityQuery({ awaits: tokens });
      for await (const run of listed(t, { what: 'the list of what waits', deadlineMs }, waiting)) {
        const name = namespaceOf(run.workflowId);
        if (name === undefined) continue;
        // Visibility lags a little: only what still waits belongs in an inbox. One that cannot be read hides no other.
        const status = await client.status(name).catch(() => undefined);
        if (status?.phase !== 'awaiting-approval' && status?.operation?.step !== 'awaiting-approval') continue;
        const [plan, request] = await Promise.all([
          client.plan(name).catch(() => null),
          client.request(name).catch(() => null),
        ]);
        items.push({ name, status, plan, request });
      }
      return items;
    },

    plan: (name) => query<PlanAnswer | null>(name, 'plan', deadlineMs),
    history: (name) => query<TimelineEntry[]>(name, 'history', deadlineMs),
    request: (name) => query<RequestAnswer | null>(name, 'request', deadlineMs),
    change: (name, request, options = {}) => signed<ChangeAnswer>(name, 'change', { ...options, request }),
    transfer: (name, team, options = {}) => signed<ChangeAnswer>(name, 'transfer', { ...options, team }),
    teardown: (name, options = {}) => signed<PhaseAnswer>(name, 'teardown', options),
    cancel: (name, options = {}) => signed<PhaseAnswer>(name, 'cancel', options),
    retry: (name, options = {}) => signed<PhaseAnswer>(name, 'retry', options),
    skip: (name, options) => signed<PhaseAnswer>(name, 'skip', options),
    abandon: (name, options) => signed<PhaseAnswer>(name, 'abandon', options),

    async close(): Promise<void> {
      await (await connected?.catch(() => undefined))?.connection.close();
    },
  };
  return client;
}

/** The newest run of a name, open or closed; undefined when there is none. */
async function latestRun(t: Temporal, name: string) {
  const handle = t.client.workflow.getHandle(workflowId(name));
  const call = { what: `look at ${name}`, deadlineMs: DEADLINE_MS };
  return repeatedly(t, call, () => handle.describe()).catch((error: NaasError) => {
    if (isMissingRun(error)) return undefined;
    throw error;
  });
}

/** The server answers a repeated id from its own memory even when that run is long over: that must not pass for a new one. */
async function refuseOldAnswer(
  t: Temporal,
  name: string,
  closedRunId: string,
  { requestId }: Submission,
): Promise<void> {
  if ((await latestRun(t, name))?.runId !== closedRunId) return;
  const message = `request id ${requestId} was used for namespace ${name} before, and that run is over; use a new id to request it again`;
  throw new NaasError({ code: 'Ended', message });
}

/** Start and submit in one call: an existing run gets the message, otherwise a new one begins with it. */
function updateWithStart(
  t: Temporal,
  taskQueue: string,
  name: string,
  submission: Submission,
  sha256: string,
): Promise<SubmitAnswer> {
  const start = new t.sdk.WithStartWorkflowOperation(LIFECYCLE_WORKFLOW, {
    workflowId: workflowId(name),
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Namespace ${name}: from request to deletion`,
    args: [{ submission }],
  });
  // Its own promise rejects as well when the call fails; the call's error is the one that counts.
  start.workflowHandle().catch(() => undefined);
  return t.client.workflow.executeUpdateWithStart<() => Promise<unknown>, SubmitAnswer, [Submission]>('submit', {
    args: [submission],
    updateId: updateId(submission.requestId, sha256),
    startWorkflowOperation: start,
  });
}

async function decision(
  client: NaasClient,
  options: NaasClientOptions,
  name: string,
  choice: DecideOptions,
): Promise<DecisionMessage> {
  const plan = await client.plan(name);
  if (plan === null)
    throw new NaasError({ code: 'NotAwaitingApproval', message: `namespace ${name}: nothing waits for a decision` });
  const claims = {
    planDigest: choice.planDigest ?? plan.planDigest,
    changeDigest: choice.changeDigest ?? plan.changeDigest,
    decision: choice.decision,
  };
  const proof = await options.prove({ namespace: name, incarnation: plan.incarnation, ...claims });
  return { proof, ...claims, ...(choice.reason === undefined ? {} : { reason: choice.reason }) };
}

/** As JSON carries it: what is undefined is not there. */
function defined<T extends object>(content: T): T {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)) as T;
}

async function isRunning(t: Temporal, name: string): Promise<boolean> {
  return (await latestRun(t, name))?.status.name === 'RUNNING';
}

/** Ends early, and quietly, when nobody watches any more. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** A run that is over cannot take a message: says so, instead of "not found". */
async function explainMissing(t: Temporal, name: string, error: NaasError): Promise<never> {
  if (error.code !== 'NotFound') throw error;
  const run = await latestRun(t, name);
  if (run === undefined)
    throw new NaasError(
      { code: 'NotFound', message: `there is no namespace ${name} and no request for it` },
      { cause: error },
    );
  const status = staleStatus(name, run);
  const { phase, endedInTemporal } = status;
  const problem: Problem =
    endedInTemporal === undefined
      ? { code: 'Ended', message: `namespace ${name} is ${phase}: this run is over` }
      : {
          code: 'Ended',
          message: `namespace ${name} was ${phase}: ${unwatched(endedInTemporal)}`,
          hint: afterItsRun(status),
        };
  throw new NaasError(problem, { cause: error });
}
