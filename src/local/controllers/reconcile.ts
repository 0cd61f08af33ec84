// Brings every status to where it should be, whenever anything changed. One write an object at a time; what is pure is
// decided in statuses.ts.
import { isDeepStrictEqual } from 'node:util';
import type { LiveObject } from '../../spec/gateway-objects.ts';
import { createAddresses } from './addresses.ts';
import type { Api } from './api.ts';
import { placeOf, type World } from './objects.ts';
import type { Desired } from './status-of.ts';
import { desiredStatuses } from './statuses.ts';
import { type Switches, switchFor } from './switches.ts';
import type { Copy } from './watch.ts';
import { epochMs, type WorkTimes } from './work-times.ts';

export interface Reconciler {
  /** Something changed: look soon. */
  poke(): void;
  switches(): Switches;
  /** In force when it returns. */
  setSwitches(switches: Switches): void;
  stop(): void;
}

export interface ReconcilerOptions {
  api: Api;
  copies: readonly Copy[];
  times: WorkTimes;
  say: (line: string) => void;
}

/** After a write that failed for a reason that no change of the cluster will tell of. */
const AGAIN_MS = 500;
/** A watch is that far behind at most, but for a server in trouble. */
const BEHIND_MS = 50;

export function createReconciler({ api, copies, times, say }: ReconcilerOptions): Reconciler {
  const world: World = new Map(copies.map(({ kind, objects }) => [kind.kind, objects]));
  const copyOf = new Map(copies.map((copy) => [copy.kind.kind, copy]));
  const addresses = createAddresses();
  const writing = new Set<string>();
  const seen = new Map<string, number>();
  let switches: Switches = {};
  let heardMs: number | undefined;
  let idleUntilMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let dueMs = Number.POSITIVE_INFINITY;
  let stopped = false;

  const lookAt = (atMs: number): void => {
    if (stopped || atMs >= dueMs) return;
    clearTimeout(timer);
    dueMs = atMs;
    timer = setTimeout(look, Math.max(atMs - epochMs(), 0));
  };

  const look = (): void => {
    const startedMs = epochMs();
    const causeMs = heardMs ?? startedMs;
    dueMs = Number.POSITIVE_INFINITY;
    heardMs = undefined;
    try {
      bringAbout(startedMs, causeMs);
    } catch (error) {
      // One object that nobody foresaw must not end the others' controllers.
      say(`stand-in: ${String(error)}`);
      lookAt(startedMs + AGAIN_MS);
    }
    // Half of one processor at most, however large the cluster is: the other half is for what is measured.
    idleUntilMs = 2 * epochMs() - startedMs;
  };

  const bringAbout = (startedMs: number, causeMs: number): void => {
    const now = `${new Date().toISOString().slice(0, 19)}Z`;
    const living = new Set<string>();
    for (const desired of desiredStatuses({ world, switches, addresses, now })) {
      const key = keyOf(desired.object);
      living.add(key);
      if (writing.has(key) || stands(desired)) continue;
      const firstMs = seen.get(key) ?? causeMs;
      seen.set(key, firstMs);
      const wanted = switchFor(switches, desired.object.kind, placeOf(desired.object));
      const fromMs = wanted?.behaviour === 'slow' ? firstMs + wanted.delayMs : 0;
      if (fromMs > startedMs) lookAt(fromMs);
      else void write(desired, key, wanted?.behaviour === 'slow' ? firstMs : causeMs);
    }
    for (const key of [...seen.keys()]) if (!living.has(key)) seen.delete(key);
  };

  const write = async ({ object, status }: Desired, key: string, causeMs: number): Promise<void> => {
    const copy = copyOf.get(object.kind);
    if (copy === undefined) return;
    writing.add(key);
    try {
      const after = await api.writeStatus(copy.kind, object, status);
      // It changed meanwhile, and the watch is about to tell: until then a look would see the same again.
      if (after === undefined) return lookAt(epochMs() + BEHIND_MS);
      // The next look must not take the old one for what stands there.
      if (copy.objects.get(placeOf(object)) === object) copy.objects.set(placeOf(object), after);
      times.add(timeOf(object, causeMs));
      poke();
    } catch (error) {
      if (!stopped) say(`stand-in: ${String(error)}`);
      lookAt(epochMs() + AGAIN_MS);
    } finally {
      writing.delete(key);
    }
  };

  const poke = (): void => {
    heardMs ??= epochMs();
    lookAt(Math.max(heardMs, idleUntilMs));
  };

  return {
    poke,
    switches: () => switches,
    setSwitches(wanted) {
      switches = wanted;
      poke();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** One generation is slow once: its status then stands. */
function keyOf({ kind, metadata }: LiveObject): string {
  return `${kind}/${metadata['uid']}/${metadata.generation}`;
}

/** What others keep in a status besides is theirs. */
function stands({ object, status }: Desired): boolean {
  const standing = (object['status'] ?? {}) as Record<string, unknown>;
  return Object.entries(status).every(([field, value]) => isDeepStrictEqual(standing[field], value));
}

function timeOf({ kind, metadata: { namespace = '', name, generation = 0 } }: LiveObject, heardMs: number) {
  return { kind, namespace, name, generation, heardMs, writtenMs: epochMs() };
}
