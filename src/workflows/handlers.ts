// Registers what each message does to a run. A handler never waits for people or for provisioning; it answers "accepted" or
// the exact reason why not.
import { CancellationScope, setHandler } from '@temporalio/workflow';
import { NaasError } from '../spec/errors.ts';
import { decide, decideBySignal } from './decision.ts';
import { statusOf } from './describe.ts';
import { cancel, teardown } from './ending.ts';
import {
  cancelUpdate,
  decideUpdate,
  decisionSignal,
  historyQuery,
  type PlanAnswer,
  planQuery,
  statusQuery,
  submitUpdate,
  teardownUpdate,
} from './messages.ts';
import { checkDecision, checkEnding, checkSubmission } from './payload.ts';
import { type Run, refusal } from './run.ts';
import { submit } from './submission.ts';

export function handleMessages(run: Run): void {
  setHandler(submitUpdate, (message) => shielded(() => submit(run, checkSubmission(message))), {
    description: 'Request this namespace',
  });
  setHandler(decideUpdate, (message) => shielded(() => decide(run, 'decide', checkDecision(message))), {
    description: 'Approve or reject what waits for a decision',
  });
  setHandler(teardownUpdate, (message) => shielded(() => teardown(run, checkEnding(message))), {
    description: 'Delete the namespace and all it owns',
  });
  setHandler(cancelUpdate, (message) => shielded(() => cancel(run, checkEnding(message))), {
    description: 'Cancel what is in progress and undo it',
  });
  setHandler(decisionSignal, (message) => shielded(() => decideBySignal(run, message)), {
    description: 'The same as decide, for callers that only signal',
  });
  setHandler(statusQuery, () => statusOf(run.name, run.state), {
    description: 'Everything that people see of this namespace',
  });
  setHandler(planQuery, () => planOf(run), { description: 'What is asked for: digests, changes, rendered objects' });
  setHandler(historyQuery, () => run.state.timeline, { description: 'What happened, newest last' });
}

/** After a native cancel the root is cancelled for good: a message that comes later must still be proven and answered. */
async function shielded<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await CancellationScope.nonCancellable(answer);
  } catch (error) {
    // What the pure code refuses (a request nested too deep, say) is the sender's to hear; as anything but an answer it
    // would stop the run for everybody.
    throw error instanceof NaasError ? refusal(error.problems) : error;
  }
}

function planOf({ state }: Run): PlanAnswer | null {
  const { admission } = state;
  if (admission === null) return null;
  const { planDigest, changeDigest, incarnation, changes, stages } = admission;
  return { planDigest, changeDigest, incarnation, changes, stages };
}
