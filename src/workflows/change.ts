// `change` and `transfer`: admitted in the handler, so that the answer says what would change and who decides. What follows
// is the operation's story (operation.ts). Of two at once one wins; the other is told which plan it missed.
import type { AppliedState } from '../activities/draft-change.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import type { OperationKind } from '../spec/status.ts';
import { reading } from './activities.ts';
import { remember } from './answered.ts';
import { beginApplying, openOperationApproval } from './approval.ts';
import type { ChangeAnswer, ChangeMessage, TransferMessage } from './messages.ts';
import { admittedOf, heldRequest, note, noteProblems, now, type Run, refusal } from './run.ts';
import { ask } from './sender.ts';
import type { Operation } from './state.ts';

export async function change(
  run: Run,
  kind: OperationKind,
  message: ChangeMessage | TransferMessage,
): Promise<ChangeAnswer> {
  const { by, ...body } = message;
  const bodySha256 = sha256Hex(canonicalJson({ kind, ...body }));
  const earlier = run.state.answered.find((each) => each.requestId === message.requestId);
  if (earlier?.bodySha256 === bodySha256) return earlier.answer as ChangeAnswer;
  if (earlier !== undefined) {
    throw refusal({
      code: 'RequestIdReused',
      message: `request id ${message.requestId} came before with another content`,
    });
  }
  ask(run, kind);
  const applied = admittedOf(run);
  const basedOn = 'basedOn' in message ? message.basedOn : undefined;
  if (basedOn !== undefined && basedOn !== null) hold(run, basedOn);
  const { admitChange } = reading(`Check a ${kind} of ${run.name}: sender, policy, plan, live state`);
  const admission = await admitChange({
    kind,
    name: run.name,
    requestId: message.requestId,
    body,
    by,
    receivedAtMs: Date.now(),
    signedSinceMs: Date.parse(run.state.requestedAt),
    allowed: applied.rights[kind],
    applied: appliedState(run),
  });
  if (admission.verdict === 'refused') {
    // Of somebody who may not ask nothing is kept: they could push the rest out of the history.
    if (!admission.problems.some(({ code }) => code === 'Unproven' || code === 'NotAllowed')) {
      noteProblems(run, admission.problems);
    }
    throw refusal(admission.problems);
  }
  // Another one may have come and gone while this was checked.
  ask(run, kind);
  hold(run, applied.planDigest);
  if (admission.verdict === 'unchanged') {
    if ('request' in message) holdAsWritten(run, message);
    return unchanged(run, message.requestId);
  }
  // JSON from other languages may say null for what is not said.
  const reason = typeof message.reason === 'string' ? { reason: message.reason } : {};
  begin(run, { kind, requestId: message.requestId, ...reason, admission });
  const answer = answerOf(run, admission, message.requestId);
  remember(run, { requestId: message.requestId, bodySha256, answer });
  return answer;
}

export function appliedState(run: Run): AppliedState {
  const { spec, incarnation, planDigest, stages, sender, ownerless } = admittedOf(run);
  const { request } = heldRequest(run);
  const owner = ownerless === true ? undefined : sender;
  return { request, spec, owner, incarnation, planDigest, stages, inventory: run.state.inventory };
}

export function begin(run: Run, asked: Pick<Operation, 'kind' | 'requestId' | 'reason' | 'admission'>): void {
  const { admission } = asked;
  const operation: Operation = {
    ...asked,
    step: 'applying',
    startedAt: now(),
    approval: null,
    reminded: false,
    problems: [],
    reached: [],
    givenUp: [],
  };
  run.state.operation = operation;
  run.state.step = 'changing';
  if (operation.reason !== undefined)
    note(run, { kind: 'message', text: `${operation.kind}: ${operation.reason}`, by: admission.by.subject });
  if (admission.approval.slots.length === 0)
    return beginApplying(run, `approved by policy (${admission.approval.rule})`);
  operation.step = 'awaiting-approval';
  openOperationApproval(run, admission.by.subject);
}

/** The plan that somebody looked at has to be the one that holds. */
function hold(run: Run, basedOn: string): void {
  const { planDigest } = admittedOf(run);
  if (planDigest === basedOn) return;
  const last = run.state.lastOperation;
  const how = last?.planDigest === planDigest ? ` since ${last.kind} ${last.requestId}` : '';
  throw refusal({
    code: 'StaleDigest',
    message: `namespace ${run.name}: the change was made from plan ${basedOn.slice(0, 64)}, and plan ${planDigest} holds${how}; look at it and send the change again`,
  });
}

/** It may say in so many words what was only a default: a later catalog finds it said. */
function holdAsWritten(run: Run, { requestId, request }: ChangeMessage): void {
  if (canonicalJson(request) !== canonicalJson(heldRequest(run).request)) run.state.wanted = { requestId, request };
}

function answerOf(run: Run, admission: Operation['admission'], requestId: string): ChangeAnswer {
  const { phase, operation } = run.state;
  const { planDigest, changeDigest, changes, approval } = admission;
  return {
    name: run.name,
    requestId,
    phase,
    ...(operation === null ? {} : { operation: { kind: operation.kind, step: operation.step } }),
    planDigest,
    changeDigest,
    changes,
    awaits: approval.slots.map(({ slot, why, users, groups }) => ({ slot, why, users, groups })),
  };
}

function unchanged(run: Run, requestId: string): ChangeAnswer {
  const { planDigest, changeDigest } = admittedOf(run);
  return {
    name: run.name,
    requestId,
    phase: run.state.phase,
    planDigest,
    changeDigest,
    changes: [],
    awaits: [],
    note: 'nothing has to be changed: plan and cluster are as wanted',
  };
}
