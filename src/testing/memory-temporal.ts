// Temporal in memory, as far as naas's client can tell: runs by workflow id, updates that are remembered by their id, queries,
// and the visibility queries that the client writes. It knows no workflow but those that it is given.
import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import type { Temporal } from '../client/temporal.ts';
import { overTheWire } from './activity-runner.ts';
import { quiet, type RunActivity, WorkflowInstance } from './workflow-instance.ts';

type Sdk = Temporal['sdk'];
type Workflows = Readonly<Record<string, (input: never) => Promise<unknown>>>;

interface Run {
  type: string;
  instance: WorkflowInstance;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  closeTime?: Date;
  result: Promise<unknown>;
  /** By update id; a failure is an answer too. */
  updates: Map<string, Promise<unknown>>;
}

export class MemoryTemporal {
  readonly #sdk: Sdk;
  readonly #workflows: Workflows;
  readonly #runActivity: RunActivity;
  /** The newest run of an id last. */
  readonly #runs = new Map<string, Run[]>();

  constructor(sdk: Sdk, workflows: Workflows, runActivity: RunActivity) {
    this.#sdk = sdk;
    this.#workflows = workflows;
    this.#runActivity = runActivity;
  }

  /** Just what naas's client uses of a connection and of Temporal's client. */
  asServer(): Temporal {
    const connection = {
      withDeadline: <T>(_deadline: number, call: () => Promise<T>): Promise<T> => call(),
      close: async () => {},
    };
    const workflow = {
      getHandle: (id: string) => this.#handle(id),
      execute: (type: string, { workflowId, args }: { workflowId: string; args: unknown[] }) =>
        this.#start(type, workflowId, args[0]).result,
      executeUpdateWithStart: (name: string, options: UpdateWithStart) => this.#updateWithStart(name, options),
      list: ({ query }: { query: string }) => this.#list(query),
    };
    return { sdk: this.#sdk, address: 'memory', connection, client: { workflow } } as unknown as Temporal;
  }

  #start(type: string, id: string, input: unknown): Run {
    const workflow = this.#workflows[type];
    if (workflow === undefined) throw new Error(`there is no workflow ${type}`);
    const instance = new WorkflowInstance(id, randomUUID(), this.#runActivity);
    const result = instance.within(() => workflow(overTheWire(input) as never)).then(overTheWire);
    const run: Run = { type, instance, status: 'RUNNING', result, updates: new Map() };
    const close = (status: Run['status']): void => {
      run.status = status;
      run.closeTime = new Date();
    };
    result.then(
      () => close('COMPLETED'),
      () => close('FAILED'),
    );
    this.#runs.set(id, [...(this.#runs.get(id) ?? []), run]);
    return run;
  }

  #newest(id: string): Run {
    const run = this.#runs.get(id)?.at(-1);
    if (run === undefined) throw new this.#sdk.WorkflowNotFoundError(`there is no run ${id}`, id, undefined);
    return run;
  }

  #handle(id: string) {
    return {
      executeUpdate: async (name: string, { args, updateId }: { args: unknown[]; updateId: string }) =>
        this.#update(this.#newest(id), name, args[0], updateId),
      query: async (name: string) => overTheWire(this.#newest(id).instance.ask(name)),
      describe: async () => described(this.#newest(id)),
    };
  }

  async #updateWithStart(name: string, { args, updateId, startWorkflowOperation: start }: UpdateWithStart) {
    const { workflowId } = start.options;
    const known = this.#runs.get(workflowId)?.at(-1);
    // As the server does: a closed run still answers the updates that it had, and only those.
    const held = known !== undefined && (known.status === 'RUNNING' || known.updates.has(updateId));
    const run = held ? known : this.#start(start.workflowTypeOrFunc, workflowId, start.options.args[0]);
    return this.#update(run, name, args[0], updateId);
  }

  async #update(run: Run, name: string, input: unknown, updateId: string): Promise<unknown> {
    const known = run.updates.get(updateId);
    if (known !== undefined) return known;
    const { instance } = run;
    if (run.status !== 'RUNNING') {
      const { workflowId, runId } = instance;
      throw new this.#sdk.WorkflowNotFoundError('workflow execution already completed', workflowId, runId);
    }
    const outcome = instance
      .take(name, overTheWire(input))
      .then(overTheWire)
      .catch((error: unknown) => {
        if (!(error instanceof ApplicationFailure)) throw error;
        throw new this.#sdk.WorkflowUpdateFailedError('Workflow Update failed', error);
      });
    outcome.catch(() => undefined);
    run.updates.set(updateId, outcome);
    try {
      return await outcome;
    } finally {
      // The run may end with this answer; who asks next finds it ended.
      await quiet();
    }
  }

  async *#list(query: string) {
    const newestFirst = [...this.#runs.values()].flat().reverse();
    for (const run of newestFirst) if (fits(run, query)) yield described(run);
  }
}

interface UpdateWithStart {
  args: unknown[];
  updateId: string;
  startWorkflowOperation: { workflowTypeOrFunc: string; options: { workflowId: string; args: unknown[] } };
}

function described({ instance, type, status, closeTime }: Run) {
  const { workflowId, runId, startTime, searchAttributes } = instance;
  return {
    workflowId,
    runId,
    type,
    startTime,
    closeTime,
    status: { name: status },
    searchAttributes: { ...searchAttributes },
  };
}

/** `A = 'x' AND B IN ('y', 'z')`: all that the client writes. */
function fits({ instance, type, status }: Run, query: string): boolean {
  const known: Record<string, unknown[]> = {
    ...instance.searchAttributes,
    WorkflowType: [type],
    ExecutionStatus: [status === 'RUNNING' ? 'Running' : status],
  };
  const clause = /(\w+) (?:= ('(?:[^'\\]|\\.)*')|IN \(((?:'(?:[^'\\]|\\.)*'(?:, )?)+)\))(?: AND |$)/gy;
  let read = 0;
  let all = true;
  for (const [text, name = '', one, list] of query.matchAll(clause)) {
    read += text.length;
    const wanted = [...(one ?? list ?? '').matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, quoted = '']) =>
      quoted.replaceAll(/\\(.)/g, '$1'),
    );
    all &&= (known[name] ?? []).some((value) => wanted.includes(String(value)));
  }
  if (read !== query.length) throw new Error(`this query cannot be answered here: ${query}`);
  return all;
}
