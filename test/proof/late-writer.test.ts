// The late writer: a worker is stopped (SIGSTOP) at a write, past that write's time; another one undoes, or goes on and tears
// down; then the packet arrives, and again when the name has a new owner, and the stopped worker wakes. Not one byte changes.
// The usual run takes a core by lot, NAAS_FULL=1 every write before and after its effect, undone and torn down.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOf, type Snapshot } from '../support/cluster-snapshot.ts';
import { batches, casesOf, type EffectTable } from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';
import { cleanLife, DEV, openStand, type Stand } from '../support/scenario.ts';

const FULL = process.env['NAAS_FULL'] === '1';
const BATCH = 24;
/** Whoever takes over a stopped worker's claim needs 15 s for it, and more on a busy machine. */
const STAGE_SECONDS = 120;

/** Long enough for a woken worker to send what it still had in mind. */
const WAKING_MS = 3_000;
/** A claim that nobody answers for is given to the next worker after this; a batch takes about a minute and a half. */
const MATRIX_TAKES_MS = 15 * 60_000;

/** What the other worker does meanwhile: takes the request back, or takes the work over and tears it down. */
type Meanwhile = 'undone' | 'torn down';
type Case = ReturnType<typeof casesOf>[number] & { during: 'provisioning' | 'teardown'; meanwhile: Meanwhile };

let stand: Stand;
let table: EffectTable;
let before: Snapshot;
let counted = 0;

beforeAll(async () => {
  stand = await openStand({ timing: { stageTimeoutSeconds: STAGE_SECONDS } });
  await stand.startWorker();
  before = await stand.snapshot();
  table = await cleanLife(stand, 'late-clean');
});

afterAll(async () => {
  await stand?.close();
  recordProof('late writers', counted, failedTests());
});

function matrixOf({ provisioning, teardown }: EffectTable): Case[] {
  return [
    ...casesOf(provisioning).flatMap((place): Case[] => [
      { ...place, during: 'provisioning', meanwhile: 'undone' },
      { ...place, during: 'provisioning', meanwhile: 'torn down' },
    ]),
    ...casesOf(teardown).map((place): Case => ({ ...place, during: 'teardown', meanwhile: 'torn down' })),
  ];
}

/** Every write once, by lot before or after its effect and by lot undone or torn down, as far as a batch goes. */
function coreOf(cases: readonly Case[]): Case[] {
  const core = new Map<string, Case>();
  for (const each of shuffled(cases, drawFor('late writers')))
    core.set(`${each.during} ${JSON.stringify(each.point)}`, each);
  return [...core.values()].slice(0, BATCH);
}

async function begin(name: string, { during }: Case): Promise<void> {
  if (during === 'provisioning') return stand.submit(name, DEV);
  await stand.teardown(name);
}

const DROP = () => 'drop' as const;

/** By the other worker, to the end. */
async function endMeanwhile(name: string, { during, meanwhile }: Case): Promise<void> {
  if (meanwhile === 'undone') {
    // The stopped worker may be handed the cancel first, and hold it longer than its claim: the other one might get ready,
    // and where the last write is made it only has to read.
    const cancelled = stand.cancelUntilAccepted(name);
    const untilCancelled = async () => cancelled.then(DROP, DROP);
    const halts = [{}, { verb: 'read' as const }].map((calls) =>
      stand.proxy.add({ tenant: name, ...calls, before: untilCancelled }),
    );
    await cancelled.finally(() => {
      for (const halt of halts) halt.lift();
    });
    await stand.untilAll([name], ['failed', 'cancelled']);
    return;
  }
  if (during === 'provisioning') {
    await stand.untilAll([name], ['ready']);
    await stand.teardown(name);
  }
  await stand.untilAll([name], ['deleted']);
}

describe('a late writer', () => {
  it(
    'changes nothing where nothing is any more, nor in a new namespace of the same name',
    async () => {
      const all = matrixOf(table);
      for (const [number, batch] of batches(FULL ? all : coreOf(all), BATCH).entries()) {
        const lives = batch.map((each, index) => ({
          each,
          name: `late-${number}-${String(index + 1).padStart(2, '0')}`,
        }));
        const names = lives.map(({ name }) => name);
        const leaving = lives.filter(({ each }) => each.during === 'teardown').map(({ name }) => name);
        await Promise.all(leaving.map((name) => stand.submit(name, DEV)));
        await stand.untilAll(leaving, ['ready']);
        const gate = gather(
          stand.proxy,
          lives.map(({ each, name }) => ({ tenant: name, point: each.point, moment: each.moment })),
        );
        await Promise.all(lives.map(({ name, each }) => begin(name, each)));
        await gate.allArrived();

        const stopped = stand.stopWorkers();
        // Whoever is undone meets the gate again; the others may go on.
        for (const { name, each } of lives) if (each.meanwhile === 'torn down') gate.pass(name);
        await stand.startWorker();
        await Promise.all(lives.map(({ name, each }) => endMeanwhile(name, each)));
        expect(await stand.changesSince(before), 'after the end').toEqual([]);

        // The packets arrive late: first where nothing is any more.
        for (const [index, statuses] of (await gate.sendHeld()).entries()) {
          const title = `${batch[index]?.title}, ${batch[index]?.meanwhile}: refused (${statuses})`;
          expect(
            statuses.every((status) => status >= 400),
            title,
          ).toBe(true);
        }
        expect(await stand.changesSince(before), 'after the late packets').toEqual([]);

        // Then where another request has made a namespace of the same name.
        gate.pass();
        await Promise.all(names.map((name) => stand.submit(name, DEV)));
        await stand.untilAll(names, ['ready']);
        const second = await stand.snapshot();
        await gate.sendHeld();
        gate.open();
        stopped.wake();
        await new Promise((resolve) => setTimeout(resolve, WAKING_MS));
        expect(await stand.changesSince(second), 'in the new namespaces').toEqual([]);
        for (const name of names) expect(keysOf(second, name), name).not.toEqual([]);

        await Promise.all(names.map((name) => stand.teardown(name)));
        await stand.untilAll(names, ['deleted']);
        expect(await stand.changesSince(before)).toEqual([]);
        counted += 2 * batch.length;
      }
    },
    MATRIX_TAKES_MS,
  );
});
