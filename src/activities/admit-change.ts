// Admission of a change to a living namespace: proves the sender, resolves the whole wanted state, holds it against policy,
// against what is applied and against what is live. Its recorded answer is what approval and apply rely on. No effects.
import { changeDigest, plan, planDigest } from '../plan/index.ts';
import { outsideClosedList } from '../plan/kinds.ts';
import type { Plan } from '../plan/plan.ts';
import { dropped } from '../plan/restore.ts';
import type { Change, ChangeAdmission, ChangeAdmitted, PackedStage } from '../spec/admission.ts';
import { isAmong, type People, type Sender } from '../spec/approval.ts';
import { changePolicy, ownerRights, rightsOf, transferPolicy } from '../spec/approval-rules.ts';
import { canonicalJson, sha256Hex } from '../spec/canonical.ts';
import type { Catalog } from '../spec/catalog.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import type { FieldPath } from '../spec/field-path.ts';
import { changeGuardrails } from '../spec/guardrails.ts';
import { type ByStage, bareRef, type InventoryEntry, type RecordEntry, refKey, refOf } from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import { isOperator, leadsOf, namePeople, together } from '../spec/people.ts';
import type { Proof } from '../spec/proof.ts';
import { ADDRESS_TYPES } from '../spec/record-set.ts';
import { parseRequest } from '../spec/request.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { OperationKind } from '../spec/status.ts';
import { transferRequest, transferred } from '../spec/transfer.ts';
import { type AdmitDependencies, permanentProblems } from './admit-input.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { unpackStages } from './packing.ts';
import { stamped, unstamped } from './stamp.ts';
import { changesAgainst, inTheWay, liveQuotaOf, type Survey, survey } from './survey.ts';
import { admittedReach, noticesOf, resolveFor, surveyReach } from './survey-reach.ts';

export interface AdmitChangeInput {
  kind: OperationKind;
  name: string;
  requestId: string;
  /** The message without `by`, as its sender signed it: with `request`, or for a transfer with `team`. */
  body: Record<string, unknown>;
  by: Proof;
  receivedAtMs: number;
  /** What was signed for an earlier life of the name says nothing about this one. */
  signedSinceMs: number;
  /** Who may, as the last admission recorded it; operators may in any case. */
  allowed: People | undefined;
  /** What holds now. */
  applied: {
    request: unknown;
    spec: NamespaceSpec;
    /** undefined: nobody, after a recovery. */
    owner: Sender | undefined;
    incarnation: string;
    planDigest: string;
    stages: ByStage<PackedStage>;
    inventory: InventoryEntry[];
  };
}

export function admitChangeActivities(deps: AdmitDependencies) {
  return {
    async admitChange(input: AdmitChangeInput): Promise<ChangeAdmission> {
      return atTheBoundary(async () => {
        try {
          return await admitChange(deps, input, callOptions());
        } catch (error) {
          return { verdict: 'refused', problems: permanentProblems(error) };
        }
      });
    },
  };
}

async function admitChange(
  deps: AdmitDependencies,
  input: AdmitChangeInput,
  options: CallOptions,
): Promise<ChangeAdmission> {
  const { kind, name, body, applied } = input;
  const bodySha256 = sha256Hex(canonicalJson(body));
  const { sender: by } = await deps.proofs.verify(
    input.by,
    { message: kind, namespace: name, bodySha256 },
    input.receivedAtMs,
    input.signedSinceMs,
  );
  mayAsk(input, by, deps.catalog);
  const spec = await wantedSpec(deps, input, options);
  const planned = plan(spec);
  const digest = planDigest(planned);
  const seen = await survey(deps.cluster, spec, options);
  ownLife(name, applied.incarnation, seen);
  const reach = await surveyReach(deps, planned, spec, applied.incarnation, options);
  const removals = noLongerPlanned(deps.cluster.name, planned, applied.inventory);
  const gone = droppedFields(deps.cluster.name, planned, applied.stages);
  const against = { removals, dropped: gone, ours: uidsOf(applied.inventory), seen };
  const objects = await changesOf(deps.cluster, planned, against, options);
  const changes = [...objects, ...reach.changes];
  if (digest === applied.planDigest && changes.every(({ verb }) => verb === 'keep')) {
    return { verdict: 'unchanged', by };
  }
  const problems = [...inTheWay(objects), ...reach.problems, ...(await problemsOf(deps, spec, planned, seen, options))];
  if (problems.length > 0) return { verdict: 'refused', problems };
  const owner = kind === 'transfer' ? newOwner(spec, by, deps.catalog) : applied.owner;
  return {
    verdict: 'admitted',
    // Of a transfer that no lead of the new team asked for, whoever takes it over becomes the owner.
    sender: owner ?? by,
    by,
    request: wantedRequest(deps.catalog, input),
    requestSha256: bodySha256,
    spec,
    incarnation: applied.incarnation,
    planDigest: digest,
    changeDigest: changeDigest(changes),
    changes,
    ...noticesOf(reach),
    removals,
    dropped: gone,
    ...admittedReach(planned, spec, deps.catalog),
    ...stamped(deps.cluster.name, planned, {
      incarnation: applied.incarnation,
      requestId: input.requestId,
      planDigest: digest,
      spec,
    }),
    approval: approvalOf(input, spec, by, seen, deps.catalog),
    rights: rightsOf(spec, owner, deps.catalog),
    ...(kind === 'transfer'
      ? { ownerRights: ownerRights(deps.catalog) }
      : owner === undefined
        ? { ownerless: true }
        : {}),
    timing: deps.catalog.policy.timing,
  };
}

