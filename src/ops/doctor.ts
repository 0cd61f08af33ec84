// `naas doctor`: what an installation has, what it lacks, and the command that mends it. It changes nothing, goes on past
// every failure and is done within a bounded time.

import { DEFAULT_TASK_QUEUE } from '../spec/names.ts';
import { type Check, said } from './doctor-check.ts';
import { clusterChecks } from './doctor-cluster.ts';
import { hostnameChecks } from './doctor-hostnames.ts';
import { machineChecks } from './doctor-machine.ts';
import { orphanChecks } from './doctor-orphans.ts';
import { temporalChecks } from './doctor-temporal.ts';

export type { Check } from './doctor-check.ts';

export interface DoctorOptions {
  kubeconfig?: string;
  temporalAddress?: string;
  temporalNamespace?: string;
  taskQueue?: string;
  catalogDir?: string;
  trustedKeysFile?: string;
  /** Younger namespaces without a run may be on their way into one. */
  orphanGraceMinutes?: number;
  env?: Record<string, string | undefined>;
}

/** The groups run side by side; each makes a few looks in a row. */
const GROUP_MS = 15_000;

export async function doctor(options: DoctorOptions): Promise<Check[]> {
  const env = options.env ?? process.env;
  const taskQueue = options.taskQueue ?? env['NAAS_TASK_QUEUE'] ?? DEFAULT_TASK_QUEUE;
  const groups = await Promise.all([
    bounded('machine', machineChecks({ ...options, env })),
    bounded('cluster', clusterChecks(options)),
    bounded('Temporal', temporalChecks({ ...options, taskQueue })),
    bounded('hostnames', hostnameChecks({ ...options, env })),
    bounded('orphans', orphanChecks({ ...options, taskQueue })),
  ]);
  return groups.flat();
}

async function bounded(name: string, checks: Promise<Check[]>): Promise<Check[]> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<Check[]>((resolve) => {
    const found = `not finished after ${GROUP_MS / 1000} s`;
    timer = setTimeout(
      () =>
        resolve([{ name, state: 'missing', found, mend: 'Check the network to it, then run `naas doctor` again.' }]),
      GROUP_MS,
    );
  });
  try {
    return await Promise.race([checks, tooLong]);
  } catch (error) {
    return [
      { name, state: 'missing', found: said(error), mend: 'Run `naas doctor` again; if it stays, report this line.' },
    ];
  } finally {
    clearTimeout(timer);
  }
}
