// What each figure should be, what it is aimed at, and what bounds it when it is missed. Pure.
import { figureAt, type Outcome } from './figures.ts';

export interface Target {
  /** Where the figure stands in the object of `--json`. */
  key: string;
  what: string;
  unit: '' | 'ms' | 'bytes' | 'a second';
  /** `most`: lower is better. */
  sense: 'most' | 'least';
  limit: number;
  aim?: number;
  /** Said only when the target is missed. */
  bound: string;
}

const TEMPORAL_BOUND =
  'each stage is an activity and a workflow task, one after the other, and each of the two costs the Temporal server three transactions';

export const TARGETS: readonly Target[] = [
  {
    key: 'requestToReady.vsKubectl',
    what: 'request to ready ÷ kubectl apply',
    unit: '',
    sense: 'most',
    limit: 0.6,
    aim: 0.4,
    bound: TEMPORAL_BOUND,
  },
  {
    key: 'requestToReady.vsRaw',
    what: 'request to ready ÷ raw writes',
    unit: '',
    sense: 'most',
    limit: 3.5,
    aim: 2.5,
    bound: TEMPORAL_BOUND,
  },
  {
    key: 'throughput.namespacesPerSecond',
    what: 'sustained namespaces',
    unit: 'a second',
    sense: 'least',
    limit: 8,
    aim: 12,
    bound: 'the CPU of the cores that servers, worker and bench share, where no other program takes part of it',
  },
  {
    key: 'perNamespace.apiWritesPerObject',
    what: 'API writes an object',
    unit: '',
    sense: 'most',
    limit: 1.1,
    bound: 'writes that were repeated: see the worker’s log for the reason',
  },
  {
    key: 'noopWrites',
    what: 'writes of an unchanged repeat',
    unit: '',
    sense: 'most',
    limit: 0,
    bound: 'an object that the API server stores otherwise than naas sends it',
  },
  {
    key: 'vsNaive.actions',
    what: 'actions of a life ÷ naive',
    unit: '',
    sense: 'most',
    limit: 0.35,
    aim: 0.2,
    bound:
      'start, two updates, four phases as search attributes, eight activities and a timer, however few the objects are',
  },
  {
    key: 'perNamespace.historyBytes',
    what: 'history of a namespace',
    unit: 'bytes',
    sense: 'most',
    limit: 40_000,
    aim: 20_000,
    bound: 'the rendered objects, once in the admission’s answer and once as the argument of their stage',
  },
  {
    key: 'teardown.vsKubectl',
    what: 'teardown ÷ kubectl delete --wait',
    unit: '',
    sense: 'most',
    limit: 1.1,
    bound: 'the namespace controller’s five seconds, and how often naas looks afterwards',
  },
  {
    key: 'recoveryMs.p95',
    what: 'recovery after kill -9, p95',
    unit: 'ms',
    sense: 'most',
    limit: 15_000,
    aim: 5_000,
    bound:
      'the 10 s after which Temporal gives up the workflow task of a dead worker, and the claim, which no other attempt may overtake',
  },
  {
    key: 'replayMs',
    what: 'replay of the longest history',
    unit: 'ms',
    sense: 'most',
    limit: 500,
    bound: 'the number of workflow tasks: the SDK enters its sandbox several times for each',
  },
  {
    key: 'hostname.extraMs',
    what: 'one hostname more, to ready',
    unit: 'ms',
    sense: 'most',
    limit: 60,
    bound: 'one activity more on the way, for the record, and two cores that make the routes beside all other objects',
  },
  {
    key: 'hostname.recordWrites',
    what: 'record writes of one hostname',
    unit: '',
    sense: 'most',
    limit: 1,
    bound: 'an attempt that was repeated: see the worker’s log for the reason',
  },
  {
    key: 'zoneLimit.shareOfAllowedRate',
    what: 'of the writes that a zone takes a minute',
    unit: '',
    sense: 'least',
    limit: 0.97,
    bound: 'turns that were missed because worker or Temporal server were busy',
  },
  {
    key: 'zoneLimit.earlyRetries',
    what: 'calls before a Retry-After was over',
    unit: '',
    sense: 'most',
    limit: 0,
    bound: 'a retry that does not wait as long as the zone said',
  },
  {
    key: 'workerStartMs',
    what: 'worker start to first task',
    unit: 'ms',
    sense: 'most',
    limit: 2_000,
    bound:
      'the imports of the Temporal SDK and of the Kubernetes client’s credentials code, and compiling the workflow bundle',
  },
];

export type Verdict = 'met' | 'missed' | 'not measured';

export interface Judgement extends Target {
  value: number | undefined;
  verdict: Verdict;
  /** Only with `met`: whether the aim is reached as well. */
  aimReached: boolean;
  /** Only with `missed`: the bound, and what this run saw of it. */
  why: string | undefined;
}

export function judge({ figures, seen }: Outcome): Judgement[] {
  return TARGETS.map((target) => {
    const value = figureAt(figures, target.key);
    if (value === undefined) return { ...target, value, verdict: 'not measured', aimReached: false, why: undefined };
    const met = holds(target, value, target.limit);
    const beside = seen[target.key];
    return {
      ...target,
      value,
      verdict: met ? 'met' : 'missed',
      aimReached: met && (target.aim === undefined || holds(target, value, target.aim)),
      why: met ? undefined : `${target.bound}${beside === undefined ? '' : ` (${beside})`}`,
    };
  });
}

function holds({ sense }: Target, value: number, limit: number): boolean {
  return sense === 'most' ? value <= limit : value >= limit;
}
