// What the activities need of a Kubernetes cluster: the interface that a provider implements. No vendor type, no decision.
import type { KubernetesObject } from '../plan/plan.ts';
import type { ObjectEffect, ObjectRef } from '../spec/inventory.ts';

export interface CallOptions {
  /** Aborts the call: cancellation of the activity, or the worker's shutdown. */
  signal?: AbortSignal;
  /** Epoch milliseconds of this process's clock. No request is sent later, and one under way is aborted then. */
  deadlineMs: number;
  /** The activity on whose behalf it is called; stands in the API server's audit log. */
  caller?: string;
}

/** What an API server says about a namespace that does not die, from the conditions of the Namespace. */
export interface DeletionReport {
  remaining: { kind: string; apiVersion?: string; count: number; resource: string }[];
  finalizers: { finalizer: string; count: number }[];
  /** Conditions that say that content could not be found or deleted, in the API server's words. */
  failures: string[];
}

/**
 * One cluster. Every write yields an Effect; every failure is a NaasError of the table (Throttled and Unavailable carry
 * `retryAfterMs` when the server named one). No method retries by itself: Temporal does.
 */
export interface Cluster {
  readonly name: string;
  /** undefined: not there. Throws KindMissing when the cluster does not know the kind. */
  read(ref: ObjectRef, options: CallOptions): Promise<KubernetesObject | undefined>;
  /** Of one namespace; undefined for kinds that live in none. `label` keeps those that carry it. */
  list(
    kind: { apiVersion: string; kind: string },
    namespace: string | undefined,
    options: CallOptions & { label?: string },
  ): Promise<KubernetesObject[]>;
  /** Whether the cluster knows the kind at all. */
  serves(kind: { apiVersion: string; kind: string }, options: CallOptions): Promise<boolean>;
  /** The kind behind a resource as conditions name it, such as `widgets.example.com`; undefined when nobody serves it. */
  kindOf(resource: string, options: CallOptions): Promise<{ apiVersion: string; kind: string } | undefined>;
  /** POST: fails with NotOurs when the name is taken. */
  create(object: KubernetesObject, options: CallOptions): Promise<ObjectEffect>;
  /** Server-side apply, strict validation, one field manager; FieldConflict without `force` when somebody holds a field. */
  apply(object: KubernetesObject, options: CallOptions & { force: boolean }): Promise<ObjectEffect>;
  /** JSON merge patch of an object that exists; `metadata.uid` and `resourceVersion` in it bind it to what was read. */
  merge(ref: ObjectRef, patch: Record<string, unknown>, options: CallOptions): Promise<ObjectEffect>;
  /** The same as apply, dry-run on the server: what the object would be. Writes nothing. */
  dryRun(object: KubernetesObject, options: CallOptions & { force: boolean }): Promise<KubernetesObject>;
  /** DELETE with the UID as precondition: absent is success, another UID is skipped and said; another version is Outdated. */
  remove(ref: ObjectRef, uid: string, options: CallOptions & { resourceVersion?: string }): Promise<ObjectEffect>;
  /** The conditions of a Terminating namespace; undefined when it is gone. */
  deletionReport(
    namespace: ObjectRef,
    options: CallOptions,
  ): Promise<{ uid: string; report: DeletionReport } | undefined>;
  /** The API server's clock now, in epoch milliseconds, from the Date header of its answers. */
  serverNowMs(): number;
}
