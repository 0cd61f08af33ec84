// Unpacks the rendered objects of a plan as the client hands them over (gzip + base64 of a JSON array a stage). Pure.
import { gunzipSync } from 'node:zlib';
import type { KubernetesObject } from '../plan/plan.ts';
import { STAGES, type Stage } from '../spec/inventory.ts';
import type { PlanAnswer } from './answers.ts';

export function unpackStage(packed: string): KubernetesObject[] {
  return packed === ''
    ? []
    : (JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as KubernetesObject[]);
}

/** In the order in which they are written. */
export function objectsOf(plan: PlanAnswer): KubernetesObject[] {
  return STAGES.flatMap((stage) => unpackStage(plan.stages[stage]));
}

/** The plan for programs: nothing packed. */
export function unpacked(plan: PlanAnswer): Omit<PlanAnswer, 'stages'> & { stages: Record<Stage, KubernetesObject[]> } {
  const { claim, guardrails, equipment, access } = plan.stages;
  return {
    ...plan,
    stages: {
      claim: unpackStage(claim),
      guardrails: unpackStage(guardrails),
      equipment: unpackStage(equipment),
      access: unpackStage(access),
    },
  };
}
