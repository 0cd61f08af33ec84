// The worker of the naive design: a process of its own, so that it is the floor of a worker's start as well. Arguments as one
// JSON object.
import { NativeConnection, Worker } from '@temporalio/worker';
import { readCatalog } from '../../src/config.ts';
import { connectCluster } from '../../src/providers/kubernetes/index.ts';
import { naiveActivities } from './activities.ts';

export interface NaiveWorkerOptions {
  address: string;
  namespace: string;
  taskQueue: string;
  kubeconfig: string;
  catalogDir: string;
  bundle: string;
}

const { address, namespace, taskQueue, kubeconfig, catalogDir, bundle } = JSON.parse(
  process.argv[2] ?? '{}',
) as NaiveWorkerOptions;
const [connection, cluster] = await Promise.all([
  NativeConnection.connect({ address }),
  connectCluster({ name: 'local', kubeconfig }),
]);
try {
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { codePath: bundle },
    activities: naiveActivities(cluster, readCatalog(catalogDir)),
  });
  console.log('naive worker is polling');
  await worker.run();
} finally {
  await Promise.all([connection.close(), cluster.close()]);
}
