// LimitRange: what a container gets that names no requests and limits. Without it the quota would refuse such pods.
import type { NamespaceSpec } from '../spec/spec.ts';
import { inside } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

export function limitRange(spec: NamespaceSpec): KubernetesObject {
  const { default: limit, defaultRequest: request } = spec.limits;
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: inside(spec, 'naas-limits'),
    spec: { limits: [{ type: 'Container', default: { ...limit }, defaultRequest: { ...request } }] },
  };
}
