// One request for a set of keys, with a bound on everything that the other side decides: time, size, redirects. It keeps
// nothing and never tries again.
import type { JSONWebKeySet } from 'jose';
import { parseKeySet, UnusableKeys } from './key-set.ts';

/** A hundred large keys take 80 KB. */
const MAX_BYTES = 256 * 1024;

export async function fetchKeySet(url: string, timeoutMs: number): Promise<JSONWebKeySet> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      // Whoever may redirect could name other keys: the address that is trusted is the one that was configured.
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status === 200) return parseKeySet(await boundedText(response));
    await response.body?.cancel();
    throw new UnusableKeys(`it answered ${response.status}${hintFor(response.status)}`);
  } catch (error) {
    throw error instanceof UnusableKeys ? error : new UnusableKeys(connectionFault(error, timeoutMs), { cause: error });
  }
}

function hintFor(status: number): string {
  return status >= 300 && status < 400 ? ', a redirect, which is not followed: name the last address' : '';
}

/** Counted after decompression: a small answer may unpack into a huge one. */
async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new UnusableKeys(`its answer is longer than ${MAX_BYTES / 1024} KiB`);
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** `fetch` says "fetch failed" and keeps the reason behind it. */
function connectionFault(error: unknown, timeoutMs: number): string {
  const { name, message, cause } = error as {
    name?: string;
    message?: string;
    cause?: { code?: string; message?: string };
  };
  if (name === 'TimeoutError') return `no whole answer within ${timeoutMs} ms`;
  return cause?.message || cause?.code || message || String(error);
}
