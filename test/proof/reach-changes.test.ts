// Hostnames in operations on a living namespace: a change that brings a name, takes one away and writes a third anew, and a transfer,
// which writes the lists anew. Each of their writes, in the cluster, in the lists and in the zone, is broken before and after its
// effect, for good and once, and by kill -9. Afterwards cluster, lists and zones say what they said, or what was wanted. The usual
// run breaks a core of what hostnames add, by lot; NAAS_FULL=1 every write.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { diff } from '../support/cluster-snapshot.ts';
import { batches } from '../support/effects-table.ts';
import type { ActiveRule } from '../support/fault-proxy-rules.ts';
import { type People, patientPeople } from '../support/operation-fleets.ts';
import { proofCases } from '../support/proof-cases.ts';
import {
  breakForGood,
  breakOnce,
  cleanOperation,
  describeReachPoint,
  gatherReached,
  isOfHostname,
  objectNameAt,
  type ReachCase,
  type ReachPoint,
  reachCases,
} from '../support/reach-points.ts';
import { hostnameOf, openReachStand, otherHostnameOf, type ReachStand, type Tenant } from '../support/reach-stand.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';

const FULL = process.env['NAAS_FULL'] === '1';
const LONGEST_MS = FULL ? 1_800_000 : 300_000;

/** At a record set before it is written: what stands there is kept for the undo. */
const LOOKS = 1;

let stand: ReachStand;
let people: People;
const CORE = 4;
const proof = proofCases('operations with hostnames');
const draw = drawFor('operations with hostnames');

interface Operation {
  begin(tenant: Tenant): Promise<void>;
  points: ReachPoint[];
}
let operations: Record<'change' | 'transfer', Operation>;

beforeAll(async () => {
  stand = await openReachStand();
  await stand.startWorker();
  await stand.makeLists();
  people = patientPeople(stand);
  const [changed, handed] = stand.tenants('clean', 2);
  if (changed === undefined || handed === undefined) throw new Error('there are zones');
  operations = { change: { begin: change, points: [] }, transfer: { begin: transfer, points: [] } };
  for (const [tenant, operation] of [
    [changed, operations.change],
    [handed, operations.transfer],
  ] as const) {
    await make([tenant]);
    operation.points = await cleanOperation(stand, tenant, async () => {
      await operation.begin(tenant);
      expect(await outcomeOf(tenant)).toBe('applied');
    });
    await takeAway([tenant]);
  }
}, LONGEST_MS);

afterAll(async () => {
  await people?.close();
  await stand?.close();
  proof.record();
});

async function make(tenants: readonly Tenant[]): Promise<void> {
  await Promise.all(
    tenants.map((tenant) => {
      const request = stand.requestNamed(tenant, [
        { name: hostnameOf(tenant) },
        { name: otherHostnameOf(tenant, 'old') },
      ]);
      return people.owner.submit(request, { requestId: `${tenant.name}-made` });
    }),
  );
  await stand.untilAll(namesOf(tenants), ['ready']);
}

async function takeAway(tenants: readonly Tenant[]): Promise<void> {
  await Promise.all(namesOf(tenants).map((name) => people.operator.teardown(name)));
  await stand.untilAll(namesOf(tenants), ['deleted']);
}

async function change(tenant: Tenant): Promise<void> {
  const wanted = stand.requestNamed(tenant, [
    { name: hostnameOf(tenant), ttlSeconds: 2 },
    { name: otherHostnameOf(tenant, 'new') },
  ]);
  await people.owner.change(tenant.name, wanted, { requestId: crypto.randomUUID() });
}

async function transfer({ name }: Tenant): Promise<void> {
  await people.operator.transfer(name, 'platform', { reason: 'they run it' });
  await Promise.all([people.lead, people.platform].map((each) => each.decide(name, { decision: 'approve' })));
}

const namesOf = (tenants: readonly Tenant[]): string[] => tenants.map(({ name }) => name);

async function outcomeOf({ name }: Tenant): Promise<string | undefined> {
  return (await stand.untilOperation(name)).lastOperation?.outcome;
}

/** Over, or blocked. */
async function untilStill({ name }: Tenant): Promise<void> {
  const isStill = async (): Promise<boolean> => {
    const { phase, operation } = await people.owner.status(name);
    return phase === 'blocked' || operation === undefined;
  };
  await expect.poll(isStill, { timeout: 90_000, interval: 200 }).toBe(true);
}

interface Case extends ReachCase {
  operation: Operation;
}

/** In the usual run a core by lot; every third is of a transfer, which writes less. */
function chosen(): Case[] {
  const [changes, transfers] = [operations.change, operations.transfer].map((operation) =>
    reachCases(FULL ? operation.points : operation.points.filter(isOfHostname)).map((each) => ({ ...each, operation })),
  );
  if (changes === undefined || transfers === undefined) throw new Error('there are two operations');
  if (FULL) return [...changes, ...transfers];
  return [...shuffled(changes, draw).slice(0, CORE), ...shuffled(transfers, draw).slice(0, CORE / 2)];
}

interface Fleet {
  cases: Case[];
  tenants: Tenant[];
  before: Snapshot;
}

/** Whoever comes again finds the record as it is wanted, and asks for nothing. */
function isFoundDone({ point, moment }: ReachCase): boolean {
  return point.system === 'zone' && point.method === 'PUT' && point.name === '*' && moment === 'after';
}

