// What `naas doctor` finds of the optional right to name blockers: whether it is there, and whether it still fits the kinds
// that the cluster serves. Reads only.
import type { CallOptions } from '../activities/cluster.ts';
import type { KubernetesCluster } from '../providers/kubernetes/index.ts';
import { NaasError } from '../spec/errors.ts';
import { type ObjectRef, refOf } from '../spec/inventory.ts';
import { BLOCKER_READER, blockerReader, surveyKinds } from './blocker-reader.ts';
import { differsFrom } from './differs.ts';
import { type Check, look } from './doctor-check.ts';

const AGAIN = '`naas install --blocker-reader` as an administrator of the cluster';

export function blockerReaderCheck(cluster: KubernetesCluster, call: CallOptions): Promise<Check> {
  return look('blocker reader', "Run `naas doctor` with an administrator's kubeconfig.", async () => {
    const live = await roleOf(cluster, call);
    if (live === 'unseen') return { state: 'ok', found: 'may not be read with this account' };
    if (live === undefined) {
      return { state: 'ok', found: `not installed: blockers of other kinds come with a command (optional: ${AGAIN})` };
    }
    const { kinds, unanswered } = await surveyKinds(cluster, call);
    const wanted = blockerReader(kinds);
    const objects = await Promise.all(wanted.map((object) => cluster.read(refOf(cluster.name, object), call)));
    const old = wanted.filter((object, index) => {
      const found = objects[index];
      return found === undefined || differsFrom(object, found).length > 0;
    });
    // A group that does not answer cannot be compared: its kinds may well be in the role.
    if (old.length > 0 && unanswered.length === 0) {
      const found = `${old.map(({ kind }) => kind).join(' and ')} ${BLOCKER_READER} no longer fits the kinds that the cluster serves`;
      return { state: 'warning', found, mend: AGAIN };
    }
    const count = [...kinds.values()].flat().length;
    return {
      state: 'ok',
      found: `${count} kinds can be named${unanswered.length === 0 ? '' : ', as far as they answer'}`,
    };
  });
}

async function roleOf(cluster: KubernetesCluster, call: CallOptions) {
  const [role] = blockerReader(new Map());
  if (role === undefined) return undefined;
  const ref: ObjectRef = refOf(cluster.name, role);
  try {
    return await cluster.read(ref, call);
  } catch (error) {
    if (error instanceof NaasError && error.code === 'Forbidden') return 'unseen';
    throw error;
  }
}
