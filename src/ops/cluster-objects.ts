// Everything that `naas install` puts into a cluster, in the order in which it is safe: the fence before the rights that
// it fences. Pure; the same objects are printed, applied and looked for.
import type { KubernetesObject } from '../plan/plan.ts';
import { SYSTEM_NAMESPACE } from '../spec/names.ts';
import { fence } from './fence.ts';
import { INSTALLED } from './installed-labels.ts';
import { tenantFence } from './tenant-fence.ts';
import { tenantRoles } from './tenant-roles.ts';
import { workerAccess } from './worker-role.ts';

export function clusterObjects(): KubernetesObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE, labels: INSTALLED } },
    ...fence(),
    ...tenantFence(),
    ...tenantRoles(),
    ...workerAccess(),
  ];
}
