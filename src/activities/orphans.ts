// Looks for orphans: compares the managed namespaces of the cluster with the runs in Temporal. Reads only; what is an orphan
// is judged in spec/orphans, and nothing is repaired here.
import type { ObjectRef } from '../spec/inventory.ts';
import { LABEL } from '../spec/names.ts';
import { namespaceFacts, type OrphanReport, type RunFacts, searchOrphans } from '../spec/orphans.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';

/** What is needed of Temporal's own records: the interface that a provider implements. */
export interface Runs {
  /** The open lifecycles of this worker's task queue, by the name that they hold. May lag behind by seconds. */
  open(options: CallOptions): Promise<Map<string, RunFacts>>;
  /** The newest run that held a name, open or closed, as it stands now; undefined: none that Temporal still knows. */
  newest(name: string, options: CallOptions): Promise<RunFacts | undefined>;
}

export interface OrphanInput {
  graceMinutes: number;
}

const NAMESPACES = { apiVersion: 'v1', kind: 'Namespace' } as const;

export function orphanActivities(cluster: Cluster, runs: Runs) {
  return {
    async findOrphans({ graceMinutes }: OrphanInput): Promise<OrphanReport> {
      return atTheBoundary(async () => {
        const options = callOptions();
        const list = await cluster.list(NAMESPACES, undefined, { ...options, label: LABEL.incarnation });
        const namespaces = new Map(list.map((object) => [object.metadata.name, namespaceFacts(object.metadata)]));
        const refTo = (name: string): ObjectRef => ({
          system: 'kubernetes',
          cluster: cluster.name,
          ...NAMESPACES,
          name,
        });
        return searchOrphans(
          {
            namespaces: async () => namespaces,
            runs: () => runs.open(options),
            async facts(name) {
              // The namespace first: a run that ends meanwhile has seen it go.
              const live = await cluster.read(refTo(name), options);
              return { namespace: live && namespaceFacts(live.metadata), run: await runs.newest(name, options) };
            },
          },
          // By the clock that gave the namespaces their times; the list has just told it.
          { now: new Date(cluster.serverNowMs()).toISOString(), graceMinutes },
        );
      });
    },
  };
}
