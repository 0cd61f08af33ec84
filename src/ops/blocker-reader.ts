// The optional right to name what keeps a namespace from dying: `list` of every kind that lives in namespaces, but for those
// that may hold secrets. RBAC knows no "all but": so the kinds are asked of the cluster and named one by one, no wildcard.
import type { CallOptions } from '../activities/cluster.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import type { KubernetesCluster } from '../providers/kubernetes/index.ts';
import { SYSTEM_NAMESPACE, WORKER_SERVICE_ACCOUNT } from '../spec/names.ts';
import { mayHoldSecrets } from '../spec/secretive.ts';
import { said } from './doctor-check.ts';
import { INSTALLED } from './installed-labels.ts';
import type { PolicyRule } from './worker-role.ts';

export const BLOCKER_READER = 'naas-blocker-reader';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

/** By API group, the plurals of the kinds that can be in a namespace's way. */
export type ListableKinds = Map<string, string[]>;

export interface KindSurvey {
  kinds: ListableKinds;
  /** Group-versions that did not answer, each with the reason: what they serve is left out. */
  unanswered: string[];
}

export function blockerReaderRules(kinds: ListableKinds): PolicyRule[] {
  return [...kinds]
    .map(([group, resources]): PolicyRule => {
      const readable = [...new Set(resources)].filter((resource) => !mayHoldSecrets(resource));
      return { apiGroups: [group], resources: readable.sort(), verbs: ['list'] };
    })
    .filter(({ resources }) => resources.length > 0)
    .sort((a, b) => ((a.apiGroups[0] ?? '') < (b.apiGroups[0] ?? '') ? -1 : 1));
}

export function blockerReader(kinds: ListableKinds): KubernetesObject[] {
  return [
    {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: 'ClusterRole',
      metadata: { name: BLOCKER_READER, labels: INSTALLED },
      rules: blockerReaderRules(kinds),
    },
    {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: BLOCKER_READER, labels: INSTALLED },
      roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name: BLOCKER_READER },
      subjects: [{ kind: 'ServiceAccount', name: WORKER_SERVICE_ACCOUNT, namespace: SYSTEM_NAMESPACE }],
    },
  ];
}

interface ResourceList {
  resources?: { name: string; namespaced: boolean; verbs: string[] }[];
}

/** What the cluster serves now. A kind whose CRD comes later is not among it: install again. */
export async function surveyKinds(cluster: KubernetesCluster, call: CallOptions): Promise<KindSurvey> {
  const { groups = [] } = (await cluster.get('/apis', call)) as {
    groups?: { name: string; versions: { groupVersion: string }[] }[];
  };
  const served = [
    { group: '', path: '/api/v1' },
    ...groups.flatMap(({ name, versions }) =>
      versions.map(({ groupVersion }) => ({ group: name, path: `/apis/${groupVersion}` })),
    ),
  ];
  const kinds: ListableKinds = new Map();
  const unanswered: string[] = [];
  await Promise.all(
    served.map(async ({ group, path }) => {
      try {
        const { resources = [] } = (await cluster.get(path, call)) as ResourceList;
        kinds.set(group, [...(kinds.get(group) ?? []), ...resources.filter(canBeInTheWay).map(({ name }) => name)]);
      } catch (error) {
        unanswered.push(`${path}: ${said(error)}`);
      }
    }),
  );
  return { kinds, unanswered };
}

/** What cannot be deleted the namespace controller leaves out as well: answers that are computed, such as metrics. */
function canBeInTheWay({ name, namespaced, verbs }: { name: string; namespaced: boolean; verbs: string[] }): boolean {
  return namespaced && !name.includes('/') && verbs.includes('list') && verbs.includes('delete');
}
