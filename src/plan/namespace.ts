// The Namespace: whose it is, and which pods Pod Security lets in.

import { ANNOTATION } from '../spec/names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import { ownLabels } from './metadata.ts';
import type { KubernetesObject } from './plan.ts';

export function namespace(spec: NamespaceSpec): KubernetesObject {
  const { enforce, audit, warn, version } = spec.podSecurity;
  const annotations = { ...spec.annotations, ...hostnames(spec) };
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: spec.name,
      // The request's come first: none of them can take the place of one of ours.
      labels: {
        ...spec.labels,
        ...ownLabels(spec),
        'pod-security.kubernetes.io/enforce': enforce,
        'pod-security.kubernetes.io/enforce-version': version,
        'pod-security.kubernetes.io/audit': audit,
        'pod-security.kubernetes.io/audit-version': version,
        'pod-security.kubernetes.io/warn': warn,
        'pod-security.kubernetes.io/warn-version': version,
      },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}

function hostnames({ reach }: NamespaceSpec): Record<string, string> {
  if (reach === undefined) return {};
  return { [ANNOTATION.hostnames]: reach.names.map(({ name }) => name).join(',') };
}
