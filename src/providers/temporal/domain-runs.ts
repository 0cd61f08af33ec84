// What Temporal knows of the domains: which are verified, how one stands by its own word, and the knock on its door.
import type { Client } from '@temporalio/client';
import type { CallOptions } from '../../activities/cluster.ts';
import type { DomainRuns } from '../../activities/domains.ts';
import { type DomainStatus, stateToken } from '../../spec/domain-status.ts';
import { NaasError } from '../../spec/errors.ts';
import { DOMAIN_WORKFLOW, domainOfId, domainWorkflowId } from '../../spec/names.ts';

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
    status: (domain, options) =>
      ask(`status of domain ${domain}`, options, async () => {
        try {
          return await client.workflow.getHandle(domainWorkflowId(domain)).query<DomainStatus>('domain');
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
