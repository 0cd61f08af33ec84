// How a broken reference of the catalog is said: where it stands, and what is known instead of an unknown name.
import { nearest } from './nearest.ts';

export interface BrokenReference {
  /** Which file: `tiers/dev`, `approvals`. */
  file: string;
  path: (string | number)[];
  message: string;
}

export function unknownAmong(
  file: string,
  path: (string | number)[],
  what: string,
  named: readonly string[],
  known: readonly string[],
): BrokenReference[] {
  return named.flatMap((name, index) => {
    if (known.includes(name)) return [];
    const meant = nearest(name, known);
    return [
      {
        file,
        path: [...path, index],
        message: `${what} "${name}" is not known; ${meant === undefined ? `known are ${known.join(', ')}` : `did you mean "${meant}"?`}`,
      },
    ];
  });
}
