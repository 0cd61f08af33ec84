// Tells cheaply whether a run may have moved: by the length of its history, without a task for the worker. What it has become
// the status says; this says only when to ask for it again.
import { Connection } from '@temporalio/client';
import { workflowId } from '../../src/spec/names.ts';

export interface RunMoves {
  /** Another one after everything that moves the run; undefined where nobody can say. */
  versionOf(name: string): Promise<string | undefined>;
  close(): Promise<void>;
}

export function runMoves({ address, namespace }: { address: string; namespace: string }): RunMoves {
  const connection = Connection.lazy({ address });
  return {
    async versionOf(name) {
      try {
        const { workflowExecutionInfo: run } = await connection.workflowService.describeWorkflowExecution({
          namespace,
          execution: { workflowId: workflowId(name) },
        });
        return `${run?.execution?.runId} ${run?.historyLength} ${run?.status}`;
      } catch {
        return undefined;
      }
    },
    close: () => connection.close(),
  };
}
