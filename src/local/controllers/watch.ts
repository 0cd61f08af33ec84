// Keeps a copy of one kind: a list, then a watch, and a list again whenever the watch ends, whatever ended it. It judges
// nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveObject } from '../../spec/gateway-objects.ts';
import type { Api } from './api.ts';
import { placeOf, type WatchedKind } from './objects.ts';

export interface Copy {
  kind: WatchedKind;
  objects: Map<string, LiveObject>;
  /** Resolves after the first list. */
  listed: Promise<void>;
}

export interface WatchOptions {
  signal: AbortSignal;
  changed: () => void;
  /** One line for a person. */
  say: (line: string) => void;
}

/** After a failure; doubled up to the longest, because a server that starts needs no help. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

export function keepCopy(api: Api, kind: WatchedKind, options: WatchOptions): Copy {
  const { promise: listed, resolve } = Promise.withResolvers<void>();
  const copy: Copy = { kind, objects: new Map(), listed };
  void follow(api, copy, options, resolve);
  return copy;
}

async function follow(api: Api, copy: Copy, options: WatchOptions, listed: () => void): Promise<void> {
  const { signal, changed, say } = options;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await api.list(copy.kind, signal);
      replace(copy, items);
      changed();
      listed();
      pauseMs = FIRST_PAUSE_MS;
      const begunMs = performance.now();
      for await (const event of api.watch(copy.kind, resourceVersion, signal)) {
        // Most often: what it was to go on from is no longer kept.
        if (event.type === 'ERROR') break;
        take(copy, event);
        changed();
      }
      // One that ends as soon as it begins must not be asked for as fast as it can be.
      if (performance.now() - begunMs < FIRST_PAUSE_MS) await pause(FIRST_PAUSE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      say(`stand-in: ${copy.kind.resource} cannot be read, next try in ${pauseMs} ms: ${String(error)}`);
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}

/** Cut short by the end. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

function replace({ objects }: Copy, items: readonly LiveObject[]): void {
  objects.clear();
  for (const each of items) objects.set(placeOf(each), each);
}

function take(
  { objects }: Copy,
  { type, object }: { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: LiveObject },
): void {
  if (type === 'DELETED') objects.delete(placeOf(object));
  else objects.set(placeOf(object), object);
}
