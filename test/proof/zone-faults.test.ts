// What may come of every call to a zone, by a real worker: refused, put off, broken before and after its effect, silent, cut
// short; once and for ever. It ends in the typed outcome, and nobody asks again before the time that the server named. The
// usual run takes every fault of every write once, of the looks and of what lasts a core by lot; NAAS_FULL=1 all.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FAULT_KINDS, FaultRequest } from '../../src/local/azure-dns/faults.ts';
import type { LoggedRequest } from '../../src/local/azure-dns/request-log.ts';
import type { ErrorName } from '../../src/spec/errors.ts';
import { workflowId } from '../../src/spec/names.ts';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { batches } from '../support/effects-table.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { openReachStand, type ReachStand, type Tenant } from '../support/reach-stand.ts';
import { drawFor, shuffled } from '../support/run-seed.ts';
import { withTemporal } from '../support/runs.ts';

const FULL = process.env['NAAS_FULL'] === '1';
const RETRY_AFTER_SECONDS = 3;
const EVER = 10_000;

type Kind = (typeof FAULT_KINDS)[number];
type Method = 'GET' | 'PUT' | 'DELETE';

interface ZoneFault {
  kind: Kind;
  retryAfterSeconds?: number;
  /** What somebody is told while it lasts. */
  told: ErrorName;
}

