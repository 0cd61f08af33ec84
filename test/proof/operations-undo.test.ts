// Exact undo of adoptions, transfers and recoveries: every write of each, and every write of its undo, is broken before or
// after its effect, for good or for a moment. Afterwards the whole cluster, read by kubectl, says what it said before, with
// every field held by whom it was held; or the operation is applied whole.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diff, generalContent, managersOf, type Snapshot } from '../support/cluster-snapshot.ts';
import { batches, describePoint, type EffectPoint, type Moment, ruleAt } from '../support/effects-table.ts';
import type { Fault } from '../support/fault-proxy-rules.ts';
import {
  adoptFleet,
  type OperationEnd,
  type People,
  patientPeople,
  recoverFleet,
  transferFleet,
} from '../support/operation-fleets.ts';
import {
  assigned,
  casesOfPart,
  type OperationCase,
  type OperationTable,
  operationTable,
  type Part,
  sampleOfKinds,
} from '../support/operation-table.ts';
import { proofCases } from '../support/proof-cases.ts';
import { openStand, type Stand } from '../support/scenario.ts';
import { plantForeignObjects } from '../support/scenario-foreign.ts';

const FULL = process.env['NAAS_FULL'] === '1';
/** More at once would only wait for each other. */
const BATCH = 60;
/** The full run breaks each write at each moment, in many rounds. */
const LONGEST_MS = FULL ? 1_800_000 : 300_000;

let stand: Stand;
let people: People;
let tables: OperationTable[];
let foreign: { remove(): Promise<void> };
const proof = proofCases('exact undo of operations');

beforeAll(async () => {
  // Looking again and again would only keep the machine busy.
  stand = await openStand({ timing: { blockedRetrySeconds: 4, blockedRetryMaxSeconds: 4 } });
  await stand.startWorker();
  people = patientPeople(stand);
  foreign = await plantForeignObjects(stand.kube);
  const fleets = [
    adoptFleet(stand, people, 'oundo-a'),
    transferFleet(stand, people, 'oundo-t'),
    recoverFleet(stand, people, 'oundo-r'),
  ];
  tables = await Promise.all(fleets.map((fleet) => operationTable(stand, fleet)));
}, LONGEST_MS);

afterAll(async () => {
  await Promise.all((tables ?? []).map(({ fleet }) => fleet.end()));
  await people?.close();
  await foreign?.remove();
  await stand?.close();
  proof.record();
}, LONGEST_MS);

/** In turn before and after the effect, and each at both moments in the full run. */
const casesOf = (part: Part, pick: (points: readonly EffectPoint[]) => readonly EffectPoint[]): OperationCase[] =>
  tables.flatMap((table) => casesOfPart(table, part, FULL ? table[part] : pick(table[part]), FULL ? 'each' : 'turns'));
const all = (points: readonly EffectPoint[]): readonly EffectPoint[] => points;

type Placed = OperationCase & { name: string };

async function inRounds(cases: readonly OperationCase[], round: (batch: Placed[]) => Promise<void>): Promise<void> {
  for (const batch of batches(cases, BATCH)) await proof.hold(batch.length, async () => round(await assigned(batch)));
}

function forGood(moment: Moment, index: number): Fault {
  const status = index % 4 < 2 ? 403 : 422;
  return moment === 'before' ? { mode: 'fail-before', status } : { mode: 'fail-after', status };
}

const PASSING: Record<Moment, Fault[]> = {
  before: [{ mode: 'fail-before', status: 500 }, { mode: 'fail-before', status: 429 }, { mode: 'reset-before' }],
  after: [{ mode: 'fail-after', status: 500 }, { mode: 'reset-after' }, { mode: 'truncate' }],
};

const passing = (moment: Moment, index: number): Fault =>
  PASSING[moment][Math.floor(index / 2) % PASSING[moment].length] ?? { mode: 'reset-before' };

const plant = (batch: readonly Placed[], faultOf: (moment: Moment, index: number) => Fault) =>
  batch.map(({ name, point, moment }, index) =>
    ruleAt(stand.proxy, name, point, { fault: faultOf(moment, index), times: 1 }),
  );

const beginAll = (batch: readonly Placed[]): Promise<unknown> =>
  Promise.all(batch.map(({ table, name }) => table.fleet.begin(name)));
const endAll = (batch: readonly Placed[]): Promise<OperationEnd[]> =>
  Promise.all(batch.map(({ table, name }) => table.fleet.ended(name)));

