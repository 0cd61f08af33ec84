// One HTTP request and its whole answer, held to a deadline. The last look at the clock is taken when the connection is
// about to write: a process that was stopped meanwhile and goes on must not send a write that nobody expects any more.
import type { Dispatcher } from 'undici';
import { NaasError } from '../../spec/errors.ts';
import { abortReason, deadlinePassed, LONGEST_TIMER_MS } from '../deadline.ts';
import type { CallOptions } from './object.ts';

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface Words {
  /** What is tried, on what, at which server. */
  what: string;
  clean(text: string): string;
}

export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: CallOptions,
  words: Words,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let over: Error | undefined;
    let started = false;
    let status = 0;
    let headers: RawAnswer['headers'] = {};
    const chunks: Buffer[] = [];

    const settle = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    };
    const stop = (reason: Error): void => {
      over ??= reason;
      settle();
      reject(over);
      controller?.abort(over);
    };
    const abort = (): void => stop(abortReason(options.signal, words));
    const late = (): void => stop(deadlinePassed(words, started));

    const timer = setTimeout(late, Math.min(Math.max(options.deadlineMs - Date.now(), 0), LONGEST_TIMER_MS));
    if (options.signal?.aborted) return abort();
    if (Date.now() >= options.deadlineMs) return late();
    options.signal?.addEventListener('abort', abort, { once: true });

    dispatcher.dispatch(request, {
      onRequestStart(given) {
        controller = given;
        if (over === undefined && Date.now() >= options.deadlineMs) late();
        else if (over !== undefined) given.abort(over);
        started = true;
      },
      onResponseStart(_controller, statusCode, given) {
        status = statusCode;
        headers = given;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        settle();
        resolve({ status, headers, body: Buffer.concat(chunks) });
      },
      onResponseError(_controller, error) {
        settle();
        reject(over ?? unreachable(words, error, started));
      },
    });
  });
}

function unreachable(words: Words, error: Error & { code?: string }, sent: boolean): NaasError {
  const effect = sent ? ' The request may have had its effect.' : '';
  return new NaasError(
    {
      code: 'Unavailable',
      message:
        `${words.what}: no answer (${words.clean(innermost(error))}).${effect} ` +
        'Check that the API server runs and can be reached; naas tries again by itself.',
    },
    { cause: error },
  );
}

/** Several addresses tried at once hide the reason one level down. */
function innermost(error: Error & { code?: string }): string {
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  const shown: Error & { code?: string } = error.message === '' && inner instanceof Error ? inner : error;
  return [shown.code, shown.message].filter((part) => part !== undefined && part !== '').join(': ');
}
