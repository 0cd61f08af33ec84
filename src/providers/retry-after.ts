// Retry-After in its two forms: seconds, or an HTTP date on the server's clock. Pure.

/** A server that asks for longer than this is asked again earlier: a wrong date must not park a run for a day. */
const LONGEST_MS = 10 * 60_000;

export function retryAfterMs(header: string | undefined, serverNowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - serverNowMs;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(Math.round(ms), 0), LONGEST_MS);
}
