// The worker process and composition root: configuration → providers → activities → Temporal worker. Nothing imports it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import type { Witnesses } from './activities/answered.ts';
import { createActivities, zoneActivities } from './activities/index.ts';
import { nameServersOf } from './activities/name-servers.ts';
import type { ZoneOf } from './activities/records.ts';
import type { DnsZone } from './activities/zone.ts';
import { pacedZone } from './activities/zone-pace.ts';
import { type Config, logFormat, readCatalog, readConfig } from './config.ts';
import { openDelegatedZones, openZones } from './providers/dns/open-zones.ts';
import { createDnsAnswers } from './providers/dns-query/index.ts';
import { domainKeyFile } from './providers/domain-key.ts';
import { connectCluster, type KubernetesCluster } from './providers/kubernetes/index.ts';
import { keySource } from './providers/proofs/key-source.ts';
import { type SignedProofs, senderProofs } from './providers/proofs/senders.ts';
import { trustedKeys } from './providers/proofs/trusted-keys.ts';
import { manualRegistrar } from './providers/registrar/manual.ts';
import { type Health, serveHealth } from './providers/telemetry/health.ts';
import { createLogger } from './providers/telemetry/logger.ts';
import { installRuntime } from './providers/telemetry/runtime.ts';
import { domainRuns } from './providers/temporal/domain-runs.ts';
import { lifecycleRuns } from './providers/temporal/runs.ts';
import { keepSchedule } from './providers/temporal/schedules.ts';
import type { Zones } from './spec/catalog.ts';
import { NaasError } from './spec/errors.ts';
import { DELEGATED_ZONES, zoneQueue } from './spec/names.ts';
import { sweepsOf } from './spec/sweeps.ts';

/** What ended badly is over by then; threads of the SDK that did not notice must not keep a dead worker from being replaced. */
const LINGER_MS = 5_000;

/** Activities get this long to end after a stop; then they are told to give up, and another worker repeats them. */
const SHUTDOWN_GRACE_MS = 10_000;
/** What has not given up by then is left behind; a pod has to be allowed longer than this. */
const SHUTDOWN_FORCE_MS = 25_000;

/** A Temporal that needs longer must not hold the worker's start up. */
const SCHEDULE_MS = 5_000;

/** Lets every beat through: the SDK would hold them back to 80 % of the timeout, and one that is lost would pass for a death. */
const HEARTBEAT_THROTTLE_MS = 500;

const format = logFormat(process.env);
const logger = createLogger(format);

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const { metricsAddress, healthAddress } = config;
  installRuntime({ logger, logFormat: format, metricsAddress, version: version() });
  const health = healthAddress === undefined ? undefined : await serveHealth(healthAddress);
  try {
    await work(config, health);
  } finally {
    await health?.close();
  }
}

async function work(config: Config, health: Health | undefined): Promise<void> {
  const catalog = readCatalog(config.catalogDir);
  const proofs = senderProofs(catalog.approvals.trust, keysOf(config));
  const temporal = loadClientConnectConfig();
  const connecting = NativeConnection.connect(temporal.connectionOptions);
  const opening = connectCluster({
    name: config.cluster,
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    writesPerSecond: config.clusterWritesPerSecond,
  });
  try {
    const [connection, cluster] = await Promise.all([connecting, opening]);
    const namespace = temporal.namespace ?? 'default';
    const client = new Client({ connection, namespace });
    const { delegation } = catalog.policy.domains;
    const zoneOf = openZones(catalog.zones, delegation, config.dns);
    const witnesses = {
      nameServers: nameServersOf(zoneOf),
      answers: createDnsAnswers({
        publicResolvers: config.publicResolvers,
        servers: catalog.policy.domains.nameServers,
      }),
    };
    const scheduled = keepSweeps(client, config.taskQueue);
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: config.taskQueue,
      // Of the activities; the workflows' is part of their bundle.
      dataConverter: { failureConverterPath: workflowModule('data-converter') },
      activities: createActivities({
        cluster,
        catalog,
        proofs,
        runs: lifecycleRuns(client, config.taskQueue),
        zoneOf,
        ...witnesses,
        domainRuns: domainRuns(client, config.taskQueue),
        registrar: manualRegistrar(catalog.policy.domains.purchase?.prices ?? {}),
        delegatedZones: openDelegatedZones(delegation, config.dns),
        domainKey: domainKeyFile(config.domainKeyFile),
      }),
      shutdownGraceTime: SHUTDOWN_GRACE_MS,
      shutdownForceTime: SHUTDOWN_FORCE_MS,
      maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
      stickyQueueScheduleToStartTimeout: config.stickyTimeoutMs,
      workflowBundle: config.workflowBundle === undefined ? await bundled() : { codePath: config.workflowBundle },
    });
    const delegates = delegation !== undefined;
    const zones = { cluster, zoneOf, witnesses, zones: catalog.zones, delegates };
    const zoneWorkers = await serveZones(connection, namespace, config, zones);
    health?.watch(() => isPolling(worker), dependencies(connection, cluster));
    await scheduled;
    announce('naas worker is polling');
    await Promise.all([worker.run(), ...zoneWorkers.map((each) => each.run())]);
  } finally {
    // Also what was opened beside something that failed: an open connection would keep a dead worker from ending.
    await Promise.allSettled([connecting.then((it) => it.close()), opening.then((it) => it.close())]);
  }
}

