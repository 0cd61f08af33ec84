// What each message does to a run: ask the lifecycle table, prove the sender, judge, change the state. A handler never waits
// for people or for provisioning; it answers "accepted" or the exact reason why not.
import { CancellationScope, condition, setHandler } from '@temporalio/workflow';
import { isAmong, judge, openSlots, type People, type Sender } from '../spec/approval.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import { type Cell, LIFECYCLE, type MessageName } from '../spec/lifecycle.ts';
import { reading } from './activities.ts';
import { statusOf } from './describe.ts';
import {
  type CancelMessage,
  cancelUpdate,
  type DecideAnswer,
  type DecisionMessage,
  decideUpdate,
  decisionSignal,
  historyQuery,
  type PhaseAnswer,
  type PlanAnswer,
  planQuery,
  type Submission,
  type SubmitAnswer,
  statusQuery,
  submitUpdate,
  type TeardownMessage,
  teardownUpdate,
} from './messages.ts';
import { admittedOf, enter, note, noteProblems, publish, type Run, refusal } from './run.ts';
import { ANSWERED_LENGTH } from './state.ts';

export function handleMessages(run: Run): void {
  setHandler(submitUpdate, (message) => shielded(() => submit(run, message)), {
    description: 'Request this namespace',
  });
  setHandler(decideUpdate, (message) => shielded(() => decide(run, 'decide', message)), {
    description: 'Approve or reject what waits for a decision',
  });
  setHandler(teardownUpdate, (message) => shielded(() => teardown(run, message)), {
    description: 'Delete the namespace and all it owns',
  });
  setHandler(cancelUpdate, (message) => shielded(() => cancel(run, message)), {
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
function shielded<T>(answer: () => Promise<T>): Promise<T> {
  return CancellationScope.nonCancellable(answer);
}

async function submit(run: Run, message: Submission): Promise<SubmitAnswer> {
  const { state } = run;
  const bodySha256 = sha256Hex(canonicalJson({ mode: message.mode, request: message.request }));
  const ofThisRun = message.requestId === state.submission.requestId;
  const earlier = state.answered.find((each) => each.requestId === message.requestId);
  if (earlier !== undefined && earlier.bodySha256 === bodySha256) return earlier.answer;
  const ownSha256 = sha256Hex(canonicalJson({ mode: state.submission.mode, request: state.submission.request }));
  if (earlier !== undefined || (ofThisRun && bodySha256 !== ownSha256)) {
    throw refusal({
      code: 'RequestIdReused',
      message: `request id ${message.requestId} came before with another content`,
    });
  }
  await condition(() => state.phase !== 'requested');
  if (!ofThisRun) return conflict(run, message);
  if (state.phase === 'refused') throw refusal(state.problems);
  return remember(run, message.requestId, bodySha256);
}

function remember(run: Run, requestId: string, bodySha256: string): SubmitAnswer {
  const { state } = run;
  const { planDigest, changeDigest, approval } = admittedOf(run);
  const answer: SubmitAnswer = {
    name: run.name,
    phase: state.phase,
    requestId,
    planDigest,
    changeDigest,
    awaits: approval.slots.map(({ slot, why, users, groups }) => ({ slot, why, users, groups })),
  };
  state.answered.push({ requestId, bodySha256, answer });
  state.answered.splice(0, Math.max(0, state.answered.length - ANSWERED_LENGTH));
  return answer;
}

/** Another request for a name that is held: says by whom, and when two different triples came to the same name, says that. */
async function conflict(run: Run, message: Submission): Promise<never> {
  const { by, requestId: _requestId, ...body } = message;
  await prove(run, 'submit', by, body);
  const cell = LIFECYCLE[run.state.phase].submit;
  if (cell.answer === 'refuse' && cell.code !== 'Conflict') throw refused(run, cell);
  const { spec, sender } = admittedOf(run);
  const held = `${spec.team}/${spec.project}/${spec.environment}`;
  const wanted = tripleOf(message.request);
  const clash =
    wanted === held ? '' : ` ${wanted} and ${held} come to the same name: give one of them a name of its own.`;
  const why = cell.answer === 'refuse' ? cell.why : 'the name is held';
  throw refusal({
    code: 'Conflict',
    message: `namespace ${run.name}: ${why} (${held}, requested by ${sender.subject} as ${run.state.submission.requestId}, now ${run.state.phase}).${clash}`,
    field: 'name',
    value: run.name,
  });
}

function tripleOf(request: unknown): string {
  const fields = typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {};
  return ['team', 'project', 'environment'].map((field) => String(fields[field] ?? '?').slice(0, 63)).join('/');
}

async function decide(run: Run, message: MessageName, decision: DecisionMessage): Promise<DecideAnswer> {
  const { state } = run;
  ask(run, message);
  const { sender, nonce } = await proveDecision(run, decision);
  // The phase may have moved on while the proof was checked.
  ask(run, message);
  const { approval } = state;
  if (approval === null)
    throw refusal({ code: 'NotAwaitingApproval', message: `namespace ${run.name}: nothing waits for a decision` });
  const verdict = judge(
    approval,
    { by: sender, nonce, ...decision, reason: decision.reason ?? '' },
    new Date(Date.now()).toISOString(),
  );
  if ('refused' in verdict) throw refusal(verdict.refused);
  const { counted } = verdict;
  approval.counted = verdict.all;
  const said = counted.reason === '' ? '' : `: ${counted.reason}`;
  note(run, { kind: 'decision', text: `${counted.decision} for ${counted.slot}${said}`, by: counted.subject });
  const awaits = openSlots(approval).map((slot) => slot.slot);
  if (awaits.length > 0 && counted.decision === 'approve') publish(run);
  return { slot: counted.slot, decision: counted.decision, phase: state.phase, awaits };
}

/** A signal has nobody to answer to: what is wrong with it stands in the timeline instead. */
async function decideBySignal(run: Run, decision: DecisionMessage): Promise<void> {
  try {
    await decide(run, 'decision', decision);
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === undefined) throw error;
    note(run, { kind: 'message', text: 'a decision came by signal and was not counted' });
    noteProblems(run, problems);
  }
}

async function teardown(run: Run, message: TeardownMessage): Promise<PhaseAnswer> {
  ask(run, 'teardown');
  const sender = await proveRight(run, 'teardown', message);
  const cell = ask(run, 'teardown');
  if (cell.answer === 'once') return { phase: run.state.phase, note: cell.why };
  enter(
    run,
    'deleting',
    'revoking',
    `${sender.subject} asked for it${message.reason === undefined ? '' : `: ${message.reason}`}`,
  );
  return { phase: run.state.phase };
}

async function cancel(run: Run, message: CancelMessage): Promise<PhaseAnswer> {
  ask(run, 'cancel');
  const sender = await proveRight(run, 'cancel', message);
  ask(run, 'cancel');
  return cancelBy(run, sender.subject, message.reason);
}

/** A native Temporal cancel means the same; whoever may send one is an operator of Temporal. */
export function cancelNatively(run: Run): void {
  const cell = LIFECYCLE[run.state.phase].cancel;
  if (cell.answer === 'refuse') {
    note(run, { kind: 'message', text: `a cancel through Temporal has no effect: ${cell.why}` });
    return;
  }
  cancelBy(run, 'an operator of Temporal');
}

function cancelBy(run: Run, who: string, reason?: string): PhaseAnswer {
  const { state } = run;
  if (state.cancelledBy !== undefined || state.step === 'undoing')
    return { phase: state.phase, note: 'it is being undone already' };
  state.cancelledBy = who;
  note(run, { kind: 'message', text: `cancel${reason === undefined ? '' : `: ${reason}`}`, by: who });
  run.inFlight?.cancel();
  return { phase: state.phase };
}

function ask(run: Run, message: MessageName): Exclude<Cell, { answer: 'refuse' }> {
  const cell: Cell = LIFECYCLE[run.state.phase][message];
  if (cell.answer === 'refuse') throw refused(run, cell);
  return cell;
}

function refused(run: Run, cell: Extract<Cell, { answer: 'refuse' }>): Error {
  return refusal({ code: cell.code, message: `namespace ${run.name} is ${run.state.phase}: ${cell.why}` });
}

async function proveRight(
  run: Run,
  message: 'teardown' | 'cancel',
  payload: TeardownMessage | CancelMessage,
): Promise<Sender> {
  const { by, ...body } = payload;
  const sender = await prove(run, message, by, body);
  // While admission runs nobody's rights are recorded yet; they are a moment later.
  await condition(() => run.state.phase !== 'requested');
  if (run.state.admission === null) throw refusal(run.state.problems);
  const rights = run.state.admission.rights[message];
  if (!isAmong(rights, sender))
    throw refusal({
      code: 'NotAllowed',
      message: `${sender.subject} may not ${message} namespace ${run.name}; that can ${describe(rights)}`,
    });
  return sender;
}

function describe({ users, groups }: People): string {
  return [...users, ...groups.map((group) => `group ${group}`)].join(', ');
}

async function prove(run: Run, message: MessageName, token: string, body: Record<string, unknown>): Promise<Sender> {
  const { verifySender } = reading(`Check who sent ${message} to ${run.name}`);
  const verified = await verifySender({ token, message, namespace: run.name, body, receivedAtMs: Date.now() });
  if ('problem' in verified) throw refusal(verified.problem);
  return verified.sender;
}

async function proveDecision(run: Run, decision: DecisionMessage): Promise<{ sender: Sender; nonce: string }> {
  const { verifyDecision } = reading(`Check who decided on ${run.name}`);
  const { planDigest, changeDigest, proof } = decision;
  const verified = await verifyDecision({
    token: proof,
    namespace: run.name,
    incarnation: admittedOf(run).incarnation,
    planDigest,
    changeDigest,
    decision: decision.decision,
    receivedAtMs: Date.now(),
  });
  if ('problem' in verified) throw refusal(verified.problem);
  return verified;
}

function problemsOf(error: unknown): Parameters<typeof noteProblems>[1] | undefined {
  const details = (error as { details?: { problems?: Parameters<typeof noteProblems>[1] }[] }).details;
  return details?.[0]?.problems;
}

function planOf({ state }: Run): PlanAnswer | null {
  const { admission } = state;
  if (admission === null) return null;
  const { planDigest, changeDigest, incarnation, changes, stages } = admission;
  return { planDigest, changeDigest, incarnation, changes, stages };
}
