// What a run of the bench yields: the object that `--json` prints, and how the parts' figures join in it. Pure.

export interface Figures {
  requestToReady: {
    p50Ms: number;
    p95Ms: number;
    vsKubectl: number;
    vsRaw: number;
    kubectlP50Ms: number;
    rawP50Ms: number;
  };
  throughput: { namespacesPerSecond: number; vsRaw: number; rawNamespacesPerSecond: number };
  /** From the request to ready. */
  perNamespace: {
    workflowTasks: number;
    activities: number;
    events: number;
    historyBytes: number;
    objects: number;
    apiWrites: number;
    apiWritesPerObject: number;
    /** CPU of the worker process at full load. */
    clientCpuMs: number;
  };
  /** Of the same request sent again, and of all its objects applied again. */
  noopWrites: number;
  teardown: { p50Ms: number; p95Ms: number; vsKubectl: number; kubectlP50Ms: number };
  /** Of a whole life, from the request until the namespace is gone. */
  vsNaive: { actions: number; events: number; bytes: number; naas: LifeCost; naive: LifeCost };
  recoveryMs: { p50: number; p95: number; worst: number; runs: number };
  replayMs: number;
  /** The history that was replayed. */
  longestHistory: { events: number; bytes: number; workflowTasks: number };
  workerStartMs: number;
  /** An SDK worker with nothing of naas in it. */
  bareWorkerStartMs: number;
  /** Resident memory of the worker, freshly started and with so many runs in its cache and open. */
  memory: { startedMiB: number; cachedRuns: number; cachedMiB: number; openRuns: number; openMiB: number };
  /** Whole processes over an empty Node, each to its end. */
  startup: { emptyNodeMs: number; helpOverEmptyMs: number; clientOverEmptyMs: number };
  hostname: {
    /** To ready with one hostname over without, less what emulator, name servers and stand-in controllers took of it. */
    extraMs: number;
    withP50Ms: number;
    withoutP50Ms: number;
    /** What they took, which is not naas's. */
    foreignP50Ms: number;
    recordWrites: number;
    /** More than without a hostname: in the namespace and in naas's own. */
    apiWrites: number;
    dnsQueries: number;
  };
  zoneLimit: {
    names: number;
    /** Calls before the Retry-After of a refusal was over. */
    earlyRetries: number;
    /** Answers 429. */
    refused: number;
    shareOfAllowedRate: number;
  };
  versions: Record<string, string>;
}

export interface LifeCost {
  /** As Temporal's price list counts them. */
  actions: number;
  events: number;
  bytes: number;
}

/** perNamespace comes from two parts. */
export type PartFigures = { [K in keyof Figures]?: K extends 'perNamespace' ? Partial<Figures[K]> : Figures[K] };

export interface NotMeasured {
  part: string;
  reason: string;
}

export interface Outcome {
  figures: PartFigures;
  notMeasured: NotMeasured[];
  /** What was seen beside a figure that tells what bounds it, by the target's key. */
  seen: Record<string, string>;
}

export function join(into: PartFigures, more: PartFigures): PartFigures {
  const perNamespace = { ...into.perNamespace, ...more.perNamespace };
  return { ...into, ...more, ...(Object.keys(perNamespace).length === 0 ? {} : { perNamespace }) };
}

/** `requestToReady.p50Ms` → its number; undefined when it was not measured. */
export function figureAt(figures: PartFigures, key: string): number | undefined {
  let value: unknown = figures;
  for (const field of key.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[field];
  }
  return typeof value === 'number' ? value : undefined;
}
