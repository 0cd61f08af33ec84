// What Temporal knows of the domains: which are verified, how one stands by its own word, and the knock on its door.
import type { Client } from '@temporalio/client';
import type { CallOptions } from '../../activities/cluster.ts';
import type { DomainRuns } from '../../activities/domains.ts';
import { type DomainStatus, stateToken } from '../../spec/domain-status.ts';
import { NaasError } from '../../spec/errors.ts';
import { DOMAIN_WORKFLOW, domainOfId, domainWorkflowId } from '../../spec/names.ts';

/** Past naas: a domain's run of itself completes, and only when nobody holds anything of it. As visibility calls it, and the SDK. */
const ENDED = { Terminated: 'TERMINATED', Failed: 'FAILED', TimedOut: 'TIMED_OUT', Canceled: 'CANCELLED' } as const;

function isEnded(status: string): boolean {
  return Object.values<string>(ENDED).includes(status);
}

export function domainRuns(client: Client, taskQueue: string): DomainRuns {
  const ask = <T>(what: string, options: CallOptions, call: () => Promise<T>): Promise<T> =>
    client.withDeadline(options.deadlineMs, call).catch((cause: unknown) => {
      throw unavailable(what, cause);
    });
  return {
    verified: (options) =>
      ask(`list of the domains on task queue ${taskQueue}`, options, async () => {
        const found: string[] = [];
        const query = `WorkflowType = '${DOMAIN_WORKFLOW}' AND ExecutionStatus = 'Running' AND NaasDomain = '${stateToken('verified')}'`;
        for await (const run of client.workflow.list({ query })) {
          const domain = domainOfId(run.workflowId);
          if (domain !== undefined && run.taskQueue === taskQueue) found.push(domain);
        }
        return found;
      }),
    unwatched: (options) =>
      ask(`list of the ended runs of domains on task queue ${taskQueue}`, options, async () => {
        const statuses = Object.keys(ENDED).map((each) => `'${each}'`);
        const query = `WorkflowType = '${DOMAIN_WORKFLOW}' AND ExecutionStatus IN (${statuses.join(', ')})`;
        const ended = new Set<string>();
        for await (const run of client.workflow.list({ query })) {
          const domain = domainOfId(run.workflowId);
          if (domain !== undefined && run.taskQueue === taskQueue) ended.add(domain);
        }
        const found: string[] = [];
        for (const domain of ended) {
          // Its team may have added it again since.
          const newest = await client.workflow.getHandle(domainWorkflowId(domain)).describe();
          if (isEnded(newest.status.name)) found.push(domain);
        }
        return found;
      }),
    status: (domain, options) =>
      ask(`status of domain ${domain}`, options, async () => {
        try {
          const handle = client.workflow.getHandle(domainWorkflowId(domain));
          const [status, run] = await Promise.all([handle.query<DomainStatus>('domain'), handle.describe()]);
          // A run that was ended past naas still answers what it last knew, and nobody has looked since.
          return isEnded(run.status.name) ? undefined : status;
        } catch (error) {
          if (error instanceof Error && error.name === 'WorkflowNotFoundError') return undefined;
          throw error;
        }
      }),
    tick: (domain, name, options) =>
      ask(`signal to domain ${domain}`, options, () =>
        client.workflow.getHandle(domainWorkflowId(domain)).signal('tick', { name }),
      ),
  };
}

function unavailable(what: string, cause: unknown): NaasError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const message = `${what} at Temporal failed: ${said}. naas tries again by itself.`;
  return new NaasError({ code: 'Unavailable', message }, { cause });
}
