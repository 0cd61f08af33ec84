// Exact undo of adoptions, transfers and recoveries: every write of each, and every write of its undo, is broken before or
// after its effect, for good or for a moment. Afterwards the whole cluster, read by kubectl, says what it said before, with
// every field held by whom it was held; or the operation is applied whole.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diff, generalContent, managersOf, type Snapshot } from '../support/cluster-snapshot.ts';
import { batches, describePoint, type Moment, ruleAt } from '../support/effects-table.ts';
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
  sampleOfKinds,
} from '../support/operation-table.ts';
import { proofCases } from '../support/proof-cases.ts';
import { openStand, type Stand } from '../support/scenario.ts';
import { plantForeignObjects } from '../support/scenario-foreign.ts';

const FULL = process.env['NAAS_FULL'] === '1';
/** More at once would only wait for each other. */
const BATCH = FULL ? 30 : 60;
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

/** For good it leads to the undo; for a moment the operation goes on. */
type Fails = 'for good' | 'for a moment';
const FAILS: readonly Fails[] = ['for good', 'for a moment'];

type Case = OperationCase & { fails: Fails };
type Placed = Case & { name: string };

/** In the full run each write at each moment in both ways; else each once, in turn. */
function casesOfOperations(): Case[] {
  return tables.flatMap((table, number) => {
    const cases = casesOfPart(table, 'operation', table.operation, FULL ? 'each' : 'turns', number);
    return cases.flatMap((each, index): Case[] => {
      const turn = FAILS[Math.floor(index / 2) % FAILS.length] ?? 'for good';
      return (FULL ? FAILS : [turn]).map((fails) => ({ ...each, fails, title: `${each.title}, ${fails}` }));
    });
  });
}

function casesOfUndo(): Case[] {
  const cases = tables.flatMap((table) =>
    casesOfPart(table, 'undo', FULL ? table.undo : sampleOfKinds(table.undo), FULL ? 'each' : 'turns'),
  );
  return cases.map((each) => ({ ...each, fails: 'for good' }));
}

async function inRounds(cases: readonly Case[], round: (batch: Placed[]) => Promise<void>): Promise<void> {
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
  PASSING[moment][index % PASSING[moment].length] ?? { mode: 'reset-before' };

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

/** All of the cluster but what was applied. */
async function expectAsBefore(
  batch: readonly Placed[],
  before: Before,
  applied: readonly Placed[] = [],
): Promise<void> {
  const now = await look(batch);
  const isApplied = (line: string): boolean =>
    applied.some(({ name }) => line.includes(` ${name}/`) || line.includes(`Namespace.v1 /${name}:`));
  const others = (lines: readonly string[]): string[] => lines.filter((line) => !isApplied(line));
  expect(others(diff(before.content, now.content)), 'as before').toEqual([]);
  expect(others(diff(before.managers, now.managers)), 'held by whom it was held').toEqual([]);
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
    'is undone wherever a write fails for good, and applied whole where it fails for a moment',
    async () => {
      await inRounds(casesOfOperations(), async (batch) => {
        const before = await look(batch);
        const rules = batch.map(({ name, point, moment, fails }, index) =>
          ruleAt(stand.proxy, name, point, {
            fault: fails === 'for good' ? forGood(moment, index) : passing(moment, index),
            times: 1,
          }),
        );
        await beginAll(batch);
        const ends = await endAll(batch);
        batch.forEach((each, index) => {
          const { outcome, problems = [], inventory = [] } = ends[index] ?? {};
          expect(rules[index]?.hits(), `${each.title} was met`).toBe(1);
          expect(outcome, each.title).toBe(each.fails === 'for good' ? 'undone' : 'applied');
          if (each.fails === 'for good') expectNamed(problems, each);
          else expect(inventory.filter(({ state }) => state !== 'confirmed')).toEqual([]);
        });
        const applied = batch.filter(({ fails }) => fails === 'for a moment');
        await expectAsBefore(batch, before, applied);
        await expectLikeClean(applied);
      });
    },
    LONGEST_MS,
  );
});

describe('the undo of an operation', () => {
  it(
    'blocks where one of its own writes fails for good, names the object, and ends by itself when it can',
    async () => {
      await inRounds(casesOfUndo(), async (batch) => {
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
