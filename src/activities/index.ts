// All activities, made from what they depend on: the composition root hands in the real systems, a test may hand in others.
import { type AdmitDependencies, admitActivities } from './admit.ts';
import { removalActivities } from './removal.ts';
import { stageActivities } from './stages.ts';
import { verifyActivities } from './verify.ts';

export type Dependencies = AdmitDependencies;

export function createActivities(deps: Dependencies) {
  return {
    ...admitActivities(deps),
    ...verifyActivities(deps.proofs),
    ...stageActivities(deps.cluster),
    ...removalActivities(deps.cluster),
  };
}

export type Activities = ReturnType<typeof createActivities>;
