// The shape of what a caller sent, before anything reads it: whoever speaks to Temporal may send anything, and a handler that
// stumbles over it would stop the run for everybody. Says which field is wrong; it proves and decides nothing.
import type { Problem } from '../spec/errors.ts';
import { type WrongPart, wrongProof } from '../spec/proof.ts';
import type {
  AddDomainMessage,
  BoughtDomainMessage,
  BuyDomainMessage,
  DecideDomainMessage,
  DomainWanted,
  RemoveDomainMessage,
  TransferDomainMessage,
} from './domain-contract.ts';
import type {
  AbandonMessage,
  CancelMessage,
  ChangeMessage,
  DecisionMessage,
  PreviewArgument,
  RetryMessage,
  SkipMessage,
  Submission,
  TeardownMessage,
  TransferMessage,
} from './messages.ts';
import { refusal } from './run.ts';

/** Longer ids and reasons are no ids and reasons; Temporal itself allows 1,000 bytes for an update's id. */
const MAX_ID_LENGTH = 200;
const MAX_REASON_LENGTH = 1_000;
const MAX_STRANGE_FIELDS = 5;
/** More than a namespace has of what naas makes; a kind and two names of Kubernetes. */
const MAX_OBJECTS = 100;
const MAX_OBJECT_LENGTH = 600;
/** What is much deeper can be read but not written again: handing it to an activity would stop the run. Admission refuses far less. */
const MAX_DEPTH = 1_000;

/** What was expected instead, and of which part of the value where that matters; undefined: it is as it should be. */
type Check = (value: unknown) => string | WrongPart | undefined;

const text =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= most ? undefined : `a text of 1 to ${most} characters`;
const texts =
  (most: number, length: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every((item) => text(length)(item) === undefined)
      ? undefined
      : `a list of at most ${most} texts of 1 to ${length} characters`;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null ? undefined : check(value);
const oneOf =
  (...allowed: string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value) ? undefined : allowed.join(' or ');
const isMoney: Check = (value) => {
  const { amount, currency } = (typeof value === 'object' ? (value ?? {}) : {}) as Record<string, unknown>;
  const isAmount = typeof amount === 'string' && /^(0|[1-9]\d{0,11})(\.\d{1,4})?$/.test(amount);
  return isAmount && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency)
    ? undefined
    : 'an amount as decimal text and a currency, such as {"amount": "12.00", "currency": "GBP"}';
};
const present: Check = (value) => (value === undefined || value === null ? 'a value' : undefined);
const isFlag: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const shallow: Check = (value) =>
  present(value) ?? (isDeeper(value, MAX_DEPTH) ? `a value of at most ${MAX_DEPTH} levels` : undefined);

export function checkSubmission(message: unknown): Submission {
  return checked(message, { requestId: text(MAX_ID_LENGTH), mode: text(MAX_ID_LENGTH), request: shallow, by: isToken });
}

export function checkPreview(input: unknown): PreviewArgument {
  const { name, submission } = checked<{ name: string; submission: unknown }>(input, {
    name: text(MAX_ID_LENGTH),
    submission: present,
  });
  return { name, submission: checkSubmission(submission) };
}

export function checkDecision(message: unknown): DecisionMessage {
  return checked(message, {
    proof: isToken,
    planDigest: text(MAX_ID_LENGTH),
    changeDigest: text(MAX_ID_LENGTH),
    decision: oneOf('approve', 'reject'),
    reason: optional((value) =>
      typeof value === 'string' && value.length <= MAX_REASON_LENGTH
        ? undefined
        : `a text of at most ${MAX_REASON_LENGTH} characters`,
    ),
  });
}

export function checkEnding(message: unknown): TeardownMessage & CancelMessage {
  return checked(message, { requestId: text(MAX_ID_LENGTH), by: isToken, reason: optional(text(MAX_REASON_LENGTH)) });
}

export function checkChange(message: unknown): ChangeMessage {
  return checked(message, {
    requestId: text(MAX_ID_LENGTH),
    request: shallow,
    basedOn: optional(text(MAX_ID_LENGTH)),
    reason: optional(text(MAX_REASON_LENGTH)),
    by: isToken,
  });
}

