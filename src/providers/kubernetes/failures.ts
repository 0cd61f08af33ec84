// From an API server's refusal to an error of naas's table. Pure. Each message says what was tried, on which object, at
// which server, in the server's own words, and what to do next.
import { type ErrorName, NaasError } from '../../spec/errors.ts';
import { retryAfterMs } from '../retry-after.ts';
import { isJson } from './object.ts';
import type { HttpAnswer } from './transport.ts';

export interface Attempt {
  /** "apply of ConfigMap shop/info". */
  what: string;
  verb: 'get' | 'list' | 'create' | 'apply' | 'merge' | 'delete' | 'ask';
  /** The namespace that the object lives in; absent for cluster-scoped kinds. */
  namespace?: string | undefined;
  serverNowMs: number;
  clean(text: string): string;
}

interface Cause {
  reason: string;
  message: string;
  field: string;
}

interface Refusal {
  reason: string;
  message: string;
  causes: Cause[];
}

export function failureOf(answer: HttpAnswer, attempt: Attempt): NaasError {
  const refusal = refusalOf(answer, attempt.clean);
  const said = refusal?.message || attempt.clean(answer.text) || `HTTP ${answer.status}`;
  const wait = retryAfterMs(header(answer, 'retry-after'), attempt.serverNowMs);
  const fail = (code: ErrorName, why: string, todo: string): NaasError =>
    new NaasError(
      { code, message: `${attempt.what} at ${answer.server} ${why}. ${todo}` },
      wait === undefined ? {} : { retryAfterMs: wait },
    );

  if (answer.status === 429) {
    return fail('Throttled', `was put off (429): ${said}`, 'The server asks to wait; naas does.');
  }
  if (answer.status === 401) {
    return fail(
      'Unavailable',
      `was refused: the server does not accept the credentials (401): ${said}`,
      'Renew the token, certificate or exec plugin of the kubeconfig; naas reads them again by itself.',
    );
  }
  if (refusal !== undefined && isOutsideSchema(refusal)) {
    return fail('Invalid', `was refused as invalid: ${said}`, 'Correct the named fields.');
  }
  if (refusal === undefined || answer.status >= 500) {
    const who = refusal === undefined ? ' by something that is no Kubernetes API' : '';
    return fail('Unavailable', `was answered ${answer.status}${who}: ${said}`, 'naas tries again by itself.');
  }
  if (isPolicy(refusal)) {
    return fail(
      'Forbidden',
      `was denied by an admission policy: ${said}`,
      'Change what the policy names, or ask its owner.',
    );
  }
  switch (answer.status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return fail('Invalid', `was refused as invalid: ${said}${listed(refusal, said)}`, 'Correct the named fields.');
    case 403:
      return forbidden(refusal, said, fail);
    case 404:
      return fail('Gone', `found nothing to write into: ${said}`, goneTodo(attempt));
    case 409:
      return conflict(refusal, said, attempt, fail);
    default:
      return fail('Unexpected', `was answered ${answer.status}: ${said}`, '`naas doctor` may know more.');
  }
}

type Fail = (code: ErrorName, why: string, todo: string) => NaasError;

function forbidden(refusal: Refusal, said: string, fail: Fail): NaasError {
  if (refusal.causes.some((cause) => cause.reason === 'NamespaceTerminating')) {
    return fail(
      'Gone',
      `came too late: ${said}`,
      'The namespace is being deleted; submit the request again when it is gone.',
    );
  }
  // Another API server has not seen yet that the quota controller has counted; or it has just started, and one of its
  // admission plugins has not read what it judges by.
  if (said.includes('status unknown for quota') || said.includes('not yet ready to handle request')) {
    return fail('NotReadyYet', `came too early: ${said}`, 'naas tries again by itself.');
  }
  return fail('Forbidden', `is not allowed: ${said}`, 'Run `naas doctor`; `naas install` grants what naas needs.');
}

function conflict(refusal: Refusal, said: string, attempt: Attempt, fail: Fail): NaasError {
  const held = refusal.causes.filter((cause) => cause.reason === 'FieldManagerConflict');
  if (held.length > 0) {
    const fields = held.map((cause) => `${cause.field} (${cause.message})`).join(', ');
    return fail(
      'FieldConflict',
      `meets fields that another manager holds: ${fields}`,
      'Let that manager give the field up, or ask for another value.',
    );
  }
  // Two applies that both make the object race; the loser only has to apply again.
  if (refusal.reason === 'AlreadyExists' && attempt.verb === 'create') {
    return fail('NotOurs', `found the name taken: ${said}`, 'Choose another name, or find out who owns the object.');
  }
  if (/\buid\b/i.test(refusal.message) && !/resourceVersion/i.test(refusal.message)) {
    return fail(
      'Gone',
      `names an object that is gone: ${said}`,
      'It was deleted, and perhaps made anew, underneath; submit the request again.',
    );
  }
  if (/has been modified|resourceVersion|resource version/i.test(refusal.message)) {
    return fail('Outdated', `met a newer version of the object: ${said}`, 'naas reads it again and goes on.');
  }
  return fail('Unavailable', `met another write: ${said}`, 'naas tries again by itself.');
}

function goneTodo(attempt: Attempt): string {
  const where = attempt.namespace === undefined ? 'The object' : `Namespace ${attempt.namespace}`;
  return `${where} was deleted underneath; submit the request again.`;
}

/** The server's text mostly holds every cause already; the ones that it leaves out are added. */
function listed(refusal: Refusal, said: string): string {
  const missing = refusal.causes.filter((cause) => cause.message !== '' && !said.includes(cause.message));
  return missing.length === 0 ? '' : ` (${missing.map((cause) => `${cause.field}: ${cause.message}`).join('; ')})`;
}

function isPolicy(refusal: Refusal): boolean {
  return /ValidatingAdmissionPolicy '|admission webhook "/.test(refusal.message);
}

/** An apply with a field or a type that the schema does not have is answered 500, though no repetition can help. */
function isOutsideSchema(refusal: Refusal): boolean {
  return refusal.message.startsWith('failed to create typed patch object');
}

/** Cleaned here, once: whatever is made of it later can hold no credential. */
function refusalOf(answer: HttpAnswer, clean: (text: string) => string): Refusal | undefined {
  const text = (value: unknown): string => (typeof value === 'string' ? clean(value) : '');
  const body = answer.body;
  if (!isJson(body) || body['kind'] !== 'Status') return undefined;
  const details = isJson(body['details']) ? body['details'] : {};
  const causes = Array.isArray(details['causes']) ? details['causes'] : [];
  return {
    reason: text(body['reason']),
    message: text(body['message']),
    causes: causes.filter(isJson).map((cause) => ({
      reason: text(cause['reason']),
      message: text(cause['message']),
      field: text(cause['field']),
    })),
  };
}

export function isStatus(answer: HttpAnswer): boolean {
  return isJson(answer.body) && answer.body['kind'] === 'Status';
}

function header(answer: HttpAnswer, name: string): string | undefined {
  const value = answer.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
