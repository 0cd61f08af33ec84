// Claims and releases hostnames in the lists of their zones, one object a zone, by compare-and-swap. Who may have a name is
// decided in spec/hostname-claims; nothing here decides.
import type { KubernetesObject } from '../plan/plan.ts';
import { NaasError } from '../spec/errors.ts';
import { type Claims, claim, drop, release, type Taken } from '../spec/hostname-claims.ts';
import { readClaims, writeClaims } from '../spec/hostname-claims-text.ts';
import { type Effect, type HostnameRef, type ObjectRef, ownRef } from '../spec/inventory.ts';
import { ANNOTATION } from '../spec/names.ts';
import { hostnamesConfigMap } from '../spec/route-names.ts';
import { asNaasError, PartialFailure } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { boundPatch, makeFirst, onFreshVersion, versionOf } from './fresh.ts';
import { writing } from './switch.ts';

export interface HostnameOwner {
  namespace: string;
  team: string;
  incarnation: string;
}

/** Who has a name, by the list of claims. */
export interface NameHolder {
  name: string;
  namespace: string;
  team: string;
}

export interface ClaimHostnamesInput {
  hostnames: HostnameRef[];
  owner: HostnameOwner;
}

export interface ReleaseHostnamesInput {
  hostnames: HostnameRef[];
  incarnation: string;
  /** ISO 8601. Until then nobody else gets them, because caches still know them; null where they were never published. */
  freeAfter: string | null;
}

export function hostnameActivities(cluster: Cluster) {
  return {
    /** All of them or none; a name that the incarnation holds already stays as it is. */
    async claimHostnames(claim: ClaimHostnamesInput): Promise<{ effects: Effect[] }> {
      // A late claim is a name that nobody gives back: no second attempt begins before the first is over.
      return writing(cluster, async (options) => ({ effects: await claimNames(cluster, claim, options) }), {
        unfenced: true,
      });
    },

    async releaseHostnames({ hostnames, ...rest }: ReleaseHostnamesInput): Promise<{ effects: Effect[] }> {
      return writing(cluster, async (options) => ({
        effects: await byZone(hostnames, (zone, refs) => releaseIn(cluster, zone, refs, rest, options)),
      }));
    },
  };
}

export function claimNames(
  cluster: Cluster,
  { hostnames, owner }: ClaimHostnamesInput,
  options: CallOptions,
): Promise<Effect[]> {
  return byZone(hostnames, (zone, refs) => claimIn(cluster, zone, refs, owner, options));
}

/** Whoever looks before anything is claimed: the names that could not be had, and why. */
export async function readHostnames(cluster: Cluster, zone: string, options: CallOptions): Promise<Claims> {
  return claimsIn(zone, await cluster.read(listOf(cluster, zone), options));
}

/** Who has names there now. */
export async function holdersIn(cluster: Cluster, zone: string, options: CallOptions): Promise<NameHolder[]> {
  const { claims } = await readHostnames(cluster, zone, options);
  const held = claims.filter(({ state }) => state === 'held');
  return held.map(({ name, namespace, team }) => ({ name, namespace, team }));
}

async function byZone(
  hostnames: readonly HostnameRef[],
  work: (zone: string, refs: HostnameRef[]) => Promise<Effect[]>,
): Promise<Effect[]> {
  const effects: Effect[] = [];
  for (const [zone, refs] of Map.groupBy(hostnames, (ref) => ref.zone)) {
    try {
      effects.push(...(await work(zone, refs)));
    } catch (error) {
      const cause = asNaasError(error);
      throw new PartialFailure(cause, { problems: cause.problems, objects: refs, effects });
    }
  }
  return effects;
}

async function claimIn(
  cluster: Cluster,
  zone: string,
  refs: HostnameRef[],
  owner: HostnameOwner,
  options: CallOptions,
): Promise<Effect[]> {
  const list = listOf(cluster, zone);
  return onFreshVersion(cluster, list, options, async (live) => {
    const before = claimsIn(zone, live);
    const names = refs.map(({ name }) => name);
    const result = claim(before, { names, ...owner, nowMs: cluster.serverNowMs() });
    if (!('claims' in result)) throw refused(zone, result);
    const held = new Set(before.claims.filter((each) => isHeldBy(each, owner.incarnation)).map(({ name }) => name));
    // A transfer claims what it holds: the list says whose the names are.
    const text = writeClaims(result.claims);
    if (live === undefined) await makeFirst(cluster, list, { data: { claims: text } }, options);
    else if (text !== writeClaims(before))
      await cluster.merge(list, boundPatch({ data: { claims: text } }, live), options);
    return refs.map((ref): Effect => {
      const outcome = held.has(ref.name) ? 'unchanged' : 'created';
      return { verb: 'create', ref, outcome, uid: owner.incarnation };
    });
  });
}

