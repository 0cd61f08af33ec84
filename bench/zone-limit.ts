// How much of a zone's write limit is used when many names come at once: 400 record writes through the zone's own task queue, on an
// emulator with the real limits whose first burst somebody else has spent. From the first write to the last.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { LOCAL_ZONE } from '../src/local/azure-dns/environment.ts';
import type { AzureDns } from '../src/local/azure-dns/index.ts';
import type { LoggedRequest } from '../src/local/azure-dns/request-log.ts';
import { AZURE_LIMITS } from '../src/local/azure-dns/throttle.ts';
import { hasLogged, waitUntilReady } from '../src/local/processes.ts';
import { zoneQueue } from '../src/spec/names.ts';
import type { RecordSet } from '../src/spec/record-set.ts';
import type { Bench } from './bench.ts';
import type { Found } from './run-parts.ts';
import { openStand, type Stand } from './stand.ts';
import { rounded } from './statistics.ts';
import type { ZoneLimitWorkerOptions } from './zone-limit/worker.ts';
import type { ZoneWrites } from './zone-limit/writes.ts';

const TASK_QUEUE = 'bench-zone';
const WORKFLOW_QUEUE = 'bench-zone-workflow';

export async function zoneLimit({ quick, say }: Bench, signal: AbortSignal): Promise<Found> {
  const stand = await openStand({ say, signal, reached: true });
  try {
    const { azureDns } = stand.platform;
    if (azureDns === null) throw new Error('the stand has no DNS');
    const names = quick ? 40 : 400;
    await publishMany(stand, azureDns, recordsOf(names), signal);
    return { figures: { zoneLimit: { names, ...judged(azureDns.log.list(), names) } } };
  } finally {
    await stand.close();
  }
}

function recordsOf(names: number): RecordSet[] {
  return Array.from({ length: names }, (_, index) => ({
    zone: LOCAL_ZONE,
    name: `limit-${index}.${LOCAL_ZONE}`,
    type: 'A' as const,
    ttlSeconds: 60,
    values: ['203.0.113.1'],
  }));
}

async function publishMany(stand: Stand, dns: AzureDns, records: RecordSet[], signal: AbortSignal): Promise<void> {
  await Promise.all([stand.startWorker(TASK_QUEUE), startWorkflowWorker(stand, signal)]);
  const owner = {
    installation: stand.catalog.platform.installation,
    namespace: 'bench-zone',
    incarnation: 'bec4bec4bec4',
    requestId: 'bench',
    planDigest: 'd'.repeat(64),
  };
  while (dns.throttle.admit(LOCAL_ZONE, 'recordSetWrites', Date.now()).admitted);
  // For whoever comes first there is one again: what another client has spent is not what is measured.
  await setTimeout(1_000, undefined, { signal });
  dns.log.clear();
  const writes: ZoneWrites = { queue: zoneQueue(TASK_QUEUE, LOCAL_ZONE), owner, records };
  await stand.temporal.workflow.execute('publishMany', {
    workflowId: 'bench-zone-limit',
    taskQueue: WORKFLOW_QUEUE,
    args: [writes],
  });
}

async function startWorkflowWorker(stand: Stand, signal: AbortSignal): Promise<void> {
  const { platform } = stand;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'zone-limit', 'workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const bundle = join(platform.stateDir, 'zone-limit-workflow.js');
  await writeFile(bundle, code);
  const { temporalAddress: address, temporalNamespace: namespace } = platform;
  const worker = stand.startNode('zone-limit-worker', [
    join(import.meta.dirname, 'zone-limit', 'worker.ts'),
    JSON.stringify({ address, namespace, taskQueue: WORKFLOW_QUEUE, bundle } satisfies ZoneLimitWorkerOptions),
  ]);
  await waitUntilReady(worker, hasLogged(worker, 'zone-limit worker is polling'), { timeoutMs: 90_000, signal });
}

/** Exported for its test. */
export function judged(log: readonly LoggedRequest[], names: number) {
  const calls = log.filter(({ method }) => method === 'PUT');
  const written = calls.filter(({ effect }) => effect === 'created').map(({ atMs }) => atMs);
  if (written.length !== names) throw new Error(`${written.length} of ${names} names were created`);
  const refusals = calls.filter(({ status }) => status === 429);
  const early = refusals.flatMap(({ atMs, sequence, path, retryAfterSeconds = 0 }) =>
    calls.filter(
      (call) => call.path === path && call.sequence > sequence && call.atMs < atMs + retryAfterSeconds * 1000,
    ),
  );
  const spanMs = Math.max(...written) - Math.min(...written);
  const allowedMs = ((names - 1) / AZURE_LIMITS.recordSetWrites) * 60_000;
  return { earlyRetries: early.length, refused: refusals.length, shareOfAllowedRate: rounded(allowedMs / spanMs) };
}
