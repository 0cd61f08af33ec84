// Reads what the guardrails decide on: the live namespace and who owns the namespaces that ingress is asked from. Reads only.

import { compare } from '../plan/compare.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import type { Change } from '../spec/admission.ts';
import type { FieldPath } from '../spec/field-path.ts';
import type { IngressOwner } from '../spec/guardrails.ts';
import { refKey, refOf } from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { CallOptions, Cluster } from './cluster.ts';

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
  { dropped = {}, adopting = false }: { dropped?: Record<string, FieldPath[]>; adopting?: boolean } = {},
): Promise<Change[]> {
  return Promise.all(
    objects.map(async (object) => {
      const ref = refOf(cluster.name, object);
      const live = liveNamespace === undefined ? undefined : await cluster.read(ref, options);
      return compare(ref, object, live, { dropped: dropped[refKey(ref)] ?? [], adopting });
    }),
  );
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
