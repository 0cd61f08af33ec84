// The parts of live Gateway API and cert-manager objects that are read, as they come from an API server: nothing in them
// is sure to be there. Types only.

export interface LiveObject {
  apiVersion?: string;
  kind: string;
  metadata: { name: string; namespace?: string; generation?: number; [field: string]: unknown };
  [field: string]: unknown;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

export interface ListenerStatus {
  name: string;
  attachedRoutes?: number;
  conditions?: Condition[];
}

export interface GatewayStatus {
  conditions?: Condition[];
  listeners?: ListenerStatus[];
  addresses?: { type?: string; value?: string }[];
}

export interface ParentReference {
  group?: string;
  kind?: string;
  namespace?: string;
  name: string;
  sectionName?: string;
  port?: number;
}

export interface RouteParentStatus {
  parentRef: ParentReference;
  controllerName?: string;
  conditions?: Condition[];
}
