// How a request begins a run, or meets the one that holds its name: start and submit in one call, under an id by which the
// same call can be made again. What became of a run that is over must not pass for an answer to a new request.
import { randomUUID } from 'node:crypto';
import { NaasError } from '../spec/errors.ts';
import { LIFECYCLE_WORKFLOW, updateId, workflowId } from '../spec/names.ts';
import type { Submission, SubmitAnswer } from '../workflows/messages.ts';
import type { Prove } from './api.ts';
import { latestRun } from './newest-run.ts';
import { bodySha256, proveSender } from './proven.ts';
import { repeatedly, type Temporal } from './temporal.ts';

export interface Beginning {
  name: string;
  mode: Submission['mode'];
  request: unknown;
  /** Absent: a new one, so that no earlier answer can come back. */
  requestId: string | undefined;
}

export async function begin(
  temporal: () => Promise<Temporal>,
  { name, mode, request, requestId }: Beginning,
  { prove, taskQueue, deadlineMs }: { prove: Prove; taskQueue: string; deadlineMs: number },
): Promise<SubmitAnswer> {
  const body = { mode, request };
  const by = await proveSender(prove, 'submit', name, body);
  const sha256 = await bodySha256(body);
  const submission: Submission = { requestId: requestId ?? randomUUID(), ...body, by };
  const t = await temporal();
  const before = requestId === undefined ? undefined : await latestRun(t, name);
  let over = 0;
  const answer = await repeatedly(
    t,
    { what: `submit of ${name}`, deadlineMs },
    // To an id that it has seen the server repeats the old run's "Ended", also once that run is closed.
    () => updateWithStart(t, taskQueue, name, submission, over === 0 ? sha256 : `${sha256}:${over}`),
    // An "Ended" run closed while this arrived: the next try starts the next one.
    (error) => {
      if (error.code === 'Ended') over += 1;
      return error.code === 'Ended';
    },
  );
  if (before !== undefined && before.status.name !== 'RUNNING')
    await refuseOldAnswer(t, name, before.runId, submission);
  return answer;
}

/** The server answers a repeated id from its own memory even when that run is long over: that must not pass for a new one. */
async function refuseOldAnswer(
  t: Temporal,
  name: string,
  closedRunId: string,
  { requestId }: Submission,
): Promise<void> {
  if ((await latestRun(t, name))?.runId !== closedRunId) return;
  const message = `request id ${requestId} was used for namespace ${name} before, and that run is over; use a new id to request it again`;
  throw new NaasError({ code: 'Ended', message });
}

/** Start and submit in one call: an existing run gets the message, otherwise a new one begins with it. */
function updateWithStart(
  t: Temporal,
  taskQueue: string,
  name: string,
  submission: Submission,
  sha256: string,
): Promise<SubmitAnswer> {
  const start = new t.sdk.WithStartWorkflowOperation(LIFECYCLE_WORKFLOW, {
    workflowId: workflowId(name),
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `Namespace ${name}: from request to deletion`,
    args: [{ submission }],
  });
  // Its own promise rejects as well when the call fails; the call's error is the one that counts.
  start.workflowHandle().catch(() => undefined);
  return t.client.workflow.executeUpdateWithStart<() => Promise<unknown>, SubmitAnswer, [Submission]>('submit', {
    args: [submission],
    updateId: updateId(submission.requestId, sha256),
    startWorkflowOperation: start,
  });
}
