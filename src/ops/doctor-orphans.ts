// What `naas doctor` finds between cluster and Temporal: managed namespaces that no run watches, runs whose namespace is not
// there. The same judgement as the hourly sweep's, at this moment and with the account in use. Reads only.
import { connectCluster, type KubernetesCluster } from '../providers/kubernetes/index.ts';
import { inspectTemporal, type TemporalInspection } from '../providers/temporal/inspect.ts';
import type { ObjectRef } from '../spec/inventory.ts';
import { LABEL, ORPHAN_SWEEP_WORKFLOW } from '../spec/names.ts';
import { namespaceFacts, type OrphanReport, remembering, searchOrphans } from '../spec/orphans.ts';
import { ORPHAN_GRACE_MINUTES, sweepsOf } from '../spec/sweeps.ts';
import { type Check, LOOK_MS, said } from './doctor-check.ts';

export interface OrphanOptions {
  kubeconfig?: string;
  temporalAddress?: string;
  temporalNamespace?: string;
  taskQueue: string;
  orphanGraceMinutes?: number;
}

const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace' } as const;

export async function orphanChecks(options: OrphanOptions): Promise<Check[]> {
  const opening = Promise.allSettled([
    connectCluster({ name: 'default', kubeconfig: options.kubeconfig }),
    inspectTemporal({
      address: options.temporalAddress,
      namespace: options.temporalNamespace,
      timeoutMs: LOOK_MS,
    }),
  ]);
  const [cluster, temporal] = await opening;
  try {
    if (cluster.status === 'rejected') throw cluster.reason;
    if (temporal.status === 'rejected') throw temporal.reason;
    const report = await search(cluster.value, temporal.value, options);
    return checksOf(remembering(report, await lastSweep(temporal.value, options.taskQueue)));
  } catch (error) {
    const mend = 'Mend what the lines on cluster and Temporal say; the account needs `list` on namespaces.';
    return [{ name: 'orphans', state: 'warning', found: `not looked for: ${said(error)}`, mend }];
  } finally {
    await Promise.all([cluster, temporal].map((it) => (it.status === 'fulfilled' ? it.value.close() : undefined)));
  }
}

/** It knows since when an orphan is one; without it, this moment has to do. */
async function lastSweep(temporal: TemporalInspection, taskQueue: string): Promise<OrphanReport | undefined> {
  const sweep = sweepsOf(taskQueue).find(({ workflow }) => workflow === ORPHAN_SWEEP_WORKFLOW);
  if (sweep === undefined) return undefined;
  return (await temporal.lastResult(sweep).catch(() => undefined)) as OrphanReport | undefined;
}

async function search(
  cluster: KubernetesCluster,
  temporal: TemporalInspection,
  options: OrphanOptions,
): Promise<OrphanReport> {
  // Anew for each call: where there are many to look at, the last ones must not find the time used up.
  const call = () => ({ deadlineMs: Date.now() + LOOK_MS });
  const runs = temporal.runs(options.taskQueue);
  const list = await cluster.list(NAMESPACES, undefined, { ...call(), label: LABEL.incarnation });
  const namespaces = new Map(list.map((object) => [object.metadata.name, namespaceFacts(object.metadata)]));
  const refTo = (name: string): ObjectRef => ({ system: 'kubernetes', cluster: cluster.name, ...NAMESPACES, name });
  return searchOrphans(
    {
      namespaces: async () => namespaces,
      runs: () => runs.open(call()),
      async facts(name) {
        const live = await cluster.read(refTo(name), call());
        return { namespace: live && namespaceFacts(live.metadata), run: await runs.newest(name, call()) };
      },
    },
    {
      now: new Date(cluster.serverNowMs()).toISOString(),
      graceMinutes: options.orphanGraceMinutes ?? ORPHAN_GRACE_MINUTES,
    },
  );
}

export function checksOf({ namespaces, runs, orphans, found, unclear }: OrphanReport): Check[] {
  const name = 'orphans';
  const unseen = unclear.map(
    (each): Check => ({
      name,
      state: 'warning',
      found: `${each.name} could not be looked at: ${each.why}`,
      mend: 'Run `naas doctor` again.',
    }),
  );
  if (found + unseen.length === 0) {
    return [{ name, state: 'ok', found: `none among ${namespaces} managed namespaces and ${runs} open runs` }];
  }
  const told = orphans.map(
    ({ what, since, todo }): Check => ({ name, state: 'warning', found: `${what}; since ${since}`, mend: todo }),
  );
  return [...told, ...unseen, ...untold(found - told.length)];
}

/** A report names no more than it can hold; nobody shall take what is told for all. */
function untold(count: number): Check[] {
  if (count <= 0) return [];
  const mend =
    'Mend these, then run `naas doctor` again; the result of the Schedule `naas-orphan-sweep` counts them all (`found`).';
  return [{ name: 'orphans', state: 'warning', found: `and ${count} more`, mend }];
}
