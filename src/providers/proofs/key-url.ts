// Trusted keys from a JWKS address: asked for when a proof needs them, kept for a while, asked for again when a proof names a
// key that is not among them. It bounds how often the other side is asked and for how long its last word counts.
import type { JSONWebKeySet } from 'jose';
import { fetchKeySet } from './key-fetch.ts';
import { type KeySource, unreadable } from './key-set.ts';

export interface KeyUrlOptions {
  /** For a whole answer: a proof waits for it, and its sender with it. */
  timeoutMs?: number;
  /** For so long a set counts without being asked for again, and so does a key that was taken away. */
  freshMs?: number;
  /** Between two requests: made-up keys in forged proofs must not become a load on whoever publishes the real ones. */
  cooldownMs?: number;
  /** For so long the last good set still counts while the address gives no new one. */
  keepMs?: number;
  /** Told of each request that fails while the last good set still counts. */
  warn?: (message: string) => void;
  /** A clock that nobody sets; default the process's own. */
  nowMs?: () => number;
}

const TIMEOUT_MS = 3_000;
const FRESH_MS = 60_000;
const COOLDOWN_MS = 5_000;
const KEEP_MS = 3_600_000;

export function keyUrl(url: string, options: KeyUrlOptions = {}): KeySource {
  const { timeoutMs = TIMEOUT_MS, freshMs = FRESH_MS, cooldownMs = COOLDOWN_MS, keepMs = KEEP_MS } = options;
  const { warn = () => {}, nowMs = () => performance.now() } = options;
  let good: { keys: JSONWebKeySet; atMs: number } | undefined;
  let failure: unknown;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  const ageMs = (): number => nowMs() - (good?.atMs ?? Number.NEGATIVE_INFINITY);
  const restMs = (): number => askedAtMs + cooldownMs - nowMs();
  const isResting = (): boolean => asking === undefined && restMs() > 0;

  async function ask(): Promise<void> {
    const atMs = nowMs();
    askedAtMs = atMs;
    try {
      // Counted from the request: a slow answer must not let a key that is taken away meanwhile count for longer.
      good = { keys: await fetchKeySet(url, timeoutMs), atMs };
      failure = undefined;
    } catch (error) {
      failure = error;
      if (ageMs() < keepMs) warn(`${unreadable(url, error).message}; the last good ones still count`);
    } finally {
      asking = undefined;
    }
  }

  /** One request at a time, whoever waits for it. */
  async function refresh(): Promise<void> {
    if (isResting()) return;
    asking ??= ask();
    await asking;
  }

  return {
    async current() {
      const before = good;
      if (ageMs() >= freshMs) await refresh();
      if (good === undefined || ageMs() >= keepMs) throw unreadable(url, failure, Math.max(1, restMs()));
      const { keys } = good;
      const justRead = good !== before;
      return { keys, newer: () => (justRead ? Promise.resolve(undefined) : newerThan(keys)) };
    },
  };

  async function newerThan(seen: JSONWebKeySet): Promise<JSONWebKeySet | undefined> {
    if (good !== undefined && good.keys !== seen) return good.keys;
    if (isResting()) {
      throw unreadable(url, 'a proof names another one, and they were asked for a moment ago', restMs());
    }
    await refresh();
    // Nobody can say now whether the key is new or made up.
    if (failure !== undefined) throw unreadable(url, failure);
    return good?.keys;
  }
}
