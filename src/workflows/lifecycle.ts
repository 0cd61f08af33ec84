// The life of one namespace, from request to deletion: the story. It orders, waits and decides on recorded answers; it
// neither validates nor renders, and has no effect of its own.
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  patched,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { isEnd } from '../spec/lifecycle.ts';
import { namespaceOf } from '../spec/names.ts';
import type { Status } from '../spec/status.ts';
import { reading } from './activities.ts';
import { awaitApproval, openApproval } from './approval.ts';
import { cancellably } from './cancellable.ts';
import { detailsOf, statusOf } from './describe.ts';
import { cancelNatively } from './ending.ts';
import { handleMessages } from './handlers.ts';
import { dropLostNames } from './lost-names.ts';
import { operate, undoOperation } from './operation.ts';
import { checkSubmission } from './payload.ts';
import { beginProvisioning, provision } from './provision.ts';
import { remove } from './removal.ts';
import { admittedOf, enter, isLong, noteProblems, type Run, refusal } from './run.ts';
import { freshState, type LifecycleInput, type LifecycleState, upgrade } from './state.ts';
import { isTakeover, resumeDeletion, takeOver, undoTakeover } from './takeover.ts';

export async function namespaceLifecycle(input: LifecycleInput): Promise<Status> {
  const run = open(input);
  handleMessages(run);
  // A native cancel would also cancel the undo; so it is heard at the root, means `cancel`, and goes no further.
  const root = CancellationScope.current();
  root.cancelRequested.catch(() => {
    run.isCancelHeard = true;
    cancelNatively(run);
  });
  return CancellationScope.nonCancellable(() => live(run, root));
}

async function live(run: Run, root: CancellationScope): Promise<Status> {
  const { state } = run;
  while (!isEnd(state.phase)) {
    switch (state.phase) {
      case 'requested':
        await admit(run);
        break;
      case 'awaiting-approval':
        await awaitApproval(run);
        break;
      case 'provisioning':
        await (isTakeover(run) ? takeOver(run) : provision(run));
        break;
      case 'ready':
        await rest(run);
        break;
      case 'deleting':
        await remove(run);
        break;
      case 'blocked':
        await goOn(run);
        break;
    }
    await carryOver(run, root);
  }
  if (state.phase === 'deleted') await restInQuarantine(run);
  await condition(allHandlersFinished);
  return statusOf(run.name, state);
}

/** With whatever the blocker interrupted. */
async function goOn(run: Run): Promise<void> {
  const { operation, blocked } = run.state;
  if (operation !== null) return undoOperation(run, operation);
  if (blocked?.phase === 'provisioning' && isTakeover(run)) return undoTakeover(run);
  return remove(run);
}

function open(input: LifecycleInput): Run {
  const { workflowId, continuedFromExecutionRunId } = workflowInfo();
  const name = namespaceOf(workflowId);
  if (name === undefined || typeof input !== 'object' || input === null) {
    // A plain error stops the task, not the run: a build that can read what an earlier run handed over goes on.
    if (continuedFromExecutionRunId !== undefined) throw new Error('the state of the earlier run cannot be read');
    // A run that cannot even be named has to end at once: as a failed task it would be tried again for ever.
    const message = `a lifecycle starts as "namespace:NAME" with {submission}; this one is "${workflowId}"`;
    throw refusal({ code: 'InvalidRequest', message });
  }
  const state = stateOf(input);
  setCurrentDetails(detailsOf(name, state));
  return { name, state, inFlight: null, retried: false, deciding: 0, renewing: false, isCancelHeard: false };
}

/** Only an earlier run may hand over a state: from anybody else it would be an admission and an approval that never were. */
function stateOf(input: LifecycleInput): LifecycleState {
  const { continuedFromExecutionRunId, startTime } = workflowInfo();
  if ('resume' in input && continuedFromExecutionRunId !== undefined) return upgrade(input.resume);
  // The server's time of the start, not of this first task: no worker may have been there for hours, and the sender's proof
  // has to be valid when the request came.
  return freshState(checkSubmission('submission' in input ? input.submission : undefined), startTime.toISOString());
}

