// ResourceQuota: the most that the namespace may use.
import type { NamespaceSpec } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

export function resourceQuota(spec: NamespaceSpec): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: inside(spec, 'naas-quota'),
    spec: { hard: { ...spec.quota } },
  };
}
