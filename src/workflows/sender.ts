// Whether a message counts: the lifecycle table, the proof of its sender, the rights that admission recorded. It changes no
// state; what is not accepted is thrown as the answer.
import { isAmong, type People, type Sender } from '../spec/approval.ts';
import { type Cell, LIFECYCLE, type MessageName } from '../spec/lifecycle.ts';
import { reading } from './activities.ts';
import type { CancelMessage, DecisionMessage, TeardownMessage } from './messages.ts';
import { admittedOf, type Run, refusal } from './run.ts';

export function ask(run: Run, message: MessageName): Exclude<Cell, { answer: 'refuse' }> {
  const cell: Cell = LIFECYCLE[run.state.phase][message];
  if (cell.answer === 'refuse') throw refused(run, cell);
  return cell;
}

export function refused(run: Run, cell: Extract<Cell, { answer: 'refuse' }>): Error {
  return refusal({ code: cell.code, message: `namespace ${run.name} is ${run.state.phase}: ${cell.why}` });
}

export async function proveRight(
  run: Run,
  message: 'teardown' | 'cancel',
  payload: TeardownMessage | CancelMessage,
): Promise<Sender> {
  const { by, ...body } = payload;
  const sender = await prove(run, message, by, body);
  const rights = await rightsOn(run, message);
  if (!isAmong(rights, sender)) {
    throw refusal({
      code: 'NotAllowed',
      message: `${sender.subject} may not ${message} namespace ${run.name}; that can ${describe(rights)}`,
    });
  }
  return sender;
}

const NOBODY: People = { users: [], groups: [] };

/** While admission runs nobody's rights are recorded yet; then only who asked may take it back. */
async function rightsOn(run: Run, message: 'teardown' | 'cancel'): Promise<People> {
  const recorded = (): People | undefined => run.state.admission?.rights[message];
  if (recorded() !== undefined || run.state.phase !== 'requested') return recorded() ?? NOBODY;
  const { mode, request, by } = run.state.submission;
  const requester = await prove(run, 'submit', by, { mode, request }, Date.parse(run.state.requestedAt));
  // Admission may have ended meanwhile: then what it recorded counts.
  return recorded() ?? { users: [requester.subject], groups: [] };
}

function describe({ users, groups }: People): string {
  return [...users, ...groups.map((group) => `group ${group}`)].join(', ');
}

export async function prove(
  run: Run,
  message: MessageName,
  token: string,
  body: Record<string, unknown>,
  receivedAtMs: number = Date.now(),
): Promise<Sender> {
  const { verifySender } = reading(`Check who sent ${message} to ${run.name}`);
  const verified = await verifySender({ token, message, namespace: run.name, body, receivedAtMs });
  if ('problem' in verified) throw refusal(verified.problem);
  return verified.sender;
}

export async function proveDecision(run: Run, decision: DecisionMessage): Promise<{ sender: Sender; nonce: string }> {
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