const FAULTS: readonly ZoneFault[] = [
  { kind: 'conflict', told: 'Outdated' },
  { kind: 'precondition-failed', told: 'Outdated' },
  { kind: 'throttled', retryAfterSeconds: RETRY_AFTER_SECONDS, told: 'Throttled' },
  { kind: 'throttled', told: 'Throttled' },
  { kind: 'error-before', told: 'Unavailable' },
  { kind: 'error-after', told: 'Unavailable' },
  { kind: 'unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS, told: 'Unavailable' },
  { kind: 'unavailable', told: 'Unavailable' },
  { kind: 'reset-before', told: 'Unavailable' },
  { kind: 'reset-after', told: 'Unavailable' },
  { kind: 'stall-before', told: 'DeadlinePassed' },
  { kind: 'stall-after', told: 'DeadlinePassed' },
  { kind: 'truncated', told: 'Unavailable' },
];

interface Case {
  method: Method;
  fault: ZoneFault;
}

const casesOf = (method: Method): Case[] => FAULTS.map((fault) => ({ method, fault }));

const titleOf = ({ method, fault }: Case): string =>
  `${method} ${fault.kind}${fault.retryAfterSeconds === undefined ? '' : ' with Retry-After'}`;

let stand: ReachStand;
let before: Snapshot;
let counted = 0;

beforeAll(async () => {
  stand = await openReachStand();
  await stand.startWorker();
  before = await stand.snapshot();
});

afterAll(async () => {
  await stand?.close();
  recordProof('faults of the zone', counted, failedTests());
});

interface Planted {
  tenant: Tenant;
  each: Case;
  title: string;
  since: number;
}

/** Of the record's own calls; a look that admission makes has passed by then. */
function plant(tenants: readonly Tenant[], cases: readonly Case[], times: number): Planted[] {
  const since = stand.dns.log.list().at(-1)?.sequence ?? 0;
  return tenants.map((tenant, index) => {
    const each = cases[index] as Case;
    const { kind, retryAfterSeconds } = each.fault;
    const fault: FaultRequest = {
      ...{ kind, times, method: each.method, resource: 'record-set', zone: tenant.zone, name: tenant.name, type: 'A' },
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
    stand.dns.faults.add(fault);
    return { tenant, each, title: titleOf(each), since };
  });
}

function requestsOf({ tenant: { name, zone }, since }: Planted): LoggedRequest[] {
  return stand.dns.log.list().filter(({ sequence, path }) => sequence > since && path.endsWith(`/${zone}/A/${name}`));
}

function expectMetAndWaited(planted: readonly Planted[]): void {
  for (const each of planted) {
    const requests = requestsOf(each);
    expect(
      requests.some(({ fault, method }) => fault === each.each.fault.kind && method === each.each.method),
      `${each.title} was met`,
    ).toBe(true);
    for (const [index, { atMs, spentMs, retryAfterSeconds }] of requests.entries()) {
      const next = requests[index + 1];
      if (retryAfterSeconds === undefined || next === undefined) continue;
      const waitedMs = next.atMs - (atMs + spentMs);
      // Two clocks of one machine, in whole milliseconds.
      expect(waitedMs, `${each.title}: asked again too early`).toBeGreaterThanOrEqual(retryAfterSeconds * 1000 - 2);
    }
  }
}

const namesOf = (planted: readonly { tenant: Tenant }[]): string[] => planted.map(({ tenant }) => tenant.name);

async function makeReady(tenants: readonly Tenant[]): Promise<void> {
  await Promise.all(tenants.map((tenant) => stand.submitReached(tenant)));
  await stand.untilAll(
    tenants.map(({ name }) => name),
    ['ready'],
  );
}

async function expectGone(names: readonly string[]): Promise<void> {
  await stand.untilAll(names, ['deleted']);
  expect(await stand.changesSince(before)).toEqual([]);
}

/** What Temporal keeps of the last attempt of an activity that is tried again. */
async function failuresOf(name: string): Promise<string[]> {
  return withTemporal(stand.platform.temporalAddress, async (client) => {
    const { raw } = await client.workflow.getHandle(workflowId(name)).describe();
    return (raw.pendingActivities ?? []).map(({ lastFailure }) => lastFailure?.applicationFailureInfo?.type ?? '');
  });
}

const draw = drawFor('faults of the zone');
const looks = (cases: readonly Case[]): Case[] => [
  ...cases,
  ...(FULL ? casesOf('GET') : shuffled(casesOf('GET'), draw).slice(0, 1)),
];

/** Of what lasts. */
const CORE = 5;
const aCore = (cases: readonly Case[]): Case[] => (FULL ? [...cases] : shuffled(cases, draw).slice(0, CORE));

describe('a fault of the zone', () => {
  it('that comes once keeps nothing from being ready, and nothing from being deleted', async () => {
    const [making, removing] = [casesOf('PUT'), looks(casesOf('DELETE'))];
    for (const [number, leaving] of batches(removing, stand.zones.length).entries()) {
      const tenants = stand.tenants(`once${number}-`, leaving.length);
      const first = tenants.slice(0, making.length);
      const puts = plant(first, making, 1);
      await makeReady(tenants);
      expectMetAndWaited(puts);
      for (const each of puts)
        expect(requestsOf(each).filter(({ effect }) => effect === 'created').length, `${each.title}: made once`).toBe(
          1,
        );
      const gone = plant(tenants, leaving, 1);
      await Promise.all(namesOf(gone).map((name) => stand.teardown(name)));
      await expectGone(namesOf(gone));
      expectMetAndWaited(gone);
      counted += puts.length + gone.length;
    }
  });

  it('where it is asked for its name servers puts the answer off, and nothing else', async () => {
    // A silent look takes half a minute.
    const kinds = FAULTS.filter(({ told }) => FULL || told !== 'DeadlinePassed');
    const tenants = stand.tenants('servers', kinds.length);
    // One that has asked no zone yet: for some minutes nobody asks again.
    await stand.killWorkers();
    await stand.startWorker();
    const since = stand.dns.log.list().at(-1)?.sequence ?? 0;
    for (const [index, { zone }] of tenants.entries()) {
      const { kind, retryAfterSeconds } = kinds[index] as ZoneFault;
      const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
      stand.dns.faults.add({ kind, times: 1, method: 'GET', resource: 'zone', zone, ...wait });
    }
    await makeReady(tenants);
    for (const [index, { zone }] of tenants.entries()) {
      const asked = stand.dns.log.list().filter(({ sequence, path }) => sequence > since && path.endsWith(`/${zone}`));
      expect(
        asked.map(({ fault }) => fault),
        `${zone}: ${kinds[index]?.kind}`,
      ).toEqual([kinds[index]?.kind, undefined]);
    }
    const names = tenants.map(({ name }) => name);
    await Promise.all(names.map((name) => stand.teardown(name)));
    await expectGone(names);
    counted += tenants.length;
  });

  it('that lasts blocks a teardown in its own words, and ends when the zone is well', async () => {
    // Four silences in a row take a minute.
    const all = aCore(looks(casesOf('DELETE')).filter(({ fault }) => FULL || fault.told !== 'DeadlinePassed'));
    for (const [number, cases] of batches(all, stand.zones.length).entries()) {
      const tenants = stand.tenants(`ever${number}-`, cases.length);
      await makeReady(tenants);
      const planted = plant(tenants, cases, EVER);
      await Promise.all(namesOf(planted).map((name) => stand.teardown(name)));
      // What it did before its answer was lost is found done.
      const isDone = ({ method, fault }: Case) =>
        method === 'DELETE' && ['error-after', 'reset-after', 'stall-after', 'truncated'].includes(fault.kind);
      const blocked = planted.filter(({ each }) => !isDone(each));
      const statuses = await stand.untilAll(namesOf(blocked), ['blocked']);
      for (const [index, { title, each }] of blocked.entries()) {
        const codes = statuses[index]?.blocked?.problems.map(({ code }) => code);
        expect(codes, title).toEqual([each.fault.told]);
      }
      expectMetAndWaited(planted);
      stand.dns.faults.clear();
      await expectGone(namesOf(planted));
      counted += planted.length;
    }
  });

  it('that lasts keeps a request waiting, with a typed reason, until somebody cancels it: nothing is left', async () => {
    for (const [number, cases] of batches(aCore(casesOf('PUT')), stand.zones.length).entries()) {
      const tenants = stand.tenants(`wait${number}-`, cases.length);
      const planted = plant(tenants, cases, EVER);
      await Promise.all(tenants.map((tenant) => stand.submitReached(tenant)));
      for (const { tenant, each, title } of planted) {
        await expect
          .poll(() => failuresOf(tenant.name), { message: title, timeout: 60_000, interval: 200 })
          .toContain(each.fault.told);
      }
      expectMetAndWaited(planted);
      await Promise.all(namesOf(planted).map((name) => stand.cancelUntilAccepted(name)));
      const ended = await stand.untilAll(namesOf(planted), ['failed']);
      for (const [index, { problems }] of ended.entries())
        expect(
          problems.map(({ code }) => code),
          planted[index]?.title,
        ).toEqual(['Cancelled']);
      expect(await stand.changesSince(before)).toEqual([]);
      stand.dns.faults.clear();
      counted += planted.length;
    }
  });
});
