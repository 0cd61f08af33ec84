// What a switch makes of the conditions that a controller would have written. Pure.
import { no, type Said } from './conditions.ts';
import type { Switch } from './switches.ts';

/** Undefined: nothing is written. */
export function misbehave(said: readonly Said[], wanted: Switch | undefined): Said[] | undefined {
  switch (wanted?.behaviour) {
    case 'never':
      return undefined;
    case 'fail':
      return failed(said, wanted.condition ?? 'Accepted', wanted.reason);
    case undefined:
    case 'slow':
    case 'stale':
      return [...said];
  }
}

/** What does not hold draws along what rests on it. */
function failed(said: readonly Said[], condition: string, reason: string): Said[] {
  if (!said.some(({ type }) => type === condition)) return [...said];
  return said.map((each) => {
    if (each.type === condition) {
      const wrong = no(condition, reason, 'a switch says so');
      return condition === 'Conflicted' ? { ...wrong, status: 'True' } : wrong;
    }
    if (each.type === 'Programmed') return no('Programmed', condition === 'Conflicted' ? reason : 'Invalid', reason);
    return each.type === 'Accepted' && condition === 'Conflicted' ? no('Accepted', reason, 'a switch says so') : each;
  });
}

export function observed(generation: number, wanted: Switch | undefined): number {
  return wanted?.behaviour === 'stale' ? Math.max(generation - 1, 0) : generation;
}
