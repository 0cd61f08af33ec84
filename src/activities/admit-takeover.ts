// Admission of a namespace that stands already: an adoption of one that was never ours, a recovery of one whose run is gone.
// Both are held against what is live; neither has an effect.
import { randomBytes } from 'node:crypto';
import { compare } from '../plan/compare.ts';
import { changeDigest, plan, planDigest } from '../plan/index.ts';
import { MANAGED_KINDS, type ManagedKind, managedKind, outsideClosedList } from '../plan/kinds.ts';
import type { KubernetesObject, Plan } from '../plan/plan.ts';
import type { Admission, Admitted, Change, Recovered } from '../spec/admission.ts';
import { adoptionPolicy, rightsOf } from '../spec/approval-rules.ts';
import { NaasError } from '../spec/errors.ts';
import { adoptionGuardrails } from '../spec/guardrails.ts';
import { bareRef, type ObjectEntry, type ObjectStage, refKey, refOf } from '../spec/inventory.ts';
import { ANNOTATION, LABEL } from '../spec/names.ts';
import { isOperator, namePeople } from '../spec/people.ts';
import { requestOf } from '../spec/request-of.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { AdmitDependencies, AdmitInput, Proven } from './admit-input.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { versionOf } from './fresh.ts';
import { unpackJson } from './packing.ts';
import { type Stamp, stamped } from './stamp.ts';
import { changesAgainst, survey } from './survey.ts';
import { admittedReach, surveyReach } from './survey-reach.ts';

export async function admitAdoption(
  deps: AdmitDependencies,
  { submission }: AdmitInput,
  proven: Proven,
  spec: NamespaceSpec,
  options: CallOptions,
): Promise<Admission> {
  const planned = plan(spec);
  const seen = await survey(deps.cluster, spec, options);
  const live = seen.liveNamespace;
  const { sender } = proven;
  const problems = [
    ...adoptionGuardrails({
      sender,
      spec,
      catalog: deps.catalog,
      liveNamespace:
        live === undefined
          ? null
          : { labels: live.metadata.labels ?? {}, annotations: live.metadata.annotations ?? {} },
      ingressOwners: seen.ingressOwners,
      requestId: submission.requestId,
    }),
    ...outsideClosedList(spec.name, objectsOf(planned)),
  ];
  const reach = await surveyReach(deps, planned, spec, undefined, options);
  problems.push(...reach.problems);
  if (problems.length > 0) return { verdict: 'refused', problems };
  const digest = planDigest(planned);
  const incarnation = randomBytes(6).toString('hex');
  const known = { adopting: true, foreign: true } as const;
  const objects = await changesAgainst(deps.cluster, objectsOf(planned), live, options, known);
  return {
    ...admittedAs(deps, proven, spec, [...objects, ...reach.changes]),
    ...admittedReach(planned, spec, deps.catalog),
    incarnation,
    planDigest: digest,
    ...stamped(deps.cluster.name, planned, { incarnation, requestId: submission.requestId, planDigest: digest, spec }),
    approval: adoptionPolicy(spec, sender, seen.ingressOwners, deps.catalog),
  };
}

export async function admitRecovery(
  deps: AdmitDependencies,
  { name }: AdmitInput,
  proven: Proven,
  options: CallOptions,
): Promise<Admission> {
  const { sender } = proven;
  if (!isOperator(sender, deps.catalog)) {
    throw new NaasError({
      code: 'NotAllowed',
      message: `${sender.subject} may not recover namespace ${name}; that can ${namePeople(deps.catalog.policy.operators)}`,
    });
  }
  const { live, spec, stamp } = await recordOf(deps, name, options);
  const planned = plan(spec);
  const reach = await surveyReach(deps, planned, spec, stamp.incarnation, options);
  const problems = [...outsideClosedList(name, objectsOf(planned)), ...reach.problems];
  if (problems.length > 0) return { verdict: 'refused', problems };
  const surplus = await surplusOf(deps.cluster, name, planned, stamp.incarnation, options);
  const seen = await Promise.all(
    objectsOf(planned).map(async (object) => {
      const ref = refOf(deps.cluster.name, object);
      return { ref, object, live: await deps.cluster.read(ref, options) };
    }),
  );
  const changes = [
    ...seen.map(({ ref, object, live: stands }) => compare(ref, object, stands, { adopting: true })),
    ...reach.changes,
    ...surplus.map((entry): Change => ({ verb: 'remove', ref: bareRef(entry), fields: [] })),
  ];
  const uids = seen.flatMap(({ ref, live: stands }): [string, string][] =>
    stands?.metadata.uid === undefined ? [] : [[refKey(ref), stands.metadata.uid]],
  );
  const recovered: Recovered = {
    // A namespace that was adopted is older than what naas made of it, and nobody knows any more by how much.
    ...(live.metadata.annotations?.[ANNOTATION.claimBefore] === undefined
      ? {}
      : { since: String(live.metadata['creationTimestamp']) }),
    terminating: live.metadata['deletionTimestamp'] !== undefined,
    request: requestOf(spec),
    uids: Object.fromEntries([...uids, ...reach.standing]),
    ...(reach.published.length === 0 ? {} : { published: reach.published }),
    surplus,
  };
  const rule = deps.catalog.approvals.rules[0];
  return {
    ...admittedAs(deps, proven, spec, changes),
    ...admittedReach(planned, spec, deps.catalog),
    // Whoever repairs it does not own it.
    ownerless: true,
    rights: rightsOf(spec, undefined, deps.catalog),
    incarnation: stamp.incarnation,
    planDigest: planDigest(planned),
    ...stamped(deps.cluster.name, planned, { ...stamp, planDigest: planDigest(planned), spec }),
    approval: {
      rule: 'recovery by an operator',
      slots: [],
      times: {
        remindAfterMinutes: rule?.remindAfterMinutes ?? 0,
        escalateAfterMinutes: rule?.escalateAfterMinutes ?? 0,
        lapseAfterMinutes: rule?.lapseAfterMinutes ?? 0,
      },
    },
    recovered,
  };
}

