// The brake of bulk actions: whether an action that would meet many namespaces at once may go on. Pure: counts and limits in,
// go or stop out, with the numbers in words. It counts nothing itself, and knows no way around: that is for people.
import type { Policy } from './catalog.ts';

export type BrakeLimits = Policy['brake'];

/** What a bulk action does to each namespace that it meets. */
export type BulkAction = 'delete' | 'hibernate' | 'change';

export interface Reach {
  /** How many namespaces there are. */
  total: number;
  /** How many of them the action would meet. */
  met: number;
}

export interface Verdict {
  verdict: 'go' | 'stop';
  /** What would happen, of how many, and what limit counts. */
  words: string;
}

/** One namespace is no bulk, however few there are: the limits are for what nobody looks at one by one. */
const ALWAYS_ALLOWED = 1;

export function brake(action: BulkAction, reach: Reach, limits: BrakeLimits): Verdict {
  const { total, met } = reach;
  if (!isCount(total) || !isCount(met) || met > total) {
    const words = `${met} of ${total} namespaces is no count that can be judged, so nothing may be ${participle(action)}`;
    return { verdict: 'stop', words };
  }
  const would = `${met} of ${total} ${total === 1 ? 'namespace' : 'namespaces'} (${percent(reach)}) would be ${participle(action)}`;
  if (met <= ALWAYS_ALLOWED) return { verdict: 'go', words: would };
  const { maximumNamespaces, maximumPercent } = limits;
  const words = `${would}; the brake allows at most ${maximumNamespaces} and ${maximumPercent} % at once`;
  if (!exceeds(reach, limits)) return { verdict: 'go', words };
  return { verdict: 'stop', words: `${words} (catalog/policy.yaml, brake), and nothing was begun` };
}

/** In whole numbers: a third of three is 33.3…, and no rounding may let it pass as 33. */
function exceeds({ total, met }: Reach, { maximumNamespaces, maximumPercent }: BrakeLimits): boolean {
  return met > maximumNamespaces || met * 100 > maximumPercent * total;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Rounded up in its one decimal: what is shown as 20 % is never more. */
function percent({ total, met }: Reach): string {
  return total === 0 ? '0 %' : `${Math.ceil((met * 1000) / total) / 10} %`;
}

function participle(action: BulkAction): string {
  switch (action) {
    case 'delete':
      return 'deleted';
    case 'hibernate':
      return 'hibernated';
    case 'change':
      return 'changed';
  }
}
