// kubectl as a person would use it: one process a call, its cache of what the API server knows kept warm. It times nothing.
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesObject } from '../src/plan/plan.ts';
import type { Stand } from './stand.ts';

const run = promisify(execFile);

export type Kubectl = (args: readonly string[], signal: AbortSignal) => Promise<string>;

export function kubectlOf({ platform }: Pick<Stand, 'platform'>, kubeconfig: string): Kubectl {
  const { stateDir, kubectl } = platform;
  // The cache goes with the rest of the stand.
  const common = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(stateDir, 'kubectl')}`];
  const env = { PATH: process.env['PATH'], HOME: stateDir };
  return async (args, signal) => {
    const { stdout } = await run(kubectl, [...common, ...args], { env, signal, maxBuffer: 2 ** 26 });
    return stdout;
  };
}

export interface KubectlApply {
  /** Writes the list to a file; not part of what is timed. */
  prepare(name: string, objects: readonly KubernetesObject[]): Promise<string>;
  apply(file: string, signal: AbortSignal): Promise<void>;
}

/** Speaks as naas's own account, so that the same admission policies judge it. */
export function kubectlApply(stand: Stand): KubectlApply {
  const kubectl = kubectlOf(stand, stand.platform.workerKubeconfig);
  return {
    async prepare(name, objects) {
      const file = join(stand.platform.stateDir, `${name}.json`);
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
      return file;
    },
    async apply(file, signal) {
      await kubectl(['apply', '--server-side', '--field-manager=naas', '--force-conflicts', '-f', file], signal);
      await rm(file);
    },
  };
}
