// What the contenders need beyond naas's own rights, on this throwaway cluster: all of them speak as naas's account, so that the
// same admission policies judge them. naas itself uses none of it.
import { MANAGED_KINDS } from '../src/plan/kinds.ts';
import type { KubernetesObject } from '../src/plan/plan.ts';
import { connectCluster } from '../src/providers/kubernetes/index.ts';
import { SYSTEM_NAMESPACE, WORKER_SERVICE_ACCOUNT } from '../src/spec/names.ts';

const GROUP = 'rbac.authorization.k8s.io';
const NAME = 'bench-contenders';

export async function widenRights(kubeconfig: string): Promise<void> {
  const role: KubernetesObject = {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRole',
    metadata: { name: NAME },
    rules: [
      // naas claims a namespace by POST and never writes it again; kubectl only knows PATCH.
      { apiGroups: [''], resources: ['namespaces'], verbs: ['patch'] },
      // naas lets most objects go with their namespace; the naive design removes them one by one.
      ...MANAGED_KINDS.map(({ group, resource }) => ({ apiGroups: [group], resources: [resource], verbs: ['delete'] })),
    ],
  };
  const binding: KubernetesObject = {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: NAME },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: NAME },
    subjects: [{ kind: 'ServiceAccount', name: WORKER_SERVICE_ACCOUNT, namespace: SYSTEM_NAMESPACE }],
  };
  const cluster = await connectCluster({ name: 'bench', kubeconfig });
  try {
    const options = { deadlineMs: Date.now() + 15_000, force: true };
    for (const object of [role, binding]) await cluster.apply(object, options);
  } finally {
    await cluster.close();
  }
}
