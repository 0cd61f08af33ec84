// Reads what the guardrails decide on: the live namespace and who owns the namespaces that ingress is asked from. Reads only.

import { compare } from '../plan/compare.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import type { Change } from '../spec/admission.ts';
import type { Problem } from '../spec/errors.ts';
import type { FieldPath } from '../spec/field-path.ts';
import type { IngressOwner, LiveQuota } from '../spec/guardrails.ts';
import { describeRef, placeOf, refKey, refOf } from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { CallOptions, Cluster } from './cluster.ts';

/** What is known of a living namespace: places that are dropped, by reference key, and the UIDs of what is ours. */
interface Known {
  dropped?: Record<string, FieldPath[]>;
  ours?: ReadonlySet<string>;
  /** What is somebody else's is taken over. */
  adopting?: boolean;
  /** Nothing that stands there is ours, whatever marks of an earlier life it may carry. */
  foreign?: true;
}

export interface Survey {
  liveNamespace: KubernetesObject | undefined;
  ingressOwners: Record<string, IngressOwner>;
}

export async function survey(cluster: Cluster, spec: NamespaceSpec, options: CallOptions): Promise<Survey> {
  const [liveNamespace, ...owners] = await Promise.all([
    readNamespace(cluster, spec.name, options),
    ...spec.network.ingressFrom.map(
      async ({ namespace }) => [namespace, ownerOf(await readNamespace(cluster, namespace, options))] as const,
    ),
  ]);
  return { liveNamespace, ingressOwners: Object.fromEntries(owners) };
}

/** What the plan would do to the live state; nothing lives in a namespace that is not there, so nothing is read then. */
export async function changesAgainst(
  cluster: Cluster,
  objects: KubernetesObject[],
  liveNamespace: KubernetesObject | undefined,
  options: CallOptions,
  { dropped = {}, ours = new Set(), adopting = false, foreign }: Known = {},
): Promise<Change[]> {
  return Promise.all(
    objects.map(async (object) => {
      const ref = refOf(cluster.name, object);
      const live = liveNamespace === undefined ? undefined : await cluster.read(ref, options);
      const whose = foreign === true ? { foreign } : isKnown(live, ours);
      return compare(ref, object, live, { dropped: dropped[refKey(ref)] ?? [], adopting, ...whose });
    }),
  );
}

/** An object that we made stays ours when somebody takes its labels off. */
export function isKnown(live: KubernetesObject | undefined, ours: ReadonlySet<string>): { foreign?: false } {
  return live?.metadata.uid !== undefined && ours.has(live.metadata.uid) ? { foreign: false } : {};
}

/** What somebody else made under a name of ours is never taken over by a change. */
export function inTheWay(changes: readonly Change[]): Problem[] {
  return changes
    .filter(({ verb }) => verb === 'conflict')
    .map(({ ref }) => ({
      code: 'NotOurs',
      message: `${describeRef(ref)} ${placeOf(ref)} exists and is not naas's; remove it or give it another name, then send the change again`,
    }));
}

/** What the live quota grants and counts as used; nothing where there is none. */
export function liveQuotaOf(live: KubernetesObject | undefined): LiveQuota {
  const spec = live?.['spec'] as { hard?: Record<string, string> } | undefined;
  const status = live?.['status'] as { used?: Record<string, string> } | undefined;
  return { hard: spec?.hard ?? {}, used: status?.used ?? {} };
}

function readNamespace(cluster: Cluster, name: string, options: CallOptions): Promise<KubernetesObject | undefined> {
  return cluster.read(
    { system: 'kubernetes', cluster: cluster.name, apiVersion: 'v1', kind: 'Namespace', name },
    options,
  );
}

function ownerOf(namespace: KubernetesObject | undefined): IngressOwner {
  if (namespace === undefined) return 'absent';
  const labels = namespace.metadata.labels ?? {};
  const team = labels[LABEL.team];
  return team === undefined || labels[LABEL.incarnation] === undefined ? 'unmanaged' : { team };
}
