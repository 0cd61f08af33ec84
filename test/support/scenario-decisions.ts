// Decisions sent past our own client, as another service or a forger would: raw updates and signals to the run.
import { randomUUID } from 'node:crypto';
import {
  ApplicationFailure,
  Client,
  Connection,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { workflowId } from '../../src/spec/names.ts';
import type { DecideAnswer, DecisionMessage } from '../../src/workflows/messages.ts';

interface Temporal {
  address: string;
  namespace: string;
}

/** `counted`, or the name of the error that answered. */
export async function outcomeOfDecide(
  temporal: Temporal,
  name: string,
  message: DecisionMessage,
  updateId: string = randomUUID(),
): Promise<string> {
  return withClient(temporal, async (client) => {
    try {
      const handle = client.workflow.getHandle(workflowId(name));
      await handle.executeUpdate<DecideAnswer, [DecisionMessage]>('decide', { args: [message], updateId });
      return 'counted';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 'NotFound';
      if (!(error instanceof WorkflowUpdateFailedError)) throw error;
      return error.cause instanceof ApplicationFailure ? (error.cause.type ?? 'untyped') : 'untyped';
    }
  });
}

export async function signalDecision(temporal: Temporal, name: string, message: DecisionMessage): Promise<void> {
  await withClient(temporal, (client) => client.workflow.getHandle(workflowId(name)).signal('decision', message));
}

async function withClient<T>(temporal: Temporal, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: temporal.address });
  try {
    return await use(new Client({ connection, namespace: temporal.namespace }));
  } finally {
    await connection.close();
  }
}
