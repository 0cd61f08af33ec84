// All activities, made from what they depend on: the composition root hands in the real systems, a test may hand in others.
import { admitActivities } from './admit.ts';
import { admitChangeActivities } from './admit-change.ts';
import { type AdmitDomainDependencies, admitDomainActivities } from './admit-domain.ts';
import type { AdmitDependencies } from './admit-input.ts';
import { answerActivities } from './answered.ts';
import type { DnsAnswers } from './answers.ts';
import { changeActivities } from './change.ts';
import { type DomainRuns, domainActivities } from './domains.ts';
import { hostnameActivities } from './hostnames.ts';
import { orphanActivities, type Runs } from './orphans.ts';
import { recordActivities, recordImageActivities } from './records.ts';
import { removalActivities } from './removal.ts';
import { restoreActivities } from './restore.ts';
import { routeActivities } from './route.ts';
import { stageActivities } from './stages.ts';
import { switchActivities } from './switch.ts';
import { verifyActivities } from './verify.ts';

export interface Dependencies extends AdmitDependencies, AdmitDomainDependencies {
  runs: Runs;
  domainRuns: DomainRuns;
  answers: DnsAnswers;
}

export function createActivities(deps: Dependencies) {
  return {
    ...admitActivities(deps),
    ...admitChangeActivities(deps),
    ...verifyActivities(deps),
    ...stageActivities(deps.cluster),
    ...hostnameActivities(deps.cluster),
    ...routeActivities(deps.cluster),
    ...zoneActivities(deps),
    ...recordImageActivities(deps.zoneOf),
    ...answerActivities(deps.zoneOf, deps.answers),
    ...changeActivities(deps.cluster),
    ...restoreActivities(deps.cluster),
    ...removalActivities(deps.cluster),
    ...switchActivities(deps.cluster),
    ...orphanActivities(deps.cluster, deps.runs),
    ...admitDomainActivities(deps),
    ...domainActivities(deps.answers, deps.domainRuns),
  };
}

/** Those that a zone's own queue carries. */
export function zoneActivities({ cluster, zoneOf }: Pick<Dependencies, 'cluster' | 'zoneOf'>) {
  return recordActivities(cluster, zoneOf);
}

export type Activities = ReturnType<typeof createActivities>;
