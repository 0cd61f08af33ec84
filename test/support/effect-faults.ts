// The faults that suites set on one write of the cluster: what never gets better, and what passes by itself.
import type { Moment } from './effects-table.ts';
import type { Fault, FaultStatus } from './fault-proxy-rules.ts';

/** The two answers that never get better, in turn. */
export function forGood(moment: Moment, index: number): Fault {
  const status: FaultStatus = index % 2 === 0 ? 403 : 422;
  return moment === 'before' ? { mode: 'fail-before', status } : { mode: 'fail-after', status };
}

/** What passes by itself: the API server's own words, or a connection that breaks. */
export function forAMoment(moment: Moment, index: number): Fault {
  if (index % 4 < 2) return moment === 'before' ? { mode: 'reset-before' } : { mode: 'reset-after' };
  return moment === 'before' ? { mode: 'fail-before', status: 429 } : { mode: 'fail-after', status: 500 };
}
