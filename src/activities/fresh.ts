// Writes on objects that exist: read, decide, write on the very version that was read. So a write that was decided on an
// older state never lands, however late it comes. Whoever reads late decides on what is new: that no attempt outlives its
// time is for the activity's options to see to. It decides nothing about the object itself.
import { setTimeout } from 'node:timers/promises';
import type { KubernetesObject } from '../plan/plan.ts';
import { NaasError } from '../spec/errors.ts';
import type { Effect, ObjectRef } from '../spec/inventory.ts';
import { ANNOTATION } from '../spec/names.ts';
import type { CallOptions, Cluster } from './cluster.ts';

/** A quota's status moves with every pod: some tries in a row may meet another version; more is worth a longer pause. */
const TRIES = 5;
const PAUSE_MS = 20;

export type Version = { uid: string; resourceVersion: string };

export async function onFreshVersion<T>(
  cluster: Cluster,
  ref: ObjectRef,
  options: CallOptions,
  write: (live: KubernetesObject | undefined) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write(await cluster.read(ref, options));
    } catch (error) {
      if (!(error instanceof NaasError) || error.code !== 'Outdated' || tries === TRIES) throw error;
      await setTimeout(PAUSE_MS * tries, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

export function versionOf(live: KubernetesObject): Version {
  const { uid, resourceVersion } = live.metadata;
  if (uid === undefined || resourceVersion === undefined) {
    throw new NaasError({
      code: 'Unexpected',
      message: `${live.kind} ${live.metadata.name} was read without its version`,
    });
  }
  return { uid, resourceVersion };
}

/** The object as it is sent: bound to the version that was read. Until when its creation counted stays said, for life. */
export function bind(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const { annotations } = object.metadata;
  const mark = live.metadata.annotations?.[ANNOTATION.claimBefore];
  const marked = mark === undefined ? {} : { annotations: { ...annotations, [ANNOTATION.claimBefore]: mark } };
  return { ...object, metadata: { ...object.metadata, ...marked, ...versionOf(live) } };
}

/** The same for a merge patch. */
export function boundPatch(patch: Record<string, unknown>, live: KubernetesObject): Record<string, unknown> {
  return { ...patch, metadata: { ...(patch['metadata'] as object | undefined), ...versionOf(live) } };
}

export function unchanged(ref: ObjectRef, live: KubernetesObject): Effect {
  const { uid, resourceVersion } = versionOf(live);
  return { verb: 'apply', ref, outcome: 'unchanged', uid, before: resourceVersion, after: resourceVersion };
}
