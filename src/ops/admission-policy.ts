// How a ValidatingAdmissionPolicy is written: the parts that all of naas's policies share. Pure data; it decides nothing.
import type { KubernetesObject } from '../plan/plan.ts';
import { INSTALLED } from './installed-labels.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export const quoted = (text: string): string => `'${text}'`;
export const list = (items: readonly string[]): string => `[${items.map(quoted).join(', ')}]`;

/** The value of a label or annotation, or the empty string, whatever is missing on the way to it. */
export const metadataValue = (object: string, map: 'labels' | 'annotations', key: string): string =>
  `${object}.metadata.?${map}[?${quoted(key)}].orValue('')`;

export function rule(apiGroups: string[], apiVersions: string[], resources: string[], operations: Operation[]) {
  return { apiGroups, apiVersions, resources, operations, scope: '*' };
}

export function policy(name: string, spec: Record<string, unknown>): KubernetesObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name, labels: INSTALLED },
    // A fence that cannot judge must not let pass.
    spec: { failurePolicy: 'Fail', ...spec },
  };
}

/** A policy does nothing until it is bound; each is installed together with its binding, which denies. */
export function bound(made: KubernetesObject): KubernetesObject[] {
  const { name } = made.metadata;
  return [
    made,
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name, labels: INSTALLED },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  ];
}