async function admit(run: Run): Promise<void> {
  const { state, name } = run;
  const { admit } = reading(`Check the request for ${name}: sender, policy, plan, live state`);
  const input = { submission: state.submission, name, receivedAtMs: Date.parse(state.requestedAt) };
  const admission = await cancellably(run, () => admit(input)).catch((error: unknown) => {
    if (state.cancelledBy === undefined) throw error;
  });
  if (state.cancelledBy !== undefined) {
    state.problems = [{ code: 'Cancelled', message: `${state.cancelledBy} cancelled it` }];
    return enter(run, 'cancelled', 'admitting', `${state.cancelledBy} cancelled it; nothing had been made`);
  }
  if (admission === undefined) throw new Error('the answer of the admission cannot be read');
  if (admission.verdict === 'refused') {
    state.problems = admission.problems;
    noteProblems(run, admission.problems);
    return enter(run, 'refused', 'admitting', 'the request does not pass');
  }
  state.admission = admission;
  if (admission.recovered?.terminating === true) return resumeDeletion(run, admission.recovered);
  if (admission.approval.slots.length > 0) return openApproval(run);
  beginProvisioning(run, `approved by policy (${admission.approval.rule})`);
}

/** Costs nothing while it waits: no timer, no poll; the next message wakes it. */
async function rest(run: Run): Promise<void> {
  const { operation, domainMoved } = run.state;
  if (operation !== null) return operate(run, operation);
  if (domainMoved === true) return dropLostNames(run);
  const { state } = run;
  await condition(
    () => state.phase !== 'ready' || state.operation !== null || state.domainMoved === true || isLong(run),
  );
}

/** The name rests, so that nobody meets another team's namespace where theirs has just been; its own team may take it. */
async function restInQuarantine(run: Run): Promise<void> {
  const { state } = run;
  const minutes = admittedOf(run).timing.quarantineMinutes ?? 0;
  if (minutes === 0) return;
  state.quarantinedUntil = new Date(Date.now() + minutes * 60_000).toISOString();
  setCurrentDetails(detailsOf(run.name, state));
  await condition(() => state.quarantinedUntil === undefined, minutes * 60_000, {
    summary: `The name ${run.name} rests after its deletion`,
  });
  delete state.quarantinedUntil;
}

/** Between two activities of an admission or a provisioning there is nothing to carry over yet; everywhere else there is. */
function isQuiet({ state }: Run): boolean {
  return (
    state.phase !== 'requested' && (state.phase !== 'provisioning' || state.step === 'undoing') && !isEnd(state.phase)
  );
}

/** A message is answered within seconds; longer nobody is asked to come again. */
const RENEWAL_WAITS_MS = 20_000;

async function carryOver(run: Run, root: CancellationScope): Promise<void> {
  if (!isLong(run) || !isQuiet(run)) return;
  const { phase, operation } = run.state;
  // A message that waits for something else must not hold the run up: what has moved goes on first, and comes back here.
  const moved = (): boolean => run.state.phase !== phase || run.state.operation !== operation;
  const isFree = (): boolean => allHandlersFinished() || moved();
  run.renewing = true;
  if (!isFree() && patched('renewal-gives-way')) {
    await condition(isFree, RENEWAL_WAITS_MS);
    // A message that waits for a cluster that is away must not keep all others out: then the renewal waits for it.
    run.renewing = isFree();
  }
  await condition(isFree);
  run.renewing = true;
  if (!moved()) {
    // One more task first: an answer that completes in the very task that continues as new can be lost by the server.
    await sleep(1, { summary: 'Let answers leave before the history is renewed' });
    // A native cancel may have come in this very task, behind the timer: it would be heard after its run had gone.
    const isHeard = !root.consideredCancelled || run.isCancelHeard;
    if (allHandlersFinished() && !moved() && isHeard)
      await continueAsNew<typeof namespaceLifecycle>({ resume: run.state });
  }
  run.renewing = false;
}
