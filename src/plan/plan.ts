// What a plan is: the ordered resources that a Spec needs, and what they cost a month. Types only.
import type { Stage } from '../spec/inventory.ts';
import type { Money } from '../spec/spec.ts';

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    uid?: string;
    resourceVersion?: string;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface PlannedResource {
  system: 'kubernetes';
  stage: Stage;
  object: KubernetesObject;
}

export interface Plan {
  specVersion: 1;
  resources: PlannedResource[];
  /** null until a price table exists. */
  estimate: Money | null;
}