async function releaseIn(
  cluster: Cluster,
  zone: string,
  refs: HostnameRef[],
  { incarnation, freeAfter }: Omit<ReleaseHostnamesInput, 'hostnames'>,
  options: CallOptions,
): Promise<Effect[]> {
  const list = listOf(cluster, zone);
  return onFreshVersion(cluster, list, options, async (live) => {
    const gone = (ref: HostnameRef, outcome: Effect['outcome']): Effect => ({ verb: 'delete', ref, outcome });
    if (live === undefined) return refs.map((ref) => gone(ref, 'absent'));
    const before = claimsIn(zone, live);
    const names = refs.map(({ name }) => name);
    const held = new Set(before.claims.filter((each) => isHeldBy(each, incarnation)).map(({ name }) => name));
    if (names.some((name) => held.has(name))) {
      const nowMs = cluster.serverNowMs();
      const after =
        freeAfter === null
          ? drop(before, { names, incarnation })
          : release(before, { names, incarnation, freeAfterMs: Date.parse(freeAfter), nowMs });
      await cluster.merge(list, boundPatch({ data: { claims: writeClaims(after) } }, live), options);
    } else {
      await moveOn(cluster, list, live, options);
    }
    return refs.map((ref) => gone(ref, held.has(ref.name) ? 'deleted' : 'absent'));
  });
}

/** Nothing to release, yet a claim may still be on its way: it was bound to this very version. There and back again. */
async function moveOn(cluster: Cluster, list: ObjectRef, live: KubernetesObject, options: CallOptions): Promise<void> {
  const { after } = await cluster.merge(list, boundPatch(marked('undo'), live), options);
  const { uid } = versionOf(live);
  const metadata = { uid, resourceVersion: after, annotations: { [ANNOTATION.fence]: null } };
  await cluster.merge(list, { metadata }, options);
}

function marked(value: string): Record<string, unknown> {
  return { metadata: { annotations: { [ANNOTATION.fence]: value } } };
}

function isHeldBy(each: Claims['claims'][number], incarnation: string): boolean {
  return each.state === 'held' && each.incarnation === incarnation;
}

function listOf(cluster: Cluster, zone: string): ObjectRef {
  return ownRef(cluster.name, 'v1', 'ConfigMap', hostnamesConfigMap(zone));
}

function claimsIn(zone: string, live: KubernetesObject | undefined): Claims {
  if (live === undefined) return { zone, claims: [] };
  const { claims = '' } = (live['data'] ?? {}) as { claims?: string };
  return readClaims(zone, claims);
}

type Refusal = { taken: Taken[] } | { full: 'names' | 'bytes' } | { outside: string[] };

function refused(zone: string, result: Refusal): NaasError {
  if ('taken' in result) return new NaasError(result.taken.map((each) => takenProblem(zone, each)));
  const message =
    'full' in result
      ? `the list of hostnames of ${zone} is full (${result.full === 'names' ? '10,000 names' : '900 KiB'}); give a name back, or ask for a name in another zone`
      : `${result.outside.join(', ')} ${result.outside.length === 1 ? 'is' : 'are'} not below ${zone}`;
  return new NaasError({ code: 'full' in result ? 'Conflict' : 'InvalidRequest', message });
}

export function takenProblem(zone: string, { name, heldName, by, state, freeAfter }: Taken) {
  const what = heldName === name ? 'it' : `${heldName}, which overlaps with it,`;
  const how = state === 'held' ? 'is held by' : `rests until ${freeAfter} after it was taken away from`;
  const message = `hostname ${name} in ${zone} cannot be had: ${what} ${how} namespace ${by.namespace} of team ${by.team}`;
  return { code: 'Conflict' as const, message, field: 'hostnames', value: name };
}
