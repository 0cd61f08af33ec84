// `decide` and its signal: proves who decides, lets spec/approval judge, counts it.
import { judge, openSlots } from '../spec/approval.ts';
import type { Problem } from '../spec/errors.ts';
import type { MessageName } from '../spec/lifecycle.ts';
import { lapsesAtMs, settle } from './approval.ts';
import type { DecideAnswer, DecisionMessage } from './messages.ts';
import { checkDecision } from './payload.ts';
import { askedOf, note, noteProblems, now, publish, type Run, refusal } from './run.ts';
import { ask, proveDecision } from './sender.ts';
import { NONCES_LENGTH } from './state.ts';

export async function decide(run: Run, message: MessageName, decision: DecisionMessage): Promise<DecideAnswer> {
  const { state } = run;
  ask(run, message);
  // Counted from its arrival: however long a proof takes to check, a deadline stays a deadline.
  if (Date.now() >= lapsesAtMs(run)) {
    throw refusal({ code: 'Lapsed', message: `namespace ${run.name}: the time to decide is over` });
  }
  run.deciding += 1;
  const { sender, nonce } = await proveDecision(run, decision).finally(() => {
    run.deciding -= 1;
  });
  // The phase may have moved on while the proof was checked.
  ask(run, message);
  const { approval } = askedOf(run);
  if (approval === null)
    throw refusal({ code: 'NotAwaitingApproval', message: `namespace ${run.name}: nothing waits for a decision` });
  const verdict = judge(approval, { by: sender, nonce, ...decision, reason: decision.reason ?? '' }, now());
  if ('refused' in verdict) throw refusal(verdict.refused);
  if (state.nonces?.includes(nonce)) throw refusal(spent(sender.subject));
  const { counted } = verdict;
  approval.counted = verdict.all;
  state.nonces = [...(state.nonces ?? []), nonce].slice(-NONCES_LENGTH);
  const said = counted.reason === '' ? '' : `: ${counted.reason}`;
  note(run, { kind: 'decision', text: `${counted.decision} for ${counted.slot}${said}`, by: counted.subject });
  const awaits = counted.decision === 'reject' ? [] : openSlots(approval).map((slot) => slot.slot);
  if (awaits.length > 0) publish(run);
  else settle(run);
  return { slot: counted.slot, decision: counted.decision, phase: state.phase, awaits };
}

/** The same change may be asked for again, with the same digests: what was signed for the first one decides on it alone. */
function spent(subject: string): Problem {
  return {
    code: 'AlreadyDecided',
    message: `this proof of ${subject} was counted before; decide anew on what waits now`,
  };
}

/** A signal has nobody to answer to: what is wrong with it stands in the timeline instead. */
export async function decideBySignal(run: Run, decision: unknown): Promise<void> {
  try {
    await decide(run, 'decision', checkDecision(decision));
  } catch (error) {
    const problems = problemsOf(error);
    if (problems === undefined) throw error;
    note(run, { kind: 'message', text: 'a decision came by signal and was not counted' });
    noteProblems(run, problems);
  }
}

function problemsOf(error: unknown): Problem[] | undefined {
  return (error as { details?: { problems?: Problem[] }[] }).details?.[0]?.problems;
}
