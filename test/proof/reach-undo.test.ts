// Exact undo of a namespace with a hostname: every write of its provisioning, its undo and its teardown is broken before and
// after its effect, for good and once. Afterwards cluster, lists and zones are what they were, and rest holds no name that
// was never published. The usual run breaks what a hostname adds, at one moment each; NAAS_FULL=1 every write at both.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostnamesConfigMap, zoneLease } from '../../src/spec/route-names.ts';
import type { Status } from '../../src/spec/status.ts';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { batches } from '../support/effects-table.ts';
import type { ActiveRule } from '../support/fault-proxy-rules.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import {
  beginReached,
  breakForGood,
  breakOnce,
  chosenCases,
  describeReachPoint,
  gatherReached,
  isOfHostname,
  objectNameAt,
  type ReachCase,
  type ReachPoint,
  type ReachTable,
  reachCases,
} from '../support/reach-points.ts';
import { hostnameOf, openReachStand, type ReachStand, type Tenant } from '../support/reach-stand.ts';
import { drawFor } from '../support/run-seed.ts';
import { DEV } from '../support/scenario.ts';

/** What naas makes of a zone when its first name comes; each case needs a zone that had none. */
const FIRST: readonly { case: ReachCase; fails: 'for good' | 'once' }[] = (
  [
    { system: 'list', resource: 'configmaps', name: hostnamesConfigMap('<zone>'), activity: 'claimNamespace' },
    { system: 'turns', resource: 'leases', name: zoneLease('<zone>'), activity: 'publishRecord' },
  ] as const
).flatMap(({ system, ...made }) =>
  reachCases([{ system, point: { verb: 'create', ...made } }]).flatMap((each) =>
    (['for good', 'once'] as const).map((fails) => ({ case: each, fails })),
  ),
);

let stand: ReachStand;
let table: ReachTable;
let before: Snapshot;
let counted = 0;

beforeAll(async () => {
  stand = await openReachStand({ untouched: FIRST.map((_, index) => `first${index + 1}.test`) });
  ({ before, table } = await beginReached(stand));
});

afterAll(async () => {
  await stand?.close();
  recordProof('exact undo of hostnames', counted, failedTests());
});

const draw = drawFor('exact undo of hostnames: moments');
const chosen = (points: readonly ReachPoint[]): ReachCase[] => chosenCases(points, draw);

function last(points: readonly ReachPoint[]): ReachCase {
  const point = points.findLast(({ system }) => system === 'cluster');
  if (point === undefined) throw new Error('the table of writes is empty');
  return { point, moment: 'after', title: '' };
}

interface Fleet {
  cases: ReachCase[];
  tenants: Tenant[];
  names: string[];
}

/** As many at once as there are zones. */
async function inFleets(
  prefix: string,
  all: readonly ReachCase[],
  run: (fleet: Fleet) => Promise<void>,
): Promise<void> {
  for (const [number, cases] of batches(all, stand.zones.length).entries()) {
    const tenants = stand.tenants(`${prefix}${number}-`, cases.length);
    const fleet = { cases, tenants, names: tenants.map(({ name }) => name) };
    await run(fleet);
    expect(await stand.changesSince(before)).toEqual([]);
    await expectRest(tenants);
    counted += cases.length;
  }
}

const plantAll = ({ cases, tenants }: Fleet, plant: typeof breakOnce): ActiveRule[] =>
  tenants.map((tenant, index) => plant(stand, tenant, cases[index] as ReachCase, index));

async function makeAll({ tenants, names }: Fleet): Promise<void> {
  await Promise.all(tenants.map((tenant) => stand.submitReached(tenant)));
  await stand.untilAll(names, ['ready']);
}

function expectMet(rules: readonly ActiveRule[], { cases }: Fleet): void {
  for (const [index, rule] of rules.entries()) expect(rule.hits(), `${cases[index]?.title} was met`).toBeGreaterThan(0);
}

/** By the emulator's own log: a name rests if, and only if, somebody could have been told of it. */
async function expectRest(tenants: readonly Tenant[]): Promise<void> {
  const created = stand.dns.log.list().filter(({ effect }) => effect === 'created');
  for (const tenant of tenants) {
    const wasPublished = created.some(({ path }) => path.endsWith(`/${tenant.zone}/A/${tenant.name}`));
    const claims = (await stand.claims(tenant.zone)).filter(({ name }) => name === hostnameOf(tenant));
    expect(
      claims.map(({ state }) => state),
      `${hostnameOf(tenant)} rests`,
    ).toEqual(wasPublished ? ['released'] : []);
    for (const claim of claims)
      expect(claim.state === 'released' && Date.parse(claim.freeAfter) > Date.now() + 55 * 60_000).toBe(true);
  }
}

function expectNamed(status: Status | undefined, tenant: Tenant, { point, title }: ReachCase): void {
  const problems = status?.blocked?.problems ?? status?.problems ?? [];
  const told = problems.map(({ message }) => message).join('\n');
  expect(told, title).toContain(objectNameAt(tenant, point));
}