function expectNamed(told: readonly { message: string }[], { point, title, name }: Placed): void {
  const text = told.map(({ message }) => message).join('\n');
  expect(text, title).toContain('planted fault');
  expect(text, title).toContain(point.name.replaceAll('*', name));
}

interface Before {
  content: Snapshot;
  managers: Snapshot;
}

/** Of an adoption also who holds which field: naas leaves nothing in what was never its own. */
async function look(batch: readonly Placed[]): Promise<Before> {
  const content = await stand.content();
  const theirs = batch.filter(({ table }) => table.fleet.kind === 'adopt').map(({ name }) => name);
  return { content, managers: managersOf(await stand.snapshot(), theirs) };
}

async function expectAsBefore(batch: readonly Placed[], before: Before): Promise<void> {
  const now = await look(batch);
  expect(diff(before.content, now.content), 'as before').toEqual([]);
  expect(diff(before.managers, now.managers), 'held by whom it was held').toEqual([]);
}

/** But for its life each is like the one on which nothing was broken. */
async function expectLikeClean(batch: readonly Placed[]): Promise<void> {
  const content = await stand.content();
  for (const { table, name, title } of batch)
    expect(diff(generalContent(content, table.clean), generalContent(content, name)), title).toEqual([]);
}

describe('an operation', () => {
  it('writes in every stage, and its undo in every one of them', () => {
    for (const { fleet, operation, undo } of tables) {
      const written = operation.map(describePoint).join('\n');
      for (const point of [
        'patch namespaces/*',
        'apply resourcequotas/',
        'apply networkpolicies/',
        'apply rolebindings/',
      ])
        expect(written, fleet.kind).toContain(point);
      const resources = new Set(operation.map(({ resource }) => resource));
      expect(new Set(undo.map(({ resource }) => resource)), fleet.kind).toEqual(resources);
    }
  });

  it(
    'is undone wherever a write fails for good',
    async () => {
      await inRounds(casesOf('operation', all), async (batch) => {
        const before = await look(batch);
        const rules = plant(batch, forGood);
        await beginAll(batch);
        const ends = await endAll(batch);
        batch.forEach((each, index) => {
          expect(rules[index]?.hits(), `${each.title} was met`).toBe(1);
          expect(ends[index]?.outcome, each.title).toBe('undone');
          expectNamed(ends[index]?.problems ?? [], each);
        });
        await expectAsBefore(batch, before);
      });
    },
    LONGEST_MS,
  );

  it(
    'is applied whole where a write fails for a moment',
    async () => {
      await inRounds(casesOf('operation', sampleOfKinds), async (batch) => {
        const rules = plant(batch, passing);
        await beginAll(batch);
        const ends = await endAll(batch);
        batch.forEach(({ title }, index) => {
          expect(rules[index]?.hits(), `${title} was met`).toBe(1);
          const { outcome, inventory = [] } = ends[index] ?? {};
          expect({ title, outcome }).toEqual({ title, outcome: 'applied' });
          expect(inventory.filter(({ state }) => state !== 'confirmed')).toEqual([]);
        });
        await expectLikeClean(batch);
      });
    },
    LONGEST_MS,
  );
});

describe('the undo of an operation', () => {
  it(
    'blocks where one of its own writes fails for good, names the object, and ends by itself when it can',
    async () => {
      await inRounds(casesOf('undo', sampleOfKinds), async (batch) => {
        const before = await look(batch);
        const broken = batch.map(({ name, table }) =>
          ruleAt(stand.proxy, name, table.last, { fault: { mode: 'fail-after', status: 403 }, times: 1 }),
        );
        const rules = batch.map(({ name, point, moment }, index) =>
          ruleAt(stand.proxy, name, point, { fault: forGood(moment, index) }),
        );
        await beginAll(batch);
        const blocked = await Promise.all(batch.map(({ table, name }) => table.fleet.blocked(name)));
        batch.forEach((each, index) => {
          expect(rules[index]?.hits(), `${each.title} was met`).toBeGreaterThan(0);
          expectNamed(blocked[index]?.blocked?.problems ?? [], each);
        });
        for (const rule of [...rules, ...broken]) rule.lift();
        for (const { outcome } of await endAll(batch)) expect(outcome).toBe('undone');
        await expectAsBefore(batch, before);
      });
    },
    LONGEST_MS,
  );
});
