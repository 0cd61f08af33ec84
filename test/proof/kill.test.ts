// kill -9 of the worker before and after each write of provisioning. All tenants are held at their own write, then one
// SIGKILL meets all of them there; the next worker brings each to ready without a person.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOf, type Snapshot } from '../support/cluster-snapshot.ts';
import { batches, casesOf, type EffectTable } from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { cleanLife, DEV, openStand, type Stand } from '../support/scenario.ts';

const BATCH = 20;

let stand: Stand;
let table: EffectTable;
let before: Snapshot;
let wanted: string[];
let counted = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  before = await stand.snapshot();
  table = await cleanLife(stand, 'kill-clean', async () => {
    wanted = general(await stand.snapshot(), 'kill-clean');
  });
});

afterAll(async () => {
  await stand?.close();
  recordProof('kill -9 of the worker', counted, failedTests());
});

/** The keys of one tenant's objects, with its name taken out. */
function general(taken: Snapshot, tenant: string): string[] {
  return keysOf(taken, tenant)
    .map((key) => key.replaceAll(tenant, '*'))
    .sort();
}

describe('kill -9 of the worker', () => {
  it('converges to ready wherever it strikes, and makes each object once', async () => {
    for (const [number, batch] of batches(casesOf(table.provisioning), BATCH).entries()) {
      const names = batch.map((_, index) => `kill-${number}-${String(index + 1).padStart(2, '0')}`);
      const gate = gather(
        stand.proxy,
        batch.map(({ point, moment }, index) => ({ tenant: names[index] ?? '', point, moment })),
      );
      await Promise.all(names.map((name) => stand.submit(name, DEV)));
      await gate.allArrived();
      await stand.killWorkers();
      // Nobody listens any more: what was held before its effect never happens, the other answers go nowhere.
      gate.open();
      await stand.startWorker();
      const ready = await stand.untilAll(names, ['ready']);

      const now = await stand.snapshot();
      names.forEach((name, index) => {
        expect(general(now, name), batch[index]?.title).toEqual(wanted);
        const made = stand.proxy.effects(name).filter((call) => call.status === 201);
        const twice = made.filter((call, at) => made.findIndex((other) => sameObject(other, call)) !== at);
        expect(twice, `${batch[index]?.title}: made twice`).toEqual([]);
        expect(
          ready[index]?.inventory.every((entry) => entry.state === 'confirmed'),
          batch[index]?.title,
        ).toBe(true);
      });
      await Promise.all(names.map((name) => stand.owner.teardown(name)));
      await stand.untilAll(names, ['deleted']);
      expect(await stand.changesSince(before)).toEqual([]);
      counted += batch.length;
    }
  });
});

function sameObject(a: { resource: string; name: string }, b: { resource: string; name: string }): boolean {
  return a.resource === b.resource && a.name === b.name;
}
