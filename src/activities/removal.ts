// Takes things away again: for undo and for teardown, from the inventory alone. Absent is success, what is not ours is
// skipped and said, finalizers are never touched. It goes past failures and reports each.
import { setTimeout } from 'node:timers/promises';
import { NaasError } from '../spec/errors.ts';
import { isKubernetesOwn } from '../spec/finalizers.ts';
import { bareRef, type ObjectEffect, type ObjectEntry, type ObjectRef } from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import { mayHoldSecrets } from '../spec/secretive.ts';
import type { Blocker } from '../spec/status.ts';
import { allEffects } from './boundary.ts';
import type { CallOptions, Cluster, DeletionReport } from './cluster.ts';
import { writing } from './switch.ts';

export interface RemovalInput {
  entries: ObjectEntry[];
  incarnation: string;
}

export interface NamespaceRemoval {
  effects: ObjectEffect[];
  gone: boolean;
  /** Whether somebody else has to act: a finalizer that Kubernetes itself does not serve, or an API that fails. */
  stuck: boolean;
  /** What is still in it, when it is not gone. */
  remaining: Blocker[];
  /** The API server asked to be left in peace for so long while that was looked for. */
  retryAfterMs?: number;
}

/**
 * The namespace controller waits 5 s before it begins; then pods take the time that their grace gives them, 30 s by default.
 * What is stuck shows in the conditions after those 5 s and is told at once; else it is looked at for this long a time, so
 * that an ordinary deletion ends within one attempt.
 */
const LOOK_FOR_MS = 45_000;
/** The controller's own wait: before it nothing is gone, and looking often would only cost the API server. */
const USUAL_WAIT_MS = 5_000;
const LOOKS_BEFORE_EVERY_MS = 1_000;
const FIRST_LOOKS_EVERY_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

export function removalActivities(cluster: Cluster) {
  return {
    /** Removes single objects (role bindings), newest first in the list but all in parallel: none depends on another. */
    async revokeAccess({ entries, incarnation }: RemovalInput): Promise<{ effects: ObjectEffect[] }> {
      return writing(cluster, (options) => removeAll(cluster, { entries, incarnation }, options));
    },

    /** Routes, listeners and certificates: by now nobody is sent to them any more. */
    async removeRoute({ entries, incarnation }: RemovalInput): Promise<{ effects: ObjectEffect[] }> {
      return writing(cluster, (options) => removeAll(cluster, { entries, incarnation }, options));
    },

    /** DELETE by UID, then a short look; the caller asks again while it is not gone. */
    async deleteNamespace({ entries, incarnation }: RemovalInput): Promise<NamespaceRemoval> {
      return writing(cluster, async (options) => {
        const effects = await allEffects(
          entries.map((entry) => ({ ref: entry, write: () => remove(cluster, entry, incarnation, options) })),
        );
        const deleted = effects.filter((effect) => effect.outcome === 'deleted');
        const looks = await Promise.all(deleted.map((effect) => untilGone(cluster, effect, options)));
        const retryAfterMs = Math.max(0, ...looks.map((look) => look.retryAfterMs ?? 0));
        return {
          effects,
          gone: looks.every((look) => look.gone),
          stuck: looks.some((look) => look.stuck),
          remaining: looks.flatMap((look) => look.remaining),
          ...(retryAfterMs === 0 ? {} : { retryAfterMs }),
        };
      });
    },
  };
}

async function removeAll(
  cluster: Cluster,
  { entries, incarnation }: RemovalInput,
  options: CallOptions,
): Promise<{ effects: ObjectEffect[] }> {
  const writes = entries.map((entry) => ({ ref: entry, write: () => remove(cluster, entry, incarnation, options) }));
  return { effects: await allEffects(writes) };
}

async function remove(
  cluster: Cluster,
  entry: ObjectEntry,
  incarnation: string,
  options: CallOptions,
): Promise<ObjectEffect> {
  const ref = bareRef(entry);
  const uid = entry.uid ?? (await uidOfOurs(cluster, ref, incarnation, options));
  if (uid === 'absent' || uid === 'not-ours') {
    return { verb: 'delete', ref, outcome: uid === 'absent' ? 'absent' : 'skipped' };
  }
  return cluster.remove(ref, uid, options);
}