function mayAsk({ kind, name, allowed }: AdmitChangeInput, by: Sender, catalog: Catalog): void {
  const people = allowed ?? { users: [], groups: [] };
  if (isOperator(by, catalog) || isAmong(people, by)) return;
  throw new NaasError({
    code: 'NotAllowed',
    message: `${by.subject} may not ${kind} namespace ${name}; that can ${namePeople(together([people, catalog.policy.operators]))}`,
  });
}

/** A transfer keeps the numbers that hold, whatever the catalog says today; a change is resolved anew. */
async function wantedSpec(
  deps: AdmitDependencies,
  { kind, body, applied }: AdmitChangeInput,
  options: CallOptions,
): Promise<NamespaceSpec> {
  if (kind === 'transfer') return transferred(applied.spec, body['team'], deps.catalog);
  const spec = await resolveFor(deps, parseRequest(body['request']), {
    ...options,
    current: applied.spec.reach?.gateway.mode,
  });
  keepIdentity(applied.spec, spec);
  return spec;
}

function wantedRequest(catalog: Catalog, { kind, name, body, applied }: AdmitChangeInput): unknown {
  if (kind === 'change') return body['request'];
  return transferRequest(parseRequest(applied.request), name, body['team'], catalog);
}

/** Nobody owns what is no longer their team's. */
function newOwner({ team }: NamespaceSpec, by: Sender, catalog: Catalog): Sender | undefined {
  return isAmong(leadsOf(team, catalog), by) ? by : undefined;
}

function approvalOf(
  { kind, applied }: AdmitChangeInput,
  spec: NamespaceSpec,
  by: Sender,
  seen: Survey,
  catalog: Catalog,
) {
  if (kind === 'transfer') return transferPolicy(applied.spec, spec, by, catalog);
  // Who consented once has consented: only new sources ask their owners.
  const known = new Set(applied.spec.network.ingressFrom.map(({ namespace, team }) => `${namespace}/${team}`));
  const added = Object.fromEntries(
    Object.entries(seen.ingressOwners).filter(
      ([namespace, owner]) => typeof owner !== 'object' || !known.has(`${namespace}/${owner.team}`),
    ),
  );
  return changePolicy(applied.spec, spec, by, added, catalog);
}

const IDENTITY = ['name', 'team', 'project', 'environment', 'cluster'] as const;

/** A change is to this namespace: what it is called, whose and where it is, cannot change on the way. */
function keepIdentity(applied: NamespaceSpec, wanted: NamespaceSpec): void {
  const problems = IDENTITY.filter((field) => applied[field] !== wanted[field]).map((field): Problem => {
    const todo = field === 'team' ? `; \`naas transfer ${applied.name} --team ${wanted.team}\` hands it over` : '';
    const message = `${field} is "${applied[field]}" and cannot become "${wanted[field]}" by a change${todo}`;
    return { code: 'InvalidRequest', message, field, value: wanted[field], allowed: [applied[field]] };
  });
  if (problems.length > 0) throw new NaasError(problems);
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
