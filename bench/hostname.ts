// What one hostname costs a request: time to ready beside the same request without, writes and questions. What the emulated Azure
// DNS, its name servers and the stand-in controllers take is theirs, and taken off. On a stand of its own, because only this
// part needs them.
import { request } from 'undici';
import type { AzureDns } from '../src/local/azure-dns/index.ts';
import type { WorkTime } from '../src/local/controllers/work-times.ts';
import { SYSTEM_NAMESPACE, WORKER_USER } from '../src/spec/names.ts';
import { writesOf } from './audit-writes.ts';
import type { Bench } from './bench.ts';
import { interleaved } from './interleave.ts';
import { requestFor } from './namespace-objects.ts';
import type { Found } from './run-parts.ts';
import { openStand, type Stand } from './stand.ts';
import { median, rounded } from './statistics.ts';
import { untilPhase } from './until-phase.ts';

const TASK_QUEUE = 'bench-hostname';

interface Reached {
  name: string;
  ms: number;
  /** In which somebody else worked for it, however many at a time. */
  foreignMs: number;
  recordWrites: number;
  dnsQueries: number;
}

export async function hostname({ quick, say }: Bench, signal: AbortSignal): Promise<Found> {
  const stand = await openStand({ say, signal, reached: true });
  try {
    return await measured(stand, quick, signal);
  } finally {
    await stand.close();
  }
}

async function measured(stand: Stand, quick: boolean, signal: AbortSignal): Promise<Found> {
  await stand.startWorker(TASK_QUEUE);
  const naas = stand.clientOf(TASK_QUEUE);
  const plain: string[] = [];
  const reached: Reached[] = [];
  const ready = async (name: string, more: object): Promise<number> => {
    const began = performance.now();
    await naas.submit({ ...requestFor(name), ...more });
    await untilPhase(stand, name, 'ready', signal);
    return performance.now() - began;
  };
  const rounds = quick ? 5 : 40;
  const samples = await interleaved(
    {
      async without(turn) {
        plain.push(`plain-${turn}`);
        return ready(`plain-${turn}`, {});
      },
      async with(turn) {
        const name = `reached-${turn}`;
        const account = accountOf(stand);
        const ms = await ready(name, { hostnames: [{ name: `${name}.naas.test` }] });
        const one = { name, ms, ...(await account(name)) };
        reached.push(one);
        return ms;
      },
    },
    { rounds, warmups: quick ? 1 : 4, restMs: 150, signal },
  );
  const counted = reached.slice(-rounds);
  const writes = (namespace: string) => writesOf(stand.controlPlane.auditLog, WORKER_USER, namespace);
  const inNamespaces = async (names: readonly string[]) => median(await Promise.all(names.map(writes)));
  const own = (await writes(SYSTEM_NAMESPACE)) / reached.length;
  const [more, usual] = await Promise.all([inNamespaces(counted.map(({ name }) => name)), inNamespaces(plain)]);
  const middle = (pick: (one: Reached) => number): number => median(counted.map(pick));
  const p50WithoutMs = median(samples.without);
  // One for each turn; the audit policy leaves all Leases out.
  const leases = middle((one) => one.recordWrites);
  return {
    figures: {
      hostname: {
        extraMs: rounded(middle(({ ms, foreignMs }) => ms - foreignMs) - p50WithoutMs),
        withP50Ms: rounded(median(samples.with)),
        withoutP50Ms: rounded(p50WithoutMs),
        foreignP50Ms: rounded(middle(({ foreignMs }) => foreignMs)),
        recordWrites: middle((one) => one.recordWrites),
        apiWrites: rounded(more + own + leases - usual),
        dnsQueries: middle((one) => one.dnsQueries),
      },
    },
  };
}

/** Begins an account of what others do; asked at its end, with the namespace that it was for. */
function accountOf({ platform }: Stand): (namespace: string) => Promise<Omit<Reached, 'name' | 'ms'>> {
  const { azureDns, standIns } = platform;
  if (azureDns === null || standIns === null) throw new Error('the stand has no DNS and no stand-in controllers');
  azureDns.log.clear();
  const before = served(azureDns);
  return async (namespace) => {
    const after = served(azureDns);
    const calls = azureDns.log.list();
    const times = (await (await request(`${standIns}/times?namespace=${namespace}`)).body.json()) as WorkTime[];
    const worked = [
      ...calls.map(({ atMs, spentMs }): [number, number] => [atMs, atMs + spentMs]),
      ...times.map(({ heardMs, writtenMs }): [number, number] => [heardMs, writtenMs]),
    ];
    return {
      foreignMs: covered(worked) + after.busyMs - before.busyMs,
      recordWrites: calls.filter(({ method }) => method === 'PUT').length,
      dnsQueries: after.queries - before.queries,
    };
  };
}

function served({ nameServers }: AzureDns): { busyMs: number; queries: number } {
  const sum = (pick: (each: AzureDns['nameServers'][number]['served']) => number): number =>
    nameServers.reduce((total, { served }) => total + pick(served), 0);
  return { busyMs: sum(({ busyMs }) => busyMs), queries: sum(({ udp, tcp }) => udp + tcp) };
}

/** Of spans that may overlap: taken off twice, naas would look quicker than it is. */
function covered(spans: readonly [number, number][]): number {
  let total = 0;
  let untilMs = Number.NEGATIVE_INFINITY;
  for (const [from, to] of spans.toSorted(([a], [b]) => a - b)) {
    total += Math.max(0, to - Math.max(from, untilMs));
    untilMs = Math.max(untilMs, to);
  }
  return total;
}
