// Orphans: managed namespaces that nobody watches, and runs that watch over nothing. Pure: facts in, findings out; what is
// away or on its way is no orphan. The same judgement stands behind the hourly sweep and `naas doctor`.
import type { Phase } from './lifecycle.ts';
import { LABEL } from './names.ts';
import { runbook } from './runbook.ts';

/** A Namespace that is there. */
export interface NamespaceFacts {
  /** Absent: naas's mark is not on it. */
  incarnation?: string;
  /** ISO 8601, the API server's clock. */
  createdAt: string;
  terminating: boolean;
}

export function namespaceFacts(metadata: Record<string, unknown>): NamespaceFacts {
  const incarnation = (metadata['labels'] as Record<string, string> | undefined)?.[LABEL.incarnation];
  return {
    ...(incarnation === undefined ? {} : { incarnation }),
    createdAt: String(metadata['creationTimestamp'] ?? ''),
    terminating: metadata['deletionTimestamp'] !== undefined,
  };
}

/** The newest run of a name. */
export interface RunFacts {
  phase: Phase | 'unknown';
  /** Absent on runs that have published nothing since their worker learnt to. */
  incarnation?: string;
  /** Absent while the run is open. */
  closed?: { at: string; how: string };
}

export interface Facts {
  namespace?: NamespaceFacts | undefined;
  run?: RunFacts | undefined;
}

export type OrphanKind = 'namespace-without-run' | 'run-without-namespace' | 'other-incarnation';

export interface Orphan {
  name: string;
  kind: OrphanKind;
  /** As far as it is known; else the moment at which it was seen. */
  since: string;
  what: string;
  todo: string;
}

/** What one look over everything found. JSON-safe: a sweep's result. */
export interface OrphanReport {
  at: string;
  namespaces: number;
  runs: number;
  /** In the order of their names, and no more than a result can hold. */
  orphans: Orphan[];
  found: number;
  /** Names that could not be looked at closely, each with the reason; the others were. */
  unclear: { name: string; why: string }[];
}

/** Only in these does a run need its namespace; before and after, its absence is in order. */
const LIVING: readonly (Phase | 'unknown')[] = ['ready'];

/** undefined: no orphan. A namespace younger than the grace may just be on its way into a run, such as by `naas recover`. */
export function orphanOf(name: string, facts: Facts, at: { now: string; graceMinutes: number }): Orphan | undefined {
  const { namespace, run } = facts;
  if (namespace?.terminating) return undefined;
  const isOpen = run !== undefined && run.closed === undefined;
  if (!isOpen) {
    if (namespace?.incarnation === undefined || isYoung(namespace, at)) return undefined;
    return unwatched(name, namespace, run);
  }
  if (!LIVING.includes(run.phase)) return undefined;
  if (namespace === undefined) return missing(name, run, at.now);
  if (namespace.incarnation === undefined) return replaced(name, run, namespace, "carries no mark of naas's");
  const isAnother = run.incarnation !== undefined && run.incarnation !== namespace.incarnation;
  return isAnother ? replaced(name, run, namespace, `is incarnation ${namespace.incarnation}`) : undefined;
}

function isYoung({ createdAt }: NamespaceFacts, { now, graceMinutes }: { now: string; graceMinutes: number }): boolean {
  return Date.parse(now) - Date.parse(createdAt) < graceMinutes * 60_000;
}

function unwatched(name: string, namespace: NamespaceFacts, run: RunFacts | undefined): Orphan {
  const how =
    run?.closed === undefined
      ? 'Temporal knows no run of it any more'
      : `its run was ${run.closed.how} in Temporal at ${run.closed.at}, in phase ${run.phase}`;
  return {
    name,
    kind: 'namespace-without-run',
    since: run?.closed?.at ?? namespace.createdAt,
    what: `namespace ${name} is managed, and nobody watches it: ${how}`,
    todo: `\`naas recover ${name}\` gives it a run again; an administrator who does not want it: \`kubectl delete namespace ${name}\``,
  };
}

function missing(name: string, run: RunFacts, now: string): Orphan {
  return {
    name,
    kind: 'run-without-namespace',
    since: now,
    what: `namespace ${name} is not there, though its run says ${run.phase}: somebody deleted it past naas`,
    todo: `\`naas delete ${name}\` ends the run; then it can be requested again`,
  };
}

