// What a running platform is, as plain data: it crosses process borders (state file, tests). No behaviour.
import type { ControlPlane } from './control-plane.ts';

/** Addresses and files of the embedded Kubernetes API; see ControlPlane. */
export type ControlPlaneData = Omit<ControlPlane, 'stop'>;

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
  workflowBundle: string;
  /** What was started here, rather than found. */
  embedded: { kubernetes: boolean; temporal: boolean };
  pids: Record<string, number>;
}
