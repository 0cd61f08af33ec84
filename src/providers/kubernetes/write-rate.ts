// The rate of writes on one cluster: a token bucket with one second's worth of burst. It only delays; it never drops.
import type { CallOptions } from './object.ts';

export interface WriteRate {
  /** Resolves when a write may go; fails at once with `late` when that would be after the deadline. */
  take(options: CallOptions, late: () => Error): Promise<void>;
}

export function createWriteRate(writesPerSecond: number): WriteRate {
  const intervalMs = 1000 / writesPerSecond;
  // The moment at which the next token is free when the bucket is empty; behind `now` by what is saved up.
  let nextMs = 0;
  return {
    async take(options, late) {
      const nowMs = performance.now();
      nextMs = Math.max(nextMs, nowMs - 1000);
      const waitMs = nextMs - nowMs;
      if (waitMs > options.deadlineMs - Date.now()) throw late();
      nextMs += intervalMs;
      if (waitMs <= 0) return;
      await sleep(waitMs, options.signal);
    },
  };
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
