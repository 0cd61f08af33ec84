// What every call to another system ends with when it may not go on: its deadline passed, or its caller called it off. It
// ends calls; it starts none.
import type { CallOptions } from '../activities/cluster.ts';
import { NaasError } from '../spec/errors.ts';

/** Timers of Node cannot hold more than 31 bits of milliseconds. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** `what` is tried, on what, at which server. `sent`: the server may have had the request. */
export function deadlinePassed({ what }: { what: string }, sent: boolean): NaasError {
  const effect = sent ? 'the request was under way, so its effect is unknown' : 'nothing was sent';
  const message = `${what}: the deadline passed; ${effect}. naas tries again by itself.`;
  return new NaasError({ code: 'DeadlinePassed', message }, { isUnsent: !sent });
}

export function abortReason(signal: AbortSignal | undefined, { what }: { what: string }): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error(`${what} was called off`);
}

export interface Bound {
  /** Aborts with the error that the call ends with. */
  signal: AbortSignal;
  /**
   * To be asked as the request is about to be written: throws that error when it is too late, so that a process that was
   * stopped meanwhile and goes on sends nothing that nobody expects any more. After it, the effect counts as unknown.
   */
  send(): void;
  wasSent(): boolean;
  /** The call is over; nothing waits for its end any more. */
  forget(): void;
}

/** Holds one call to its deadline and its caller's signal. */
export function bind(options: CallOptions, words: { what: string }): Bound {
  const end = new AbortController();
  let sent = false;
  const late = (): void => end.abort(deadlinePassed(words, sent));
  const calledOff = (): void => end.abort(abortReason(options.signal, words));
  const leftMs = options.deadlineMs - Date.now();
  const timer = setTimeout(late, Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS));
  if (options.signal?.aborted === true) calledOff();
  else if (leftMs <= 0) late();
  options.signal?.addEventListener('abort', calledOff, { once: true });
  return {
    signal: end.signal,
    send() {
      if (!end.signal.aborted && Date.now() >= options.deadlineMs) late();
      end.signal.throwIfAborted();
      sent = true;
    },
    wasSent: () => sent,
    forget() {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', calledOff);
    },
  };
}
