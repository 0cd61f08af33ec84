// Everything that `naas install` puts into a cluster, in the order in which it is safe: the fence before the rights that
// it fences. Pure; the same objects are printed, applied and looked for.
import type { KubernetesObject } from '../plan/plan.ts';
import { SYSTEM_NAMESPACE } from '../spec/names.ts';
import { fence } from './fence.ts';
import { hostnameFence } from './hostname-fence.ts';
import { INSTALLED } from './installed-labels.ts';
import { tenantFence } from './tenant-fence.ts';
import { tenantRoles } from './tenant-roles.ts';
import { workerAccess } from './worker-role.ts';

/** Whoever starts a pod there is the worker; it shall at least not be the node as well. */
const RESTRICTED = { 'pod-security.kubernetes.io/enforce': 'restricted' };

export function clusterObjects(): KubernetesObject[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: SYSTEM_NAMESPACE, labels: { ...INSTALLED, ...RESTRICTED } },
    },
    ...fence(),
    ...tenantFence(),
    ...hostnameFence(),
    ...tenantRoles(),
    ...workerAccess(),
  ];
}
