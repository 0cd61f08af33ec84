// What the plan leaves out on purpose, because its digest must not depend on it: incarnation, request, digest and Spec.
// Stamped once, at admission, and packed: what was approved is what is applied.
import type { KubernetesObject, Plan } from '../plan/plan.ts';
import type { PackedStage } from '../spec/admission.ts';
import { type ByStage, byStage, type ObjectRef, refOf } from '../spec/inventory.ts';
import { ANNOTATION, LABEL } from '../spec/names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { packJson, packStage } from './packing.ts';

export interface Stamp {
  incarnation: string;
  requestId: string;
  planDigest: string;
  spec: NamespaceSpec;
  /** The Spec as it is packed already; else it is packed here. */
  packedSpec?: string;
}

export interface Rendered {
  stages: ByStage<PackedStage>;
  refs: ByStage<ObjectRef[]>;
}

export function stamped(cluster: string, plan: Plan, stamp: Stamp): Rendered {
  const rendered = plan.resources.map(({ stage, object }) => ({ stage, object: stampOn(object, stamp) }));
  return {
    stages: byStage(rendered, (staged) => packStage(staged.map(({ object }) => object))),
    refs: byStage(rendered, (staged) => staged.map(({ object }) => refOf(cluster, object))),
  };
}

function stampOn(object: KubernetesObject, stamp: Stamp): KubernetesObject {
  const metadata = {
    ...object.metadata,
    labels: { ...object.metadata.labels, [LABEL.incarnation]: stamp.incarnation },
  };
  if (object.kind !== 'Namespace') return { ...object, metadata };
  const annotations = {
    ...object.metadata.annotations,
    [ANNOTATION.request]: stamp.requestId,
    [ANNOTATION.planDigest]: stamp.planDigest,
    [ANNOTATION.spec]: stamp.packedSpec ?? packJson(stamp.spec),
  };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** Whose life it is of; undefined where it carries no mark. */
export function incarnationOf(object: KubernetesObject): string | undefined {
  return object.metadata.labels?.[LABEL.incarnation];
}

/** As the plan gave it: what a comparison with the approved changes has to look at. */
export function unstamped(object: KubernetesObject): KubernetesObject {
  const { [LABEL.incarnation]: _incarnation, ...labels } = object.metadata.labels ?? {};
  const {
    [ANNOTATION.request]: _request,
    [ANNOTATION.planDigest]: _planDigest,
    [ANNOTATION.spec]: _spec,
    ...annotations
  } = object.metadata.annotations ?? {};
  const { annotations: _annotations, ...metadata } = object.metadata;
  const kept = Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations };
  return { ...object, metadata: { ...kept, labels } };
}