const broken = (statuses: readonly Status[], { tenants, cases }: Fleet): void => {
  for (const [index, tenant] of tenants.entries()) expectNamed(statuses[index], tenant, cases[index] as ReachCase);
};

describe('exact undo of a namespace with a hostname', () => {
  it('leaves cluster, lists and zone as they were after one clean life', async () => {
    expect(await stand.changesSince(before)).toEqual([]);
    const [making, removing] = [table.provisioning, table.teardown].map((points) =>
      points.filter(isOfHostname).map(describeReachPoint).sort(),
    );
    expect(making).toEqual([
      'PUT A record *',
      'apply certificates/<hostname>',
      'apply httproutes/<hostname>',
      'apply listenersets/naas-listeners',
      'patch configmaps/naas-hostnames.<zone> by claimNamespace',
      'patch leases/naas-zone.<zone> by publishRecord',
    ]);
    expect(removing).toEqual([
      'DELETE A record *',
      'delete certificates/<hostname>',
      'delete httproutes/<hostname>',
      'delete listenersets/naas-listeners',
      'patch configmaps/naas-hostnames.<zone> by releaseHostnames',
      'patch leases/naas-zone.<zone> by withdrawRecord',
    ]);
  });

  it('undoes provisioning wherever a write fails for good', () =>
    inFleets('good', chosen(table.provisioning), async (fleet) => {
      const rules = plantAll(fleet, breakForGood);
      await Promise.all(fleet.tenants.map((tenant) => stand.submitReached(tenant)));
      const ended = await stand.untilAll(fleet.names, ['failed']);
      expectMet(rules, fleet);
      for (const rule of rules) rule.lift();
      broken(ended, fleet);
    }));

  it('becomes ready, with everything once, when a write fails for a moment; and is deleted all the same', async () => {
    const [first, second] = [chosen(table.provisioning), chosen(table.teardown)];
    await inFleets('once', first, async (fleet) => {
      const rules = plantAll(fleet, breakOnce);
      await makeAll(fleet);
      expectMet(rules, fleet);
      expectOnce(fleet);
      const leaving = { ...fleet, cases: fleet.tenants.map((_, index) => second[index % second.length] as ReachCase) };
      const more = plantAll(leaving, breakOnce);
      await Promise.all(fleet.names.map((name) => stand.teardown(name)));
      await stand.untilAll(fleet.names, ['deleted']);
      expectMet(more, leaving);
      counted += fleet.names.length;
    });
  });

  it('blocks when a write of teardown fails for good, and ends by itself when it can', () =>
    inFleets('block', chosen(table.teardown), async (fleet) => {
      await makeAll(fleet);
      const rules = plantAll(fleet, breakForGood);
      await Promise.all(fleet.names.map((name) => stand.teardown(name)));
      const blocked = await stand.untilAll(fleet.names, ['blocked']);
      expectMet(rules, fleet);
      broken(blocked, fleet);
      await expectOrderKept(fleet);
      for (const rule of rules) rule.lift();
      await stand.untilAll(fleet.names, ['deleted']);
    }));

  it('blocks when a write of undo fails for good, and ends by itself when it can', () =>
    inFleets('undo', chosen(table.teardown), async (fleet) => {
      const failing = fleet.tenants.map((tenant) => breakForGood(stand, tenant, last(table.provisioning), 1));
      const rules = plantAll(fleet, (...at) => breakForGood(...at, table.looks));
      await Promise.all(fleet.tenants.map((tenant) => stand.submitReached(tenant)));
      await stand.untilAll(fleet.names, ['blocked']);
      expectMet(rules, fleet);
      for (const rule of [...rules, ...failing]) rule.lift();
      await stand.untilAll(fleet.names, ['failed']);
    }));

  it('makes list and turns of a zone with its first name, wherever that fails', async () => {
    const tenants = stand.firstTenants('first');
    const names = tenants.map(({ name }) => name);
    const rules = tenants.map((tenant, index) => {
      const { case: each, fails } = FIRST[index] as (typeof FIRST)[number];
      return (fails === 'once' ? breakOnce : breakForGood)(stand, tenant, each, index);
    });
    await Promise.all(tenants.map((tenant) => stand.submitReached(tenant)));
    for (const [index, { name }] of tenants.entries()) {
      const { case: each, fails } = FIRST[index] as (typeof FIRST)[number];
      await stand.untilAll([name], [fails === 'once' ? 'ready' : 'failed']);
      expect(rules[index]?.hits(), `${each.title}, ${fails}, was met`).toBeGreaterThan(0);
    }
    for (const rule of rules) rule.lift();
    const living = names.filter((_, index) => FIRST[index]?.fails === 'once');
    await Promise.all(living.map((name) => stand.teardown(name)));
    await stand.untilAll(living, ['deleted']);
    expect(await stand.changesSince(before)).toEqual([]);
    counted += tenants.length;
  });

  it('rests though nobody heard of its publication, nor of its removal', async () => {
    const [tenant] = stand.tenants('unheard', 1);
    const inZone = (points: readonly ReachPoint[]): ReachCase => {
      const point = points.find(({ system }) => system === 'zone');
      if (point === undefined) throw new Error('the zone is written');
      return { point, moment: 'after', title: '' };
    };
    if (tenant === undefined) throw new Error('there is a zone');
    breakForGood(stand, tenant, inZone(table.provisioning), 0);
    const removal = breakForGood(stand, tenant, inZone(table.teardown), 0, table.looks);
    await stand.submitReached(tenant);
    await stand.untilAll([tenant.name], ['blocked']);
    expect(removal.hits()).toBeGreaterThan(0);
    removal.lift();
    await stand.untilAll([tenant.name], ['failed']);
    expect(await stand.changesSince(before)).toEqual([]);
    await expectRest([tenant]);
    counted += 1;
  });

  it('waits for a record that is still on its way where another one fails for good', async () => {
    const [tenant, other] = stand.tenants('both', 2);
    const [record, turn] = (['zone', 'turns'] as const).map((system) =>
      table.provisioning.find((point) => point.system === system),
    );
    if (!tenant || !other || !record || !turn) throw new Error('a record is written, in its turn');
    const refused = breakForGood(stand, tenant, { point: record, moment: 'before', title: '' }, 0);
    const there = { name: tenant.name, zone: other.zone };
    // It has its turn, and writes as soon as it hears so.
    const gate = gatherReached(stand, [{ tenant: there, place: { point: turn, moment: 'after' } }]);
    await stand.submit(tenant.name, {
      ...DEV,
      hostnames: [tenant, there].map((each) => ({ name: hostnameOf(each) })),
    });
    await gate.allArrived();
    await expect.poll(() => refused.hits(), { timeout: 10_000 }).toBeGreaterThan(0);
    // So long an undo would take to find no record of the other name.
    await sleep(2_000);
    gate.open();
    await stand.untilAll([tenant.name], ['failed']);
    refused.lift();
    expect(await stand.changesSince(before)).toEqual([]);
    await expectRest([tenant, there]);
    counted += 1;
  });

  it('lets a claim that comes late, after its undo, change nothing', async () => {
    const [tenant] = stand.tenants('late', 1);
    const point = table.provisioning.find(({ system }) => system === 'list');
    if (tenant === undefined || point === undefined) throw new Error('the list is written');
    const gate = gatherReached(stand, [{ tenant, place: { point, moment: 'before' } }]);
    await stand.submitReached(tenant);
    await gate.allArrived();
    await stand.cancelUntilAccepted(tenant.name);
    await stand.untilAll([tenant.name], ['failed', 'cancelled']);
    const statuses = (await gate.sendHeld()).flat();
    expect(statuses.length).toBeGreaterThan(0);
    expect(
      statuses.every((status) => status === 409),
      `${statuses}`,
    ).toBe(true);
    gate.open();
    expect(await stand.changesSince(before)).toEqual([]);
    await expectRest([tenant]);
    counted += 1;
  });
});

