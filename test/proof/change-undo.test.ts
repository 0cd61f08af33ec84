// Exact undo of a change: every write of a change that touches everything, and every write of its undo, is broken before
// and after its effect, for good, for a moment, or by a cancel. Afterwards the whole cluster, read by kubectl, says what
// it said before, or the change is applied whole.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Status } from '../../src/spec/status.ts';
import { type ChangeTable, type Fleet, openFleet, sampleOf, tableOf } from '../support/change-fleet.ts';
import { diff, generalContent, rebornSince, type Snapshot } from '../support/cluster-snapshot.ts';
import {
  batches,
  casesOf,
  describePoint,
  type EffectPoint,
  inTurns,
  type Moment,
  ruleAt,
} from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import type { Fault } from '../support/fault-proxy-rules.ts';
import { proofCases } from '../support/proof-cases.ts';
import { openStand, type Stand } from '../support/scenario.ts';
import { plantForeignObjects } from '../support/scenario-foreign.ts';

const FULL = process.env['NAAS_FULL'] === '1';
/** More at once would only wait for each other; the fleet serves round after round. */
const FLEET = 14;
/** On a busy machine the last of a fleet comes late to its write; nothing that waits here runs out of time. */
const ARRIVAL_MS = 60_000;

let stand: Stand;
let fleet: Fleet;
let table: ChangeTable;
let before: Snapshot;
let foreign: { remove(): Promise<void> };
const proof = proofCases('exact undo of a change');

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  foreign = await plantForeignObjects(stand.kube);
  fleet = await openFleet(stand, 'cundo', FLEET);
  table = await tableOf(stand, fleet, fleet.names[0] ?? '');
});

beforeEach(async () => {
  before = await stand.content();
});

afterAll(async () => {
  await fleet?.end();
  await foreign?.remove();
  await stand?.close();
  proof.record();
});

interface Case {
  point: EffectPoint;
  moment: Moment;
  title: string;
}

async function inRounds(all: readonly Case[], round: (batch: Case[], names: string[]) => Promise<void>): Promise<void> {
  for (const batch of batches(all, FLEET)) {
    await proof.hold(batch.length, () => round(batch, fleet.names.slice(0, batch.length)));
  }
}

function forGood(moment: Moment, index: number): Fault {
  const status = index % 2 === 0 ? 403 : 422;
  return moment === 'before' ? { mode: 'fail-before', status } : { mode: 'fail-after', status };
}

const PASSING: Record<Moment, Fault[]> = {
  before: [{ mode: 'fail-before', status: 500 }, { mode: 'fail-before', status: 429 }, { mode: 'reset-before' }],
  after: [{ mode: 'fail-after', status: 500 }, { mode: 'reset-after' }, { mode: 'truncate' }],
};

/** Each strikes once: the undo may write the same object, and that is another case. */
function plant(batch: readonly Case[], names: readonly string[], faultOf: (each: Case, index: number) => Fault) {
  return batch.map((each, index) =>
    ruleAt(stand.proxy, names[index] ?? '', each.point, { fault: faultOf(each, index), times: 1 }),
  );
}

function lift(rules: readonly { lift(): void }[]): void {
  for (const rule of rules) rule.lift();
}

const ended = (names: readonly string[]): Promise<Status[]> =>
  Promise.all(names.map((name) => stand.untilOperation(name)));
const changeAll = (names: readonly string[]) => Promise.all(names.map((name) => fleet.change(name)));

/** Says nothing else than before, and is the same object wherever the change did not remove it. */
async function expectAsBefore(when: string): Promise<void> {
  expect(await stand.contentSince(before), when).toEqual([]);
}

function expectNamed(told: string, { point, title }: Case, name: string): void {
  expect(told, `${title} ${name}`).toContain('planted fault');
  expect(told, `${title} ${name}`).toContain(point.name.replaceAll('*', name));
}

