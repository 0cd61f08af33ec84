// `submit`: the first request of a run is answered when admission has; a repeated one gets the same answer again; any other
// for the same name is told who holds it.
import { condition } from '@temporalio/workflow';
import { isAmong } from '../spec/approval.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import { LIFECYCLE } from '../spec/lifecycle.ts';
import { remember } from './answered.ts';
import type { Submission, SubmitAnswer } from './messages.ts';
import { admittedOf, type Run, refusal, situation } from './run.ts';
import { type Proven, prove, refused } from './sender.ts';

export async function submit(run: Run, message: Submission): Promise<SubmitAnswer> {
  const { state } = run;
  const bodySha256 = sha256Hex(canonicalJson({ mode: message.mode, request: message.request }));
  const ofThisRun = message.requestId === state.submission.requestId;
  const earlier = state.answered.find((each) => each.requestId === message.requestId);
  if (earlier !== undefined && earlier.bodySha256 === bodySha256) return earlier.answer as SubmitAnswer;
  const ownSha256 = sha256Hex(canonicalJson({ mode: state.submission.mode, request: state.submission.request }));
  if (earlier !== undefined || (ofThisRun && bodySha256 !== ownSha256)) {
    throw refusal({
      code: 'RequestIdReused',
      message: `request id ${message.requestId} came before with another content`,
    });
  }
  await condition(() => state.phase !== 'requested');
  if (!ofThisRun) {
    const { sender, operator } = await proveSubmission(run, message);
    if (state.quarantinedUntil !== undefined) return endQuarantine(run, message, { sender, operator });
    // Somebody who asks for the same once more, under a new id, asks for nothing new.
    const same = bodySha256 === ownSha256 && sender.subject === state.admission?.sender.subject;
    if (!same || !livesOrComes(run)) throw conflict(run, message);
  }
  // Refused, or cancelled before it was admitted.
  if (state.admission === null) throw refusal(state.problems);
  return answered(run, message.requestId, bodySha256);
}

function answered(run: Run, requestId: string, bodySha256: string): SubmitAnswer {
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
  remember(run, { requestId, bodySha256, answer });
  return answer;
}

/** Its own team may take the name at once: this run ends, and the same call starts the next one. */
function endQuarantine(
  run: Run,
  message: Submission,
  { sender, operator }: Pick<Proven, 'sender' | 'operator'>,
): never {
  const { state } = run;
  const { spec, rights } = admittedOf(run);
  const [team] = tripleOf(message.request).split('/');
  if (team === spec.team && (operator || isAmong(rights.submit ?? { users: [], groups: [] }, sender))) {
    delete state.quarantinedUntil;
    throw refusal({
      code: 'Ended',
      message: `namespace ${run.name} was deleted; its name is free for team ${spec.team}`,
    });
  }
  throw refusal({
    code: 'Conflict',
    message: `the name ${run.name} rests until ${state.quarantinedUntil}: it was team ${spec.team}'s, which may take it again before`,
    field: 'name',
    value: run.name,
  });
}

/** Not where it is on its way out: there the same request asks for something that is no longer to come. */
function livesOrComes({ state }: Run): boolean {
  if (state.step === 'undoing' || state.cancelledBy !== undefined) return false;
  return state.phase === 'awaiting-approval' || state.phase === 'provisioning' || state.phase === 'ready';
}

function proveSubmission(run: Run, message: Submission): Promise<Proven> {
  const { by, requestId: _requestId, ...body } = message;
  return prove(run, 'submit', by, body);
}

/** Another request for a name that is held: says by whom, and when two different triples came to the same name, says that. */
function conflict(run: Run, message: Submission): Error {
  const cell = LIFECYCLE[situation(run)].submit;
  if (cell.answer === 'refuse' && cell.code !== 'Conflict') return refused(run, cell);
  const { spec, sender } = admittedOf(run);
  const held = `${spec.team}/${spec.project}/${spec.environment}`;
  const wanted = tripleOf(message.request);
  const clash =
    wanted === held ? '' : ` ${wanted} and ${held} come to the same name: give one of them a name of its own.`;
  const why = cell.answer === 'refuse' ? cell.why : 'the name is held';
  return refusal({
    code: 'Conflict',
    message: `namespace ${run.name}: ${why} (${held}, requested by ${sender.subject} as ${run.state.submission.requestId}, now ${run.state.phase}).${clash}`,
    field: 'name',
    value: run.name,
  });
}

function tripleOf(request: unknown): string {
  const fields = typeof request === 'object' && request !== null ? (request as Record<string, unknown>) : {};
  const said = (field: string): string => {
    const value = fields[field];
    return typeof value === 'string' ? value.slice(0, 63) : '?';
  };
  return [said('team'), said('project'), said('environment')].join('/');
}
