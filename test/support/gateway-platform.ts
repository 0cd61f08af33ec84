// An embedded cluster with the definitions of gateways and certificates and the stand-in controllers, without Temporal and
// without a worker; and a tenant's namespace on it.
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { ANNOTATION, LABEL, WORKER_USER } from '../../src/spec/names.ts';
import { send } from '../ops/administrator.ts';

export const GATEWAY_ZONE = 'apps.example.com';

export interface GatewayPlatform {
  platform: Platform;
  /** As its administrator. */
  cluster: KubernetesCluster;
  stop(): Promise<void>;
}

export async function startGatewayPlatform(): Promise<GatewayPlatform> {
  const platform = await startPlatform({
    worker: false,
    // Nobody calls it: there is no worker.
    temporalAddress: '127.0.0.1:1',
    crds: ['istio-networking'],
    standIns: { zone: GATEWAY_ZONE },
    say: console.log,
  });
  const cluster = await connectCluster({ name: 'c1', kubeconfig: platform.kubeconfig });
  return {
    platform,
    cluster,
    async stop() {
      await cluster.close();
      await platform.stop();
    },
  };
}

/** As naas's worker makes one: only it may set its labels. */
export async function makeNamespace({ platform }: GatewayPlatform, name: string): Promise<void> {
  const metadata = {
    name,
    labels: { [LABEL.incarnation]: name },
    annotations: {
      [ANNOTATION.claimBefore]: new Date(Date.now() + 60_000).toISOString(),
      // Whose which name is, is no matter of these tests.
      [ANNOTATION.hostnames]: '*.example.com,*.example',
    },
  };
  const made = await send(
    platform.kubeconfig,
    'POST',
    '/api/v1/namespaces',
    { apiVersion: 'v1', kind: 'Namespace', metadata },
    {
      user: WORKER_USER,
      groups: [],
    },
  );
  if (made['kind'] !== 'Namespace') throw new Error(`namespace ${name} was not made: ${JSON.stringify(made)}`);
}
