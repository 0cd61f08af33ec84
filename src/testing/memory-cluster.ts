// A cluster in memory, as far as naas's activities can tell: objects with UIDs and versions, quotas that are enforced at once,
// namespaces that take what is in them along. It admits whatever it is given; who may write when is the gate's to say.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { CallOptions, Cluster } from '../activities/cluster.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { NaasError } from '../spec/errors.ts';
import { describeRef, type ObjectEffect, type ObjectRef, refKey, refOf } from '../spec/inventory.ts';

/** Asked before each write with the namespace that it is for; it waits, or throws what the cluster would. */
export type Gate = (namespace: string, options: CallOptions) => Promise<void>;

export class MemoryCluster implements Cluster {
  readonly name: string;
  readonly #gate: Gate;
  readonly #objects = new Map<string, KubernetesObject>();
  #version = 0;

  constructor(name: string, gate: Gate) {
    this.name = name;
    this.#gate = gate;
  }

  /** What stands in a namespace now, the Namespace itself first. */
  standing(namespace: string): KubernetesObject[] {
    return [...this.#objects.values()]
      .filter((object) => isOf(namespace, object))
      .map((object) => structuredClone(object));
  }

  async read(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    return structuredClone(this.#objects.get(refKey(ref)));
  }

  async list(
    { apiVersion, kind }: { apiVersion: string; kind: string },
    namespace: string | undefined,
    { label }: { label?: string },
  ): Promise<KubernetesObject[]> {
    return [...this.#objects.values()]
      .filter((object) => object.apiVersion === apiVersion && object.kind === kind)
      .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
      .filter(({ metadata }) => label === undefined || metadata.labels?.[label] !== undefined)
      .map((object) => structuredClone(object));
  }

  async serves(): Promise<boolean> {
    return true;
  }

  /** No condition names a kind here. */
  async kindOf(): Promise<undefined> {
    return undefined;
  }

  async create(object: KubernetesObject, options: CallOptions): Promise<ObjectEffect> {
    const ref = refOf(this.name, object);
    await this.#gate(homeOf(ref), options);
    if (this.#objects.has(refKey(ref))) {
      throw new NaasError({ code: 'NotOurs', message: `${describeRef(ref)} exists already on cluster ${this.name}` });
    }
    return this.#put('create', ref, object);
  }

  async apply(object: KubernetesObject, options: CallOptions): Promise<ObjectEffect> {
    const ref = refOf(this.name, object);
    await this.#gate(homeOf(ref), options);
    return this.#put('apply', ref, this.#applied(object));
  }

  async merge(ref: ObjectRef, patch: Record<string, unknown>, options: CallOptions): Promise<ObjectEffect> {
    await this.#gate(homeOf(ref), options);
    const live = this.#objects.get(refKey(ref));
    if (live === undefined) throw new NaasError({ code: 'Gone', message: `${describeRef(ref)} is not there` });
    return this.#put('merge', ref, mergePatched(live, patch) as KubernetesObject);
  }

  async dryRun(object: KubernetesObject): Promise<KubernetesObject> {
    return structuredClone(this.#applied(object));
  }

  async remove(ref: ObjectRef, uid: string, options: CallOptions): Promise<ObjectEffect> {
    await this.#gate(homeOf(ref), options);
    const live = this.#objects.get(refKey(ref));
    if (live === undefined) return { verb: 'delete', ref, outcome: 'absent' };
    if (live.metadata.uid !== uid) return { verb: 'delete', ref, outcome: 'skipped' };
    for (const [key, object] of this.#objects) {
      if (key === refKey(ref) || (ref.kind === 'Namespace' && isOf(ref.name, object))) this.#objects.delete(key);
    }
    return { verb: 'delete', ref, outcome: 'deleted', uid };
  }

  /** A namespace is gone as soon as it is deleted: nothing here takes time. */
  async deletionReport(): Promise<undefined> {
    return undefined;
  }

  serverNowMs(): number {
    return Date.now();
  }

  #applied(object: KubernetesObject): KubernetesObject {
    const live = this.#objects.get(refKey(refOf(this.name, object)));
    return live === undefined ? object : { ...live, ...object, metadata: { ...live.metadata, ...object.metadata } };
  }

  #put(verb: ObjectEffect['verb'], ref: ObjectRef, object: KubernetesObject): ObjectEffect {
    const before = this.#objects.get(refKey(ref));
    this.#version += 1;
    const metadata = {
      ...object.metadata,
      uid: before?.metadata.uid ?? randomUUID(),
      creationTimestamp: before?.metadata['creationTimestamp'] ?? new Date().toISOString(),
      resourceVersion: String(this.#version),
    };
    const stored = enforced({ ...structuredClone(object), metadata });
    this.#objects.set(refKey(ref), stored);
    const outcome =
      before === undefined
        ? 'created'
        : isDeepStrictEqual(unversioned(before), unversioned(stored))
          ? 'unchanged'
          : 'changed';
    return { verb, ref, outcome, uid: metadata.uid, after: metadata.resourceVersion, ...versionOf(before) };
  }
}

function unversioned({ metadata, ...object }: KubernetesObject): unknown {
  const { resourceVersion: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** What the quota controller does a moment later. */
function enforced(object: KubernetesObject): KubernetesObject {
  if (object.kind !== 'ResourceQuota') return object;
  const { hard = {} } = (object['spec'] ?? {}) as { hard?: Record<string, string> };
  return { ...object, status: { hard, used: Object.fromEntries(Object.keys(hard).map((key) => [key, '0'])) } };
}

function versionOf(before: KubernetesObject | undefined): { before?: string } {
  return before?.metadata.resourceVersion === undefined ? {} : { before: before.metadata.resourceVersion };
}

function homeOf({ namespace, name }: ObjectRef): string {
  return namespace ?? name;
}

function isOf(namespace: string, { kind, metadata }: KubernetesObject): boolean {
  return metadata.namespace === namespace || (kind === 'Namespace' && metadata.name === namespace);
}

/** RFC 7386. */
function mergePatched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> =
    typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatched(merged[key], value);
  }
  return merged;
}