/** An intended entry was perhaps written: the incarnation tells whether what stands there is ours. */
async function uidOfOurs(cluster: Cluster, ref: ObjectRef, incarnation: string, options: CallOptions): Promise<string> {
  const live = await cluster.read(ref, options);
  if (live?.metadata.uid === undefined) return 'absent';
  return live.metadata.labels?.[LABEL.incarnation] === incarnation ? live.metadata.uid : 'not-ours';
}

type Look = Omit<NamespaceRemoval, 'effects'>;

async function untilGone(cluster: Cluster, effect: ObjectEffect, options: CallOptions): Promise<Look> {
  const beganMs = Date.now();
  const giveUpMs = Math.min(beganMs + LOOK_FOR_MS, options.deadlineMs - LONGEST_PAUSE_MS);
  const { name } = effect.ref;
  let pauseMs = FIRST_LOOKS_EVERY_MS;
  for (;;) {
    const seen = await cluster.deletionReport(effect.ref, options);
    // Another UID under the same name is another namespace: ours is gone.
    if (seen === undefined || seen.uid !== effect.uid) return { gone: true, stuck: false, remaining: [] };
    const stuck = isStuck(seen.report);
    if (stuck || Date.now() >= giveUpMs) {
      return { gone: false, stuck, ...(await blockersOf(cluster, name, seen.report, options)) };
    }
    const earlyMs = beganMs + USUAL_WAIT_MS - Date.now();
    const nextMs = earlyMs > 0 ? Math.min(earlyMs, LOOKS_BEFORE_EVERY_MS) : pauseMs;
    await setTimeout(nextMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
    // The seconds after that are the usual case; a namespace full of stopping pods need not be asked that often.
    if (earlyMs <= 0) pauseMs = Math.min(pauseMs * 1.1, LONGEST_PAUSE_MS);
  }
}

/** Content that merely takes its time is no blocker; a finalizer that somebody else must serve, or an API that fails, is. */
function isStuck(report: DeletionReport): boolean {
  return report.failures.length > 0 || report.finalizers.some(({ finalizer }) => !isKubernetesOwn(finalizer));
}

async function blockersOf(
  cluster: Cluster,
  namespace: string,
  report: DeletionReport,
  options: CallOptions,
): Promise<Pick<Look, 'remaining' | 'retryAfterMs'>> {
  const finalizers = report.finalizers.map((each) => each.finalizer);
  let retryAfterMs = 0;
  const named = await Promise.all(
    report.remaining.map(async (left): Promise<Blocker> => {
      const { kind, names, putOffMs = 0 } = await heldObjects(cluster, left.resource, namespace, options);
      retryAfterMs = Math.max(retryAfterMs, putOffMs);
      return {
        kind: kind ?? left.kind,
        count: left.count,
        ...(finalizers.length === 0 ? {} : { finalizers }),
        ...(names === undefined ? {} : { names }),
        look: lookCommand(left.resource, namespace),
      };
    }),
  );
  const failures = report.failures.map(
    (failure): Blocker => ({ kind: failure, look: `kubectl get namespace ${namespace} -o yaml` }),
  );
  return { remaining: [...named, ...failures], retryAfterMs };
}

/** Thousands may be held; who sees twenty knows where to look, and the count stands beside them. */
const MOST_NAMES = 20;

/**
 * Names where naas may list the kind: always those that it manages, others by the optional blocker reader. That it may not,
 * or that the kind's own server is the one that fails, must not keep the rest from being told: then the command stands alone.
 */
async function heldObjects(
  cluster: Cluster,
  resource: string,
  namespace: string,
  options: CallOptions,
): Promise<{ kind?: string; names?: string[]; putOffMs?: number }> {
  let found: { kind?: string } = {};
  try {
    const kind = await cluster.kindOf(resource, options);
    if (kind === undefined) return found;
    found = { kind: kind.kind };
    if (mayHoldSecrets(resource)) return found;
    const objects = await cluster.list(kind, namespace, options);
    const held = objects.filter((object) => Array.isArray(object.metadata['finalizers']));
    return { ...found, names: held.map((object) => object.metadata.name).slice(0, MOST_NAMES) };
  } catch (error) {
    if (error instanceof NaasError) return { ...found, putOffMs: error.retryAfterMs ?? 0 };
    throw error;
  }
}

function lookCommand(resource: string, namespace: string): string {
  return `kubectl get ${resource} -n ${namespace} -o custom-columns=NAME:.metadata.name,FINALIZERS:.metadata.finalizers`;
}
