// What Temporal's own records say of the lifecycles: from visibility, where a lag does no harm, and from the run's own
// description. It wakes no run and needs no worker.
import type { Client, WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import type { CallOptions } from '../../activities/cluster.ts';
import type { Runs } from '../../activities/orphans.ts';
import { NaasError } from '../../spec/errors.ts';
import { PHASES } from '../../spec/lifecycle.ts';
import { LIFECYCLE_WORKFLOW, namespaceOf, workflowId } from '../../spec/names.ts';
import type { RunFacts } from '../../spec/orphans.ts';

export function lifecycleRuns(client: Client, taskQueue: string): Runs {
  const ask = <T>(what: string, options: CallOptions, call: () => Promise<T>): Promise<T> =>
    client.withDeadline(options.deadlineMs, call).catch((cause: unknown) => {
      throw unavailable(what, cause);
    });
  return {
    open: (options) =>
      ask(`list of the open runs on task queue ${taskQueue}`, options, async () => {
        const found = new Map<string, RunFacts>();
        const query = `WorkflowType = '${LIFECYCLE_WORKFLOW}' AND ExecutionStatus = 'Running' AND TaskQueue = ${quoted(taskQueue)}`;
        for await (const run of client.workflow.list({ query })) {
          const name = namespaceOf(run.workflowId);
          if (name !== undefined) found.set(name, factsOf(run));
        }
        return found;
      }),
    newest: (name, options) =>
      ask(`description of the run of ${name}`, options, async () => {
        try {
          return factsOf(await client.workflow.getHandle(workflowId(name)).describe());
        } catch (error) {
          if (error instanceof Error && error.name === 'WorkflowNotFoundError') return undefined;
          throw error;
        }
      }),
  };
}

type Described = WorkflowExecutionInfo | WorkflowExecutionDescription;

function factsOf(run: Described): RunFacts {
  const text = (name: string): string | undefined => {
    const values = run.searchAttributes[name];
    return Array.isArray(values) && typeof values[0] === 'string' ? values[0] : undefined;
  };
  const incarnation = text('NaasIncarnation');
  return {
    phase: PHASES.find((phase) => phase === text('NaasPhase')) ?? 'unknown',
    ...(incarnation === undefined ? {} : { incarnation }),
    ...(run.status.name === 'RUNNING' ? {} : { closed: closingOf(run) }),
  };
}

function closingOf(run: Described): { at: string; how: string } {
  const how = run.status.name.toLowerCase().replaceAll('_', ' ');
  return { at: (run.closeTime ?? run.startTime).toISOString(), how };
}

/** The queue's name comes from the environment: a quote in it must not become part of the query. */
function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function unavailable(what: string, cause: unknown): NaasError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? `: ${cause.cause.message}` : '';
  const said = cause instanceof Error ? `${cause.message}${inner}` : String(cause);
  return new NaasError(
    { code: 'Unavailable', message: `${what} at Temporal failed: ${said}. naas tries again by itself.` },
    { cause },
  );
}
