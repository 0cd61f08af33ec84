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

/** One call of the server's long poll; what is not answered by then is asked for again, under the same id. */
const ASK_MS = 10_000;
const ASKS = 12;
const DEADLINE_EXCEEDED = 4;
/** The run was about to renew its history: asked again, the next one answers. The client does the same. */
const FAILED_PRECONDITION = 9;

/** The type of the failure that answered, or `accepted`. */
export async function rawUpdate(client: Client, name: string, message: string, payload: RawPayload): Promise<string> {
  const updateId = randomUUID();
  for (let asked = 0; asked < ASKS; asked += 1) {
    const outcome = await askedOnce(client, name, message, payload, updateId);
    // The server may let go of a caller before the run has answered.
    if (outcome == null) continue;
    if (outcome.failure == null) return 'accepted';
    const error = defaultFailureConverter.failureToError(outcome.failure, defaultPayloadConverter);
    return String((error as { type?: unknown }).type ?? error);
  }
  throw new Error(`${message} to ${name} (${updateId}) was not answered in ${ASKS} times ${ASK_MS} ms`);
}

async function askedOnce(client: Client, name: string, message: string, payload: RawPayload, updateId: string) {
  const ask = () =>
    client.workflowService.updateWorkflowExecution({
      namespace: NAMESPACE,
      workflowExecution: { workflowId: workflowId(name) },
      // Until it is completed.
      waitPolicy: { lifecycleStage: 3 },
      request: { meta: { updateId, identity: 'stranger' }, input: { name: message, args: { payloads: [payload] } } },
    });
  try {
    return (await client.withDeadline(Date.now() + ASK_MS, ask)).outcome;
  } catch (error) {
    const { code } = error as { code?: number };
    if (code === DEADLINE_EXCEEDED || code === FAILED_PRECONDITION) return undefined;
    throw error;
  }
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
