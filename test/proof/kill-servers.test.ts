// kill -9 of the servers that naas stands on, before and after each write of provisioning and of teardown: Temporal on its
// file database, the API server, and both together with the worker. Everything goes on where it was, without a person.
// The usual run takes a core by lot, NAAS_FULL=1 every write.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKER_USER } from '../../src/spec/names.ts';
import { byTenant, readAudit, tookEffect } from '../support/audit.ts';
import { keysOf, type Snapshot } from '../support/cluster-snapshot.ts';
import { batches, casesOf, type EffectTable } from '../support/effects-table.ts';
import { gather, type Release } from '../support/fault-proxy-gate.ts';
import { MORTAL, type Mortal, type MortalPlatform, startMortalPlatform } from '../support/mortal-platform.ts';
import { madeTwice, objectsOf } from '../support/planned-objects.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';
import { cleanLife, DEV, openStand, type Stand } from '../support/scenario.ts';

const FULL = process.env['NAAS_FULL'] === '1';
const CORE = 6;
const BATCH = 20;
const AT_ONCE = 8;
/** Restarts on a busy machine must not be what ends a stage. */
const STAGE_SECONDS = 120;
const MATRIX_TAKES_MS = 20 * 60_000;

type Place = ReturnType<typeof casesOf>[number];

/** A dead API server gives no answer any more; a dead Temporal keeps nobody from writing. */
const RELEASE: Record<Mortal, Release> = {
  temporal: { before: 'forward', after: 'reply' },
  apiserver: { before: 'forward', after: 'drop' },
};

let mortal: MortalPlatform;
let stand: Stand;
let table: EffectTable;
let before: Snapshot;
let planned: string[];
const draw = drawFor('kill servers');
const killed = { servers: 0, everything: 0 };

beforeAll(async () => {
  mortal = await startMortalPlatform();
  stand = await openStand({ platform: mortal.platform, timing: { stageTimeoutSeconds: STAGE_SECONDS } });
  await stand.startWorker();
  before = await stand.snapshot();
  table = await cleanLife(stand, 'servers-clean', async () => {
    planned = objectsOf(await stand.snapshot(), 'servers-clean');
  });
});

afterAll(async () => {
  await stand?.close();
  await mortal?.stop();
  recordProof('kill -9 of a server', killed.servers, failedTests('kill -9 of a server'));
  recordProof('everything killed at once', killed.everything, failedTests('together'));
});

/** Every place, or so many by lot. */
function placesOf(points: EffectTable['provisioning'], core: number): Place[] {
  const all = shuffled(casesOf(points), draw);
  return FULL ? all : all.slice(0, core);
}

function expectPlanned(now: Snapshot, names: readonly string[], places: readonly Place[]): void {
  for (const [index, name] of names.entries()) {
    expect(objectsOf(now, name), places[index]?.title).toEqual(planned);
    expect(madeTwice(stand.proxy.effects(name)), `${places[index]?.title}: made twice`).toEqual([]);
  }
}

/** All are held at their own write; the blow meets them there. */
async function strike(
  names: readonly string[],
  places: readonly Place[],
  begin: () => Promise<unknown>,
  blow: (open: (how: Release) => void) => Promise<void>,
): Promise<void> {
  const gate = gather(
    stand.proxy,
    names.map((tenant, index) => ({ tenant, ...placeAt(places, index) })),
  );
  await begin();
  await gate.allArrived();
  await blow(gate.open);
}

function placeAt(places: readonly Place[], index: number): Place {
  const place = places[index % places.length];
  if (place === undefined) throw new Error('the table of writes is empty');
  return place;
}

describe('kill -9 of a server', () => {
  it.each(MORTAL)(
    '%s: converges to ready and to deleted wherever it strikes, and makes each object once',
    async (server) => {
      const leaving = shuffled(casesOf(table.teardown), draw);
      const blow = async (open: (how: Release) => void): Promise<void> => {
        await mortal.kill(server);
        open(RELEASE[server]);
        await mortal.revive(server);
      };
      for (const [number, places] of batches(placesOf(table.provisioning, CORE), BATCH).entries()) {
        const names = places.map((_, index) => `${server}-${number}-${String(index + 1).padStart(2, '0')}`);
        await strike(names, places, () => Promise.all(names.map((name) => stand.submit(name, DEV))), blow);
        await stand.untilAll(names, ['ready']);
        expectPlanned(await stand.snapshot(), names, places);
        await strike(names, leaving, () => Promise.all(names.map((name) => stand.teardown(name))), blow);
        await stand.untilAll(names, ['deleted']);
        expect(await stand.changesSince(before)).toEqual([]);
        killed.servers += places.length + names.length;
      }
    },
    MATRIX_TAKES_MS,
  );
});

describe('kill -9 of worker, Temporal and API server together', () => {
  it(
    'in the middle of eight requests leaves eight ready namespaces, each object made once',
    async () => {
      for (const [number, places] of batches(placesOf(table.provisioning, AT_ONCE), AT_ONCE).entries()) {
        const names = Array.from({ length: AT_ONCE }, (_, index) => `all-${number}-${index + 1}`);
        await strike(
          names,
          places,
          () => Promise.all(names.map((name) => stand.submit(name, DEV))),
          async (open) => {
            await Promise.all([stand.killWorkers(), ...MORTAL.map((server) => mortal.kill(server))]);
            // Nobody is there: what was held before its effect never happens, the other answers go nowhere.
            open({ before: 'drop', after: 'drop' });
            await Promise.all(MORTAL.map((server) => mortal.revive(server)));
            await stand.startWorker();
          },
        );
        await stand.untilAll(names, ['ready']);
        const now = await stand.snapshot();
        expectPlanned(
          now,
          names,
          names.map((_, index) => placeAt(places, index)),
        );
        await expectMadeOnceByAudit(names, now);
        await Promise.all(names.map((name) => stand.teardown(name)));
        await stand.untilAll(names, ['deleted']);
        expect(await stand.changesSince(before)).toEqual([]);
        killed.everything += names.length;
      }
    },
    MATRIX_TAKES_MS,
  );
});

/**
 * The API server's own witness. A create whose line died with the server is followed by an apply that found the object:
 * at most one line of creation for each object that stands there, and none for anything else.
 */
async function expectMadeOnceByAudit(names: readonly string[], now: Snapshot): Promise<void> {
  const events = (await readAudit(stand.auditLog, WORKER_USER)).filter(tookEffect);
  const lives = byTenant(events);
  for (const name of names) {
    const made = (lives.get(name) ?? [])
      .filter((event) => event.responseStatus?.code === 201)
      .map((event) => `${event.objectRef?.resource}/${event.objectRef?.name}`);
    expect(new Set(made).size, `${name}: created once each: ${made}`).toBe(made.length);
    expect(made.length, `${name}: created no more than stands there`).toBeLessThanOrEqual(keysOf(now, name).length);
  }
}
