// What several parts of resolving ask and say of names: known or not, reserved or not, in which order.
import type { Policy } from './catalog.ts';
import type { Problem } from './errors.ts';
import { nearest } from './nearest.ts';

export function notAmong(field: string, what: string, value: string, allowed: readonly string[]): Problem {
  const meant = nearest(value, allowed);
  const known = allowed.length === 0 ? 'none is set up' : `known: ${allowed.join(', ')}`;
  const hint = meant === undefined ? known : `did you mean "${meant}"? ${known}`;
  return {
    code: 'InvalidRequest',
    message: `${field}: ${what} "${value}" is not known; ${hint}`,
    field,
    value,
    allowed: [...allowed],
  };
}

/** The pattern of the catalog that reserves a name; `*` stands at the end only. */
export function reservedBy(name: string, { reservedNames }: Pick<Policy, 'reservedNames'>): string | undefined {
  return reservedNames.find((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}

/** By code unit, so that the order depends on no locale. */
export function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
