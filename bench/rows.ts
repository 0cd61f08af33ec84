// A run's outcome as rows that a person reads: targets, further figures, what was not measured. Pure; text and Markdown are
// made of the same rows.
import type { Outcome, PartFigures } from './figures.ts';
import { type Judgement, judge } from './targets.ts';

export interface Rows {
  targets: string[][];
  missed: { what: string; why: string }[];
  figures: string[][];
  notMeasured: string[][];
}

export const TARGET_HEAD = ['target', 'measured', 'wanted', 'verdict'];

/** True of every run, however well it went. */
export const OUT_OF_SCOPE: readonly string[] = [
  'networks: everything is on the loopback of one machine',
  'a Temporal server with many shards and a real database: the embedded one has one shard on SQLite, polls its queues faster than its defaults and does not wait for the disk',
  'an API server with several etcd members that wait for their disks; kubelets and pods; controllers behind the upstream definitions',
  'approvals by people; budgets: not part of naas yet; DNS and gateways are an emulator and stand-ins on this machine',
  'Temporal Cloud: actions are counted from histories by its price list; heartbeats and retries are not in histories',
];

export function rowsOf(outcome: Outcome): Rows {
  const judged = judge(outcome);
  return {
    targets: judged.map((each) => [each.what, shown(each.value, each.unit), wanted(each), verdictOf(each)]),
    missed: judged.flatMap(({ what, why }) => (why === undefined ? [] : [{ what, why }])),
    figures: furtherFigures(outcome.figures),
    notMeasured: outcome.notMeasured.map(({ part, reason }) => [part, reason]),
  };
}

function verdictOf({ verdict, aimReached, aim }: Judgement): string {
  return verdict === 'met' && aim !== undefined && aimReached ? 'met, aim too' : verdict;
}

function wanted({ sense, limit, aim, unit }: Judgement): string {
  const sign = sense === 'most' ? '≤' : '≥';
  return `${sign} ${shown(limit, unit)}${aim === undefined ? '' : ` (aim ${shown(aim, unit)})`}`;
}

function shown(value: number | undefined, unit: Judgement['unit']): string {
  if (value === undefined) return '–';
  switch (unit) {
    case 'ms':
      return value >= 1000 ? `${value / 1000} s` : `${value} ms`;
    case 'bytes':
      return `${(value / 1000).toFixed(1)} KB`;
    case 'a second':
      return `${value} a second`;
    case '':
      return String(value);
  }
}

function furtherFigures(figures: PartFigures): string[][] {
  const { requestToReady: ready, throughput, perNamespace: cost, teardown, vsNaive, recoveryMs, memory } = figures;
  const { replayMs, longestHistory, workerStartMs, bareWorkerStartMs, startup, hostname, zoneLimit } = figures;
  const rows: (string[] | undefined)[] = [
    ready && [
      'request to ready',
      `p50 ${ready.p50Ms} ms, p95 ${ready.p95Ms} ms; kubectl ${ready.kubectlP50Ms} ms, raw ${ready.rawP50Ms} ms`,
    ],
    throughput && [
      'sustained',
      `${throughput.namespacesPerSecond} namespaces a second, ${throughput.vsRaw} × raw (${throughput.rawNamespacesPerSecond})`,
    ],
    cost && [
      'one namespace',
      `${cost.workflowTasks} workflow tasks, ${cost.activities} activities, ${cost.events} events, ${cost.apiWrites} writes of ${cost.objects} objects, ${cost.clientCpuMs} ms CPU of the worker`,
    ],
    vsNaive && [
      'a whole life ÷ naive',
      `actions ${vsNaive.naas.actions} ÷ ${vsNaive.naive.actions}, events ${vsNaive.naas.events} ÷ ${vsNaive.naive.events} (${vsNaive.events}), bytes ${vsNaive.naas.bytes} ÷ ${vsNaive.naive.bytes} (${vsNaive.bytes})`,
    ],
    teardown && ['teardown', `p50 ${teardown.p50Ms} ms, p95 ${teardown.p95Ms} ms; kubectl ${teardown.kubectlP50Ms} ms`],
    recoveryMs && [
      'recovery after kill -9',
      `p50 ${recoveryMs.p50} ms, p95 ${recoveryMs.p95} ms, worst ${recoveryMs.worst} ms of ${recoveryMs.runs}`,
    ],
    longestHistory && [
      'longest history',
      `${longestHistory.events} events, ${longestHistory.workflowTasks} workflow tasks, ${longestHistory.bytes} bytes; replayed in ${replayMs} ms`,
    ],
    workerStartMs === undefined
      ? undefined
      : ['worker start', `${workerStartMs} ms to its first task; a bare SDK worker ${bareWorkerStartMs} ms`],
    memory && [
      'memory of the worker',
      `${memory.startedMiB} MiB at start, ${memory.cachedMiB} MiB with ${memory.cachedRuns} runs cached, ${memory.openMiB} MiB with ${memory.openRuns} open`,
    ],
    hostname && [
      'one hostname',
      `p50 ${hostname.withP50Ms} ms with it, ${hostname.withoutP50Ms} ms without, ${hostname.foreignP50Ms} ms of it in emulator and stand-ins; ${hostname.recordWrites} record writes, ${hostname.apiWrites} API writes, ${hostname.dnsQueries} DNS queries`,
    ],
    zoneLimit && [
      'the limit of a zone',
      `${zoneLimit.names} names at ${zoneLimit.shareOfAllowedRate} of the allowed rate, ${zoneLimit.refused} refused, ${zoneLimit.earlyRetries} early retries`,
    ],
    startup && [
      'command line',
      `naas --help ${startup.helpOverEmptyMs} ms, loading the client ${startup.clientOverEmptyMs} ms over an empty Node (${startup.emptyNodeMs} ms)`,
    ],
  ];
  return rows.filter((row) => row !== undefined);
}
