// What a plan is: the ordered resources that a Spec needs, and what they cost a month. Types only.
import type { ObjectStage } from '../spec/inventory.ts';
import type { PlannedReach } from '../spec/reach.ts';
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
  stage: ObjectStage;
  object: KubernetesObject;
}

export interface Plan {
  specVersion: 1;
  resources: PlannedResource[];
  /** Absent without hostnames, so that such a plan keeps the digest that it always had. */
  reach?: PlannedReach;
  /** null until a price table exists. */
  estimate: Money | null;
}
