// The proof that nothing is left, in words: counts before, with and after the namespace, and whatever differs. Pure.
import { readClaims } from '../spec/hostname-claims-text.ts';
import { HOSTNAMES_PREFIX, SYSTEM_NAMESPACE } from '../spec/names.ts';
import { belongingTo, difference, type Snapshot } from './cluster-snapshot.ts';

export interface Proof {
  lines: string[];
  /** False: something is left or differs that the removal answers for. */
  clean: boolean;
}

export interface Snapshots {
  before: Snapshot;
  ready: Snapshot;
  after: Snapshot;
}

const LIST = `ConfigMap ${SYSTEM_NAMESPACE}/${HOSTNAMES_PREFIX}`;

/** Whether it is the list of a zone's hostnames: it outlives each of them, because a name that was taken away rests in it. */
export function isHostnameList(key: string): boolean {
  return key.startsWith(LIST);
}

/** Long enough to see what it is about. */
const MOST_SHOWN = 20;

/** `alone`: nobody else writes to this cluster, so every difference counts; elsewhere only what is of the namespace does. */
export function proofOf(name: string, snapshots: Snapshots, alone: boolean): Proof {
  const { before, ready, after } = snapshots;
  const claims = claimsOf(after, name);
  const held = claims.flatMap((each) => (each.state === 'held' ? [`hostname ${each.name}`] : []));
  const left = [...belongingTo(after, name), ...held];
  const { added, removed, changed } = difference(before, after);
  const same = added.length + removed.length + changed.length === 0;
  const differing = [
    ...added.map((key) => `  + ${key}`),
    ...removed.map((key) => `  - ${key}`),
    ...changed.map((key) => `  ~ ${key}`),
  ];
  return {
    lines: [
      '',
      `Proof, read by kubectl: all ${after.kinds} kinds that the API server lists, cluster-scoped ones too (Leases, Events apart)`,
      `  before  ${before.objects.size} objects`,
      `  ready   ${ready.objects.size} objects, ${belongingTo(ready, name).length} of them ${name} or in it`,
      `  after   ${after.objects.size} objects${same ? ', the same ones with the same content' : ''}`,
      ...(same
        ? []
        : [alone ? 'What differs from before:' : 'What differs from before (others may write to this cluster):']),
      ...differing.slice(0, MOST_SHOWN),
      ...(differing.length > MOST_SHOWN ? [`  and ${differing.length - MOST_SHOWN} more`] : []),
      ...claims.flatMap((each) =>
        each.state === 'released' ? [`  ${each.name} rests for team ${each.team} until ${each.freeAfter}`] : [],
      ),
      left.length === 0
        ? `  nothing of ${name} is left`
        : `  ${left.length} objects of ${name} are left: ${left.slice(0, MOST_SHOWN).join(', ')}`,
    ],
    clean: left.length === 0 && (same || !alone),
  };
}

function claimsOf({ apart }: Snapshot, namespace: string) {
  const lists = [...apart].flatMap(([key, { claims = '' }]) => readClaims(key.slice(LIST.length), claims).claims);
  return lists.filter((each) => each.namespace === namespace);
}