/** By what the zone and the API server said that they had made. */
function expectOnce({ tenants, cases }: Fleet): void {
  for (const [index, { name, zone }] of tenants.entries()) {
    const title = `${name}: ${cases[index]?.title}`;
    const records = stand.dns.log.list().filter(({ path }) => path.endsWith(`/${zone}/A/${name}`));
    expect(
      records.filter(({ effect }) => effect !== 'none').map(({ effect }) => effect),
      title,
    ).toEqual(['created']);
    const made = stand.proxy.effects(name).filter(({ status }) => status === 201);
    expect(made.length, title).toBe(new Set(made.map(({ resource, name }) => `${resource}/${name}`)).size);
  }
}

const ORDER = [
  ...['rolebindings', 'leases', 'DELETE A record'],
  ...['httproutes', 'certificates', 'listenersets', 'namespaces', 'configmaps'],
];
const placeOf = (word: string): number => ORDER.indexOf(word);
const RECORD = placeOf('DELETE A record');

/** What comes after the write that failed has not begun. */
async function expectOrderKept({ tenants, cases }: Fleet): Promise<void> {
  const now = await stand.snapshot();
  for (const [index, tenant] of tenants.entries()) {
    const { title, moment } = cases[index] as ReachCase;
    const at = ORDER.findIndex((word) => title.includes(word));
    const stands = {
      record: now.has(`Record ${tenant.zone} A ${tenant.name}`),
      route: [...now.keys()].some((key) => key.startsWith('HTTPRoute.') && key.includes(` ${tenant.name}/`)),
      namespace: now.has(`Namespace.v1 /${tenant.name}`),
      held: (await stand.claims(tenant.zone)).some(
        ({ name, state }) => name === hostnameOf(tenant) && state === 'held',
      ),
    };
    expect(at, `${title} has a place in the order`).not.toBe(-1);
    if (at <= RECORD) {
      const record = at < RECORD || moment === 'before';
      expect(stands, title).toEqual({ record, route: true, namespace: true, held: true });
    } else expect(stands.record, `${title}: the record went first`).toBe(false);
    if (at < placeOf('namespaces')) expect(stands.namespace, `${title}: the namespace waits`).toBe(true);
    if (at < placeOf('configmaps')) expect(stands.held, `${title}: the name is held to the end`).toBe(true);
  }
}
