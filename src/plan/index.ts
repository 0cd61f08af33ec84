// Spec → Plan: the resources in the order of their stages. Pure: no clock, no network, no environment; the same Spec
// gives the same plan, byte for byte.

import type { ObjectStage } from '../spec/inventory.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { gatewayObjects } from './gateway.ts';
import { information } from './information.ts';
import { limitRange } from './limits.ts';
import { namespace } from './namespace.ts';
import { allowingPolicies, defaultDeny } from './network.ts';
import type { KubernetesObject, Plan, PlannedResource } from './plan.ts';
import { resourceQuota } from './quota.ts';
import { roleBindings } from './rbac.ts';
import { plannedReach } from './records.ts';
import { serviceAccount } from './service-account.ts';

export { changeDigest, planDigest } from './digest.ts';

export function plan(spec: NamespaceSpec): Plan {
  const reach = plannedReach(spec);
  return {
    specVersion: spec.version,
    resources: [
      ...staged('claim', [namespace(spec)]),
      ...staged('guardrails', [limitRange(spec), resourceQuota(spec), defaultDeny(spec)]),
      ...staged('equipment', [...allowingPolicies(spec), serviceAccount(spec), information(spec)]),
      ...staged('route', spec.reach === undefined ? [] : gatewayObjects(spec, spec.reach.gateway)),
      ...staged('access', roleBindings(spec)),
    ],
    ...(reach === undefined ? {} : { reach }),
    estimate: null,
  };
}

export function objectsOf({ resources }: Plan): KubernetesObject[] {
  return resources.map(({ object }) => object);
}

function staged(stage: ObjectStage, objects: readonly KubernetesObject[]): PlannedResource[] {
  return objects.map((object) => ({ system: 'kubernetes', stage, object }));
}
