// Waits for a phase by a long poll on the run's history, so that it is seen within a millisecond and costs the worker
// nothing: no query, no polling.
import { defaultPayloadConverter } from '@temporalio/common';
import { isEnd, PHASES, type Phase } from '../src/spec/lifecycle.ts';
import { workflowId } from '../src/spec/names.ts';
import type { Stand } from './stand.ts';

/** Throws when the run ends in another phase. */
export async function untilPhase(stand: Stand, name: string, phase: Phase, signal: AbortSignal): Promise<void> {
  const { workflowService, connection, options } = stand.temporal;
  const { namespace } = options;
  const execution = { workflowId: workflowId(name) };
  let nextPageToken: Uint8Array | undefined;
  for (;;) {
    signal.throwIfAborted();
    const request = { namespace, execution, waitNewEvent: true, ...(nextPageToken && { nextPageToken }) };
    const answer = await connection.withAbortSignal(signal, () => workflowService.getWorkflowExecutionHistory(request));
    for (const event of answer.history?.events ?? []) {
      const fields = event.upsertWorkflowSearchAttributesEventAttributes?.searchAttributes?.indexedFields;
      const payload = fields?.['NaasPhase'];
      if (payload === undefined) continue;
      const seen = defaultPayloadConverter.fromPayload<Phase>(payload);
      if (seen === phase) return;
      // The naive design has steps of its own.
      if (PHASES.includes(seen) && isEnd(seen)) throw new Error(`${name} is ${seen} and will never be ${phase}`);
    }
    nextPageToken = answer.nextPageToken?.length ? answer.nextPageToken : undefined;
    if (nextPageToken === undefined) throw new Error(`the run of ${name} ended before it was ${phase}`);
  }
}
