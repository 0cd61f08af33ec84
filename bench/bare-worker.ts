// A worker of the SDK with nothing of naas in it: the floor of a worker's start. Arguments as one JSON object.
import { NativeConnection, Worker } from '@temporalio/worker';

const { address, namespace, taskQueue, bundle } = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const connection = await NativeConnection.connect({ address: address ?? '' });
try {
  const worker = await Worker.create({
    connection,
    namespace: namespace ?? '',
    taskQueue: taskQueue ?? '',
    workflowBundle: { codePath: bundle ?? '' },
  });
  await worker.run();
} finally {
  await connection.close();
}