describe('a change', () => {
  it('writes, changes and removes in every stage', () => {
    const writes = table.change.map(describePoint);
    for (const point of [
      'patch namespaces/*',
      'apply resourcequotas/naas-quota',
      'apply networkpolicies/naas-allow-ingress-from',
      'apply configmaps/naas-information',
      'apply rolebindings/naas-viewers',
      'delete networkpolicies/naas-allow-egress-to',
      'delete rolebindings/naas-developers',
    ])
      expect(writes).toContain(point);
    expect(table.undo.map(describePoint)).toContain('delete rolebindings/naas-viewers');
    expect(table.undo.map(describePoint)).toContain('apply rolebindings/naas-developers');
  });

  it('is undone wherever a write fails for good', async () => {
    await inRounds(casesOf(sampleOf(table.change)), async (batch, names) => {
      const raw = await stand.snapshot();
      const rules = plant(batch, names, ({ moment }, index) => forGood(moment, index));
      await changeAll(names);
      const statuses = await ended(names);
      batch.forEach((each, index) => {
        expect(rules[index]?.hits(), `${each.title} was met`).toBeGreaterThan(0);
        const { phase, lastOperation } = statuses[index] ?? {};
        expect({ phase, outcome: lastOperation?.outcome }, each.title).toEqual({ phase: 'ready', outcome: 'undone' });
        expectNamed((lastOperation?.problems ?? []).map(({ message }) => message).join('\n'), each, names[index] ?? '');
      });
      lift(rules);
      await expectAsBefore('after the undo');
      const removed = table.change.filter(({ verb }) => verb === 'delete').map(({ name }) => name);
      const reborn = rebornSince(raw, await stand.snapshot()).map((key) => key.split('/').at(-1));
      expect(
        reborn.filter((name) => !removed.includes(name ?? '')),
        'only what was removed is a new object',
      ).toEqual([]);
    });
  });

  it('is applied whole where a write fails for a moment, and goes back whole', async () => {
    const all = inTurns(casesOf(sampleOf(table.change)));
    const faults = FULL ? [0, 1, 2] : [0];
    for (const offset of faults) {
      await inRounds(all, async (batch, names) => {
        const pick = ({ moment }: Case, index: number): Fault =>
          PASSING[moment][(index + offset) % PASSING[moment].length] ?? { mode: 'reset-before' };
        const rules = plant(batch, names, pick);
        await changeAll(names);
        const applied = await ended(names);
        batch.forEach((each, index) => {
          expect(rules[index]?.hits(), `${each.title} was met`).toBe(1);
          expect(applied[index]?.lastOperation, each.title).toMatchObject({ outcome: 'applied', problems: [] });
          expect(
            applied[index]?.inventory.every(({ state }) => state === 'confirmed'),
            each.title,
          ).toBe(true);
        });
        lift(rules);
        expectAlike(await stand.content(), names);
        await Promise.all(names.map((name) => fleet.change(name, fleet.before(name))));
        for (const { lastOperation } of await ended(names)) expect(lastOperation?.outcome).toBe('applied');
        await expectAsLike(names);
      });
    }
  });

  it('is cancelled wherever it is, before and after the effect, and nothing of it is left', async () => {
    await inRounds(inTurns(casesOf(sampleOf(table.change))), async (batch, names) => {
      const gate = gather(
        stand.proxy,
        batch.map(({ point, moment }, index) => ({ tenant: names[index] ?? '', point, moment })),
        ARRIVAL_MS,
      );
      await changeAll(names);
      await gate.allArrived();
      await Promise.all(names.map((name) => fleet.cancel(name)));
      gate.open();
      for (const { phase, lastOperation } of await ended(names)) {
        expect({ phase, outcome: lastOperation?.outcome }).toEqual({ phase: 'ready', outcome: 'cancelled' });
        expect(lastOperation?.problems[0]?.code).toBe('Cancelled');
      }
      await expectAsBefore('after the cancel');
    });
  });
});

describe('the undo of a change', () => {
  it('blocks where one of its own writes fails for good, names the object, and ends by itself when it can', async () => {
    await inRounds(casesOf(sampleOf(table.undo)), async (batch, names) => {
      const { broken, rules } = breakUndo(batch, names);
      await changeAll(names);
      const blocked = await stand.untilAll(names, ['blocked']);
      batch.forEach((each, index) => {
        const status = blocked[index];
        expect(rules[index]?.hits(), `${each.title} was met`).toBeGreaterThan(0);
        expect(status?.operation, each.title).toMatchObject({ kind: 'change', step: 'undoing' });
        expectNamed(
          (status?.blocked?.problems ?? []).map(({ message }) => message).join('\n'),
          each,
          names[index] ?? '',
        );
        expect(
          status?.blocked?.objects.map(({ name }) => name),
          each.title,
        ).toEqual([each.point.name.replaceAll('*', names[index] ?? '')]);
      });
      lift(rules);
      lift(broken);
      for (const { phase, lastOperation } of await ended(names))
        expect({ phase, outcome: lastOperation?.outcome }).toEqual({ phase: 'ready', outcome: 'undone' });
      await expectAsBefore('after the blocker is gone');
    });
  });
});

/** Breaks the last write of the change, and then one of the undo; not before, because both may write the same object. */
function breakUndo(batch: readonly Case[], names: readonly string[]) {
  const rules: { hits(): number; lift(): void }[] = [];
  const broken = names.map((name, index) =>
    ruleAt(stand.proxy, name, table.last, {
      fault: { mode: 'fail-after', status: 403 },
      times: 1,
      async after() {
        const each = batch[index];
        if (each !== undefined)
          rules[index] = ruleAt(stand.proxy, name, each.point, { fault: forGood(each.moment, index) });
        return 'reply' as const;
      },
    }),
  );
  return { broken, rules };
}

/** Every namespace of the fleet says the same, but for its name and life. */
function expectAlike(content: Snapshot, names: readonly string[]): void {
  const [first = new Map<string, string>(), ...others] = names.map((name) => generalContent(content, name));
  for (const other of others) expect(diff(first, other)).toEqual([]);
  expect([...first.keys()]).toContain('RoleBinding.rbac.authorization.k8s.io/v1 */naas-viewers');
}

/** A change that goes back says what was said before, but for which request said it last. */
async function expectAsLike(names: readonly string[]): Promise<void> {
  const now = await stand.content();
  for (const name of names) expect(diff(generalContent(before, name), generalContent(now, name)), name).toEqual([]);
  before = now;
}
