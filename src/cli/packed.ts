// Unpacks the rendered objects of a plan as the client hands them over (gzip + base64 of a JSON array a stage). Pure.
import { gunzipSync } from 'node:zlib';
import type { KubernetesObject } from '../plan/plan.ts';
import { type ByStage, OBJECT_STAGES } from '../spec/inventory.ts';
import type { PlanAnswer, PreviewAnswer } from './answers.ts';

/** A plan for people and programs: nothing packed. Offline there is no incarnation yet. */
export interface ShownPlan extends Omit<PlanAnswer, 'stages' | 'incarnation'> {
  incarnation?: string;
  stages: ByStage<KubernetesObject[]>;
}

export interface ShownPreview extends Omit<PreviewAnswer, 'plan'> {
  plan: ShownPlan | null;
}

export function unpackedPreview(answer: PreviewAnswer): ShownPreview {
  return { ...answer, plan: answer.plan === null ? null : unpacked(answer.plan) };
}

export function unpacked(plan: PlanAnswer): ShownPlan {
  const { claim, guardrails, equipment, route, access } = plan.stages;
  return {
    ...plan,
    stages: {
      claim: unpackStage(claim),
      guardrails: unpackStage(guardrails),
      equipment: unpackStage(equipment),
      ...(route === undefined ? {} : { route: unpackStage(route) }),
      access: unpackStage(access),
    },
  };
}

function unpackStage(packed: string): KubernetesObject[] {
  return packed === ''
    ? []
    : (JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8')) as KubernetesObject[]);
}

/** In the order in which they are written. */
export function objectsOf(plan: ShownPlan): KubernetesObject[] {
  return OBJECT_STAGES.flatMap((stage) => plan.stages[stage] ?? []);
}
