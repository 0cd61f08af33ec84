// What system tests use of the platform that the run booted for them. They never start or stop its servers.
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { createLeash } from '../../src/local/leash.ts';
import type { ControlPlaneData, PlatformData } from '../../src/local/platform-data.ts';
import type { ChildHandle } from '../../src/local/processes.ts';
import { startWorkerProcess } from '../../src/local/worker-process.ts';

/** The platform of a test run is always wholly embedded. */
export type TestPlatform = PlatformData & { auditLog: string; temporalUi: string; controlPlane: ControlPlaneData };

/** Of the files that run at a time no two have the same: vitest numbers them from one. */
export function sharedPlatform(): TestPlatform {
  const platform = inject('platforms')[Number(process.env['VITEST_POOL_ID']) - 1];
  if (platform === undefined) throw new Error('more files run at a time than platforms were booted');
  return wholly(platform);
}

/** Refuses a platform of which a part was there before. */
export function wholly(data: PlatformData): TestPlatform {
  const { auditLog, temporalUi, controlPlane } = data;
  if (auditLog === null || temporalUi === null || controlPlane === null) {
    throw new Error('the tests need the embedded servers; see test/support/global-setup.ts');
  }
  return { ...data, auditLog, temporalUi, controlPlane };
}

export interface TestWorker extends ChildHandle {
  taskQueue: string;
}

/** Tells the logs of workers on one task queue apart. */
let started = 0;

/** A worker process on a task queue of its own; it ends with `stop`, and with the test process, however that ends. */
export async function startTestWorker(
  options: { env?: NodeJS.ProcessEnv; taskQueue?: string; platform?: TestPlatform } = {},
): Promise<TestWorker> {
  const taskQueue = options.taskQueue ?? newTaskQueue();
  const leash = createLeash();
  try {
    const env = { ...options.env, NAAS_TASK_QUEUE: taskQueue };
    const worker = await startWorkerProcess(options.platform ?? sharedPlatform(), {
      leash,
      name: `worker-${taskQueue}-${++started}`,
      env,
    });
    void worker.exited.then(() => leash.letGo());
    return { ...worker, taskQueue };
  } catch (error) {
    await leash.letGo();
    throw error;
  }
}

/** One per test file keeps the tests of different files apart on the shared server. */
export function newTaskQueue(): string {
  return `test-${randomUUID().slice(0, 8)}`;
}
