// Order of a hostname's life as a safety property, read from three logs of one machine: the API server's, with what the lists
// said, and the zone's own. A record never leads to a route that is not in force, nor for as long as somebody may remember it. And a name that was taken away
// rests for everybody but its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inSeconds, writeClaims } from '../../src/spec/hostname-claims-text.ts';
import { HOSTNAMES_PREFIX, LABEL, SYSTEM_NAMESPACE, WORKER_USER } from '../../src/spec/names.ts';
import { send } from '../ops/administrator.ts';
import { askForHostname } from '../support/ask-hostname.ts';
import { type AuditEvent, byTenant, describeEvent, readAudit, tookEffect } from '../support/audit.ts';
import { kubectl, type Snapshot } from '../support/cluster-snapshot.ts';
import { brokenHistory, historyOf, type ListState, listHistory } from '../support/list-history.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { breakForGood, cleanReachedLife, type ReachCase, type ReachPoint } from '../support/reach-points.ts';
import { hostnameOf, openReachStand, type ReachStand, type Tenant, ZONES } from '../support/reach-stand.ts';

const FULL = process.env['NAAS_FULL'] === '1';
const TTL_SECONDS = 3;
/** Nobody waits for this one. */
const LONG_TTL_SECONDS = 600;

/** The zone of names that are taken away, and given again. */
const RESTING = 'rest.test';
/** A minute is the least that a zone's rest can be told in. */
const REST_MINUTES = 1;
const ROUTE_KINDS = ['listenersets', 'certificates', 'httproutes'];

let stand: ReachStand;
/** Published and taken away again. */
let published: Tenant[];
/** Undone before it was published. */
let unpublished: Tenant;
let lives: Map<string, AuditEvent[]>;
let lists: ListState[];
let before: Snapshot;

beforeAll(async () => {
  stand = await openReachStand({
    zones: [...ZONES.slice(0, 8), RESTING],
    ttlSeconds: TTL_SECONDS,
    quarantineMinutes: { [RESTING]: REST_MINUTES },
  });
  await stand.startWorker();
  await stand.makeLists();
  before = await stand.snapshot();
  const [clean, cut, undone, first, second, killed, byHand, never] = stand.tenants('order', 8);
  if (!clean || !cut || !undone || !first || !second || !killed || !byHand || !never) throw new Error('eight tenants');
  published = [clean, cut, undone, first, second, killed, byHand];
  unpublished = never;
  const { provisioning } = await cleanReachedLife(stand, clean);
  const at = (is: (point: ReachPoint) => boolean): ReachCase => {
    const point = provisioning.findLast(is);
    if (point === undefined) throw new Error('no such write');
    return { point, moment: 'after', title: '' };
  };
  const rules = [
    breakForGood(
      stand,
      undone,
      at(({ system }) => system === 'cluster'),
      1,
    ),
    breakForGood(
      stand,
      cut,
      at(({ system }) => system === 'zone'),
      0,
    ),
    breakForGood(
      stand,
      never,
      at((point) => point.system === 'cluster' && point.point.resource === 'httproutes'),
      0,
    ),
  ];
  await Promise.all([
    ...[first, second, killed, byHand, undone, cut].map((tenant) => stand.submitReached(tenant)),
    stand.submitReached(never, LONG_TTL_SECONDS),
  ]);
  await stand.untilAll(
    [undone, cut, never].map(({ name }) => name),
    ['failed'],
  );
  for (const rule of rules) rule.lift();
  const leaving = [first, second, killed, byHand];
  await stand.untilAll(
    leaving.map(({ name }) => name),
    ['ready'],
  );
  await stand.removeByHand(byHand);
  await Promise.all(leaving.map(({ name }) => stand.teardown(name)));
  // While caches forget.
  await untilWithdrawn(killed);
  await stand.killWorkers();
  await stand.startWorker();
  await stand.untilAll(
    leaving.map(({ name }) => name),
    ['deleted'],
  );
  const all = (await readAudit(stand.auditLog)).filter(tookEffect);
  lives = byTenant(all);
  lists = listHistory(all);
});

afterAll(async () => {
  await stand?.close();
  recordProof('order of hostnames', published?.length ?? 0, failedTests());
});

async function untilWithdrawn(tenant: Tenant): Promise<void> {
  const giveUpMs = Date.now() + 60_000;
  while (recordOf(tenant)?.removedMs === undefined) {
    if (Date.now() > giveUpMs) throw new Error(`the record of ${tenant.name} was not withdrawn`);
    await sleep(20);
  }
}

interface Interval {
  madeMs: number;
  removedMs: number | undefined;
}

