// Runs the workflow of the measurement, and no activity: those are the naas worker's. Arguments as one JSON object.
import { NativeConnection, Worker } from '@temporalio/worker';

export interface ZoneLimitWorkerOptions {
  address: string;
  namespace: string;
  taskQueue: string;
  bundle: string;
}

const { address, namespace, taskQueue, bundle } = JSON.parse(process.argv[2] ?? '{}') as ZoneLimitWorkerOptions;
const connection = await NativeConnection.connect({ address });
try {
  const worker = await Worker.create({ connection, namespace, taskQueue, workflowBundle: { codePath: bundle } });
  console.log('zone-limit worker is polling');
  await worker.run();
} finally {
  await connection.close();
}
