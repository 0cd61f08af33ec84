// What a catalog would make of a living namespace: its request resolved and planned anew, held against the plan that is
// applied. It asks no cluster, so what somebody changed there by hand is not in it.
import type { KubernetesObject } from '../plan/plan.ts';
import type { Change } from '../spec/admission.ts';
import type { Catalog } from '../spec/catalog.ts';
import { NaasError, type Problem } from '../spec/errors.ts';
import { isObject, refKey, refOf } from '../spec/inventory.ts';
import { ANNOTATION, LABEL } from '../spec/names.ts';
import { resolve } from '../spec/resolve.ts';
import type { PlanAnswer } from './answers.ts';
import type { HeldRequest } from './held-request.ts';
import { objectsOf, unpacked } from './packed.ts';

export type CatalogVerdict =
  | { verdict: 'same'; planDigest: string }
  | {
      verdict: 'differs';
      planDigest: string;
      appliedDigest: string;
      /** null: an operation is under way, so the applied objects cannot be read now. */
      changes: Change[] | null;
    }
  | { verdict: 'refused'; problems: Problem[] };

export async function againstCatalog(
  held: HeldRequest,
  applied: PlanAnswer | null,
  catalog: Catalog,
): Promise<CatalogVerdict> {
  const cluster = applied?.changes.map(({ ref }) => ref).find(isObject)?.cluster ?? held.request.cluster ?? 'local';
  const { plan, planDigest } = await import('../plan/index.ts');
  try {
    const planned = plan(resolve(held.request, catalog, { cluster }));
    const digest = planDigest(planned);
    if (digest === held.planDigest) return { verdict: 'same', planDigest: digest };
    const objects = planned.resources.map(({ object }) => object);
    const readable = applied !== null && applied.kind === 'request' && applied.planDigest === held.planDigest;
    const changes = readable ? await differences(cluster, objects, objectsOf(unpacked(applied))) : null;
    return { verdict: 'differs', planDigest: digest, appliedDigest: held.planDigest, changes };
  } catch (error) {
    if (error instanceof NaasError) return { verdict: 'refused', problems: error.problems };
    throw error;
  }
}

/** Stamped at admission, on purpose not part of a plan. */
const STAMPS: ReadonlySet<unknown> = new Set([
  LABEL.incarnation,
  ANNOTATION.request,
  ANNOTATION.planDigest,
  ANNOTATION.spec,
]);

async function differences(
  cluster: string,
  planned: readonly KubernetesObject[],
  applied: readonly KubernetesObject[],
): Promise<Change[]> {
  const [{ compare }, { dropped }] = await Promise.all([import('../plan/compare.ts'), import('../plan/restore.ts')]);
  const before = new Map(applied.map((object) => [refKey(refOf(cluster, object)), object]));
  const wanted = new Set(planned.map((object) => refKey(refOf(cluster, object))));
  const changes = planned.map((object) => {
    const ref = refOf(cluster, object);
    const was = before.get(refKey(ref));
    const gone = was === undefined ? [] : dropped(was, object).filter((path) => !STAMPS.has(path.at(-1)));
    return compare(ref, object, was, { foreign: false, dropped: gone });
  });
  const removed = applied
    .map((object) => refOf(cluster, object))
    .filter((ref) => !wanted.has(refKey(ref)))
    .map((ref): Change => ({ verb: 'remove', ref, fields: [] }));
  return [...changes, ...removed];
}
