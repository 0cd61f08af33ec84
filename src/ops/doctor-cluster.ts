// What `naas doctor` finds of the cluster: the API server, naas's own objects, the account's rights, the fence, the clock.
// Asked with the account in use, be it an administrator's or naas's own. Dry runs, reads and reviews only.

import type { CallOptions } from '../activities/cluster.ts';
import type { KubernetesObject } from '../plan/plan.ts';
import { connectCluster, type KubernetesCluster } from '../providers/kubernetes/index.ts';
import { NaasError } from '../spec/errors.ts';
import { describeRef, type ObjectRef } from '../spec/inventory.ts';
import { WORKER_USER } from '../spec/names.ts';
import { describePause, SWITCH } from '../spec/switch.ts';
import { clusterObjects } from './cluster-objects.ts';
import { differsFrom } from './differs.ts';
import { blockerReaderCheck } from './doctor-blocker-reader.ts';
import { type Check, LOOK_MS, look, said } from './doctor-check.ts';
import { fenceDeniesMe, fenceInForce, workerAllowed } from './probes.ts';
import { readSwitch } from './switch.ts';
import { whoAmI } from './who-am-i.ts';

/** Claims are stamped by the server's clock, so a difference does no harm there; people compare times with their own. */
const CLOCK_TOLERANCE_MS = 2_000;

export async function clusterChecks(options: { kubeconfig?: string }): Promise<Check[]> {
  const mend =
    'Set KUBECONFIG or --kubeconfig to a cluster that runs, or start the embedded one: `npm start`, `naas local up`.';
  let cluster: KubernetesCluster;
  try {
    cluster = await connectCluster({ name: 'default', kubeconfig: options.kubeconfig });
  } catch (error) {
    return [{ name: 'cluster', state: 'missing', found: said(error), mend }];
  }
  try {
    const reached = await look('cluster', mend, async () => {
      const version = (await cluster.get('/version', call())) as { gitVersion?: string };
      return { state: 'ok', found: `Kubernetes ${version.gitVersion ?? 'of unknown version'} at ${cluster.server}` };
    });
    if (reached.state !== 'ok') return [reached];
    const account = await whoAmI(cluster, call());
    const self = account === WORKER_USER;
    return [
      reached,
      { name: 'account', state: 'ok', found: self ? `${account}, naas's own` : account },
      ...(await Promise.all([
        installedCheck(cluster),
        rightsCheck(cluster, self),
        fenceCheck(cluster, self),
        blockerReaderCheck(cluster, call()),
        switchCheck(cluster),
      ])),
      clockCheck(cluster.serverNowMs() - Date.now()),
    ];
  } finally {
    await cluster.close();
  }
}

const call = (): CallOptions => ({ deadlineMs: Date.now() + LOOK_MS });

function installedCheck(cluster: KubernetesCluster): Promise<Check> {
  return look("naas's own objects", '`naas install`', async () => {
    const objects = clusterObjects();
    const seen = await Promise.all(objects.map((object) => compare(cluster, object)));
    const notAllowed = seen.filter((each) => each.state === 'unseen');
    const absent = seen.filter((each) => each.state === 'absent');
    const old = seen.filter((each) => each.state === 'old');
    if (absent.length + old.length > 0) {
      const parts = [
        ...absent.map((each) => `${describeRef(each.ref)} is not there`),
        ...old.map((each) => `${describeRef(each.ref)} differs in ${each.fields.join(', ')}`),
      ];
      return { state: 'missing', found: parts.join('; '), mend: '`naas install` as an administrator of the cluster' };
    }
    if (notAllowed.length > 0) {
      const found = `${notAllowed.length} of ${objects.length} may not be read with this account`;
      return { state: 'warning', found, mend: "Run `naas doctor` with an administrator's kubeconfig to compare them." };
    }
    return { state: 'ok', found: `all ${objects.length} there and up to date` };
  });
}

interface Compared {
  ref: ObjectRef;
  state: 'same' | 'old' | 'absent' | 'unseen';
  fields: string[];
}

async function compare(cluster: KubernetesCluster, object: KubernetesObject): Promise<Compared> {
  const { namespace, name } = object.metadata;
  const ref: ObjectRef = {
    system: 'kubernetes',
    cluster: cluster.name,
    apiVersion: object.apiVersion,
    kind: object.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
  };
  try {
    const live = await cluster.read(ref, call());
    if (live === undefined) return { ref, state: 'absent', fields: [] };
    const fields = differsFrom(object, live);
    return { ref, state: fields.length === 0 ? 'same' : 'old', fields };
  } catch (error) {
    if (error instanceof NaasError && error.code === 'Forbidden') return { ref, state: 'unseen', fields: [] };
    throw error;
  }
}

function rightsCheck(cluster: KubernetesCluster, self: boolean): Promise<Check> {
  const mend = "Run `naas doctor` with naas's own account or an administrator's.";
  return look("the worker's rights", mend, async () => {
    const lacking = await workerAllowed(cluster, call(), self);
    if (lacking.length === 0) return { state: 'ok', found: 'all that its role gives' };
    return { state: 'missing', found: lacking.join('; '), mend: '`naas install` as an administrator of the cluster' };
  });
}

function fenceCheck(cluster: KubernetesCluster, self: boolean): Promise<Check> {
  const mend = "Run `naas doctor` with naas's own account or an administrator's.";
  return look('the fence', mend, async () => {
    const open = self
      ? (await fenceDeniesMe(cluster, call()))
        ? []
        : ["policy naas-fence does not deny naas's own account"]
      : await fenceInForce(cluster, call());
    if (open.length === 0) return { state: 'ok', found: 'denies what it must' };
    return { state: 'missing', found: open.join('; '), mend: '`naas install` as an administrator of the cluster' };
  });
}

function switchCheck(cluster: KubernetesCluster): Promise<Check> {
  const mend = `Give this account \`get\` on ${SWITCH}, or ask with an administrator's.`;
  return look('the switch', mend, async () => {
    const pause = await readSwitch(cluster, call());
    if (pause === undefined) return { state: 'ok', found: 'not paused' };
    return { state: 'warning', found: describePause(pause), mend: '`naas resume`, when the reason is over' };
  });
}

export function clockCheck(differenceMs: number): Check {
  const name = "the API server's clock";
  // The server tells its time in whole seconds: a difference below that is none.
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  if (Math.abs(differenceMs) <= CLOCK_TOLERANCE_MS) return { name, state: 'ok', found: "agrees with this machine's" };
  const found = `${seconds} s ${differenceMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  return { name, state: 'warning', found, mend: 'Set both clocks by NTP; times that people see are off by this much.' };
}
