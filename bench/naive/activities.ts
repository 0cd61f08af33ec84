// The activities of the naive design. They use naas's own way to the cluster: what is compared is the shape of the workflow,
// not the speed of an HTTP client.
import { setTimeout } from 'node:timers/promises';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import type { KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import type { Catalog } from '../../src/spec/catalog.ts';
import { type ObjectRef, refOf } from '../../src/spec/inventory.ts';
import { objectsFor, type StagedObjects } from '../namespace-objects.ts';

export interface Written {
  ref: ObjectRef;
  uid: string;
}

const LOOK_EVERY_MS = 50;

export function naiveActivities(cluster: KubernetesCluster, catalog: Catalog) {
  const options = () => ({ deadlineMs: Date.now() + 50_000 });
  return {
    async render(request: Record<string, unknown>): Promise<StagedObjects> {
      return objectsFor(String(request['name']), catalog);
    },
    async apply(object: KubernetesObject): Promise<Written> {
      const { ref, uid } = await (object.kind === 'Namespace'
        ? cluster.create(object, options())
        : cluster.apply(object, { ...options(), force: true }));
      return { ref, uid: uid ?? '' };
    },
    async untilQuotaEnforced(quota: KubernetesObject): Promise<void> {
      const ref = refOf(cluster.name, quota);
      const used = async () =>
        ((await cluster.read(ref, options()))?.['status'] as { used?: object } | undefined)?.used;
      while ((await used()) === undefined) await setTimeout(LOOK_EVERY_MS);
    },
    /** naas proves who sends a message; whoever does the same pays an activity for it. */
    async verifySender(by: string): Promise<string> {
      return by;
    },
    async remove({ ref, uid }: Written): Promise<void> {
      await cluster.remove(ref, uid, options());
      while (ref.kind === 'Namespace' && (await cluster.read(ref, options())) !== undefined) {
        await setTimeout(LOOK_EVERY_MS);
      }
    },
  };
}

export type NaiveActivities = ReturnType<typeof naiveActivities>;