/** Of this life, and in no plan: a change had begun when its run was lost, and had still to take it away. */
async function surplusOf(
  cluster: Cluster,
  name: string,
  planned: Plan,
  incarnation: string,
  options: CallOptions,
): Promise<ObjectEntry[]> {
  const wanted = new Set(objectsOf(planned).map((object) => refKey(refOf(cluster.name, object))));
  const kinds = await servedOf(
    cluster,
    MANAGED_KINDS.filter(({ scope }) => scope === 'namespace'),
    options,
  );
  const label = `${LABEL.incarnation}=${incarnation}`;
  const found = await Promise.all(kinds.map((kind) => cluster.list(kind, name, { ...options, label })));
  return found.flat().flatMap((object): ObjectEntry[] => {
    const ref = refOf(cluster.name, object);
    const { uid } = versionOf(object);
    return wanted.has(refKey(ref)) ? [] : [{ ...ref, stage: stageOf(object), state: 'confirmed', uid }];
  });
}

async function servedOf(cluster: Cluster, kinds: readonly ManagedKind[], options: CallOptions): Promise<ManagedKind[]> {
  const served = await Promise.all(kinds.map((kind) => kind.optional !== true || cluster.serves(kind, options)));
  return kinds.filter((_, index) => served[index]);
}

function stageOf(object: KubernetesObject): ObjectStage {
  if (object.kind === 'RoleBinding') return 'access';
  const { guardrail, optional } = managedKind(object);
  return optional ? 'route' : guardrail ? 'guardrails' : 'equipment';
}

/** The Namespace's own record of what it is; naas alone may write it, and yet it is held against the closed list again. */
async function recordOf(deps: AdmitDependencies, name: string, options: CallOptions) {
  const ref = { system: 'kubernetes', cluster: deps.cluster.name, apiVersion: 'v1', kind: 'Namespace', name } as const;
  const live = await deps.cluster.read(ref, options);
  const { labels = {}, annotations = {} } = live?.metadata ?? {};
  const incarnation = labels[LABEL.incarnation];
  const packed = annotations[ANNOTATION.spec];
  if (live === undefined || incarnation === undefined || packed === undefined) {
    const what = live === undefined ? 'is not there' : 'carries no record of naas';
    throw new NaasError({
      code: 'NotFound',
      message: `namespace ${name} on cluster ${deps.cluster.name} ${what}: there is nothing to recover`,
    });
  }
  const spec = readSpec(packed, name, deps.cluster.name);
  const stamp: Omit<Stamp, 'planDigest' | 'spec'> = {
    incarnation,
    requestId: annotations[ANNOTATION.request] ?? '',
    // The same bytes as they stand there: packing anew may differ by the version of zlib, and would be a write.
    packedSpec: packed,
  };
  return { live, spec, stamp };
}

function readSpec(packed: string, name: string, cluster: string): NamespaceSpec {
  const unreadable = (why: string): NaasError =>
    new NaasError({
      code: 'Invalid',
      message: `namespace ${name}: the record in its annotation ${ANNOTATION.spec} ${why}; restore the annotation from a backup, or adopt the namespace anew`,
    });
  let spec: NamespaceSpec;
  try {
    spec = unpackJson<NamespaceSpec>(packed);
  } catch (cause) {
    throw unreadable(`cannot be read (${cause instanceof Error ? cause.message : 'no JSON'})`);
  }
  if (typeof spec !== 'object' || spec === null || spec.version !== 1)
    throw unreadable('is of a version that this build does not know');
  if (spec.name !== name || spec.cluster !== cluster) throw unreadable(`is of ${spec.name} on ${spec.cluster}`);
  return spec;
}

function admittedAs(
  deps: AdmitDependencies,
  { sender, requestSha256 }: Proven,
  spec: NamespaceSpec,
  changes: Change[],
): Pick<Admitted, 'verdict' | 'sender' | 'requestSha256' | 'spec' | 'changes' | 'changeDigest' | 'rights' | 'timing'> {
  return {
    verdict: 'admitted',
    sender,
    requestSha256,
    spec,
    changes,
    changeDigest: changeDigest(changes),
    rights: rightsOf(spec, sender, deps.catalog),
    timing: deps.catalog.policy.timing,
  };
}

function objectsOf(planned: Plan): KubernetesObject[] {
  return planned.resources.map(({ object }) => object);
}
