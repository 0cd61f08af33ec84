// A wanted Spec for a living namespace, held against what is applied and what is live: what would change, what would be removed,
// and whether it may be. Who asks for it, and who has to agree, is decided elsewhere. No effects.
import { changeDigest, plan, planDigest } from '../plan/index.ts';
import { outsideClosedList } from '../plan/kinds.ts';
import type { Plan } from '../plan/plan.ts';
import { dropped } from '../plan/restore.ts';
import type { Change, ChangeAdmitted, PackedStage } from '../spec/admission.ts';
import type { Sender } from '../spec/approval.ts';
import { rightsOf } from '../spec/approval-rules.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import type { FieldPath } from '../spec/field-path.ts';
import { changeGuardrails } from '../spec/guardrails.ts';
import { type ByStage, bareRef, type InventoryEntry, type RecordEntry, refKey, refOf } from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import { ADDRESS_TYPES } from '../spec/record-set.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { AdmitDependencies } from './admit-input.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { unpackStages } from './packing.ts';
import { stamped, unstamped } from './stamp.ts';
import { changesAgainst, inTheWay, liveQuotaOf, type Survey, survey } from './survey.ts';
import { admittedReach, noticesOf, surveyReach } from './survey-reach.ts';

/** What holds now. */
export interface AppliedState {
  request: unknown;
  spec: NamespaceSpec;
  /** undefined: nobody, after a recovery. */
  owner: Sender | undefined;
  incarnation: string;
  planDigest: string;
  stages: ByStage<PackedStage>;
  inventory: InventoryEntry[];
}

export interface ChangeDraft {
  admitted: Omit<ChangeAdmitted, 'sender' | 'by' | 'request' | 'requestSha256' | 'approval'>;
  /** Plan and cluster are as wanted. */
  isSame: boolean;
  /** What stands in the way of the writes themselves. */
  obstacles: Problem[];
  /** Why policy would not have it. */
  objections: Problem[];
  seen: Survey;
}

export async function draftChange(
  deps: AdmitDependencies,
  { requestId, spec, owner }: { requestId: string; spec: NamespaceSpec; owner: Sender | undefined },
  applied: AppliedState,
  options: CallOptions,
): Promise<ChangeDraft> {
  const { cluster, catalog } = deps;
  const { incarnation } = applied;
  const planned = plan(spec);
  const digest = planDigest(planned);
  const seen = await survey(cluster, spec, options);
  ownLife(spec.name, incarnation, seen);
  const reach = await surveyReach(deps, planned, spec, incarnation, options);
  const removals = noLongerPlanned(cluster.name, planned, applied.inventory);
  const gone = droppedFields(cluster.name, planned, applied.stages);
  const against = { removals, dropped: gone, ours: uidsOf(applied.inventory), seen };
  const objects = await changesOf(cluster, planned, against, options);
  const changes = [...objects, ...reach.changes];
  const isSame = digest === applied.planDigest && changes.every(({ verb }) => verb === 'keep');
  return {
    admitted: {
      verdict: 'admitted',
      spec,
      incarnation,
      planDigest: digest,
      changeDigest: changeDigest(changes),
      changes,
      ...noticesOf(reach),
      removals,
      dropped: gone,
      ...admittedReach(planned, spec, catalog),
      ...stamped(cluster.name, planned, { incarnation, requestId, planDigest: digest, spec }),
      rights: rightsOf(spec, owner, catalog),
      ...(owner === undefined ? { ownerless: true as const } : {}),
      timing: catalog.policy.timing,
    },
    isSame,
    obstacles: inTheWay(objects),
    objections: isSame ? [] : [...reach.problems, ...(await problemsOf(deps, spec, planned, seen, options))],
    seen,
  };
}

function ownLife(name: string, incarnation: string, { liveNamespace }: Survey): void {
  const live = liveNamespace?.metadata.labels?.[LABEL.incarnation];
  if (live === incarnation && liveNamespace?.metadata['deletionTimestamp'] === undefined) return;
  const what =
    liveNamespace === undefined ? 'is not there' : live === incarnation ? 'is being deleted' : 'is another one';
  throw new NaasError({
    code: 'Gone',
    message: `namespace ${name} on the cluster ${what}: somebody took it away past naas; \`naas delete ${name}\` ends this run`,
  });
}

function noLongerPlanned(cluster: string, planned: Plan, inventory: InventoryEntry[]): InventoryEntry[] {
  const wanted = new Set(planned.resources.map(({ object }) => refKey(refOf(cluster, object))));
  const names = new Set((planned.reach?.hostnames ?? []).map(({ name }) => name));
  const isWanted = (entry: InventoryEntry): boolean => {
    switch (entry.system) {
      case 'kubernetes':
        return entry.stage === 'claim' || wanted.has(refKey(entry));
      case 'hostnames':
        return names.has(entry.name);
      case 'dns':
        return isPlanned(entry, planned);
    }
  };
  return inventory.filter((entry) => !isWanted(entry));
}

/** Of which type an address is, only the gateway says. */
function isPlanned({ name, kind }: RecordEntry, { reach }: Plan): boolean {
  const planned = (reach?.records ?? []).filter((record) => record.name === name).map(({ type }) => type);
  return planned.includes(kind) || (planned.includes('address') && ADDRESS_TYPES.includes(kind));
}

function uidsOf(inventory: readonly InventoryEntry[]): ReadonlySet<string> {
  return new Set(inventory.flatMap(({ uid }) => (uid === undefined ? [] : [uid])));
}

function droppedFields(cluster: string, planned: Plan, stages: ByStage<PackedStage>): ChangeAdmitted['dropped'] {
  const applied = unpackStages(stages).map(({ object }) => unstamped(object));
  const before = new Map(applied.map((object) => [refKey(refOf(cluster, object)), object]));
  const entries = planned.resources.flatMap(({ object }): [string, FieldPath[]][] => {
    const key = refKey(refOf(cluster, object));
    const was = before.get(key);
    const paths = was === undefined ? [] : dropped(was, object);
    return paths.length === 0 ? [] : [[key, paths]];
  });
  return Object.fromEntries(entries);
}

async function changesOf(
  cluster: Cluster,
  planned: Plan,
  against: Pick<ChangeAdmitted, 'removals' | 'dropped'> & { ours: ReadonlySet<string>; seen: Survey },
  options: CallOptions,
): Promise<Change[]> {
  const objects = planned.resources.map(({ object }) => object);
  const changes = await changesAgainst(cluster, objects, against.seen.liveNamespace, options, against);
  const removed = against.removals.map((entry): Change => ({ verb: 'remove', ref: bareRef(entry), fields: [] }));
  return [...changes, ...removed];
}

async function problemsOf(
  deps: AdmitDependencies,
  spec: NamespaceSpec,
  planned: Plan,
  seen: Survey,
  options: CallOptions,
): Promise<Problem[]> {
  const objects = planned.resources.map(({ object }) => object);
  const quota = objects.find(({ kind }) => kind === 'ResourceQuota');
  const live = quota === undefined ? undefined : await deps.cluster.read(refOf(deps.cluster.name, quota), options);
  return [
    ...changeGuardrails({
      spec,
      catalog: deps.catalog,
      ingressOwners: seen.ingressOwners,
      liveQuota: liveQuotaOf(live),
    }),
    ...outsideClosedList(spec.name, objects),
  ];
}
