// Messages in bytes of the test's own choosing, past every encoder: what only a stranger sends. It asserts nothing.
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { LIFECYCLE_WORKFLOW, workflowId } from '../../src/spec/names.ts';

export interface RawPayload {
  metadata?: Record<string, Uint8Array>;
  data?: Uint8Array;
}

const NAMESPACE = 'default';

export function rawJson(text: string | Uint8Array): RawPayload {
  return { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(text) };
}

/** No converter makes a value of these. */
export const UNREADABLE: readonly (readonly [string, RawPayload])[] = [
  ['JSON that breaks off', rawJson('{not json')],
  ['JSON that is no UTF-8', rawJson(new Uint8Array([0xff, 0xfe, 0x22]))],
  ['an encoding that nobody knows', { metadata: { encoding: Buffer.from('bogus') }, data: Buffer.from('x') }],
  ['an encrypted value', { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') }],
  ['no encoding', { metadata: {}, data: Buffer.from('x') }],
  ['nothing at all', {}],
];

export async function rawSignal(client: Client, name: string, signalName: string, payload: RawPayload): Promise<void> {
  await client.workflowService.signalWorkflowExecution({
    namespace: NAMESPACE,
    workflowExecution: { workflowId: workflowId(name) },
    signalName,
    input: { payloads: [payload] },
  });
}

/** The type of the failure that answered, or `accepted`. */
export async function rawUpdate(client: Client, name: string, message: string, payload: RawPayload): Promise<string> {
  const { outcome } = await client.workflowService.updateWorkflowExecution({
    namespace: NAMESPACE,
    workflowExecution: { workflowId: workflowId(name) },
    // Until it is completed.
    waitPolicy: { lifecycleStage: 3 },
    request: {
      meta: { updateId: randomUUID(), identity: 'stranger' },
      input: { name: message, args: { payloads: [payload] } },
    },
  });
  if (outcome?.failure == null) return 'accepted';
  const error = defaultFailureConverter.failureToError(outcome.failure, defaultPayloadConverter);
  return String((error as { type?: unknown }).type ?? error);
}

export async function rawStart(client: Client, taskQueue: string, name: string, payload: RawPayload): Promise<void> {
  await client.workflowService.startWorkflowExecution({
    namespace: NAMESPACE,
    workflowId: workflowId(name),
    requestId: randomUUID(),
    workflowType: { name: LIFECYCLE_WORKFLOW },
    taskQueue: { name: taskQueue },
    input: { payloads: [payload] },
  });
}
