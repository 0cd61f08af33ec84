// All activities, made from what they depend on: the composition root hands in the real systems, a test may hand in others.
import { admitActivities } from './admit.ts';
import { admitChangeActivities } from './admit-change.ts';
import { type AdmitDomainDependencies, admitDomainActivities } from './admit-domain.ts';
import type { AdmitDependencies } from './admit-input.ts';
import { admitLossActivities } from './admit-loss.ts';
import { answerActivities, type Witnesses } from './answered.ts';
import { changeActivities } from './change.ts';
import { delegationActivities } from './delegations.ts';
import { domainActivities } from './domains.ts';
import { hostnameActivities } from './hostnames.ts';
import type { NameServers } from './name-servers.ts';
import { orphanActivities, type Runs } from './orphans.ts';
import { purchaseActivities } from './purchases.ts';
import { recordActivities, recordImageActivities } from './records.ts';
import { removalActivities } from './removal.ts';
import { restoreActivities } from './restore.ts';
import { routeActivities } from './route.ts';
import { stageActivities } from './stages.ts';
import { domainCoverActivities } from './survey-domains.ts';
import { switchActivities } from './switch.ts';
import { verifyActivities } from './verify.ts';
import type { DelegatedZones } from './zone.ts';

export interface Dependencies extends AdmitDependencies, AdmitDomainDependencies {
  runs: Runs;
  delegatedZones: DelegatedZones;
  nameServers: NameServers;
}

export function createActivities(deps: Dependencies) {
  return {
    ...admitActivities(deps),
    ...admitChangeActivities(deps),
    ...admitLossActivities(deps),
    ...verifyActivities(deps),
    ...stageActivities(deps.cluster),
    ...hostnameActivities(deps.cluster),
    ...routeActivities(deps.cluster),
    ...zoneActivities(deps),
    ...recordImageActivities(deps.zoneOf),
    ...answerActivities(deps),
    ...changeActivities(deps.cluster),
    ...restoreActivities(deps.cluster),
    ...removalActivities(deps.cluster),
    ...switchActivities(deps.cluster),
    ...orphanActivities(deps.cluster, deps.runs),
    ...admitDomainActivities(deps),
    ...purchaseActivities(deps.registrar),
    ...domainActivities(deps.cluster, deps.answers, deps.domainRuns),
    ...domainCoverActivities(deps.cluster, deps.domainRuns),
    ...delegationActivities({ ...deps, installation: deps.catalog.platform.installation }),
  };
}

/** Those that a zone's own queue carries. */
export function zoneActivities(deps: Pick<Dependencies, 'cluster' | 'zoneOf'> & Witnesses) {
  return recordActivities(deps.cluster, deps.zoneOf, deps);
}

export type Activities = ReturnType<typeof createActivities>;
