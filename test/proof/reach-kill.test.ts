// kill -9 of the worker before and after each write of a life with a hostname, in the cluster, in the list and in the zone,
// alone or as one of two. All tenants are held at their own write, then one SIGKILL meets all of them there; who is left or
// comes next goes on without a person. The usual run strikes what a hostname adds, at one
// moment each, one of two at a core; NAAS_FULL=1 all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { batches } from '../support/effects-table.ts';
import { madeTwice, objectsOf } from '../support/planned-objects.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import {
  beginReached,
  chosenCases,
  gatherReached,
  type ReachCase,
  type ReachPoint,
  type ReachTable,
} from '../support/reach-points.ts';
import { hostnameOf, openReachStand, type ReachStand, type Tenant } from '../support/reach-stand.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';

const FULL = process.env['NAAS_FULL'] === '1';
const CORE = 6;

let stand: ReachStand;
let table: ReachTable;
let before: Snapshot;
let planned: string[];
let counted = 0;

beforeAll(async () => {
  stand = await openReachStand();
  ({ before, table } = await beginReached(stand, async (tenant) => {
    planned = plannedOf(await stand.snapshot(), tenant);
  }));
});

afterAll(async () => {
  await stand?.close();
  recordProof('kill -9 with hostnames', counted, failedTests());
});

const draw = drawFor('kill -9 with hostnames: moments');
const chosen = (points: readonly ReachPoint[]): ReachCase[] => chosenCases(points, draw);

const OBJECT_OF_HOSTNAME = /naas-[-*a-z0-9]+-test-[0-9a-f]{12}/g;

/** Its objects, and its one record, whatever they are called. */
function plannedOf(now: Snapshot, { name, zone }: Tenant): string[] {
  const records = [...now.keys()].filter((key) => key.startsWith(`Record ${zone} `) && key.endsWith(` ${name}`));
  const objects = objectsOf(now, name).map((key) => key.replaceAll(OBJECT_OF_HOSTNAME, '<hostname>'));
  return [...objects, ...records.map((key) => key.replace(zone, '').replace(name, '*'))].sort();
}

/** Kills so many workers where each tenant is held; answers when the others may go on. */
async function strike(
  tenants: readonly Tenant[],
  cases: readonly ReachCase[],
  begin: () => Promise<unknown>,
  count?: number,
): Promise<void> {
  const held = tenants.map((tenant, index) => {
    const place = cases[index % cases.length];
    if (place === undefined) throw new Error('the table of writes is empty');
    return { tenant, place };
  });
  const gate = gatherReached(stand, held);
  await begin();
  await gate.allArrived();
  await stand.killWorkers(count);
  gate.open();
}

async function expectReady(tenants: readonly Tenant[], cases: readonly ReachCase[]): Promise<void> {
  const ready = await stand.untilAll(namesOf(tenants), ['ready']);
  const now = await stand.snapshot();
  for (const [index, tenant] of tenants.entries()) {
    const title = cases[index]?.title;
    expect(plannedOf(now, tenant), title).toEqual(planned);
    expect(madeTwice(stand.proxy.effects(tenant.name)), `${title}: made twice`).toEqual([]);
    expect(recordWrites(tenant), `${title}: written once`).toEqual(['created']);
    expect(
      ready[index]?.inventory.every((entry) => entry.state === 'confirmed'),
      title,
    ).toBe(true);
    const claims = (await stand.claims(tenant.zone)).filter(({ name }) => name === hostnameOf(tenant));
    expect(
      claims.map(({ namespace, state }) => `${namespace} ${state}`),
      title,
    ).toEqual([`${tenant.name} held`]);
  }
}

function recordWrites({ name, zone }: Tenant): string[] {
  return stand.dns.log
    .list()
    .filter(({ effect, path }) => effect !== 'none' && path.endsWith(`/${zone}/A/${name}`))
    .map(({ effect }) => effect);
}

const namesOf = (tenants: readonly Tenant[]): string[] => tenants.map(({ name }) => name);

const submitAll = (tenants: readonly Tenant[]) => Promise.all(tenants.map((tenant) => stand.submitReached(tenant)));

const teardownAll = (tenants: readonly Tenant[]) => Promise.all(namesOf(tenants).map((name) => stand.teardown(name)));

async function expectGone(tenants: readonly Tenant[]): Promise<void> {
  await stand.untilAll(namesOf(tenants), ['deleted']);
  expect(await stand.changesSince(before)).toEqual([]);
  for (const tenant of tenants) expect(recordWrites(tenant), tenant.name).toEqual(['created', 'deleted']);
}

describe('kill -9 of the worker of namespaces with hostnames', () => {
  it('converges to ready and to deleted wherever it strikes, and makes everything once', async () => {
    const leaving = chosen(table.teardown);
    for (const [number, cases] of batches(chosen(table.provisioning), stand.zones.length).entries()) {
      const tenants = stand.tenants(`kill${number}-`, cases.length);
      await strike(tenants, cases, () => submitAll(tenants));
      await stand.startWorker();
      await expectReady(tenants, cases);
      await strike(tenants, leaving, () => teardownAll(tenants));
      await stand.startWorker();
      await expectGone(tenants);
      counted += 2 * tenants.length;
    }
  });

  it('leaves the work of both to the other one of two', async () => {
    const draw = drawFor('kill worker with hostnames');
    const [making, leaving] = [table.provisioning, table.teardown].map((points) => shuffled(chosen(points), draw));
    if (making === undefined || leaving === undefined) throw new Error('there are two tables');
    for (const [number, cases] of batches(FULL ? making : making.slice(0, CORE), stand.zones.length).entries()) {
      await stand.startWorker();
      const tenants = stand.tenants(`two${number}-`, cases.length);
      await strike(tenants, cases, () => submitAll(tenants), 1);
      await expectReady(tenants, cases);
      await stand.startWorker();
      await strike(tenants, leaving, () => teardownAll(tenants), 1);
      await expectGone(tenants);
      counted += 2 * tenants.length;
    }
  });
});
