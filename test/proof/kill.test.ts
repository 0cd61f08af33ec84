// kill -9 of the worker before and after each write of provisioning and of teardown, alone or as one of two. All tenants are
// held at their own write, then one SIGKILL meets all of them there; who is left or comes next goes on without a person.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { batches, casesOf, type EffectTable, inTurns } from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { madeTwice, objectsOf } from '../support/planned-objects.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';
import { cleanLife, DEV, openStand, type Stand } from '../support/scenario.ts';

/** The usual run strikes each write at one of its moments, and one of two workers at a core of them, by lot. */
const FULL = process.env['NAAS_FULL'] === '1';
const BATCH = 20;
const CORE = 12;

let stand: Stand;
let table: EffectTable;
let before: Snapshot;
let planned: string[];
let counted = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  before = await stand.snapshot();
  table = await cleanLife(stand, 'kill-clean', async () => {
    planned = objectsOf(await stand.snapshot(), 'kill-clean');
  });
});

afterAll(async () => {
  await stand?.close();
  recordProof('kill -9 of the worker', counted, failedTests());
});

type Place = ReturnType<typeof casesOf>[number];

/** Holds each at its own write, and kills so many workers there; answers when the others may go on. */
async function strike(
  names: readonly string[],
  places: readonly Place[],
  begin: () => Promise<unknown>,
  count?: number,
): Promise<void> {
  const gate = gather(
    stand.proxy,
    names.map((tenant, index) => {
      const place = places[index % places.length];
      if (place === undefined) throw new Error('the table of writes is empty');
      return { tenant, ...place };
    }),
  );
  await begin();
  await gate.allArrived();
  await stand.killWorkers(count);
  // Nobody listens any more: what was held before its effect never happens, the other answers go nowhere.
  gate.open();
}

async function expectReady(names: readonly string[], places: readonly Place[]): Promise<void> {
  const ready = await stand.untilAll(names, ['ready']);
  const now = await stand.snapshot();
  names.forEach((name, index) => {
    const title = places[index]?.title;
    expect(objectsOf(now, name), title).toEqual(planned);
    expect(madeTwice(stand.proxy.effects(name)), `${title}: made twice`).toEqual([]);
    expect(
      ready[index]?.inventory.every((entry) => entry.state === 'confirmed'),
      title,
    ).toBe(true);
  });
}

describe('kill -9 of the worker', () => {
  it('converges to ready and to deleted wherever it strikes, and makes each object once', async () => {
    const leaving = casesOf(table.teardown);
    const making = batches(inTurns(casesOf(table.provisioning)), BATCH);
    // They leave as many as they came: the first batch meets each write of the teardown.
    expect(making[0]?.length).toBeGreaterThanOrEqual(leaving.length);
    for (const [number, places] of making.entries()) {
      const names = places.map((_, index) => `kill-${number}-${String(index + 1).padStart(2, '0')}`);
      await strike(names, places, () => Promise.all(names.map((name) => stand.submit(name, DEV))));
      await stand.startWorker();
      await expectReady(names, places);
      await strike(names, leaving, () => Promise.all(names.map((name) => stand.teardown(name))));
      await stand.startWorker();
      await stand.untilAll(names, ['deleted']);
      expect(await stand.changesSince(before)).toEqual([]);
      counted += 2 * names.length;
    }
  });

  it('leaves the work of both to the other one of two', async () => {
    const all = shuffled(casesOf(table.provisioning), drawFor('kill worker'));
    for (const [number, places] of batches(FULL ? all : all.slice(0, CORE), BATCH).entries()) {
      // The one of two that the last round left is joined by another.
      await stand.startWorker();
      const names = places.map((_, index) => `kill-two-${number}-${String(index + 1).padStart(2, '0')}`);
      await strike(names, places, () => Promise.all(names.map((name) => stand.submit(name, DEV))), 1);
      await expectReady(names, places);
      await Promise.all(names.map((name) => stand.teardown(name)));
      await stand.untilAll(names, ['deleted']);
      expect(await stand.changesSince(before)).toEqual([]);
      counted += names.length;
    }
  });
});
