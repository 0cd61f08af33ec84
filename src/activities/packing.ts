// How rendered objects travel through Temporal's history: small, and exactly as they were approved. Pure apart from zlib.
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubernetesObject } from '../plan/plan.ts';
import type { PackedStage } from '../spec/admission.ts';
import { type ByStage, OBJECT_STAGES, type ObjectStage } from '../spec/inventory.ts';

export function packJson(value: unknown): string {
  return gzipSync(JSON.stringify(value), { level: 9 }).toString('base64');
}

export function packStage(objects: KubernetesObject[]): PackedStage {
  return packJson(objects);
}

export function unpackStage(packed: PackedStage): KubernetesObject[] {
  return unpackJson<KubernetesObject[]>(packed);
}

/** In the order in which they are written. */
export function unpackStages(stages: ByStage<PackedStage>): { stage: ObjectStage; object: KubernetesObject }[] {
  return OBJECT_STAGES.flatMap((stage) => {
    const packed = stages[stage];
    return packed === undefined ? [] : unpackStage(packed).map((object) => ({ stage, object }));
  });
}

export function unpackJson<T>(packed: string): T {
  return JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as T;
}
