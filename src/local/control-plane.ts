// A real Kubernetes API on loopback: etcd, kube-apiserver with an audit log, kube-controller-manager; one binary, its
// first argument picks. No kubelet: pods stay Pending. It installs nothing of naas.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { writeControlPlaneFiles } from './control-plane-files.ts';
import { startApiServer, startControllerManager, startEtcd } from './control-plane-servers.ts';
import { createLeash, type Leash } from './leash.ts';
import type { ChildHandle } from './processes.ts';

export interface ControlPlaneOptions {
  /** The binary that holds all programs. */
  binary: string;
  /** Keys, certificates, data and logs go here. */
  stateDir: string;
  say?: (line: string) => void;
  /** Shared with the rest of a platform; without it the control plane has its own. */
  leash?: Leash;
  signal?: AbortSignal | undefined;
}

export interface ControlPlane {
  /** The administrator's kubeconfig (system:masters). */
  kubeconfig: string;
  server: string;
  caFile: string;
  adminToken: string;
  /** The API server's own serving certificate and key: a proxy in front of it may show the same. */
  certFile: string;
  keyFile: string;
  serviceAccountKeyFile: string;
  /** Signs client certificates that the API server takes. */
  clientCaKeyFile: string;
  /** One JSON object a line, level Metadata; written before the answer leaves. */
  auditLog: string;
  pids: { etcd: number; apiserver: number; controllerManager: number };
  stop(): Promise<void>;
}

export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { binary, stateDir, signal } = options;
  const say = options.say ?? (() => {});
  const leash = options.leash ?? createLeash();
  const children: ChildHandle[] = [];
  const stop = async (): Promise<void> => {
    // Newest first: nobody loses the server that it talks to.
    for (const child of [...children].reverse()) await child.stop();
    if (options.leash === undefined) await leash.letGo();
  };
  const adopt = (child: ChildHandle): ChildHandle => {
    children.push(child);
    return child;
  };
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    const adminToken = randomBytes(24).toString('hex');
    const controllerToken = randomBytes(24).toString('hex');
    const files = await writeControlPlaneFiles(stateDir, { adminToken, controllerToken });
    const common = { binary, stateDir, leash, signal, adopt };

    const etcd = await startEtcd(common);
    const apiserver = await startApiServer({ ...common, files, etcdUrl: etcd.url, adminToken });
    await files.writeKubeconfigs(apiserver.server);
    const controllerManager = await startControllerManager({ ...common, files, adminToken, server: apiserver.server });
    say(`Kubernetes API at ${apiserver.server}`);
    return {
      kubeconfig: files.adminKubeconfig,
      server: apiserver.server,
      caFile: files.certFile,
      adminToken,
      certFile: files.certFile,
      keyFile: files.keyFile,
      serviceAccountKeyFile: files.serviceAccountKey,
      clientCaKeyFile: files.clientCaKey,
      auditLog: files.auditLog,
      pids: { etcd: etcd.child.pid, apiserver: apiserver.child.pid, controllerManager: controllerManager.pid },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
