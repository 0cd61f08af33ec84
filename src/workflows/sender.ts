// Whether a message counts: the lifecycle table, the proof of its sender, the rights that admission recorded. It changes no
// state; what is not accepted is thrown as the answer.
import { isAmong, type People, type Sender } from '../spec/approval.ts';
import type { ErrorName } from '../spec/errors.ts';
import { type Cell, LIFECYCLE, type MessageName } from '../spec/lifecycle.ts';
import type { Proof } from '../spec/proof.ts';
import { reading } from './activities.ts';
import type {
  AbandonMessage,
  CancelMessage,
  DecisionMessage,
  RetryMessage,
  SkipMessage,
  TeardownMessage,
} from './messages.ts';
import { admittedOf, type Run, refusal, situation } from './run.ts';
import { NONCES_LENGTH, type Operation } from './state.ts';

export function ask(run: Run, message: MessageName): Exclude<Cell, { answer: 'refuse' }> {
  const cell: Cell = LIFECYCLE[situation(run)][message];
  if (cell.answer === 'refuse') throw refused(run, cell);
  return cell;
}

export function refused(run: Run, cell: Extract<Cell, { answer: 'refuse' }>): Error {
  const { operation, phase } = run.state;
  const other = cell.code === 'StaleDigest' && operation !== null ? missed(operation) : '';
  const hint = operation === null ? undefined : hintBeside(run.name, operation, cell.code);
  return refusal({
    code: cell.code,
    message: `namespace ${run.name} is ${phase}: ${cell.why}${other}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** What the table of errors says is for who stands alone before a namespace. */
function hintBeside(name: string, { step }: Operation, code: ErrorName): string | undefined {
  if (code === 'StaleDigest')
    return `\`naas status ${name}\` shows that one; when it has ended, look again and send yours.`;
  if (code === 'StillInProgress' && step === 'undoing')
    return `\`naas status ${name}\` shows when it is over; then send it again.`;
  return undefined;
}

/** Of two changes at once one wins; the other hears which plan it did not know of. */
function missed({ kind, requestId, admission }: Operation): string {
  return ` (${kind} ${requestId} by ${admission.by.subject}, to plan ${admission.planDigest})`;
}

export async function proveRight(
  run: Run,
  message: 'teardown' | 'cancel',
  payload: TeardownMessage | CancelMessage,
): Promise<Sender> {
  const { by, ...body } = payload;
  const { sender, operator, nonce } = await prove(run, message, by, body);
  if (!operator) allow(run, message, sender, await rightsOn(run, message));
  spend(run, message, { sender, nonce });
  return sender;
}

/** What a blocked namespace needs is for operators alone, by the catalog of today: a run may be older than its operators. */
export async function proveOperator(
  run: Run,
  message: 'retry' | 'skip' | 'abandon',
  payload: RetryMessage | SkipMessage | AbandonMessage,
): Promise<Sender> {
  const { by, ...body } = payload;
  const { sender, operator, nonce } = await prove(run, message, by, body);
  if (!operator) {
    throw refusal({
      code: 'NotAllowed',
      message: `${sender.subject} may not ${message} namespace ${run.name}; that can the operators of the platform`,
    });
  }
  spend(run, message, { sender, nonce });
  return sender;
}

/** What was signed once counts once: whoever reads it in a history must not cancel the next change or give up the next object. */
function spend({ name, state }: Run, message: MessageName, { sender, nonce }: Pick<Proven, 'sender' | 'nonce'>): void {
  if (state.nonces?.includes(nonce)) {
    throw refusal({
      code: 'Unproven',
      message: `namespace ${name}: this proof of ${sender.subject} was used for a ${message} before; sign the message anew`,
      field: 'by',
    });
  }
  state.nonces = [...(state.nonces ?? []), nonce].slice(-NONCES_LENGTH);
}

export function allow(run: Run, message: MessageName, sender: Sender, rights: People | undefined): void {
  if (rights !== undefined && isAmong(rights, sender)) return;
  throw refusal({
    code: 'NotAllowed',
    message: `${sender.subject} may not ${message} namespace ${run.name}; that can ${describe(rights ?? NOBODY)}the operators of the platform`,
  });
}

const NOBODY: People = { users: [], groups: [] };

/** While admission runs nobody's rights are recorded yet; then only who asked may take it back. */
async function rightsOn(run: Run, message: 'teardown' | 'cancel'): Promise<People> {
  const recorded = (): People | undefined => run.state.admission?.rights[message];
  if (recorded() !== undefined || run.state.phase !== 'requested') return recorded() ?? NOBODY;
  const { mode, request, by } = run.state.submission;
  const { sender: requester } = await prove(run, 'submit', by, { mode, request }, Date.parse(run.state.requestedAt));
  // Admission may have ended meanwhile: then what it recorded counts.
  return recorded() ?? { users: [requester.subject], groups: [] };
}

function describe({ users, groups }: People): string {
  return [...users, ...groups.map((group) => `group ${group}`)].map((each) => `${each}, `).join('');
}

export interface Proven {
  sender: Sender;
  /** By the catalog of today. */
  operator: boolean;
  nonce: string;
}

export async function prove(
  run: Run,
  message: MessageName,
  token: Proof,
  body: Record<string, unknown>,
  receivedAtMs: number = Date.now(),
): Promise<Proven> {
  const { verifySender } = reading(`Check who sent ${message} to ${run.name}`);
  // What was signed for an earlier life of the name must not end this one; only a request comes before its life.
  const since = message === 'submit' ? {} : { signedSinceMs: Date.parse(run.state.requestedAt) };
  const verified = await verifySender({ token, message, namespace: run.name, body, receivedAtMs, ...since });
  if ('problem' in verified) throw refusal(verified.problem);
  return { sender: verified.sender, operator: verified.operator === true, nonce: verified.nonce };
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
