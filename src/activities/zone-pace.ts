// Holds the writes of a zone to what its provider allows, however many workers there are and however the Temporal server divides
// their queue: each write has a time of its own, given out one after the other in a Lease by compare-and-swap. It writes no record.
import { setTimeout } from 'node:timers/promises';
import { activityInfo } from '@temporalio/activity';
import { NaasError } from '../spec/errors.ts';
import { ownRef } from '../spec/inventory.ts';
import { zoneLease } from '../spec/route-names.ts';
import { PartialFailure } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';
import { boundPatch, makeFirst, onFreshVersion } from './fresh.ts';
import type { DnsZone } from './zone.ts';

/** So long a turn is waited for in the activity; who has to wait longer leaves his place to another. */
const PATIENCE_MS = 3_000;
/** Back before the turn comes: what is late leaves the zone idle. */
const EARLY_MS = 1_500;

/** The same zone, whose writes wait for their turn. */
export function pacedZone(zone: DnsZone, cluster: Cluster, writesPerSecond: number): DnsZone {
  const pace = zonePace(cluster, zone.name, 1000 / writesPerSecond);
  return {
    name: zone.name,
    nameServers: (options) => zone.nameServers(options),
    read: (key, options) => zone.read(key, options),
    claimedBy: (key, options) => zone.claimedBy(key, options),
    async create(set, owner, options) {
      await pace(options);
      return zone.create(set, owner, options);
    },
    async change(set, owner, version, options) {
      await pace(options);
      return zone.change(set, owner, version, options);
    },
    async remove(key, version, options) {
      await pace(options);
      return zone.remove(key, version, options);
    },
  };
}

function zonePace(cluster: Cluster, zone: string, intervalMs: number): (options: CallOptions) => Promise<void> {
  const reserve = together((turns, options) => reserved(cluster, { zone, turns, intervalMs }, options), intervalMs);
  const used = new WeakSet<object>();
  return async (options) => {
    const info = activityInfo();
    const kept = used.has(info) ? undefined : turnKept(info.heartbeatDetails);
    used.add(info);
    const turnMs = kept ?? (await reserve(options));
    const waitMs = turnMs - cluster.serverNowMs();
    if (waitMs > PATIENCE_MS) throw notYet(zone, intervalMs, turnMs, waitMs);
    if (waitMs > 0) await setTimeout(waitMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  };
}

interface Waiter {
  options: CallOptions;
  resolve(turnMs: number): void;
  reject(error: unknown): void;
}

/** Those of one process that wait at the same time get their turns in one write: alone they would only overtake each other. */
function together(
  reserveAll: (turns: number, options: CallOptions) => Promise<number>,
  intervalMs: number,
): (options: CallOptions) => Promise<number> {
  let waiting: Waiter[] = [];
  let busy = false;
  const serve = async (): Promise<void> => {
    while (waiting.length > 0) {
      const now = waiting;
      waiting = [];
      try {
        const firstMs = await reserveAll(now.length, forAll(now.map(({ options }) => options)));
        for (const [index, { resolve }] of now.entries()) resolve(firstMs + index * intervalMs);
      } catch (error) {
        for (const { reject } of now) reject(error);
      }
    }
    busy = false;
  };
  return (options) =>
    new Promise((resolve, reject) => {
      waiting.push({ options, resolve, reject });
      if (busy) return;
      busy = true;
      void serve();
    });
}

/** Who is told to stop must not stop the others. In the logs of the API server it is the first one's call. */
function forAll(all: readonly CallOptions[]): CallOptions {
  const deadlineMs = Math.max(...all.map((each) => each.deadlineMs));
  const caller = all[0]?.caller;
  return { deadlineMs, ...(caller === undefined ? {} : { caller }) };
}

/** A turn that was missed still counts: nobody else has written in its place. */
function turnKept(details: unknown): number | undefined {
  const turnMs = typeof details === 'object' && details !== null && 'turnMs' in details ? details.turnMs : undefined;
  return typeof turnMs === 'number' ? turnMs : undefined;
}

/** The next attempt finds the turn in what this one says, so that it is given out once. */
function notYet(zone: string, intervalMs: number, turnMs: number, waitMs: number): PartialFailure {
  const perMinute = Math.round(60_000 / intervalMs);
  const message = `zone ${zone} takes ${perMinute} writes a minute; the turn of this one comes in ${Math.ceil(waitMs / 1000)} s`;
  const error = new NaasError({ code: 'Throttled', message }, { retryAfterMs: waitMs - EARLY_MS });
  return new PartialFailure(error, { problems: error.problems, objects: [], effects: [], turnMs });
}

/** So many turns in a row; answers the first. */
async function reserved(
  cluster: Cluster,
  { zone, turns, intervalMs }: { zone: string; turns: number; intervalMs: number },
  options: CallOptions,
): Promise<number> {
  const ref = ownRef(cluster.name, 'coordination.k8s.io/v1', 'Lease', zoneLease(zone));
  return onFreshVersion(cluster, ref, options, async (live) => {
    const spec = (live?.['spec'] ?? {}) as { renewTime?: string };
    const lastMs = Date.parse(spec.renewTime ?? '') || 0;
    const turnMs = Math.max(cluster.serverNowMs(), lastMs + intervalMs);
    const taken = { spec: { renewTime: microTime(turnMs + (turns - 1) * intervalMs) } };
    if (live === undefined) await makeFirst(cluster, ref, taken, options);
    else await cluster.merge(ref, boundPatch(taken, live), options);
    return turnMs;
  });
}

/** The form of a Lease's times; up to the next millisecond, so that rounding never makes the rate higher. */
function microTime(timeMs: number): string {
  return new Date(Math.ceil(timeMs)).toISOString().replace('Z', '000Z');
}
