// One stand for a proof: the shared platform, a fault proxy before its API server, workers behind the proxy with short
// times, and clients that speak as different people. It holds the way in which the suites talk; it asserts nothing itself.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NaasClient } from '../../src/client/api.ts';
import { createNaasClient } from '../../src/client/index.ts';
import { workerKubeconfig } from '../../src/ops/install.ts';
import type { Timing } from '../../src/spec/admission.ts';
import type { ApprovalTimes } from '../../src/spec/approval.ts';
import type { Approvals } from '../../src/spec/catalog.ts';
import { isEnd, type Phase } from '../../src/spec/lifecycle.ts';
import type { Status } from '../../src/spec/status.ts';
import type { DecisionMessage } from '../../src/workflows/messages.ts';
import { contentOf, diff, type Kubectl, type Snapshot, snapshot } from './cluster-snapshot.ts';
import { type EffectTable, effectTable } from './effects-table.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { sharedPlatform, startTestWorker, type TestPlatform, type TestWorker } from './platform.ts';
import { type RunMoves, runMoves } from './run-moves.ts';
import { hurriedCatalog } from './scenario-catalog.ts';
import { outcomeOfDecide, signalDecision } from './scenario-decisions.ts';
import { PEOPLE, type Person, type Prove, provers } from './scenario-people.ts';
import { type RequestOverrides, requestOf } from './scenario-requests.ts';

export { PEOPLE, type Person } from './scenario-people.ts';
export { DEV, PROD, STAGING } from './scenario-requests.ts';

export interface Stand {
  proxy: FaultProxy;
  taskQueue: string;
  kube: Kubectl;
  auditLog: string;
  /** Who requests, and who leads the team. */
  owner: NaasClient;
  lead: NaasClient;
  /** Anybody else, or with more patience; whoever asks for it closes it. */
  clientOf(person: Person, deadlineMs?: number): NaasClient;
  prover(person: Person): Prove;
  /** Signs as if it were another time. */
  proverAt(person: Person, nowMs: number): Prove;
  /** Signs with a key that nobody trusts. */
  forger(person: Person): Prove;
  request(name: string, overrides: RequestOverrides): Record<string, unknown>;
  /** These three ask again, with the same id, where no answer came: a stopped worker or a busy machine keeps it. */
  submit(name: string, overrides: RequestOverrides): Promise<void>;
  teardown(name: string): Promise<void>;
  cancelUntilAccepted(name: string): Promise<void>;
  outcomeOfDecide(name: string, message: DecisionMessage, updateId?: string): Promise<string>;
  signalDecision(name: string, message: DecisionMessage): Promise<void>;
  /** Waits until each has been seen in one of the phases, and answers those statuses. */
  untilAll(names: readonly string[], phases: readonly Phase[]): Promise<Status[]>;
  /** Waits until no operation is under way on a ready namespace. */
  untilOperation(name: string): Promise<Status>;
  /** When the API server answered the first such call well, in epoch milliseconds. */
  untilEffect(tenant: string, verb: string, resource: string): Promise<number>;
  /** A snapshot of a cluster that has come to rest: two in a row are equal. */
  snapshot(): Promise<Snapshot>;
  /** The same without versions and managed fields: what an undo of a change has to give back. */
  content(): Promise<Snapshot>;
  contentSince(before: Snapshot): Promise<string[]>;
  /** What differs right now; empty when nothing does. */
  changesSince(before: Snapshot): Promise<string[]>;
  startWorker(env?: Record<string, string>): Promise<TestWorker>;
  /** SIGKILL for all that run, or for the oldest so many. */
  killWorkers(count?: number): Promise<void>;
  /** SIGSTOP for all that run; `wake` is SIGCONT. */
  stopWorkers(): { wake(): void };
  close(): Promise<void>;
}

/** Everything that a proof waits for ends sooner; a stuck namespace of a batch of 40 takes the API server 25 s. */
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 200;

/** A killed worker's runs go to the next one after this, instead of Temporal's 10 s. */
const STICKY_TIMEOUT_MS = '1000';

