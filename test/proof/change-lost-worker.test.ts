// A change and a worker that is lost: killed before and after each write of the change and of its undo, or stopped there and
// woken when all is over. The change is applied whole or undone whole, and nothing that comes late alters a byte.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ChangeTable, type Fleet, gatherInUndo, openFleet, sampleOf, tableOf } from '../support/change-fleet.ts';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { batches, describePoint, type EffectPoint, MOMENTS, type Moment, ruleAt } from '../support/effects-table.ts';
import { type Gate, gather, type Place } from '../support/fault-proxy-gate.ts';
import { proofCases } from '../support/proof-cases.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';
import { openStand, type Stand } from '../support/scenario.ts';

const FULL = process.env['NAAS_FULL'] === '1';
/** One of each kind of write, of the change and of its undo. */
const FLEET = 22;
/** What a worker that wakes may do late, by lot; NAAS_FULL=1 takes every write. */
const LATE_CORE = 8;
/** The first to arrive may run out of its attempt's time while the last is on its way; it is held again then. */
const ARRIVAL_MS = 120_000;
/** Long enough for a woken worker to send what it still had in mind. */
const WAKING_MS = 3_000;
/** A lost attempt is waited for, 15 s in a change and 20 s in an undo, in each round of the full run. */
const LONGEST_MS = FULL ? 1_800_000 : 400_000;

let stand: Stand;
let fleet: Fleet;
let table: ChangeTable;
let before: Snapshot;
const proof = proofCases('workers lost in a change');
const draw = drawFor('workers lost in a change');

beforeAll(async () => {
  // A busy machine takes its time to bring all to their places; here no stage is to run out of time.
  stand = await openStand({ timing: { stageTimeoutSeconds: 180 } });
  await stand.startWorker();
  fleet = await openFleet(stand, 'clost', FLEET);
  table = await tableOf(stand, fleet, fleet.names[0] ?? '');
});

beforeEach(async () => {
  before = await stand.content();
});

afterAll(async () => {
  await fleet?.end();
  await stand?.close();
  proof.record();
});

interface Case {
  part: 'change' | 'undo';
  point: EffectPoint;
  moment: Moment;
}

const title = ({ part, point, moment }: Case): string => `${moment} ${describePoint(point)} of the ${part}`;

/** In the full run at every moment; else half of them before their effect. */
function casesOf(part: Case['part'], moments: readonly Moment[]): Case[] {
  const points = sampleOf(table[part]);
  if (FULL) return points.flatMap((point) => moments.map((moment) => ({ part, point, moment })));
  return points.map((point, index) => ({ part, point, moment: moments[index % moments.length] ?? 'before' }));
}

/** One blow meets changes and undos alike. */
function rounds(moments: readonly Moment[], core = Number.POSITIVE_INFINITY): Case[][] {
  const all = [...casesOf('change', moments), ...casesOf('undo', moments)];
  return batches(FULL ? all : shuffled(all, draw).slice(0, core), FLEET);
}

async function held(batch: readonly Case[]): Promise<Gate> {
  const places = batch.map(({ point, moment }, index): Place & { part: Case['part'] } => ({
    tenant: fleet.names[index] ?? '',
    point,
    moment,
    part: batch[index]?.part ?? 'change',
  }));
  const changing = places.filter(({ part }) => part === 'change');
  const undoing = places.filter(({ part }) => part === 'undo');
  const gates = [
    ...(changing.length === 0 ? [] : [gather(stand.proxy, changing, ARRIVAL_MS)]),
    ...(undoing.length === 0 ? [] : [gatherInUndo(stand, table.last, undoing, ARRIVAL_MS)]),
  ];
  await Promise.all(places.map(({ tenant }) => fleet.change(tenant)));
  await Promise.all(gates.map((gate) => gate.allArrived()));
  return {
    allArrived: async () => {},
    pass: (tenant) => {
      for (const gate of gates) gate.pass(tenant);
    },
    open: (how) => {
      for (const gate of gates) gate.open(how);
    },
    sendHeld: async () => (await Promise.all(gates.map((gate) => gate.sendHeld()))).flat(),
  };
}

async function outcomes(batch: readonly Case[]): Promise<(string | undefined)[]> {
  const statuses = await Promise.all(batch.map((_, index) => stand.untilOperation(fleet.names[index] ?? '')));
  expect(statuses.map(({ phase }) => phase)).toEqual(batch.map(() => 'ready'));
  expect(statuses.flatMap(({ inventory }) => inventory.filter(({ state }) => state !== 'confirmed'))).toEqual([]);
  return statuses.map(({ lastOperation }) => lastOperation?.outcome);
}

const namesOf = (batch: readonly Case[], outcome: string, all: readonly (string | undefined)[]): string[] =>
  fleet.names.slice(0, batch.length).filter((_, index) => all[index] === outcome);

