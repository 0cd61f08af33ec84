// What a running platform is, as plain data: it crosses process borders (state file, tests). No behaviour.
import type { ControlPlane } from './control-plane.ts';

/** Addresses and files of the embedded Kubernetes API; see ControlPlane. */
export type ControlPlaneData = Omit<ControlPlane, 'stop'>;

export interface LocalDns {
  /** `https://host:port` of the management API. */
  endpoint: string;
  /** `address:port` each. */
  nameServers: string[];
  zones: string[];
  /** How a worker, or anybody else, finds it: the variables that it would have for the real one. */
  environment: Record<string, string>;
}

export interface PlatformData {
  stateDir: string;
  /** The administrator's. */
  kubeconfig: string;
  /** Naas's own ServiceAccount's. */
  workerKubeconfig: string;
  temporalAddress: string;
  temporalNamespace: string;
  /** Null with a Temporal that was there before. */
  temporalUi: string | null;
  temporalCli: string;
  kubectl: string;
  /** Null with a cluster that was there before. */
  auditLog: string | null;
  controlPlane: ControlPlaneData | null;
  catalogDir: string;
  issuerKeyFile: string;
  trustedKeysFile: string;
  /** From which the proofs of domains are made. */
  domainKeyFile: string;
  workflowBundle: string;
  /** Where the stand-in controllers take switches; null without them. */
  standIns: string | null;
  /** The emulated Azure DNS; null without it. */
  dns: LocalDns | null;
  /** What was started here, rather than found. */
  embedded: { kubernetes: boolean; temporal: boolean };
  pids: Record<string, number>;
}
