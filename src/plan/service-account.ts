// The account for the team's workloads. Its token is mounted only where a pod asks for it.
import type { NamespaceSpec } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

export function serviceAccount(spec: NamespaceSpec): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: inside(spec, 'naas-app'),
    automountServiceAccountToken: false,
  };
}
