// Registers what each message does to a run. A handler never waits for people or for provisioning; it answers "accepted" or
// the exact reason why not.
import { CancellationScope, setHandler } from '@temporalio/workflow';
import { NaasError } from '../spec/errors.ts';
import { change } from './change.ts';
import { decide, decideBySignal } from './decision.ts';
import { statusOf } from './describe.ts';
import { cancel, teardown } from './ending.ts';
import { hearDomain } from './lost-names.ts';
import {
  abandonUpdate,
  cancelUpdate,
  changeUpdate,
  decideUpdate,
  decisionSignal,
  domainMovedSignal,
  historyQuery,
  type PlanAnswer,
  planQuery,
  type RequestAnswer,
  requestQuery,
  retryUpdate,
  skipUpdate,
  statusQuery,
  submitUpdate,
  teardownUpdate,
  transferUpdate,
} from './messages.ts';
import { abandon, retry, skip } from './operator.ts';
import {
  checkAbandon,
  checkChange,
  checkDecision,
  checkEnding,
  checkRetry,
  checkSkip,
  checkSubmission,
  checkTransfer,
} from './payload.ts';
import { heldRequest, type Run, refusal } from './run.ts';
import { submit } from './submission.ts';

export function handleMessages(run: Run): void {
  // Rejected before it is recorded: the same message, id and all, is taken by the fresh history a moment later.
  const validator = (..._message: unknown[]): void => {
    if (run.renewing) throw refusal({ code: 'NotReadyYet', message: `${run.name} renews its history: send it again` });
  };
  const update = (description: string) => ({ description, validator });
  setHandler(
    submitUpdate,
    (message) => shielded(() => submit(run, checkSubmission(message))),
    update('Request this namespace'),
  );
  setHandler(
    changeUpdate,
    (message) => shielded(() => change(run, 'change', checkChange(message))),
    update('Change the living namespace to another wanted state'),
  );
  setHandler(
    transferUpdate,
    (message) => shielded(() => change(run, 'transfer', checkTransfer(message))),
    update('Hand the namespace over to another team'),
  );
  setHandler(
    decideUpdate,
    (message) => shielded(() => decide(run, 'decide', checkDecision(message))),
    update('Approve or reject what waits for a decision'),
  );
  setHandler(
    teardownUpdate,
    (message) => shielded(() => teardown(run, checkEnding(message))),
    update('Delete the namespace and all it owns'),
  );
  setHandler(
    cancelUpdate,
    (message) => shielded(() => cancel(run, checkEnding(message))),
    update('Cancel what is in progress and undo it'),
  );
  setHandler(
    retryUpdate,
    (message) => shielded(() => retry(run, checkRetry(message))),
    update('Operators: try at once what is blocked'),
  );
  setHandler(
    skipUpdate,
    (message) => shielded(() => skip(run, checkSkip(message))),
    update('Operators: leave the blocking objects behind and go on'),
  );
  setHandler(
    abandonUpdate,
    (message) => shielded(() => abandon(run, checkAbandon(message))),
    update('Operators: end the run with what is left'),
  );
  setHandler(decisionSignal, (message) => shielded(() => decideBySignal(run, message)), {
    description: 'The same as decide, for callers that only signal',
  });
  setHandler(domainMovedSignal, () => hearDomain(run), {
    description: 'Look whether the team still holds the domains of its hostnames',
  });
  setHandler(statusQuery, () => statusOf(run.name, run.state), {
    description: 'Everything that people see of this namespace',
  });
  setHandler(planQuery, () => planOf(run), { description: 'What is asked for: digests, changes, rendered objects' });
  setHandler(requestQuery, () => requestOf(run), { description: 'The request that holds, as it was written' });
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

/** Of what waits or is under way, else of what holds. */
function planOf({ state }: Run): PlanAnswer | null {
  const { admission } = state.operation ?? state;
  if (admission === null) return null;
  const { planDigest, changeDigest, incarnation, changes, notices, stages } = admission;
  const kind = state.operation?.kind ?? 'request';
  const known = notices === undefined ? {} : { notices };
  return { kind, planDigest, changeDigest, incarnation, changes, ...known, stages };
}

function requestOf(run: Run): RequestAnswer | null {
  const { admission } = run.state;
  return admission === null ? null : { ...heldRequest(run), planDigest: admission.planDigest };
}
