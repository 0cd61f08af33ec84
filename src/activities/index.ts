// All activities, made from what they depend on: the composition root hands in the real systems, a test may hand in others.
import { admitActivities } from './admit.ts';
import { admitChangeActivities } from './admit-change.ts';
import type { AdmitDependencies } from './admit-input.ts';
import { changeActivities } from './change.ts';
import { orphanActivities, type Runs } from './orphans.ts';
import { removalActivities } from './removal.ts';
import { restoreActivities } from './restore.ts';
import { stageActivities } from './stages.ts';
import { switchActivities } from './switch.ts';
import { verifyActivities } from './verify.ts';

export interface Dependencies extends AdmitDependencies {
  runs: Runs;
}

export function createActivities(deps: Dependencies) {
  return {
    ...admitActivities(deps),
    ...admitChangeActivities(deps),
    ...verifyActivities(deps),
    ...stageActivities(deps.cluster),
    ...changeActivities(deps.cluster),
    ...restoreActivities(deps.cluster),
    ...removalActivities(deps.cluster),
    ...switchActivities(deps.cluster),
    ...orphanActivities(deps.cluster, deps.runs),
  };
}

export type Activities = ReturnType<typeof createActivities>;