describe('kill -9 of the worker', () => {
  it(
    'leaves a change applied whole, or undone whole, wherever it strikes',
    async () => {
      for (const batch of rounds(MOMENTS))
        await proof.hold(batch.length, async () => {
          const gate = await held(batch);
          await stand.killWorkers();
          // Nobody listens any more: what was held before its effect never happens, the other answers go nowhere.
          gate.open();
          await stand.startWorker();
          const all = await outcomes(batch);
          expect(all, batch.map(title).join(', ')).toEqual(
            batch.map(({ part }) => (part === 'change' ? 'applied' : 'undone')),
          );
          const applied = namesOf(batch, 'applied', all);
          await Promise.all(applied.map((name) => fleet.expectWanted(name)));
          const unchanged = (line: string): boolean => !applied.some((name) => line.includes(name));
          expect((await stand.contentSince(before)).filter(unchanged), 'undone: as before').toEqual([]);
          await Promise.all(applied.map((name) => fleet.change(name, fleet.before(name))));
          await outcomes(batch);
          before = await stand.content();
        });
    },
    LONGEST_MS,
  );
});

describe('a worker that is stopped in a change, or in its undo, and wakes when that is over', () => {
  it(
    'changes nothing: neither after the undo nor after a later change',
    async () => {
      for (const batch of rounds(['before'], LATE_CORE))
        await proof.hold(batch.length, async () => {
          const names = fleet.names.slice(0, batch.length);
          const gate = await held(batch);
          const stopped = stand.stopWorkers();
          // The undo writes what the change wrote.
          gate.pass();
          // The next worker's try of the change fails for good, so that it is undone.
          const rules = batch.flatMap(({ part, point }, index) =>
            part === 'undo'
              ? []
              : [
                  ruleAt(stand.proxy, names[index] ?? '', point, {
                    fault: { mode: 'fail-before', status: 403 },
                    times: 1,
                  }),
                ],
          );
          await stand.startWorker();
          expect(await outcomes(batch)).toEqual(batch.map(() => 'undone'));
          for (const rule of rules) {
            expect(rule.hits(), 'the next try was met').toBe(1);
            rule.lift();
          }
          expect(await stand.contentSince(before), 'after the undo').toEqual([]);

          const undone = await stand.snapshot();
          for (const [index, late] of (await gate.sendHeld()).entries()) {
            expect(late.length, `something is late at ${index}`).toBeGreaterThan(0);
            expect(
              late.every((status) => status >= 400),
              `${late} for what was held at ${index}`,
            ).toBe(true);
          }
          expect(await stand.changesSince(undone), 'after the late packets').toEqual([]);

          // What it changes now shares values with the first change, so that an undo that wakes would know them as its own.
          await Promise.all(names.map((name) => fleet.changeByPolicy(name, fleet.third(name))));
          expect(await outcomes(batch)).toEqual(batch.map(() => 'applied'));
          const changed = await stand.snapshot();
          await gate.sendHeld();
          expect(await stand.changesSince(changed), 'after the late packets').toEqual([]);
          // It hears the answers, too, and would read and write again.
          gate.open({ before: 'forward', after: 'reply' });
          stopped.wake();
          await new Promise((resolve) => setTimeout(resolve, WAKING_MS));
          expect(await stand.changesSince(changed), 'after the worker woke').toEqual([]);
          await Promise.all(names.map((name) => fleet.changeByPolicy(name, fleet.before(name))));
          await outcomes(batch);
          before = await stand.content();
        });
    },
    LONGEST_MS,
  );
});

describe('a worker that is stopped while a namespace is made, and wakes after its first change', () => {
  it(
    'changes nothing of it',
    async () => {
      const kinds = ['resourcequotas', 'networkpolicies', 'configmaps', 'rolebindings'];
      // What the change alone makes is not there to be held when the namespace is made.
      const stood = new Set([...before.keys()].map((key) => key.split(' ')[1]));
      const isMade = ({ name }: EffectPoint): boolean => stood.has(`${fleet.names[0]}/${name}`);
      const points = kinds.map((kind) =>
        table.change.find((point) => point.verb === 'apply' && point.resource === kind && isMade(point)),
      );
      const places = points.map((point, index): Place => {
        if (point === undefined) throw new Error(`the change applies no ${kinds[index]}`);
        return { tenant: `clost-new-${index + 1}`, point, moment: 'before' };
      });
      await proof.hold(places.length, async () => {
        const names = places.map(({ tenant }) => tenant);
        const gate = gather(stand.proxy, places, ARRIVAL_MS);
        await Promise.all(names.map((name) => stand.owner.submit(fleet.before(name), { requestId: `${name}-1` })));
        await gate.allArrived();
        const stopped = stand.stopWorkers();
        gate.pass();
        await stand.startWorker();
        await stand.untilAll(names, ['ready']);
        await Promise.all(names.map((name) => fleet.changeByPolicy(name, fleet.third(name))));
        await Promise.all(names.map((name) => stand.untilOperation(name)));
        const changed = await stand.snapshot();
        for (const late of await gate.sendHeld())
          expect(
            late.every((status) => status >= 400),
            String(late),
          ).toBe(true);
        gate.open({ before: 'forward', after: 'reply' });
        stopped.wake();
        await new Promise((resolve) => setTimeout(resolve, WAKING_MS));
        expect(await stand.changesSince(changed), 'after the late packets').toEqual([]);
        await Promise.all(names.map((name) => stand.owner.teardown(name)));
        await stand.untilAll(names, ['deleted']);
      });
    },
    LONGEST_MS,
  );
});
