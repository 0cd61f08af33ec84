// A stage that runs out of time: each write of provisioning hangs in the network until the run has given up and undone.
// Then it arrives. No attempt may have a deadline beyond the end of its stage: the write has to come too late.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { describePoint, type EffectTable } from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import type { HeldCall } from '../support/fault-proxy-rules.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { cleanLife, DEV, openStand, type Stand } from '../support/scenario.ts';

let stand: Stand;
let table: EffectTable;
let before: Snapshot;
let counted = 0;

beforeAll(async () => {
  // No multiple of an attempt's own patience: the last attempt is cut short by the end of the stage.
  stand = await openStand({ timing: { stageTimeoutSeconds: 40 } });
  await stand.startWorker();
  before = await stand.snapshot();
  table = await cleanLife(stand, 'outlived-clean');
});

afterAll(async () => {
  await stand?.close();
  recordProof('outlived stages', counted, failedTests());
});

describe('a claim whose answer was lost', () => {
  /** The packet is under way somewhere when its connection breaks. */
  function loseTheFirst(tenant: string): HeldCall[] {
    const lost: HeldCall[] = [];
    stand.proxy.add({
      tenant,
      verb: 'create',
      resource: 'namespaces',
      times: 1,
      async before(call) {
        lost.push(call);
        return 'drop';
      },
    });
    return lost;
  }

  async function expectTooLate(lost: HeldCall[]): Promise<void> {
    const late = await Promise.all(lost.map((call) => call.forward()));
    counted += late.length;
    expect(late.map(({ status }) => status)).toEqual([403]);
    expect(await stand.changesSince(before)).toEqual([]);
  }

  it('comes too late when the next try is refused for good and the request has failed', async () => {
    const name = 'outlived-refused';
    const lost = loseTheFirst(name);
    const fault = { mode: 'fail-before', status: 422 } as const;
    stand.proxy.add({ tenant: name, verb: 'create', resource: 'namespaces', fault });
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['failed']);
    await expectTooLate(lost);
  });

  it('comes too late when the request is cancelled before the next try', async () => {
    const name = 'outlived-cancelled';
    const lost = loseTheFirst(name);
    await stand.submit(name, DEV);
    await expect.poll(() => lost.length, { timeout: 20_000 }).toBe(1);
    await stand.cancelUntilAccepted(name);
    await stand.untilAll([name], ['failed']);
    await expectTooLate(lost);
  });
});

describe('a write that outlives its stage', () => {
  it('comes too late', async () => {
    const places = table.provisioning.map((point, index) => ({
      tenant: `outlived-${String(index + 1).padStart(2, '0')}`,
      point,
      moment: 'before' as const,
    }));
    const gates = places.map((place) => gather(stand.proxy, [place]));
    await Promise.all(places.map(({ tenant }) => stand.submit(tenant, DEV)));
    await Promise.all(gates.map((gate) => gate.allArrived()));
    const late = await Promise.all(
      places.map(async ({ tenant, point }, index) => {
        await stand.untilAll([tenant], ['failed']);
        // At once: a minute later any deadline would have passed.
        const [statuses = []] = (await gates[index]?.sendHeld()) ?? [];
        return `${describePoint(point)}: ${statuses.every((status) => status >= 400) ? 'refused' : `took effect (${statuses})`}`;
      }),
    );
    for (const gate of gates) gate.open();
    counted += late.length;
    expect(late).toEqual(places.map(({ point }) => `${describePoint(point)}: refused`));
    expect(await stand.changesSince(before)).toEqual([]);
  });
});