/** Each bound on the side that makes it longer: from when it may have stood, until it surely was gone. */
function recordOf({ name, zone }: Tenant): Interval | undefined {
  const writes = stand.dns.log.list().filter(({ path }) => path.endsWith(`/${zone}/A/${name}`));
  const made = writes.find(({ effect }) => effect === 'created');
  const removed = writes.find(({ effect }) => effect === 'deleted');
  if (made === undefined) return undefined;
  return { madeMs: made.atMs, removedMs: removed && removed.atMs + Math.ceil(removed.spentMs) };
}

const eventsOf = ({ name }: Tenant): AuditEvent[] => lives.get(name) ?? [];
const resourceOf = (event: AuditEvent): string => event.objectRef?.resource ?? '';
const isWorker = (event: AuditEvent): boolean => event.user.username === WORKER_USER;
const isRemoval = (event: AuditEvent): boolean => isWorker(event) && event.verb === 'delete';
const beganMs = (event: AuditEvent | undefined): number => Date.parse(event?.requestReceivedTimestamp ?? '');
const endedMs = (event: AuditEvent | undefined): number => Date.parse(event?.stageTimestamp ?? '');

describe('order of a hostname in the logs', () => {
  it('has every life in it', () => {
    for (const tenant of published) expect(recordOf(tenant)?.removedMs, tenant.name).toBeGreaterThan(0);
    for (const tenant of [...published, unpublished])
      expect(eventsOf(tenant).some(isRemoval), `${tenant.name} was removed`).toBe(true);
  });

  it('publishes nothing before every part of the route is said to be in force', () => {
    for (const tenant of published) {
      const { madeMs = Number.NaN } = recordOf(tenant) ?? {};
      for (const kind of ROUTE_KINDS) {
        const told = eventsOf(tenant).find(
          (event) => resourceOf(event) === kind && event.objectRef?.subresource === 'status',
        );
        expect(endedMs(told), `${tenant.name}: ${kind} first`).toBeLessThanOrEqual(madeMs);
      }
    }
  });

  it('takes the record away first but for access, and the route a whole TTL later, whoever dies meanwhile', () => {
    for (const tenant of published) {
      const { removedMs = Number.NaN } = recordOf(tenant) ?? {};
      const removals = eventsOf(tenant).filter(isRemoval);
      const rest = removals.filter((event) => resourceOf(event) !== 'rolebindings');
      expect(ROUTE_KINDS, `${tenant.name}: ${rest.map(describeEvent)}`).toContain(resourceOf(rest[0] as AuditEvent));
      // By hand it went before anybody asked for it; naas cannot know when, and waits from its own look on.
      for (const event of rest)
        expect(beganMs(event) - removedMs, `${tenant.name}: ${describeEvent(event)}`).toBeGreaterThanOrEqual(
          TTL_SECONDS * 1000,
        );
      expect(resourceOf(removals.at(-1) as AuditEvent), tenant.name).toBe('namespaces');
    }
  });

  it('waits a TTL from its own look on where somebody else took the record away', () => {
    const [byHand] = published.slice(-1);
    if (byHand === undefined) throw new Error('one was removed by hand');
    const looks = stand.dns.log
      .list()
      .filter(({ method, path }) => method === 'GET' && path.endsWith(`/${byHand.zone}/A/${byHand.name}`));
    const route = eventsOf(byHand)
      .filter(isRemoval)
      .find((event) => ROUTE_KINDS.includes(resourceOf(event)));
    expect(beganMs(route) - (looks.at(-1)?.atMs ?? Number.NaN)).toBeGreaterThanOrEqual(TTL_SECONDS * 1000);
  });

  it('never leaves a route out of force while its record may be known', () => {
    for (const tenant of published) {
      const { madeMs = Number.NaN, removedMs = Number.NaN } = recordOf(tenant) ?? {};
      const untilMs = removedMs + TTL_SECONDS * 1000;
      const meanwhile = eventsOf(tenant).filter(
        (event) => ROUTE_KINDS.includes(resourceOf(event)) && endedMs(event) > madeMs && beganMs(event) < untilMs,
      );
      expect(meanwhile.map(describeEvent), tenant.name).toEqual([]);
    }
  });

  it('holds the name before anything exists, and until nothing does', () => {
    for (const tenant of [...published, unpublished]) {
      const holds = lists.filter(({ zone, claims }) =>
        claims.some(({ name, state }) => zone === tenant.zone && state === 'held' && name === hostnameOf(tenant)),
      );
      const released = lists.find(({ zone, atMs }) => zone === tenant.zone && atMs > (holds.at(-1)?.atMs ?? Infinity));
      const events = eventsOf(tenant).filter(({ objectRef }) => objectRef?.resource !== 'events');
      const made = events.find(({ verb, objectRef }) => verb === 'create' && objectRef?.resource === 'namespaces');
      const gone = events.findLast(({ objectRef }) => objectRef?.subresource === 'finalize');
      expect(holds[0]?.atMs, tenant.name).toBeLessThanOrEqual(endedMs(made));
      expect(released?.atMs, tenant.name).toBeGreaterThanOrEqual(beganMs(gone));
    }
  });

  it('waits for nobody where nothing was published', () => {
    expect(recordOf(unpublished)).toBeUndefined();
    const removals = eventsOf(unpublished).filter(isRemoval);
    const lastWrite = eventsOf(unpublished).findLast((event) => isWorker(event) && event.verb === 'patch');
    expect(removals.length).toBeGreaterThan(0);
    expect(endedMs(removals.at(-1)) - endedMs(lastWrite)).toBeLessThan((LONG_TTL_SECONDS * 1000) / 2);
  });

  it('names only hosts that the namespace has been given, written there first', async () => {
    for (const tenant of published) {
      const events = eventsOf(tenant).filter(isWorker);
      const first = events.findIndex((event) => ROUTE_KINDS.includes(resourceOf(event)));
      expect(first, tenant.name).toBeGreaterThan(0);
      expect(resourceOf(events[0] as AuditEvent), tenant.name).toBe('namespaces');
    }
    // And nothing of naas's is left that names one.
    const left = await kubectl(stand.kube, 'get', ROUTE_KINDS.join(','), '-A', '-l', LABEL.incarnation, '-o', 'name');
    expect(left.trim()).toBe('');
  });
});

