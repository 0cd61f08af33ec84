// The inventory: the write-ahead list of what a namespace owns outside Temporal. Pure data and pure changes to it.
// An entry is intended before its write, confirmed after it, and gone only when its removal is confirmed.
import { SYSTEM_NAMESPACE } from './names.ts';
import type { RecordKey, RecordType } from './record-set.ts';

/** In this order. `route` and `publish` are of namespaces with hostnames only. */
export const STAGES = ['claim', 'guardrails', 'equipment', 'route', 'publish', 'access'] as const;
export type Stage = (typeof STAGES)[number];

/** The stages that write Kubernetes objects. */
export const OBJECT_STAGES = ['claim', 'guardrails', 'equipment', 'route', 'access'] as const;
export type ObjectStage = (typeof OBJECT_STAGES)[number];
/** By stage; without hostnames there is nothing to route. */
export interface ByStage<T> {
  claim: T;
  guardrails: T;
  equipment: T;
  route?: T;
  access: T;
}

export function byStage<Item extends { stage: ObjectStage }, T>(
  items: readonly Item[],
  make: (items: Item[]) => T,
): ByStage<T> {
  const at = (stage: ObjectStage): T => make(items.filter((item) => item.stage === stage));
  const isRouted = items.some(({ stage }) => stage === 'route');
  return {
    claim: at('claim'),
    guardrails: at('guardrails'),
    equipment: at('equipment'),
    ...(isRouted ? { route: at('route') } : {}),
    access: at('access'),
  };
}

/** Everything owned is told in one form, whatever the system: who reads it may know only the oldest of them. */
interface OwnedName {
  /** The one whose namespace it belongs to. */
  cluster: string;
  apiVersion: string;
  kind: string;
  /** Of objects inside a namespace only. */
  namespace?: string;
  name: string;
}

export interface ObjectRef extends OwnedName {
  system: 'kubernetes';
}

/** Which record set, in which zone. */
export interface RecordRef extends OwnedName {
  system: 'dns';
  apiVersion: 'naas.dev/v1';
  zone: string;
  kind: RecordType;
}

/** A hostname that the namespace holds, in the list of the zone. */
export interface HostnameRef extends OwnedName {
  system: 'hostnames';
  apiVersion: 'naas.dev/v1';
  zone: string;
  kind: 'Hostname';
}

export function recordRef(cluster: string, { zone, name, type }: RecordKey): RecordRef {
  return { system: 'dns', cluster, apiVersion: 'naas.dev/v1', zone, kind: type, name };
}

export function hostnameRef(cluster: string, { zone, name }: { zone: string; name: string }): HostnameRef {
  return { system: 'hostnames', cluster, apiVersion: 'naas.dev/v1', zone, kind: 'Hostname', name };
}

/** Whatever a namespace can own outside Temporal. */
export type OwnedRef = ObjectRef | RecordRef | HostnameRef;

interface Kept<In extends Stage> {
  stage: In;
  state: 'intended' | 'confirmed';
  /** Fences the removal: only the very object that was confirmed is deleted. Of a record set its version. Absent until confirmed. */
  uid?: string;
}

export type ObjectEntry = ObjectRef & Kept<ObjectStage>;
export type RecordEntry = RecordRef & Kept<'publish'>;
export type HostnameEntry = HostnameRef & Kept<'claim'>;
export type InventoryEntry = ObjectEntry | RecordEntry | HostnameEntry;

/** One write on the world, as the effect boundary of a provider saw it. */
export interface Effect {
  verb: 'create' | 'apply' | 'merge' | 'change' | 'delete';
  ref: OwnedRef;
  /** created: it was not there; changed; unchanged: already as wanted; deleted; absent: it was gone already; skipped: not ours. */
  outcome: 'created' | 'changed' | 'unchanged' | 'deleted' | 'absent' | 'skipped';
  uid?: string;
  /** resourceVersion or ETag before and after, where the system told. */
  before?: string;
  after?: string;
}

export interface ObjectEffect extends Effect {
  verb: 'create' | 'apply' | 'merge' | 'delete';
  ref: ObjectRef;
}

export interface RecordEffect extends Effect {
  verb: 'create' | 'change' | 'delete';
  ref: RecordRef;
}

/** Names an object that naas keeps for itself, in its own namespace. */
export function ownRef(cluster: string, apiVersion: string, kind: string, name: string): ObjectRef {
  return { system: 'kubernetes', cluster, apiVersion, kind, namespace: SYSTEM_NAMESPACE, name };
}

/** Names an object of a Kubernetes cluster. */
export function refOf(
  cluster: string,
  { apiVersion, kind, metadata }: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } },
): ObjectRef {
  const { name, namespace } = metadata;
  return { system: 'kubernetes', cluster, apiVersion, kind, ...(namespace === undefined ? {} : { namespace }), name };
}

/** Whatever the inventory knows of it besides is left out. */
export function bareRef(entry: ObjectEntry): ObjectRef;
export function bareRef(entry: RecordEntry): RecordRef;
export function bareRef(entry: InventoryEntry): OwnedRef;
export function bareRef({ stage: _stage, state: _state, uid: _uid, ...ref }: InventoryEntry): OwnedRef {
  return ref;
}

export function isObject<Ref extends { system: string }>(ref: Ref): ref is Extract<Ref, { system: 'kubernetes' }> {
  return ref.system === 'kubernetes';
}

export function refKey(ref: OwnedRef): string {
  if (ref.system !== 'kubernetes') return [ref.system, ref.zone, ref.kind, ref.name].join('/');
  return [ref.system, ref.cluster, ref.apiVersion, ref.kind, ref.namespace ?? '', ref.name].join('/');
}

export function describeRef(ref: OwnedRef): string {
  switch (ref.system) {
    case 'dns':
      return `${ref.kind} record ${ref.name}`;
    case 'hostnames':
      return `hostname ${ref.name}`;
    case 'kubernetes':
      return ref.namespace === undefined ? `${ref.kind} ${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;
  }
}

/** In a column of kinds: "A" alone says nothing. */
export function kindWords({ system, kind }: Pick<OwnedRef, 'system' | 'kind'>): string {
  return system === 'dns' ? `${kind} record` : kind;
}

/** Where it is, for people: "on cluster local", "in zone example.com". */
export function placeOf(ref: OwnedRef): string {
  return ref.system === 'kubernetes' ? `on cluster ${ref.cluster}` : `in zone ${ref.zone}`;
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
