// The one way to say that a name is not among the known ones.
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

/** By code unit, so that the order depends on no locale. */
export function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
