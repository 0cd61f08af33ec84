// A ConfigMap that tells whoever works in the namespace what it is, what it may cost and how long it lives.
import type { NamespaceSpec } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

export function information(spec: NamespaceSpec): KubernetesObject {
  const { amount, currency } = spec.monthlyCostLimit;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: inside(spec, 'naas-information'),
    data: {
      cluster: spec.cluster,
      team: spec.team,
      project: spec.project,
      environment: spec.environment,
      tier: spec.tier,
      template: spec.template,
      purpose: spec.purpose,
      costCentre: spec.costCentre,
      monthlyCostLimit: `${amount} ${currency}`,
      leaseDays: String(spec.leaseDays),
      networkProfile: spec.network.profile,
      sharedServices: spec.network.sharedServices
        .map(({ name, namespace }) => `${name} (namespace ${namespace})`)
        .join(', '),
      serviceAccount: 'naas-app',
    },
  };
}
