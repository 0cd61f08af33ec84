// Questions to a live API server about naas's own installation: does the fence deny, does the account have its rights?
// Nothing is written: dry runs and access reviews only.

import type { CallOptions } from '../activities/cluster.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import type { KubernetesCluster } from '../providers/kubernetes/index.ts';
import { NaasError } from '../spec/errors.ts';
import { LABEL, SYSTEM_NAMESPACE, WORKER_USER } from '../spec/names.ts';
import { FENCE_POLICY, OWNED_METADATA_POLICY } from './fence.ts';
import { HOSTNAME_PROBES } from './hostname-fence.ts';
import { TENANT_PROBES } from './tenant-fence.ts';
import { workerRules } from './worker-role.ts';

const WORKER = {
  user: WORKER_USER,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${SYSTEM_NAMESPACE}`, 'system:authenticated'],
};

/** A name that the fence reserves, so that even a policy gone missing lets nothing through that a request could want. */
const PROBE: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'kube-naas-probe', labels: { [LABEL.incarnation]: 'probe' } },
};

/** What is not in force, in plain words; empty when all is. Asked as an administrator. */
export async function fenceInForce(cluster: KubernetesCluster, call: CallOptions): Promise<string[]> {
  const probes = Object.entries({ ...TENANT_PROBES, ...HOSTNAME_PROBES });
  const [owned, fenced, ...denied] = await Promise.all([
    deniedBy(OWNED_METADATA_POLICY, () => cluster.probe(PROBE, call)),
    deniedBy(FENCE_POLICY, () => cluster.probe(PROBE, { ...call, as: WORKER })),
    ...probes.map(([policy, probe]) => deniedBy(policy, () => cluster.probe(probe, call))),
  ]);
  return [
    ...(owned ? [] : [`policy ${OWNED_METADATA_POLICY} does not deny yet`]),
    ...(fenced ? [] : [`policy ${FENCE_POLICY} does not deny naas's own account yet`]),
    ...probes.filter((_, index) => !denied[index]).map(([policy]) => `policy ${policy} does not deny yet`),
  ];
}

/** The same for the fence alone, asked by naas's own account. */
export function fenceDeniesMe(cluster: KubernetesCluster, call: CallOptions): Promise<boolean> {
  return deniedBy(FENCE_POLICY, () => cluster.probe(PROBE, call));
}

async function deniedBy(policy: string, attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt();
    return false;
  } catch (error) {
    // Of a kind that the cluster does not know nobody makes an object.
    if (error instanceof NaasError && error.code === 'KindMissing') return true;
    if (!(error instanceof NaasError) || error.code !== 'Forbidden') throw error;
    return error.message.includes(`'${policy}'`);
  }
}

/** The rights that naas's account lacks; `self` asks about the account in use instead. */
export async function workerAllowed(cluster: KubernetesCluster, call: CallOptions, self = false): Promise<string[]> {
  const rights = workerRules().flatMap((rule) =>
    rule.verbs.flatMap((verb) =>
      (rule.resourceNames ?? ['']).map((name) => ({
        verb,
        group: rule.apiGroups[0] ?? '',
        resource: rule.resources[0] ?? '',
        name,
      })),
    ),
  );
  const allowed = await Promise.all(rights.map((right) => mayDo(cluster, right, call, self)));
  return rights.filter((_, index) => !allowed[index]).map((right) => `the account may not ${words(right)}`);
}

interface Right {
  verb: string;
  group: string;
  resource: string;
  name: string;
}

async function mayDo(cluster: KubernetesCluster, right: Right, call: CallOptions, self: boolean): Promise<boolean> {
  const kind = self ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
  const spec = { resourceAttributes: right, ...(self ? {} : { user: WORKER.user, groups: WORKER.groups }) };
  const review = await cluster.ask(
    `/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`,
    { apiVersion: 'authorization.k8s.io/v1', kind, spec },
    call,
  );
  return (review['status'] as { allowed?: boolean } | undefined)?.allowed === true;
}

function words(right: Right): string {
  const resource = right.group === '' ? right.resource : `${right.resource}.${right.group}`;
  return [right.verb, resource, right.name].filter((word) => word !== '').join(' ');
}