function replaced(name: string, run: RunFacts, namespace: NamespaceFacts, is: string): Orphan {
  const own =
    run.incarnation === undefined ? 'its run made another one' : `its run made incarnation ${run.incarnation}`;
  return {
    name,
    kind: 'other-incarnation',
    since: namespace.createdAt,
    what: `the namespace ${name} that is there ${is}, and ${own}: somebody deleted and made it anew past naas`,
    todo: `\`kubectl get namespace ${name} -o yaml\` shows what stands there; \`naas delete ${name}\` ends the run and leaves that namespace alone`,
  };
}

/** Where the facts come from. Lists may lag behind; `facts` asks for one name at the source itself. */
export interface OrphanSources {
  /** Every managed namespace by name. */
  namespaces(): Promise<Map<string, NamespaceFacts>>;
  /** Every open run by name. */
  runs(): Promise<Map<string, RunFacts>>;
  facts(name: string): Promise<Facts>;
}

/** Temporal takes 2 MB in one result; an installation that lost its Temporal has an orphan for each namespace. */
const MOST_IN_A_REPORT = 200;
/** And 20,000 bytes where it shows a run's details. */
const MOST_IN_WORDS = 30;

/** So many are looked at closely at once: an installation that lost its Temporal has many. */
const AT_ONCE = 8;

/** Whom the lists accuse is looked at again, one by one, before anybody is told; one that cannot be seen stops no other. */
export async function searchOrphans(
  sources: OrphanSources,
  at: { now: string; graceMinutes: number },
): Promise<OrphanReport> {
  const [namespaces, runs] = await Promise.all([sources.namespaces(), sources.runs()]);
  const suspects = [...new Set([...namespaces.keys(), ...runs.keys()])]
    .filter((name) => orphanOf(name, { namespace: namespaces.get(name), run: runs.get(name) }, at) !== undefined)
    .sort();
  const report: OrphanReport = {
    at: at.now,
    namespaces: namespaces.size,
    runs: runs.size,
    orphans: [],
    found: 0,
    unclear: [],
  };
  const next = suspects.values();
  const lookOn = async (): Promise<void> => {
    for (const name of next) {
      try {
        const orphan = orphanOf(name, await sources.facts(name), at);
        if (orphan !== undefined) report.orphans.push(orphan);
      } catch (error) {
        report.unclear.push({ name, why: error instanceof Error ? error.message : String(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lookOn));
  return {
    ...report,
    found: report.orphans.length,
    orphans: report.orphans.sort(byName).slice(0, MOST_IN_A_REPORT),
    unclear: report.unclear.sort(byName).slice(0, MOST_IN_A_REPORT),
  };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** An orphan that an earlier look knew is one since then. */
export function remembering(report: OrphanReport, earlier: OrphanReport | undefined): OrphanReport {
  const known = new Map(earlier?.orphans.map((orphan) => [`${orphan.kind} ${orphan.name}`, orphan.since]));
  const orphans = report.orphans.map((orphan) => {
    const since = known.get(`${orphan.kind} ${orphan.name}`);
    return since !== undefined && since < orphan.since ? { ...orphan, since } : orphan;
  });
  return { ...report, orphans };
}

export function describeOrphans({ namespaces, runs, orphans, found, unclear }: OrphanReport): string {
  const looked = `${namespaces} managed ${namespaces === 1 ? 'namespace' : 'namespaces'} and ${runs} open ${runs === 1 ? 'run' : 'runs'}`;
  if (found + unclear.length === 0) return `no orphan among ${looked}`;
  const lines = [
    ...orphans.map(({ what, since, todo }) => `- since ${since}: ${what}. ${todo}`),
    ...unclear.map(({ name, why }) => `- ${name} could not be looked at: ${why.slice(0, 200)}`),
  ];
  const told = lines.slice(0, MOST_IN_WORDS);
  const more = found + unclear.length - told.length;
  const count = found === 1 ? '1 orphan' : `${found} orphans`;
  return [
    `${count} among ${looked} (see ${runbook('orphans')}):`,
    ...told,
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join('\n');
}
