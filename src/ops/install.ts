// `naas install`: puts naas's own objects into a cluster, as its administrator, and waits until they are in force. Safe to
// repeat; an older installation is brought up to date. It makes nothing that belongs to a request.
import { setTimeout } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../plan/plan.ts';
import { connectCluster, type KubernetesCluster } from '../providers/kubernetes/index.ts';
import { NaasError } from '../spec/errors.ts';
import { describeRef } from '../spec/inventory.ts';
import { clusterObjects } from './cluster-objects.ts';
import { fenceInForce, workerAllowed } from './probes.ts';

export { workerKubeconfig } from './worker-kubeconfig.ts';

export interface InstallOptions {
  kubeconfig?: string;
  context?: string;
  say?: (line: string) => void;
}

/** One call; an administrator's API server that needs longer is in trouble. */
const CALL_MS = 15_000;
/** Policies and roles reach an API server through watches: milliseconds, or seconds on a busy one. */
const IN_FORCE_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

export async function install(options: InstallOptions): Promise<void> {
  const say = options.say ?? (() => {});
  const { kubeconfig, context } = options;
  const cluster = await connectCluster({ name: 'default', kubeconfig, context, fieldManager: 'naas-install' });
  try {
    for (const wave of waves(clusterObjects())) {
      const effects = await Promise.all(
        // Force: these objects are naas's alone; whoever edited one of their fields loses it here, as documented.
        wave.map((object) => cluster.apply(object, { deadlineMs: Date.now() + CALL_MS, force: true })),
      );
      for (const effect of effects) say(`${describeRef(effect.ref)} ${effect.outcome}`);
    }
    await untilInForce(cluster);
    say('The fence and the rights of the worker are in force.');
  } finally {
    await cluster.close();
  }
}

export function renderInstall(): string {
  return clusterObjects()
    .map((object) => stringify(object, { lineWidth: 0 }))
    .join('---\n');
}

/** Namespace first, rights last: the account never has a right that is not fenced. */
function waves(objects: KubernetesObject[]): KubernetesObject[][] {
  const wave = (kinds: string[]) => objects.filter((object) => kinds.includes(object.kind));
  const namespace = wave(['Namespace']);
  const policies = wave(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);
  const rest = objects.filter((object) => !namespace.includes(object) && !policies.includes(object));
  return [namespace, policies, rest];
}

async function untilInForce(cluster: KubernetesCluster): Promise<void> {
  const giveUpMs = Date.now() + IN_FORCE_WITHIN_MS;
  for (;;) {
    const call = { deadlineMs: Date.now() + CALL_MS };
    const missing = [...(await fenceInForce(cluster, call)), ...(await workerAllowed(cluster, call))];
    if (missing.length === 0) return;
    if (Date.now() > giveUpMs) {
      throw new NaasError({
        code: 'NotReadyYet',
        message: `installed on ${cluster.server}, but not in force after ${IN_FORCE_WITHIN_MS / 1000} s: ${missing.join('; ')}. Run \`naas doctor\`, then \`naas install\` again.`,
      });
    }
    await setTimeout(LOOK_EVERY_MS);
  }
}