export interface StandOptions {
  /** Instead of the one that the run shares. */
  platform?: TestPlatform;
  /** Over the hurried times. */
  timing?: Partial<Timing>;
  /** Over the times of every approval rule. */
  approvalMinutes?: Partial<ApprovalTimes>;
  /** Between two questions after one status; more where many namespaces are watched at once. */
  lookEveryMs?: number;
  /** Longer than the usual two minutes, where a matrix keeps the machine busy. */
  patienceMs?: number;
  /** Whose word counts; as shipped, a trusted key's. */
  trust?: Approvals['trust'];
  /** More for every worker. */
  env?: NodeJS.ProcessEnv;
  /** Changes the stand's copy of the catalog before a worker reads it. */
  alterCatalog?(folder: string): Promise<void>;
  /** What a snapshot is to say of the cluster, where it is not all, or of more than the cluster. */
  see?(cluster: Snapshot): Snapshot;
}

export async function openStand(options: StandOptions = {}): Promise<Stand> {
  const platform = options.platform ?? sharedPlatform();
  const { controlPlane } = platform;
  const dir = await mkdtemp(join(tmpdir(), 'naas-proof-'));
  const taskQueue = `proof-${dir.slice(-6)}`;
  const proxy = await startFaultProxy(controlPlane);
  const kubeconfig = join(dir, 'kubeconfig');
  await workerKubeconfig({
    kubeconfig: platform.kubeconfig,
    file: kubeconfig,
    serverOverride: proxy.server,
    caFile: controlPlane.caFile,
  });
  const env = {
    KUBECONFIG: kubeconfig,
    NAAS_CATALOG: await hurriedCatalog(
      platform.catalogDir,
      join(dir, 'catalog'),
      options.timing,
      options.approvalMinutes,
      options.trust,
    ),
    NAAS_STICKY_TIMEOUT_MS: STICKY_TIMEOUT_MS,
    ...options.env,
  };
  await options.alterCatalog?.(env.NAAS_CATALOG);
  const prove = await provers(platform.issuerKeyFile, dir);
  const clientOf = (person: Person, deadlineMs?: number): NaasClient =>
    createNaasClient({
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
      address: platform.temporalAddress,
      namespace: platform.temporalNamespace,
      taskQueue,
      prove: prove.trusted(person),
    });
  const owner = clientOf(PEOPLE.owner);
  const lead = clientOf(PEOPLE.lead);
  const kube: Kubectl = { binary: platform.kubectl, first: [], kubeconfig: platform.kubeconfig };
  const temporal = { address: platform.temporalAddress, namespace: platform.temporalNamespace };
  const moves = runMoves(temporal);
  const { see = (cluster: Snapshot) => cluster } = options;
  const look = async (): Promise<Snapshot> => see(await snapshot(kube));
  const workers: TestWorker[] = [];

  return {
    proxy,
    taskQueue,
    kube,
    auditLog: controlPlane.auditLog,
    owner,
    lead,
    clientOf,
    prover: (person) => prove.trusted(person),
    proverAt: (person, nowMs) => prove.trusted(person, () => nowMs),
    forger: prove.forged,
    request: requestOf,
    async submit(name, overrides) {
      const requestId = `${name}-${crypto.randomUUID()}`;
      await persistently(() => owner.submit(requestOf(name, overrides), { requestId }));
    },
    async teardown(name) {
      const requestId = crypto.randomUUID();
      await persistently(() => owner.teardown(name, { requestId }));
    },
    async cancelUntilAccepted(name) {
      await persistently(() => owner.cancel(name, { requestId: `cancel-${name}` }));
    },
    outcomeOfDecide: (name, message, updateId) => outcomeOfDecide(temporal, name, message, updateId),
    signalDecision: (name, message) => signalDecision(temporal, name, message),
    untilAll: (names, phases) =>
      Promise.all(names.map((name) => untilPhase(owner, name, phases, { ...options, moves }))),
    async untilOperation(name) {
      const giveUpMs = Date.now() + PATIENCE_MS;
      const moved = movesOf(moves, name);
      for (;;) {
        await moved();
        const status = await persistently(() => owner.status(name));
        if (!status.stale && status.phase === 'ready' && status.operation === undefined) return status;
        if (Date.now() > giveUpMs || isEnd(status.phase)) {
          const why = (status.blocked?.problems ?? status.problems).map(({ message }) => message).join('; ');
          throw new Error(`${name} is ${status.phase}, its operation ${status.operation?.step ?? 'over'}. ${why}`);
        }
      }
    },
    async untilEffect(tenant, verb, resource) {
      const giveUpMs = Date.now() + PATIENCE_MS;
      for (;;) {
        const call = proxy
          .effects(tenant)
          .find((each) => each.verb === verb && each.resource === resource && (each.status ?? 500) < 300);
        if (call !== undefined) return call.at;
        if (Date.now() > giveUpMs)
          throw new Error(`${tenant}: no ${verb} of ${resource} came within ${PATIENCE_MS} ms`);
        await pause(LOOK_EVERY_MS / 4);
      }
    },
    snapshot: () => restingSnapshot(look),
    content: async () => contentOf(await restingSnapshot(look)),
    contentSince: async (before) => diff(before, contentOf(await restingSnapshot(look))),
    changesSince: async (before) => diff(before, await look()),
    async startWorker(more = {}) {
      const worker = await startTestWorker({ env: { ...env, ...more }, taskQueue, platform });
      workers.push(worker);
      return worker;
    },
    async killWorkers(count = workers.length) {
      const killed = workers.splice(0, count);
      for (const worker of killed) worker.kill('SIGKILL');
      await Promise.all(killed.map((worker) => worker.exited));
    },
    stopWorkers() {
      const stopped = [...workers];
      for (const worker of stopped) worker.kill('SIGSTOP');
      return {
        wake() {
          for (const worker of stopped) worker.kill('SIGCONT');
        },
      };
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all([owner.close(), lead.close(), moves.close(), proxy.stop()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A whole life without a fault; `whenReady` looks at it in between. Answers the table of its writes. */
export async function cleanLife(stand: Stand, name: string, whenReady?: () => Promise<void>): Promise<EffectTable> {
  const { submit, teardown, untilAll, proxy } = stand;
  await submit(name, { tier: 'dev', environment: 'dev' });
  await untilAll([name], ['ready']);
  const readySeq = proxy.log.length;
  await whenReady?.();
  await teardown(name);
  await untilAll([name], ['deleted']);
  return effectTable(proxy, name, readySeq);
}

async function untilPhase(
  client: NaasClient,
  name: string,
  phases: readonly Phase[],
  {
    moves,
    lookEveryMs = LOOK_EVERY_MS,
    patienceMs = PATIENCE_MS,
  }: Pick<StandOptions, 'lookEveryMs' | 'patienceMs'> & { moves: RunMoves },
): Promise<Status> {
  const giveUpMs = Date.now() + patienceMs;
  const moved = movesOf(moves, name, lookEveryMs);
  for (;;) {
    await moved();
    const status = await persistently(() => client.status(name));
    // A stale status knows the phase but not the reasons that the suites look at; of what is deleted there are none.
    if ((!status.stale || status.phase === 'deleted') && phases.includes(status.phase)) return status;
    if (Date.now() > giveUpMs || (!status.stale && isEnd(status.phase))) {
      const why = [...status.problems, ...(status.blocked?.problems ?? [])]
        .map((problem) => problem.message)
        .join('; ');
      throw new Error(
        `${name} is ${status.phase} (${status.step}) and ${isEnd(status.phase) ? 'will never be' : `after ${patienceMs} ms not`} ${phases.join(' or ')}. ${why}`,
      );
    }
  }
}

/** A status may say something new without the run having moved: how an attempt fares, or that a worker is there again. */
const ASK_ANYWAY_MS = 2_000;

/** Waits, from its second call on, until it is worth asking for the status: that costs the worker a task each time. */
function movesOf(moves: RunMoves, name: string, lookEveryMs = LOOK_EVERY_MS): () => Promise<void> {
  let last: string | undefined;
  let askedMs = 0;
  return async () => {
    for (;;) {
      if (askedMs > 0) await pause(lookEveryMs);
      const version = await moves.versionOf(name);
      if (version !== undefined && version === last && Date.now() - askedMs < ASK_ANYWAY_MS) continue;
      last = version;
      askedMs = Date.now();
      return;
    }
  };
}

/** A worker that was just killed or stopped may hold an answer back; asking again is safe. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  const giveUpMs = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const unsure = error instanceof Error && error.name === 'Unknown';
      if (!unsure || Date.now() > giveUpMs) throw error;
    }
  }
}

async function restingSnapshot(look: () => Promise<Snapshot>): Promise<Snapshot> {
  let last = await look();
  for (let tries = 0; tries < 20; tries += 1) {
    await pause(LOOK_EVERY_MS);
    const next = await look();
    const moved = diff(last, next);
    if (moved.length === 0) return next;
    last = next;
    if (tries === 19) throw new Error(`the cluster does not come to rest:\n${moved.join('\n')}`);
  }
  return last;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
