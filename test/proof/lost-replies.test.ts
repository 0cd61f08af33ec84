// Lost replies: every call site of the worker, reads included, × every way in which a reply gets lost or lies × how often.
// Each case is a whole life of a namespace of its own. The usual run takes a core by lot, NAAS_FULL=1 the whole matrix.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsWithDiscovery, describeCall, describeSite, sitesIn } from '../support/call-sites.ts';
import { type Snapshot, snapshot } from '../support/cluster-snapshot.ts';
import { keepEvidence } from '../support/evidence.ts';
import { effortOf, tooEarly } from '../support/lost-replies-calls.ts';
import { type Lived, live, type Surroundings } from '../support/lost-replies-life.ts';
import {
  type Case,
  coreOf,
  holesIn,
  type KnownSite,
  LIVES,
  type Life,
  matrixOf,
} from '../support/lost-replies-matrix.ts';
import { inParallel, shared } from '../support/pool.ts';
import { recordProof } from '../support/proof-table.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';
import { openStand, type Stand } from '../support/scenario.ts';
import { plantForeignObjects } from '../support/scenario-foreign.ts';

const FULL = process.env['NAAS_FULL'] === '1';
/** The whole matrix is some 1,800 lives; two quiet cores end about two in a second, a busy machine one in three. */
const MATRIX_TAKES_MS = 120 * 60_000;

/** The least that a catalog may say: where a reply is lost for ever, the stage has to end within a test. */
const STAGE_SECONDS = 30;
/** Where it comes in the end, a busy machine must not be what ends the stage. */
const PATIENT_STAGE_SECONDS = 120;
/** More than such a stage and its undo take. */
const PATIENCE_MS = 300_000;

/** Lives at once, as many as two cores carry: those that mostly wait for the end of their stage, and those that work. */
const WAITING_AT_ONCE = 40;
const WORKING_AT_ONCE = 24;
/** A silent call keeps one of the worker's 32 connections for half a minute. */
const SILENT_AT_ONCE = 16;

/** Discovery is asked once in a worker's life: each of its cases needs a worker of its own. */
const FRESH_AT_ONCE = 4;
const FRESH_CORE = 2;

/** At most this share of calls more than the faults force. */
const EXTRA_CALLS = 0.1;

/** Objects of each namespace are looked at in snapshots that all who ask share. */
const LOOK_AGAIN_MS = 3_000;

let stands: { hurried: Stand; patient: Stand };
let foreign: { remove(): Promise<void> };
let before: Snapshot;
let around: Surroundings;
let sites: KnownSite[];
let cases: Case[];
const ended: { case: Case; lived: Lived }[] = [];
let violations = 0;

beforeAll(async () => {
  const [hurried, patient] = await Promise.all([STAGE_SECONDS, PATIENT_STAGE_SECONDS].map(openPatient));
  if (hurried === undefined || patient === undefined) throw new Error('the stands did not open');
  stands = { hurried, patient };
  await Promise.all([hurried.startWorker(), patient.startWorker()]);
  foreign = await plantForeignObjects(hurried.kube);
  before = await hurried.snapshot();
  await findSites(hurried);
  cases = chosen();
});

afterAll(async () => {
  await foreign?.remove();
  await Promise.all([stands?.hurried.close(), stands?.patient.close()]);
  recordProof('lost replies', ended.length, violations);
});

/** One life of each kind without a fault of the matrix; a site belongs to the first life that it is seen in. */
async function findSites(stand: Stand): Promise<void> {
  const look = shared(() => snapshot(stand.kube), LOOK_AGAIN_MS);
  const whole = await live({ stand, look, planned: [] }, 'lost-whole', 'whole');
  around = { stand, look, planned: whole.objects };
  const others = await Promise.all(LIVES.slice(1).map((life) => live(around, `lost-${life.replace(' ', '-')}`, life)));
  const lives = [whole, ...others];
  expect(lives.flatMap((lived) => lived.violations)).toEqual([]);
  const known = new Map<string, KnownSite>();
  const calls = (life: Life, lived: Lived | undefined) =>
    // The first life found the worker fresh.
    life === 'whole' ? callsWithDiscovery(stand.proxy, whole.name) : (lived?.calls ?? []);
  for (const [index, life] of LIVES.entries())
    for (const site of sitesIn(calls(life, lives[index])))
      if (!known.has(describeSite(site))) known.set(describeSite(site), { site, life });
  sites = [...known.values()];
}

function chosen(): Case[] {
  if (FULL) return matrixOf(sites);
  const draw = drawFor('lost replies');
  const fresh = matrixOf(sites.filter(isDiscovery)).filter(({ reply }) => reply !== '30 s stall');
  return [
    ...coreOf(
      sites.filter((known) => !isDiscovery(known)),
      draw,
    ),
    ...shuffled(fresh, draw).slice(0, FRESH_CORE),
  ];
}

