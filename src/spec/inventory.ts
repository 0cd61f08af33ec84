// The inventory: the write-ahead list of what a namespace owns outside Temporal. Pure data and pure changes to it.
// An entry is intended before its write, confirmed after it, and gone only when its removal is confirmed.

export type Stage = 'claim' | 'guardrails' | 'equipment' | 'access';
export const STAGES: readonly Stage[] = ['claim', 'guardrails', 'equipment', 'access'];

/** Which object, in which system. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
  system: 'kubernetes';
  cluster: string;
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

export interface InventoryEntry extends ObjectRef {
  stage: Stage;
  state: 'intended' | 'confirmed';
  /** Fences the removal: only the very object that was confirmed is deleted. Absent until confirmed. */
  uid?: string;
}

export type EffectVerb = 'create' | 'apply' | 'merge' | 'delete';

/** One write on the world, as the effect boundary of a provider saw it. */
export interface Effect {
  verb: EffectVerb;
  ref: ObjectRef;
  /** created: it was not there; changed; unchanged: already as wanted; deleted; absent: it was gone already; skipped: not ours. */
  outcome: 'created' | 'changed' | 'unchanged' | 'deleted' | 'absent' | 'skipped';
  uid?: string;
  /** resourceVersion or ETag before and after, where the system told. */
  before?: string;
  after?: string;
}

/** Names an object of a Kubernetes cluster. */
export function refOf(
  cluster: string,
  { apiVersion, kind, metadata }: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } },
): ObjectRef {
  const { name, namespace } = metadata;
  return { system: 'kubernetes', cluster, apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** Whatever the inventory knows of an object besides is left out. */
export function bareRef({ stage: _stage, state: _state, uid: _uid, ...ref }: InventoryEntry): ObjectRef {
  return ref;
}

export function refKey(ref: ObjectRef): string {
  return [ref.system, ref.cluster, ref.apiVersion, ref.kind, ref.namespace ?? '', ref.name].join('/');
}

export function describeRef(ref: ObjectRef): string {
  return ref.namespace === undefined ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
}

export function confirm(entries: readonly InventoryEntry[], effects: readonly Effect[]): InventoryEntry[] {
  const uids = new Map(effects.map((effect) => [refKey(effect.ref), effect.uid]));
  return entries.map((entry) => {
    const uid = uids.get(refKey(entry));
    return uid === undefined ? entry : { ...entry, state: 'confirmed', uid };
  });
}

/** An entry leaves only when its removal is confirmed: deleted, found absent, or found to be somebody else's. */
export function strike(entries: readonly InventoryEntry[], effects: readonly Effect[]): InventoryEntry[] {
  const gone = new Set(effects.filter((effect) => effect.verb === 'delete').map((effect) => refKey(effect.ref)));
  return entries.filter((entry) => !gone.has(refKey(entry)));
}
