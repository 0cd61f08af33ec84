// `naas pause` and `naas resume`: move the switch that every write of naas reads first. Whoever may write its ConfigMap may
// do so; naas's worker only reads it. It stops no write that has begun, and undoes none.
import type { CallOptions } from '../activities/cluster.ts';
import { connectCluster, type KubernetesCluster } from '../providers/kubernetes/index.ts';
import { NaasError } from '../spec/errors.ts';
import { type ObjectRef, ownRef, refOf } from '../spec/inventory.ts';
import { SWITCH_CONFIG_MAP, SYSTEM_NAMESPACE } from '../spec/names.ts';
import { type Pause, pauseIn, type SwitchData } from '../spec/switch.ts';
import { INSTALLED } from './installed-labels.ts';
import { whoAmI } from './who-am-i.ts';

export interface SwitchOptions {
  kubeconfig: string;
  context?: string;
}

export interface Switched {
  /** false: it stood so already, and still says who moved it then. */
  changed: boolean;
  /** null: naas may write. */
  pause: Pause | null;
}

/** One call; an API server that needs longer is in trouble. */
const CALL_MS = 15_000;

/** A pause that stands is left as it is: who made it knows why, and the next `resume` ends it for all. */
export function pause(options: SwitchOptions & { reason?: string }): Promise<Switched> {
  return move(options, async (cluster, now) => {
    const wanted: Pause = { by: await whoAmI(cluster, call()), reason: options.reason ?? '', since: now };
    const standing = await readSwitch(cluster, call());
    if (standing !== undefined) return { changed: false, pause: standing };
    await write(cluster, { paused: 'true', ...wanted });
    return { changed: true, pause: wanted };
  });
}

export function resume(options: SwitchOptions): Promise<Switched> {
  return move(options, async (cluster, now) => {
    const by = await whoAmI(cluster, call());
    if ((await readSwitch(cluster, call())) === undefined) return { changed: false, pause: null };
    // Kept, not deleted: it says who let naas go on, and when.
    await write(cluster, { paused: 'false', by, reason: '', since: now });
    return { changed: true, pause: null };
  });
}

export async function readSwitch(cluster: KubernetesCluster, options: CallOptions): Promise<Pause | undefined> {
  const live = await cluster.read(refIn(cluster), options);
  return pauseIn(live, serverTime(cluster));
}

const call = (): CallOptions => ({ deadlineMs: Date.now() + CALL_MS });

async function move(
  { kubeconfig, context }: SwitchOptions,
  change: (cluster: KubernetesCluster, now: string) => Promise<Switched>,
): Promise<Switched> {
  const cluster = await connectCluster({ name: 'default', kubeconfig, context, fieldManager: 'naas-switch' });
  try {
    const system = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: SYSTEM_NAMESPACE } };
    if ((await cluster.read(refOf(cluster.name, system), call())) === undefined) throw notInstalled(cluster.server);
    // After the first answer the server's clock is known.
    return await change(cluster, serverTime(cluster));
  } finally {
    await cluster.close();
  }
}

async function write(cluster: KubernetesCluster, data: SwitchData): Promise<void> {
  const metadata = { name: SWITCH_CONFIG_MAP, namespace: SYSTEM_NAMESPACE, labels: INSTALLED };
  // Force: whoever moved the switch by another tool before must not keep it from being moved.
  await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, { ...call(), force: true });
}

const refIn = ({ name }: KubernetesCluster): ObjectRef => ownRef(name, 'v1', 'ConfigMap', SWITCH_CONFIG_MAP);

function serverTime(cluster: KubernetesCluster): string {
  return new Date(cluster.serverNowMs()).toISOString();
}

function notInstalled(server: string): NaasError {
  return new NaasError({
    code: 'NotFound',
    message: `there is no namespace ${SYSTEM_NAMESPACE} on the cluster at ${server}: naas is not installed there (\`naas install\`), or KUBECONFIG names another cluster`,
  });
}
