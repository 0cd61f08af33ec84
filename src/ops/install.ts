// `naas install`: puts naas's own objects into a cluster, as its administrator, and waits until they are in force. Safe to
// repeat; an older installation is brought up to date. It makes nothing that belongs to a request.
import { setTimeout } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../plan/plan.ts';
import { connectCluster, type KubernetesCluster } from '../providers/kubernetes/index.ts';
import { NaasError } from '../spec/errors.ts';
import { describeRef } from '../spec/inventory.ts';
import { blockerReader, surveyKinds } from './blocker-reader.ts';
import { clusterObjects } from './cluster-objects.ts';
import { fenceInForce, workerAllowed } from './probes.ts';

export { workerKubeconfig } from './worker-kubeconfig.ts';

export interface InstallOptions {
  kubeconfig?: string;
  context?: string;
  /** Also the optional right to name what keeps a namespace from dying, whatever its kind. */
  blockerReader?: boolean;
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
    for (const wave of waves(clusterObjects())) await applyAll(cluster, wave, say);
    await untilInForce(cluster);
    say('The fence and the rights of the worker are in force.');
    if (options.blockerReader === true) await applyAll(cluster, await blockerReaderFor(cluster, say), say);
  } finally {
    await cluster.close();
  }
}

export function renderInstall(more: readonly KubernetesObject[] = []): string {
  return [...clusterObjects(), ...more].map((object) => stringify(object, { lineWidth: 0 })).join('---\n');
}

/** Asks the cluster for its kinds and changes nothing; the same objects that `install` would apply. */
export async function renderBlockerReader(options: InstallOptions): Promise<KubernetesObject[]> {
  const { kubeconfig, context, say = () => {} } = options;
  const cluster = await connectCluster({ name: 'default', kubeconfig, context });
  try {
    return await blockerReaderFor(cluster, say);
  } finally {
    await cluster.close();
  }
}

async function blockerReaderFor(cluster: KubernetesCluster, say: (line: string) => void): Promise<KubernetesObject[]> {
  const { kinds, unanswered } = await surveyKinds(cluster, { deadlineMs: Date.now() + CALL_MS });
  for (const each of unanswered) say(`left out of the blocker reader, because it did not answer: ${each}`);
  return blockerReader(kinds);
}

async function applyAll(
  cluster: KubernetesCluster,
  objects: KubernetesObject[],
  say: (line: string) => void,
): Promise<void> {
  const effects = await Promise.all(
    // Force: these objects are naas's alone; whoever edited one of their fields loses it here, as documented.
    objects.map((object) => cluster.apply(object, { deadlineMs: Date.now() + CALL_MS, force: true })),
  );
  for (const effect of effects) say(`${describeRef(effect.ref)} ${effect.outcome}`);
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