async function inFleets(
  prefix: string,
  run: (fleet: Fleet) => Promise<void>,
  fits: (each: ReachCase) => boolean = () => true,
): Promise<void> {
  for (const [number, cases] of batches(chosen().filter(fits), stand.zones.length).entries()) {
    await proof.hold(cases.length, async () => {
      const tenants = stand.tenants(`${prefix}${number}-`, cases.length);
      await make(tenants);
      await run({ cases, tenants, before: await stand.content() });
      await takeAway(tenants);
    });
  }
}

const beginAll = ({ cases, tenants }: Fleet): Promise<unknown> =>
  Promise.all(tenants.map((tenant, index) => cases[index]?.operation.begin(tenant)));

function expectMet(rules: readonly ActiveRule[], { cases }: Fleet): void {
  for (const [index, rule] of rules.entries()) expect(rule.hits(), `${cases[index]?.title} was met`).toBeGreaterThan(0);
}

/** By the lists and the zones: what the operation brings is there, and what it takes away is not. */
async function expectApplied({ tenants, cases }: Fleet): Promise<void> {
  const outcomes = await Promise.all(tenants.map(outcomeOf));
  const now = await stand.snapshot();
  for (const [index, tenant] of tenants.entries()) {
    const { title = '', operation } = cases[index] ?? {};
    expect(outcomes[index], title).toBe('applied');
    const kept = operation === operations.change ? 'new' : 'old';
    const names = [hostnameOf(tenant), otherHostnameOf(tenant, kept)].sort();
    const claims = (await stand.claims(tenant.zone)).filter(({ state }) => state === 'held');
    expect(
      claims.map(({ name }) => name),
      title,
    ).toEqual(names);
    const team = operation === operations.change ? 'shop' : 'platform';
    for (const claim of claims) expect(claim, title).toMatchObject({ team, namespace: tenant.name });
    const records = [...now.keys()].filter((key) => key.startsWith(`Record ${tenant.zone} A `));
    expect(records.sort(), title).toEqual(
      names.map((name) => `Record ${tenant.zone} A ${name.slice(0, -tenant.zone.length - 1)}`).sort(),
    );
  }
}

describe('an operation on a namespace with hostnames', () => {
  it('writes lists, turns, records and routes', () => {
    const written = operations.change.points.filter(isOfHostname).map(describeReachPoint);
    for (const part of [
      'patch configmaps/naas-hostnames.<zone> by claimHostnames',
      'patch configmaps/naas-hostnames.<zone> by releaseHostnames',
      'patch leases/naas-zone.<zone> by changeRecord',
      'patch leases/naas-zone.<zone> by withdrawRecord',
      ...['PUT A record *', 'PUT A record new-*', 'DELETE A record old-*'],
      ...['apply httproutes/<new hostname>', 'delete httproutes/<old hostname>'],
    ])
      expect(written).toContain(part);
    expect(operations.transfer.points.filter(isOfHostname).map(describeReachPoint)).toContain(
      'patch configmaps/naas-hostnames.<zone> by claimHostnames',
    );
  });

  it(
    'is put back wherever a write fails for good',
    () =>
      inFleets(
        'good',
        async (fleet) => {
          const { tenants, cases, before } = fleet;
          const rules = tenants.map((tenant, index) =>
            breakForGood(stand, tenant, cases[index] as ReachCase, index, LOOKS),
          );
          await beginAll(fleet);
          // What fails in the undo as well is blocked until it can.
          await Promise.all(tenants.map(untilStill));
          expectMet(rules, fleet);
          for (const rule of rules) rule.lift();
          for (const [index, tenant] of tenants.entries()) {
            const { lastOperation } = await stand.untilOperation(tenant.name);
            const { title, point } = cases[index] as ReachCase;
            expect(lastOperation?.outcome, title).toBe('undone');
            const told = lastOperation?.problems.map(({ message }) => message).join('\n');
            expect(told, title).toContain(objectNameAt(tenant, point));
          }
          expect(diff(before, await stand.content())).toEqual([]);
        },
        (each) => !isFoundDone(each),
      ),
    LONGEST_MS,
  );

  // In the usual run a failure for good and a kill strike each write: the new attempt is that of the kill.
  if (FULL)
    it(
      'is applied whole where a write fails for a moment',
      () =>
        inFleets('once', async (fleet) => {
          const { tenants, cases } = fleet;
          const rules = tenants.map((tenant, index) => breakOnce(stand, tenant, cases[index] as ReachCase, index));
          await beginAll(fleet);
          await Promise.all(tenants.map(outcomeOf));
          expectMet(rules, fleet);
          await expectApplied(fleet);
        }),
      LONGEST_MS,
    );

  it(
    'goes on to its end with the next worker where kill -9 strikes',
    () =>
      inFleets('kill', async (fleet) => {
        const { tenants, cases } = fleet;
        const held = tenants.map((tenant, index) => ({ tenant, place: cases[index] as ReachCase }));
        const gate = gatherReached(stand, held);
        await beginAll(fleet);
        await gate.allArrived();
        await stand.killWorkers();
        gate.open();
        await stand.startWorker();
        await expectApplied(fleet);
      }),
    LONGEST_MS,
  );
});
