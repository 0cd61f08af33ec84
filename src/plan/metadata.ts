// Names and labels that every object of a plan carries. The incarnation and naas's annotations are stamped later: the
// plan's digest must not depend on them.
import { LABEL } from '../spec/names.ts';
import type { NamespaceSpec } from '../spec/spec.ts';
import type { KubernetesObject } from './plan.ts';

export function ownLabels(spec: NamespaceSpec): Record<string, string> {
  return {
    [LABEL.team]: spec.team,
    [LABEL.project]: spec.project,
    [LABEL.environment]: spec.environment,
    [LABEL.tier]: spec.tier,
    [LABEL.template]: spec.template,
  };
}

/** Metadata of an object inside the namespace. */
export function inside(spec: NamespaceSpec, name: string): KubernetesObject['metadata'] {
  return { name, namespace: spec.name, labels: ownLabels(spec) };
}
