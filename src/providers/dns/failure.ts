// How the errors of DNS providers are worded, in one place. Pure.
import { ERRORS, type ErrorName, NaasError } from '../../spec/errors.ts';

/**
 * `why` without its full stop. What to do stands in the hint where trying again cannot help, because the table's words there
 * speak of clusters; else in the message, beside the table's "naas tries again".
 */
export function dnsFailure(
  code: ErrorName,
  why: string,
  todo: string,
  options: { retryAfterMs?: number | undefined; cause?: unknown } = {},
): NaasError {
  const problem = ERRORS[code].permanent
    ? { code, message: `${why}.`, hint: todo }
    : { code, message: `${why}. ${todo}` };
  return new NaasError(problem, {
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
    ...(options.cause === undefined ? {} : { cause: options.cause }),
  });
}
