// The Spec: a request with every question answered. JSON-safe, versioned, no field means "compute it later".
// Types only; `resolve.ts` makes one, `plan/` reads it.
import type { ReachSpec } from './reach.ts';

export type SubjectKind = 'User' | 'Group';

export interface Subject {
  kind: SubjectKind;
  name: string;
}

/** Who may do what inside the namespace: one RoleBinding each, to a ClusterRole on the catalog's allow-list. */
export interface Grant {
  role: 'admin' | 'developer' | 'viewer';
  clusterRole: string;
  subjects: Subject[];
}

export interface Port {
  protocol: 'TCP' | 'UDP' | 'SCTP';
  port: number;
}

/** A network, or a namespace of the cluster, whose own policies then decide whether it lets the traffic in. */
export type EgressTarget = { cidr: string; ports: Port[] } | { namespace: string; ports: Port[] };

export interface SharedService {
  name: string;
  namespace: string;
  ports: Port[];
}

export type NetworkProfile = 'isolated' | 'team' | 'open-egress';

/** Both have to hold, so that a name that another team takes over later is not let in. */
export interface IngressSource {
  namespace: string;
  /** Who owns the namespace, and consented. */
  team: string;
}

export interface NetworkSpec {
  profile: NetworkProfile;
  dns: { namespace: string; podLabels: Record<string, string> };
  gatewayNamespace: string;
  /** Ranges that "the internet" does not mean: private, link-local, the metadata address. */
  privateRanges: { v4: string[]; v6: string[] };
  sharedServices: SharedService[];
  ingressFrom: IngressSource[];
  egressTo: EgressTarget[];
}

/** A decimal string and an ISO 4217 code; never a number. */
export interface Money {
  amount: string;
  currency: string;
}

export interface NamespaceSpec {
  version: 1;
  name: string;
  cluster: string;
  team: string;
  project: string;
  environment: string;
  template: string;
  tier: string;
  purpose: string;
  costCentre: string;
  /** Free labels and annotations of the request, already held against the allow-list. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  podSecurity: { enforce: string; audit: string; warn: string; version: string };
  /** Canonical quantities by quota key. */
  quota: Record<string, string>;
  limits: { default: { cpu: string; memory: string }; defaultRequest: { cpu: string; memory: string } };
  network: NetworkSpec;
  grants: Grant[];
  /** The length; the end is set when the namespace becomes ready. */
  leaseDays: number;
  monthlyCostLimit: Money;
  /** Absent: it is reached from inside alone. */
  reach?: ReachSpec;
}
