// The thin client: one method per message, typed answers, typed errors. It holds no decision about a namespace, loads no
// worker and no Kubernetes code, and Temporal only at the first call.
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { NaasError } from '../spec/errors.ts';
import { isEnd, type MessageName } from '../spec/lifecycle.ts';
import { DEFAULT_TASK_QUEUE, PREVIEW_WORKFLOW, previewWorkflowId, updateId, workflowId } from '../spec/names.ts';
import type { Status, StatusRow, TimelineEntry } from '../spec/status.ts';
import type {
  ChangeAnswer,
  DecideAnswer,
  PhaseAnswer,
  PlanAnswer,
  PreviewAnswer,
  RequestAnswer,
  Submission,
  Workflows,
} from '../workflows/messages.ts';
import type { DecideOptions, ListFilter, NaasClient, NaasClientOptions, SubmitOptions } from './api.ts';
import { begin } from './begin.ts';
import { decision } from './decision.ts';
import { domainClient } from './domains.ts';
import { inboxOf } from './inbox.ts';
import { explainMissing, isRunning } from './newest-run.ts';
import { type Pending, withPending } from './pending.ts';
import { bodySha256, proveSender, requestedName } from './proven.ts';
import { asFarAsItRuns, type RunRecord, rowOf, staleStatus, visibilityQuery } from './records.ts';
import { connect, DEADLINE_MS, listed, repeatedly, type Temporal } from './temporal.ts';

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

  const submit = (name: string, mode: Submission['mode'], request: unknown, { requestId }: SubmitOptions) =>
    begin(temporal, { name, mode, request, requestId }, { prove: options.prove, taskQueue, deadlineMs });

  const client: NaasClient = {
    domains: domainClient(temporal, { prove: options.prove, taskQueue, deadlineMs }),
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
      const message = await decision(client, options.prove, name, choice);
      return update(name, 'decide', updateId(randomUUID(), await bodySha256(message)), message);
    },

    async status(name: string): Promise<Status> {
      const t = await temporal();
      const described = (): Promise<RunRecord & Pending> => t.client.workflow.getHandle(workflowId(name)).describe();
      try {
        const shortMs = Math.min(STATUS_DEADLINE_MS, deadlineMs);
        const call = { what: `status of ${name}`, deadlineMs: shortMs };
        const [status, run] = await Promise.all([
          query<Status>(name, 'status', shortMs),
          repeatedly(t, call, described),
        ]);
        if (isEnd(status.phase)) return status;
        return withPending(asFarAsItRuns(status, run), run);
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

    approvals: (person) => inboxOf(client, temporal, person, deadlineMs),
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

/** As JSON carries it: what is undefined is not there. */
function defined<T extends object>(content: T): T {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined)) as T;
}

/** Ends early, and quietly, when nobody watches any more. */
async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
