// The API server's clock, learned from the Date headers of its answers. Each header tells the time to a second; the
// intersection of many tells it far better. Reads no clock by itself, so that tests can turn it.

/** Clocks drift apart; what was learned longer ago than this is dropped and learned anew. */
const FORGET_AFTER_MS = 10 * 60_000;

export interface ServerClock {
  /** Takes one Date header with the times of this process just before the request and just after the answer. */
  learn(dateHeader: string | undefined, sentMs: number, receivedMs: number): void;
  /** Server minus process; 0 until a first answer came. */
  offsetMs(): number;
  /** False until a first answer came. */
  known(): boolean;
}

export function createServerClock(): ServerClock {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  let learnedMs = 0;
  return {
    learn(dateHeader, sentMs, receivedMs) {
      const dateMs = dateHeader === undefined ? Number.NaN : Date.parse(dateHeader);
      if (Number.isNaN(dateMs)) return;
      // The header is cut to the second and was written between sending and receiving.
      const lowest = dateMs - receivedMs;
      const highest = dateMs + 999 - sentMs;
      const nextLow = Math.max(low, lowest);
      const nextHigh = Math.min(high, highest);
      if (nextLow > nextHigh || receivedMs - learnedMs > FORGET_AFTER_MS) {
        low = lowest;
        high = highest;
        learnedMs = receivedMs;
        return;
      }
      low = nextLow;
      high = nextHigh;
    },
    offsetMs: () => (Number.isFinite(low) ? Math.round((low + high) / 2) : 0),
    known: () => Number.isFinite(low),
  };
}