export function checkTransfer(message: unknown): TransferMessage {
  return checked(message, {
    requestId: text(MAX_ID_LENGTH),
    team: text(MAX_ID_LENGTH),
    reason: optional(text(MAX_REASON_LENGTH)),
    by: isToken,
  });
}

export function checkRetry(message: unknown): RetryMessage {
  return checked(message, { requestId: text(MAX_ID_LENGTH), by: isToken });
}

export function checkSkip(message: unknown): SkipMessage {
  const objects = optional(texts(MAX_OBJECTS, MAX_OBJECT_LENGTH));
  return checked(message, { requestId: text(MAX_ID_LENGTH), reason: text(MAX_REASON_LENGTH), objects, by: isToken });
}

export function checkAbandon(message: unknown): AbandonMessage {
  return checked(message, { requestId: text(MAX_ID_LENGTH), reason: text(MAX_REASON_LENGTH), by: isToken });
}

/** Longer ones are no names of DNS and no teams. */
const MAX_NAME_LENGTH = 1_012;
const OF_A_DOMAIN = { requestId: text(MAX_ID_LENGTH), name: text(MAX_NAME_LENGTH), by: isToken };

export function checkAddDomain(message: unknown): AddDomainMessage {
  return checked(message, { ...OF_A_DOMAIN, team: text(MAX_ID_LENGTH), delegate: optional(isFlag) });
}

export function checkBuyDomain(message: unknown): BuyDomainMessage {
  return checked(message, { ...OF_A_DOMAIN, team: text(MAX_ID_LENGTH), reason: optional(text(MAX_REASON_LENGTH)) });
}

export function checkBoughtDomain(message: unknown): BoughtDomainMessage {
  return checked(message, { ...OF_A_DOMAIN, team: text(MAX_ID_LENGTH), price: isMoney });
}

export function checkRemoveDomain(message: unknown): RemoveDomainMessage {
  const [team, reason] = [optional(text(MAX_ID_LENGTH)), optional(text(MAX_REASON_LENGTH))];
  return checked(message, { ...OF_A_DOMAIN, team, reason });
}

export function checkTransferDomain(message: unknown): TransferDomainMessage {
  return checked(message, { ...OF_A_DOMAIN, team: text(MAX_ID_LENGTH), reason: optional(text(MAX_REASON_LENGTH)) });
}

export function checkDecideDomain(message: unknown): DecideDomainMessage {
  const reason = optional(text(MAX_REASON_LENGTH));
  return checked(message, { ...OF_A_DOMAIN, team: text(MAX_ID_LENGTH), decision: oneOf('approve', 'reject'), reason });
}

export function checkTick(message: unknown): { name: string } {
  return checked(message, { name: text(MAX_NAME_LENGTH) });
}

export function checkWanted(message: unknown): DomainWanted {
  return checked(message, { namespace: text(63), name: text(MAX_NAME_LENGTH), team: text(MAX_ID_LENGTH) });
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

function isToken(value: unknown): WrongPart | undefined {
  return wrongProof(value);
}

function checked<T>(message: unknown, checks: Record<string, Check>): T {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw refusal({ code: 'InvalidRequest', message: 'the message is not an object', allowed: Object.keys(checks) });
  }
  const fields = message as Record<string, unknown>;
  const wrong = Object.entries(checks).flatMap(([field, check]): Problem[] => {
    const found = check(fields[field]);
    if (found === undefined) return [];
    const { within, wanted } = typeof found === 'string' ? { within: '', wanted: found } : found;
    const path = `${field}${within}`;
    return [{ code: 'InvalidRequest', message: `${path}: expected ${wanted}`, field: path }];
  });
  // A few are enough to see what is meant, and an answer as long as the message would not fit into the history.
  const unknown = Object.keys(fields).filter((field) => !Object.hasOwn(checks, field));
  const strange = unknown.slice(0, MAX_STRANGE_FIELDS).map((name): Problem => {
    const field = name.slice(0, 63);
    return {
      code: 'InvalidRequest',
      message: `${field}: not a field of this message`,
      field,
      allowed: Object.keys(checks),
    };
  });
  if (wrong.length + strange.length > 0) throw refusal([...wrong, ...strange]);
  return message as T;
}