function laneOf(each: Case): 'fresh' | 'silent' | 'lasting' | 'passing' {
  if (isDiscovery(each)) return 'fresh';
  if (each.reply === '30 s stall') return 'silent';
  return each.times === 'for ever' ? 'lasting' : 'passing';
}

function isDiscovery({ site }: KnownSite): boolean {
  return site.path !== undefined;
}

/** With a worker that has asked nothing yet. */
async function liveFresh(each: Case, name: string): Promise<Lived> {
  const stand = await openPatient(each.times === 'for ever' ? STAGE_SECONDS : PATIENT_STAGE_SECONDS);
  try {
    await stand.startWorker();
    const lived = await live({ ...around, stand }, name, each.life, each);
    await stand.proxy.stalledCallsArrived();
    return lived;
  } finally {
    await stand.close();
  }
}

function openPatient(stageTimeoutSeconds: number): Promise<Stand> {
  // No worker dies here: a beat that a busy machine delays must not pass for a dead one.
  const timing = { stageTimeoutSeconds, heartbeatSeconds: 10 };
  return openStand({ timing, lookEveryMs: 1_000, patienceMs: PATIENCE_MS });
}

/** Each violation with the case that it belongs to; all of them, because one alone rarely shows the pattern. */
function report(of: (ended: { case: Case; lived: Lived }) => string[]): string[] {
  return ended.flatMap((each) => {
    const found = of(each).map(
      (violation) => `${each.lived.name} [${each.case.life}] ${each.case.title}: ${violation}`,
    );
    violations += found.length;
    if (found.length > 0) keepEvidence(each.lived.name, [...found, ...each.lived.calls.map(describeCall)]);
    return found;
  });
}

describe('a lost reply', () => {
  it('can strike every call site in every way', () => {
    expect(sites.map(({ site }) => site.activity)).toEqual(
      expect.arrayContaining([
        'admit',
        'claimNamespace',
        'ensureGuardrails',
        'ensureEquipment',
        'grantAccess',
        'revokeAccess',
        'deleteNamespace',
      ]),
    );
    if (FULL) expect(holesIn(cases, sites)).toEqual([]);
  });

  it(
    'ends in the typed outcome, with every object once or without a trace',
    async () => {
      const run =
        (way: (each: Case, name: string) => Promise<Lived>) =>
        async (each: Case): Promise<void> => {
          const name = `lost-${String(cases.indexOf(each)).padStart(4, '0')}`;
          ended.push({ case: each, lived: await way(each, name) });
          if (ended.length % 100 === 0) console.log(`lost replies: ${ended.length} of ${cases.length} cases`);
        };
      const on = (stand: Stand) => run((each, name) => live({ ...around, stand }, name, each.life, each));
      const { fresh = [], silent = [], lasting = [], passing = [] } = Object.groupBy(cases, laneOf);
      await Promise.all([
        inParallel(lasting, WAITING_AT_ONCE, on(stands.hurried)),
        inParallel(passing, WORKING_AT_ONCE, on(stands.patient)),
        inParallel(silent, SILENT_AT_ONCE, (each: Case) =>
          on(each.times === 'for ever' ? stands.hurried : stands.patient)(each),
        ),
        inParallel(fresh, FRESH_AT_ONCE, run(liveFresh)),
      ]);
      await Promise.all([stands.hurried.proxy.stalledCallsArrived(), stands.patient.proxy.stalledCallsArrived()]);
      expect(report(({ lived }) => lived.violations)).toEqual([]);
      expect(await stands.hurried.changesSince(before)).toEqual([]);
    },
    MATRIX_TAKES_MS,
  );

  it('strikes no call site that the table does not know', () => {
    const known = new Set(sites.map(({ site }) => describeSite(site)));
    expect(
      report(({ lived }) =>
        sitesIn(lived.calls)
          .map(describeSite)
          .filter((site) => !known.has(site)),
      ),
    ).toEqual([]);
  });

  it('with Retry-After is followed by nothing before its time', () => {
    expect(report(({ lived }) => tooEarly(lived.calls))).toEqual([]);
  });

  it('costs at most a tenth more calls than it forces', () => {
    const efforts = ended.map(({ case: { life }, lived }) => effortOf(lived.calls, life));
    const forced = efforts.reduce((sum, effort) => sum + effort.forced, 0);
    const extra = efforts.reduce((sum, effort) => sum + effort.extra, 0);
    console.log(`lost replies: ${forced} calls forced, ${extra} besides`);
    expect(
      report(({ case: { life }, lived }) => {
        const effort = effortOf(lived.calls, life);
        return effort.extra <= effort.forced * EXTRA_CALLS ? [] : effort.sites;
      }),
    ).toEqual([]);
  });
});
