// How an object is written so that nothing late does harm: what exists is read, decided on and written on the very version
// that was read; what is to come says until when. So a write that was decided on an older state never lands. Whoever
// reads late decides on what is new: that no attempt outlives its time is for the activity's options to see to. It decides
// nothing about the object itself.
import { setTimeout } from 'node:timers/promises';
import { compare, surplus } from '../plan/compare.ts';
import { managedKind } from '../plan/kinds.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { asMergePatch, type FieldReturn } from '../plan/restore.ts';
import { NaasError } from '../spec/errors.ts';
import { type ObjectEffect, type ObjectRef, refOf } from '../spec/inventory.ts';
import { ANNOTATION } from '../spec/names.ts';
import type { CallOptions, Cluster } from './cluster.ts';

/** A quota's status moves with every pod: some tries in a row may meet another version; more is worth a longer pause. */
const TRIES = 5;
const PAUSE_MS = 20;

/** An object whose creation reaches the API server after this attempt is over is denied there, by the fence. */
export function stampDeadline(object: KubernetesObject, cluster: Cluster, options: CallOptions): KubernetesObject {
  const clockDifferenceMs = cluster.serverNowMs() - Date.now();
  const before = new Date(options.deadlineMs + clockDifferenceMs).toISOString();
  return {
    ...object,
    metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [ANNOTATION.claimBefore]: before } },
  };
}

/** There is no version yet to bind it to; it says instead until when it counts, and the fence holds it to that. */
export function make(cluster: Cluster, object: KubernetesObject, options: CallOptions): Promise<ObjectEffect> {
  return cluster.apply(stampDeadline(object, cluster, options), { ...options, force: isForced(object) });
}

/** Of an object that others may make at the same moment: who comes second reads what the first one made. */
export async function makeFirst(
  cluster: Cluster,
  { apiVersion, kind, namespace, name }: ObjectRef,
  content: Record<string, unknown>,
  options: CallOptions,
): Promise<void> {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  try {
    await cluster.create(stampDeadline({ apiVersion, kind, metadata, ...content }, cluster, options), options);
  } catch (error) {
    if (!(error instanceof NaasError) || error.code !== 'NotOurs') throw error;
    const message = `${kind} ${name} was made by somebody else at the same moment`;
    throw new NaasError({ code: 'Outdated', message }, { cause: error });
  }
}

/** The fence's answer to a creation of what is there: it says another time than the creation that came first. */
export function standsAlready(error: unknown): boolean {
  return error instanceof NaasError && error.code === 'Forbidden' && error.message.includes(ANNOTATION.claimBefore);
}

/** On the version that was read; `adopting`: values of others are taken over, for people agreed to it. */
export async function mend(
  cluster: Cluster,
  object: KubernetesObject,
  live: KubernetesObject,
  { adopting = false, ...options }: CallOptions & { adopting?: boolean },
): Promise<ObjectEffect> {
  const force = adopting || isForced(object);
  const effect = await cluster.apply(bind(object, live), { ...options, force });
  return force ? await clear(cluster, object, live, { effect, options }) : effect;
}

/** An apply says nothing of fields that others added: a hole in a policy has to be closed by name. */
async function clear(
  cluster: Cluster,
  object: KubernetesObject,
  live: KubernetesObject,
  { effect, options }: { effect: ObjectEffect; options: CallOptions },
): Promise<ObjectEffect> {
  const holes = surplus(object, live).map((path): FieldReturn => ({ path, verb: 'drop' }));
  if (holes.length === 0) return effect;
  const version = effect.after === undefined ? {} : { resourceVersion: effect.after };
  const applied = { ...live, metadata: { ...live.metadata, ...version } };
  return cluster.merge(effect.ref, boundPatch(asMergePatch(holes), applied), options);
}

/** Only for guardrail kinds: there naas must win; elsewhere another manager's field is a conflict to be told. */
function isForced(object: KubernetesObject): boolean {
  return managedKind(object).guardrail;
}

export async function makeOrMend(
  cluster: Cluster,
  object: KubernetesObject,
  options: CallOptions,
): Promise<ObjectEffect> {
  const ref = refOf(cluster.name, object);
  return onFreshVersion(cluster, ref, options, async (live) => {
    if (live === undefined) return make(cluster, object, options);
    if (compare(ref, object, live, { foreign: false }).verb === 'keep') return unchanged(ref, live);
    return mend(cluster, object, live, options);
  });
}

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
      if (!isOvertaken(error) || tries === TRIES) throw error;
      await setTimeout(PAUSE_MS * tries, undefined, options.signal === undefined ? {} : { signal: options.signal });
    }
  }
}

/** Somebody wrote since it was read; or an attempt before this one did, whose creation was still on its way. */
function isOvertaken(error: unknown): boolean {
  return (error instanceof NaasError && error.code === 'Outdated') || standsAlready(error);
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

export function unchanged(ref: ObjectRef, live: KubernetesObject): ObjectEffect {
  const { uid, resourceVersion } = versionOf(live);
  return { verb: 'apply', ref, outcome: 'unchanged', uid, before: resourceVersion, after: resourceVersion };
}