/** Azure's limit is 200 writes a minute and zone, and it throttles whoever comes a moment early. */
const ZONE_WRITES_PER_SECOND = (200 / 60) * 0.985;

/**
 * One queue a zone, so that what waits for a zone holds up nothing else. No rate of the queue's own: the server gives each of its
 * partitions a share, of which 200 tasks reached 86 % of the whole, and a task that waits in a queue is too late when it comes.
 */
function serveZones(
  connection: NativeConnection,
  namespace: string,
  { taskQueue }: Config,
  {
    cluster,
    zoneOf,
    witnesses,
    zones,
    delegates,
  }: { cluster: KubernetesCluster; zoneOf: ZoneOf; witnesses: Witnesses; zones: Zones; delegates: boolean },
): Promise<Worker[]> {
  const written = Object.keys(zones).filter((zone) => zones[zone]?.provider.kind !== 'external-dns');
  const paced = new Map<string, DnsZone>();
  const inTurn: ZoneOf = (zone) => {
    // A server of one's own has no such limit.
    if (zones[zone]?.provider.kind === 'rfc2136') return zoneOf(zone);
    const known = paced.get(zone) ?? pacedZone(zoneOf(zone), cluster, ZONE_WRITES_PER_SECOND);
    paced.set(zone, known);
    return known;
  };
  return Promise.all(
    [...written, ...(delegates ? [DELEGATED_ZONES] : [])].map((zone) =>
      Worker.create({
        connection,
        namespace,
        taskQueue: zoneQueue(taskQueue, zone),
        dataConverter: { failureConverterPath: workflowModule('data-converter') },
        activities: zoneActivities({ cluster, zoneOf: inTurn, ...witnesses }),
        // A zone takes three writes a second; each poll is a call that Temporal holds open, and an installation may have many zones.
        maxConcurrentActivityTaskPolls: 2,
        // Who has to wait long for a turn gives the place up; the others wait for a slow answer.
        maxConcurrentActivityTaskExecutions: 50,
        shutdownGraceTime: SHUTDOWN_GRACE_MS,
        shutdownForceTime: SHUTDOWN_FORCE_MS,
      }),
    ),
  );
}

function keysOf({ trustedKeys: place }: Config): SignedProofs | undefined {
  return place && trustedKeys(keySource(place, { warn: (message) => logger.warn(message) }));
}

/** Without its sweeps a worker still does its work: a fault is told in the log, and `naas doctor` sees what is missing. */
async function keepSweeps(client: Client, taskQueue: string): Promise<void> {
  for (const sweep of sweepsOf(taskQueue)) {
    try {
      const kept = await client.withDeadline(Date.now() + SCHEDULE_MS, () => keepSchedule(client, sweep, taskQueue));
      if (kept !== 'unchanged') logger.info(`Schedule ${sweep.id} ${kept}`);
    } catch (error) {
      logger.warn(`Schedule ${sweep.id} could not be kept; the ${sweep.name} may not run`, { error });
    }
  }
}

function isPolling(worker: Worker): boolean {
  const { workflowPollerState, activityPollerState } = worker.getStatus();
  return workflowPollerState === 'POLLING' && activityPollerState === 'POLLING';
}

/** Both calls need no right beyond being known, and cost the servers nothing. */
function dependencies(connection: NativeConnection, cluster: KubernetesCluster) {
  return [
    {
      name: 'temporal',
      async look(deadlineMs: number) {
        await connection.withDeadline(deadlineMs, () => connection.workflowService.getSystemInfo({}));
      },
    },
    {
      name: 'cluster',
      async look(deadlineMs: number) {
        await cluster.get('/version', { deadlineMs });
      },
    },
  ];
}

async function bundled() {
  const workflowsPath = workflowModule('index');
  const converter = workflowModule('data-converter');
  return bundleWorkflowCode({
    workflowsPath,
    // Loaded once for all runs, as in the bundle that is built beforehand.
    preloadModules: [workflowsPath],
    payloadConverterPath: converter,
    failureConverterPath: converter,
  });
}

/** Compiled or not. */
function workflowModule(name: string): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`./workflows/${name}.${extension}`, import.meta.url));
}

/** One folder up from the sources as from the compiled program. */
function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** On stdout, in the form of the log: whoever started the worker waits for it. */
function announce(message: string): void {
  console.log(format === 'json' ? JSON.stringify({ time: new Date().toISOString(), level: 'info', message }) : message);
}

function explain(error: unknown): void {
  if (!(error instanceof NaasError)) {
    if (format === 'json') logger.error('naas worker ended', { error });
    else console.error(error);
    return;
  }
  for (const problem of error.problems) {
    const where = `${problem.file ?? ''}${problem.line === undefined ? '' : `:${problem.line}`}`;
    if (format === 'json')
      logger.error(problem.message, { code: problem.code, file: problem.file, line: problem.line });
    else console.error(`${where} ${problem.code}: ${problem.message}`);
  }
}

main().catch((error: unknown) => {
  explain(error);
  process.exitCode = 1;
  setTimeout(() => process.exit(), LINGER_MS).unref();
});
