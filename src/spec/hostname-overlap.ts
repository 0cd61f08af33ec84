// Which names a name stands for, and where two meet: exact names and wildcards at every depth, as gateways and DNS read them. Pure;
// all names are canonical (hostnames.ts).
import { isWithin } from './dns-name.ts';

/** A wildcard stands for every name below its domain, at any depth, and not for the domain itself. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  if (!isWildcard(wide)) return false;
  const [upper, lower] = [domainOf(wide), domainOf(narrow)];
  return isWithin(lower, upper) && (isWildcard(narrow) || lower !== upper);
}

/** Some host name is meant by both. What names stand for is nested or apart, never crossed. */
export function overlaps(left: string, right: string): boolean {
  return covers(left, right) || covers(right, left);
}

export interface Shadow {
  /** It answers no longer, */
  wildcard: string;
  /** below this name, which did not exist before, */
  below: string;
  /** for that name itself (whatever is created there answers with its own types alone), */
  itself: boolean;
  /** and for the names under it. */
  under: boolean;
}

/**
 * What creating `name` hides (RFC 4592): a wildcard answers only where its domain is the closest name that exists, and every name
 * brings the names between it and the zone into being. At most one wildcard, because those further up were hidden before.
 */
export function shadowedWildcards(name: string, zoneNames: readonly string[]): Shadow[] {
  const existing = new Set(zoneNames.flatMap(withAncestors));
  const path = withAncestors(name);
  const encloser = path.findIndex((node) => existing.has(node));
  const [wildcard, below] = [`*.${path[encloser]}`, path[encloser - 1]];
  if (below === undefined || !zoneNames.includes(wildcard)) return [];
  return [{ wildcard, below, itself: below !== name, under: name !== `*.${below}` }];
}

/** For the person who asked for the name. */
export function describeShadow(name: string, { wildcard, below, itself, under }: Shadow): string {
  const hidden = [...(itself ? [below] : []), ...(under ? [`names below ${below}`] : [])].join(' and ');
  return `${name} hides ${wildcard} for ${hidden}: they answer no longer unless they have records of their own`;
}

function isWildcard(name: string): boolean {
  return name.startsWith('*.');
}

function domainOf(name: string): string {
  return isWildcard(name) ? name.slice(2) : name;
}

/** The name and all above it, from the longest to the shortest. */
function withAncestors(name: string): string[] {
  const labels = name.split('.');
  return labels.map((_, index) => labels.slice(index).join('.'));
}
