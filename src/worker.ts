// The worker process and composition root: configuration → providers → activities → Temporal worker. Nothing imports it.
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from './activities/index.ts';
import { readCatalog, readConfig } from './config.ts';
import { connectCluster } from './providers/kubernetes/index.ts';
import { trustedKeys } from './providers/proofs/trusted-keys.ts';
import { NaasError } from './spec/errors.ts';

/** Activities get this long to end after a stop; then they count as lost and another worker repeats them. */
const SHUTDOWN_GRACE_MS = 10_000;

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const catalog = readCatalog(config.catalogDir);
  Runtime.install({ shutdownSignals: ['SIGINT', 'SIGTERM'] });
  const temporal = loadClientConnectConfig();
  const [connection, cluster] = await Promise.all([
    NativeConnection.connect(temporal.connectionOptions),
    connectCluster({
      name: config.cluster,
      ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
      writesPerSecond: config.clusterWritesPerSecond,
    }),
  ]);
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace ?? 'default',
    taskQueue: config.taskQueue,
    activities: createActivities({ cluster, catalog, proofs: trustedKeys(config.trustedKeysFile) }),
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
    ...(config.workflowBundle === undefined
      ? await bundled()
      : { workflowBundle: { codePath: config.workflowBundle } }),
  });
  console.log('naas worker is polling');
  try {
    await worker.run();
  } finally {
    await Promise.allSettled([connection.close(), cluster.close()]);
  }
}

async function bundled() {
  return {
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: new URL('./workflows/index.ts', import.meta.url).pathname,
    }),
  };
}

main().catch((error: unknown) => {
  if (error instanceof NaasError)
    for (const problem of error.problems)
      console.error(
        `${problem.file ?? ''}${problem.line === undefined ? '' : `:${problem.line}`} ${problem.code}: ${problem.message}`,
      );
  else console.error(error);
  process.exitCode = 1;
});
