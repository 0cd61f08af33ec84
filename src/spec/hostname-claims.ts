// Who holds which host name of one parent zone: claiming, releasing and undoing, decided on the whole list. Pure; whoever writes
// the result does so by compare-and-swap, or two decisions on one list could both hold.
import { isWithin } from './dns-name.ts';
import { fullBy, inSeconds, ordered } from './hostname-claims-text.ts';
import { overlaps } from './hostname-overlap.ts';

interface Owner {
  namespace: string;
  team: string;
  incarnation: string;
}

export interface HeldClaim extends Owner {
  /** Canonical, within the zone. */
  name: string;
  state: 'held';
}

/** Nobody's any more, but caches and people still know it as the owner's: until then only that namespace and team may have it. */
export interface ReleasedClaim extends Owner {
  name: string;
  state: 'released';
  /** ISO 8601 in whole seconds. */
  freeAfter: string;
}

export type Claim = HeldClaim | ReleasedClaim;

/**
 * The claims below one zone. A name may stand in it several times, released by earlier incarnations and held by the present one, so
 * that undoing a claim gives back exactly what was reserved before it.
 */
export interface Claims {
  zone: string;
  claims: readonly Claim[];
}

/** Why one name cannot be had. */
export interface Taken {
  name: string;
  /** The claim in the way, which may be another name that overlaps. */
  heldName: string;
  by: Owner;
  state: Claim['state'];
  freeAfter?: string;
}

export type ClaimResult = { claims: Claims } | { taken: Taken[] } | { full: 'names' | 'bytes' } | { outside: string[] };

/** All names or none. A name that the incarnation holds already stays as it is, so that a repeated call changes nothing. */
export function claim(
  before: Claims,
  { names, nowMs, ...owner }: Owner & { names: readonly string[]; nowMs: number },
): ClaimResult {
  const outside = names.filter((name) => !isWithin(withoutWildcard(name), before.zone));
  if (outside.length > 0) return { outside };
  const { zone, claims } = unexpired(before, nowMs);
  const taken = names.flatMap((name) => inTheWay(name, owner, claims));
  if (taken.length > 0) return { taken };
  const others = claims.filter((each) => !(isHeldBy(each, owner) && names.includes(each.name)));
  const held = [...new Set(names)].map((name): HeldClaim => ({ name, ...pick(owner), state: 'held' }));
  const after = { zone, claims: ordered([...others, ...held]) };
  const full = held.length === claims.length - others.length ? undefined : fullBy(after);
  return full === undefined ? { claims: after } : { full };
}

/** Of all names when `names` is left out. What was released before keeps the time it has. */
export function release(
  before: Claims,
  {
    names,
    incarnation,
    freeAfterMs,
    nowMs,
  }: { names?: readonly string[]; incarnation: string; freeAfterMs: number; nowMs: number },
): Claims {
  const freeAfter = inSeconds(freeAfterMs);
  const released = before.claims.map((each) =>
    isHeldBy(each, { incarnation }) && (names?.includes(each.name) ?? true)
      ? ({ ...each, state: 'released', freeAfter } as const)
      : each,
  );
  return unexpired({ zone: before.zone, claims: ordered(latestReleases(released)) }, nowMs);
}

/** The undo of a claim, for names that were never published: they are free at once, unless they were reserved before. */
export function drop(
  before: Claims,
  { names, incarnation }: { names: readonly string[]; incarnation: string },
): Claims {
  return {
    zone: before.zone,
    claims: before.claims.filter((each) => !(isHeldBy(each, { incarnation }) && names.includes(each.name))),
  };
}

/** Without the reservations whose time is over; who may have a name is the same with and without them. */
export function unexpired({ zone, claims }: Claims, nowMs: number): Claims {
  return { zone, claims: claims.filter((each) => each.state === 'held' || Date.parse(each.freeAfter) > nowMs) };
}

function inTheWay(name: string, owner: Owner, claims: readonly Claim[]): Taken[] {
  return claims
    .filter((each) => overlaps(each.name, name) && !isOpenTo(owner, each))
    .map((each) => ({
      name,
      heldName: each.name,
      by: pick(each),
      state: each.state,
      ...(each.state === 'released' ? { freeAfter: each.freeAfter } : {}),
    }));
}

/** A held name is its incarnation's alone; a released one also waits for the same namespace of the same team to come back. */
function isOpenTo({ namespace, team, incarnation }: Owner, each: Claim): boolean {
  if (each.incarnation === incarnation) return true;
  return each.state === 'released' && each.namespace === namespace && each.team === team;
}

function isHeldBy(each: Claim, { incarnation }: { incarnation: string }): boolean {
  return each.state === 'held' && each.incarnation === incarnation;
}

/** One reservation a name and incarnation: the one that lasts longest. */
function latestReleases(claims: readonly Claim[]): Claim[] {
  const latest = new Map<string, Claim>();
  for (const each of claims) {
    const key = `${each.name} ${each.incarnation} ${each.state}`;
    const other = latest.get(key);
    if (other?.state === 'released' && each.state === 'released' && other.freeAfter >= each.freeAfter) continue;
    latest.set(key, each);
  }
  return [...latest.values()];
}

function pick({ namespace, team, incarnation }: Owner): Owner {
  return { namespace, team, incarnation };
}

function withoutWildcard(name: string): string {
  return name.startsWith('*.') ? name.slice(2) : name;
}
