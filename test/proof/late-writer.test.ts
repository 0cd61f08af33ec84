// The late writer: a worker is stopped (SIGSTOP) with a write in flight, another one undoes, and then the packet arrives
// and the worker wakes. Nothing may appear; and a new namespace of the same name may not change by one byte.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOf, type Snapshot } from '../support/cluster-snapshot.ts';
import { batches, describePoint, type EffectTable } from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { cleanLife, DEV, openStand, type Stand } from '../support/scenario.ts';

const BATCH = 24;

/** Long enough for a woken worker to send what it still had in mind. */
const WAKING_MS = 3_000;

let stand: Stand;
let table: EffectTable;
let before: Snapshot;
let counted = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  before = await stand.snapshot();
  table = await cleanLife(stand, 'late-clean');
});

afterAll(async () => {
  await stand?.close();
  recordProof('late writers', counted, failedTests());
});

describe('a late writer', () => {
  it('changes nothing after the undo, nor in a new namespace of the same name', async () => {
    for (const [number, batch] of batches(table.provisioning, BATCH).entries()) {
      const names = batch.map((_, index) => `late-${number}-${String(index + 1).padStart(2, '0')}`);
      const title = (index: number) => describePoint(batch[index] ?? { verb: 'create', resource: '', name: '' });
      const gate = gather(
        stand.proxy,
        batch.map((point, index) => ({ tenant: names[index] ?? '', point, moment: 'before' as const })),
      );
      await Promise.all(names.map((name) => stand.submit(name, DEV)));
      await gate.allArrived();

      const stopped = stand.stopWorkers();
      await stand.startWorker();
      await Promise.all(names.map((name) => stand.cancelUntilAccepted(name)));
      await stand.untilAll(names, ['failed', 'cancelled']);
      expect(await stand.changesSince(before), 'after the undo').toEqual([]);

      // The packets arrive late: first where nothing is any more.
      for (const [index, late] of (await gate.sendHeld()).entries()) {
        expect(
          late.every((status) => status >= 400),
          `${title(index)}: refused (${late})`,
        ).toBe(true);
      }
      expect(await stand.changesSince(before), 'after the late packets').toEqual([]);

      // Then where another request has made a namespace of the same name.
      gate.open();
      await Promise.all(names.map((name) => stand.submit(name, DEV)));
      await stand.untilAll(names, ['ready']);
      const second = await stand.snapshot();
      await gate.sendHeld();
      stopped.wake();
      await new Promise((resolve) => setTimeout(resolve, WAKING_MS));
      expect(await stand.changesSince(second), 'in the new namespaces').toEqual([]);
      for (const [index, name] of names.entries()) expect(keysOf(second, name), title(index)).not.toEqual([]);

      await Promise.all(names.map((name) => stand.owner.teardown(name)));
      await stand.untilAll(names, ['deleted']);
      expect(await stand.changesSince(before)).toEqual([]);
      counted += 2 * batch.length;
    }
  });
});
