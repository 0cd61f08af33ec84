// From a refusal of Azure's management API, or of the place where its tokens come from, to an error of naas's table. Pure. Each
// message says what was tried, on what, at which endpoint, in the server's words, and what to do next.
import type { ErrorName, NaasError } from '../../spec/errors.ts';
import { dnsFailure } from '../dns/failure.ts';
import { retryAfterMs } from '../retry-after.ts';

export interface Attempt {
  /** "create of A shop.example.com at https://management.azure.com". */
  what: string;
  verb: 'read' | 'create' | 'change' | 'delete';
  /** The request may have reached the server. */
  sent: boolean;
  clean(text: string): string;
}

/** What the SDK throws, by its shape: it has several classes in several packages. */
interface Thrown extends Error {
  statusCode?: number;
  code?: string;
  response?: { headers?: { get(name: string): string | undefined } };
}

/** What Azure calls it when more than the record set is missing. */
const PARENT_MISSING = ['ResourceNotFound', 'ParentResourceNotFound', 'ResourceGroupNotFound', 'SubscriptionNotFound'];

export function failureOf(error: unknown, attempt: Attempt): NaasError {
  const thrown: Thrown = error instanceof Error ? error : new Error(String(error));
  const wait = waitOf(thrown);
  const fail: Fail = (code, why, todo) => dnsFailure(code, `${attempt.what} ${why}`, todo, { retryAfterMs: wait });
  if (isAboutToken(thrown)) return tokenFailure(thrown, attempt, fail);
  const { statusCode, code } = thrown;
  if (statusCode === undefined) {
    const effect = attempt.sent ? '; it may have had its effect' : '';
    const why = [code, attempt.clean(thrown.message)].filter((part) => part !== undefined && part !== '').join(': ');
    return fail(
      'Unavailable',
      `got no answer (${why})${effect}`,
      'Check that the endpoint can be reached; naas tries again by itself.',
    );
  }
  const said = `${attempt.clean(thrown.message) || `HTTP ${statusCode}`} (${[statusCode, code].filter(Boolean).join(' ')})`;
  if (statusCode === 429) return fail('Throttled', `was put off: ${said}`, 'Azure asks to wait; naas does.');
  if (!isArmError(thrown) || statusCode >= 500 || statusCode < 400)
    return fail('Unavailable', `was answered what tells nothing: ${said}`, 'naas tries again by itself.');
  return refusal(statusCode, code ?? '', said, attempt, fail);
}

/** A read that found no such set, in a zone that is there. */
export function isAbsent(error: unknown): boolean {
  const thrown = error as Thrown;
  return thrown?.statusCode === 404 && thrown.code === 'NotFound';
}

type Fail = (code: ErrorName, why: string, todo: string) => NaasError;

function refusal(statusCode: number, code: string, said: string, { verb }: Attempt, fail: Fail): NaasError {
  switch (statusCode) {
    case 401:
    case 403:
      return fail(
        'Forbidden',
        `is not allowed: ${said}`,
        'Give the identity of naas the role DNS Zone Contributor on this zone, and nothing more.',
      );
    case 404:
      return PARENT_MISSING.includes(code)
        ? fail(
            'NotFound',
            `found no such zone: ${said}`,
            'Check zone, resource group and subscription in the configuration.',
          )
        : fail('Outdated', `found nothing there: ${said}`, 'naas reads it again and goes on by itself.');
    case 409:
      // Also said of two sets that cannot stand beside each other, which no repetition mends.
      if (/\bCNAME\b/.test(said))
        return fail(
          'Invalid',
          `was refused: ${said}`,
          'A CNAME stands alone at its name: choose another name or type.',
        );
      return fail('Outdated', `met another write: ${said}`, 'naas reads it again and goes on by itself.');
    case 412:
      return verb === 'create'
        ? fail('NotOurs', `found the record set there already: ${said}`, 'Find out who owns it; naas leaves it alone.')
        : fail('Outdated', `met a newer version: ${said}`, 'naas reads it again and goes on by itself.');
    default:
      return fail('Invalid', `was refused: ${said}`, 'Correct what the message names.');
  }
}

/** A page of something in between has no code of its own; the SDK's own codes are in capitals. */
function isArmError({ code }: Thrown): boolean {
  return code !== undefined && code !== '' && !/^[A-Z_]+$/.test(code);
}

const TOKEN_ERRORS = [
  'AuthenticationError',
  'AggregateAuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
  'ClientAuthError',
  'ClientConfigurationError',
  'ServerError',
];

function isAboutToken({ name }: Thrown): boolean {
  return TOKEN_ERRORS.includes(name);
}

/** The authority's refusals carry a number of Entra ID; everything else is the way there. */
function tokenFailure(thrown: Thrown, attempt: Attempt, fail: Fail): NaasError {
  const said = attempt.clean(thrown.message);
  if (thrown.statusCode === 429) return fail('Throttled', `got no token: ${said}`, 'Entra ID asks to wait; naas does.');
  if (/AADSTS\d+|invalid_client|unauthorized_client|invalid_grant/.test(thrown.message))
    return fail(
      'Forbidden',
      `got no token: ${said}`,
      'Check tenant, client and secret or federation of the identity of naas.',
    );
  return fail(
    'Unavailable',
    `got no token: ${said}`,
    'Check that the authority can be reached; naas tries again by itself.',
  );
}

function waitOf({ response }: Thrown): number | undefined {
  const header = (name: string) => response?.headers?.get(name);
  const serverMs = Date.parse(header('date') ?? '');
  return retryAfterMs(header('retry-after'), Number.isNaN(serverMs) ? Date.now() : serverMs);
}