describe('a hostname that is taken away', () => {
  const NAME = `cart.${RESTING}`;

  const endRest = async (): Promise<void> => {
    const path = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/configmaps/${HOSTNAMES_PREFIX}${RESTING}`;
    const { metadata } = await send(stand.kube.kubeconfig, 'GET', path);
    const { resourceVersion } = metadata as { resourceVersion: string };
    const freeAfter = inSeconds(Date.now() - 2_000);
    const claims = (await stand.claims(RESTING)).map((each) => (each.state === 'held' ? each : { ...each, freeAfter }));
    const data = { claims: writeClaims({ zone: RESTING, claims }) };
    const { kind } = await send(stand.kube.kubeconfig, 'PATCH', path, { metadata: { resourceVersion }, data });
    expect(kind).toBe('ConfigMap');
  };

  const expectOneOwner = async (atLeast: number): Promise<void> => {
    const history = await historyOf(stand, RESTING);
    expect(history.length, 'the audit log knows the list').toBeGreaterThanOrEqual(atLeast);
    expect(brokenHistory(history)).toEqual([]);
  };

  const expectRefused = async (name: string, words: string): Promise<void> => {
    const { problems = [] } = await askForHostname(stand, name, NAME, 'http');
    const told = problems.map(({ code, message }) => `${code}: ${message}`).join('; ');
    expect(told).toContain('Conflict: ');
    expect(told).toContain(words);
    await stand.untilAll([name], ['failed', 'refused']);
  };

  it('is nobody else’s while it goes, and rests for its TTL and the zone’s quarantine', async () => {
    expect((await askForHostname(stand, 'rest-mine', NAME, 'http')).problems).toBeUndefined();
    await expectRefused('rest-before', 'is held by namespace rest-mine of team shop');
    await stand.teardown('rest-mine');
    let during = 0;
    for (; (await stand.owner.status('rest-mine')).phase === 'deleting'; during += 1)
      await expectRefused(`rest-during-${during}`, 'namespace rest-mine of team shop');
    expect(during).toBeGreaterThan(1);
    await stand.untilAll(['rest-mine'], ['deleted']);
    await expectRefused('rest-after', 'rests until');
    const [claim] = await stand.claims(RESTING);
    const removedMs = stand.dns.log.list().findLast(({ effect }) => effect === 'deleted')?.atMs ?? Number.NaN;
    const restMs = (claim?.state === 'released' ? Date.parse(claim.freeAfter) : Number.NaN) - removedMs;
    const leastMs = TTL_SECONDS * 1000 + REST_MINUTES * 60_000;
    expect(restMs).toBeGreaterThanOrEqual(leastMs);
    // The time between the deletion in the zone and its answer, and whole seconds.
    expect(restMs).toBeLessThan(leastMs + 20_000);
  });

  it('is its own namespace’s again at once', async () => {
    expect((await askForHostname(stand, 'rest-mine', NAME, 'http')).problems).toBeUndefined();
    await stand.teardown('rest-mine');
    await stand.untilAll(['rest-mine'], ['deleted']);
    await expectOneOwner(4);
  });

  it('is anybody’s when it has rested', async () => {
    // What the clock does in a minute, an administrator does at once: the list says until when.
    if (FULL) await sleep((REST_MINUTES * 60 + TTL_SECONDS + 1) * 1000);
    else await endRest();
    expect((await askForHostname(stand, 'rest-next', NAME, 'http')).problems).toBeUndefined();
    await stand.teardown('rest-next');
    await stand.untilAll(['rest-next'], ['deleted']);
    await expectOneOwner(6);
    expect(await stand.changesSince(before)).toEqual([]);
  });
});
