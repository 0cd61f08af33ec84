// Pause and resume on real servers: one pause meets runs at every kind of place. Nothing new is written before the resume,
// what had begun ends cleanly, and afterwards everybody comes to where they were going.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause, resume } from '../../src/ops/switch.ts';
import { SWITCH_CONFIG_MAP, SYSTEM_NAMESPACE, WORKER_USER } from '../../src/spec/names.ts';
import type { Status, StatusRow } from '../../src/spec/status.ts';
import { type AuditEvent, readAudit, tenantOf } from '../support/audit.ts';
import { kubectl, type Snapshot } from '../support/cluster-snapshot.ts';
import { ruleAt } from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { sharedPlatform } from '../support/platform.ts';
import { figuresOf, withTemporal } from '../support/runs.ts';
import { DEV, openStand, PEOPLE, STAGING, type Stand } from '../support/scenario.ts';

const REASON = 'etcd is being moved';
const INFORMATION = { verb: 'apply', resource: 'configmaps', name: 'naas-information' } as const;
const QUOTA = { verb: 'apply', resource: 'resourcequotas', name: 'naas-quota' } as const;
const BINDING = { verb: 'delete', resource: 'rolebindings', name: 'naas-developers' } as const;
const NAMESPACE = { verb: 'delete', resource: 'namespaces', name: '*' } as const;

/** Longer than the 30 s that a stage has in this stand: time spent paused must not count. */
const PAUSED_FOR_MS = 33_000;
/** The writes of a stage that run beside the one that is held have all been answered by then. */
const SETTLED_AFTER_MS = 1_500;

const NAMES = {
  begun: 'pau-begun',
  cut: 'pau-cut',
  asked: 'pau-asked',
  cancelled: 'pau-cancelled',
  deleting: 'pau-deleting',
  blocked: 'pau-blocked',
  changing: 'pau-changing',
};
const ABANDONED = 'pau-abandoned';
const ALL = Object.values(NAMES);

let stand: Stand;
let before: Snapshot;
let whilePaused: Record<keyof typeof NAMES, Status>;
let rows: StatusRow[];
let eventsEarly: number;
let eventsLate: number;
let pausedAt: string;
let resumedAt: string;
let abandoned: Status | undefined;
let afterwards: Status[];
let mine: AuditEvent[];

const kubeconfig = (): string => sharedPlatform().kubeconfig;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  before = await stand.snapshot();
  await story();
  mine = (await readAudit(stand.auditLog, WORKER_USER)).filter((event) =>
    [...ALL, ABANDONED].includes(tenantOf(event)),
  );
});

afterAll(async () => {
  await resume({ kubeconfig: kubeconfig() });
  await removeSwitch();
  await stand?.close();
});

function removeSwitch(): Promise<string> {
  return kubectl(stand.kube, 'delete', 'configmap', SWITCH_CONFIG_MAP, '-n', SYSTEM_NAMESPACE, '--ignore-not-found');
}

async function story(): Promise<void> {
  const { submit, untilAll, owner, proxy } = stand;
  const living = [NAMES.deleting, NAMES.blocked, NAMES.changing, ABANDONED];
  await Promise.all(living.map((name) => submit(name, DEV)));
  await untilAll(living, ['ready']);

  const lateWrite = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const begun = ruleAt(proxy, NAMES.begun, INFORMATION, {
    async before() {
      arrived.resolve();
      await lateWrite.promise;
      return 'forward';
    },
  });
  const gate = gather(proxy, [
    { tenant: NAMES.cut, point: QUOTA, moment: 'before' },
    { tenant: NAMES.cancelled, point: INFORMATION, moment: 'after' },
    { tenant: NAMES.deleting, point: BINDING, moment: 'after' },
    { tenant: NAMES.changing, point: QUOTA, moment: 'after' },
  ]);
  const refused = { fault: { mode: 'fail-before', status: 403 } } as const;
  const refusedDelete = ruleAt(proxy, NAMES.blocked, NAMESPACE, refused);
  ruleAt(proxy, ABANDONED, BINDING, refused);
  await Promise.all([
    submit(NAMES.begun, DEV),
    submit(NAMES.cut, DEV),
    submit(NAMES.cancelled, DEV),
    submit(NAMES.asked, STAGING),
    owner.teardown(NAMES.deleting),
    owner.teardown(NAMES.blocked),
    owner.teardown(ABANDONED),
    owner.change(NAMES.changing, {
      ...stand.request(NAMES.changing, DEV),
      quota: { 'limits.cpu': '3' },
      // Written after the quota: there is something left to refuse.
      purpose: 'another purpose',
    }),
  ]);
  await Promise.all([gate.allArrived(), arrived.promise, untilAll([NAMES.blocked, ABANDONED], ['blocked'])]);
  await sleep(SETTLED_AFTER_MS);

  expect(await pause({ kubeconfig: kubeconfig(), reason: REASON })).toMatchObject({ changed: true });
  pausedAt = new Date().toISOString();
  const begunMs = Date.now();
  lateWrite.resolve();
  gate.open();
  refusedDelete.lift();
  await stand.lead.decide(NAMES.asked, { decision: 'approve' });
  const entries = await Promise.all(
    Object.entries(NAMES).map(async ([key, name]) => [key, await untilPaused(name)] as const),
  );
  whilePaused = Object.fromEntries(entries) as typeof whilePaused;
  await Promise.all([owner.cancel(NAMES.cancelled), owner.cancel(NAMES.changing)]);
  whilePaused.cancelled = await untilPaused(NAMES.cancelled, (status) => status.step === 'undoing');
  whilePaused.changing = await untilPaused(NAMES.changing, (status) => status.operation?.step === 'undoing');
  await untilPaused(ABANDONED);
  const operator = stand.clientOf(PEOPLE.operator);
  await operator.abandon(ABANDONED, { reason: 'taken away by hand' });
  await operator.close();
  [abandoned] = await untilAll([ABANDONED], ['abandoned']);
  eventsEarly = await eventsOf(NAMES.asked);
  await sleep(Math.max(0, begunMs + PAUSED_FOR_MS - Date.now()));
  rows = await listed();
  eventsLate = await eventsOf(NAMES.asked);

  resumedAt = new Date().toISOString();
  expect(await resume({ kubeconfig: kubeconfig() })).toMatchObject({ changed: true, pause: null });
  begun.lift();
  afterwards = [
    ...(await untilAll([NAMES.begun, NAMES.cut, NAMES.asked], ['ready'])),
    ...(await untilAll([NAMES.cancelled], ['failed'])),
    ...(await untilAll([NAMES.deleting, NAMES.blocked], ['deleted'])),
    await stand.untilOperation(NAMES.changing),
  ];
}

async function untilPaused(name: string, also: (status: Status) => boolean = () => true): Promise<Status> {
  const giveUpMs = Date.now() + 60_000;
  for (;;) {
    const status = await stand.owner.status(name);
    if (status.paused !== undefined && also(status)) return status;
    if (Date.now() > giveUpMs) throw new Error(`${name} is ${status.phase} (${status.step}) and not paused`);
    await sleep(100);
  }
}

async function listed(): Promise<StatusRow[]> {
  const found: StatusRow[] = [];
  for await (const row of stand.owner.list({ team: 'shop' })) if (ALL.includes(row.name)) found.push(row);
  return found;
}

const eventsOf = (name: string): Promise<number> =>
  withTemporal(sharedPlatform().temporalAddress, async (client) => (await figuresOf(client, name)).events);

describe('while naas is paused', () => {
  it('every run that was about to write says who paused it, since when, why, and what lets it go on', () => {
    for (const status of Object.values(whilePaused)) {
      expect(status.paused, status.name).toMatchObject({ reason: REASON, by: expect.stringMatching(/\w/) });
      expect(status.waitsFor?.what, status.name).toContain(`paused by ${status.paused?.by} since`);
      expect(status.waitsFor?.what, status.name).toContain(REASON);
      expect(status.waitsFor?.todo, status.name).toContain('naas resume');
    }
  });

  it('each stands where it was: a pause is no fault and blocks nothing', () => {
    const places = Object.entries(whilePaused).map(([key, { phase, step }]) => [key, phase, step]);
    expect(places).toEqual([
      ['begun', 'provisioning', 'access'],
      ['cut', 'provisioning', 'guardrails'],
      ['asked', 'provisioning', 'claim'],
      ['cancelled', 'provisioning', 'undoing'],
      ['deleting', 'deleting', 'removing'],
      ['blocked', 'blocked', 'removing'],
      ['changing', 'ready', 'changing'],
    ]);
    expect(whilePaused.changing).toMatchObject({ operation: { kind: 'change', step: 'undoing' } });
    expect(whilePaused.changing.blocked).toBeUndefined();
    expect(rows.filter((row) => row.needsPerson).map((row) => row.name)).toEqual([NAMES.blocked]);
  });

  it('whoever gives a run up need not resume naas for it: nothing more is done for it, then or later', () => {
    expect(abandoned).toMatchObject({ phase: 'abandoned' });
    expect(abandoned?.paused).toBeUndefined();
    const touched = mine.filter((event) => tenantOf(event) === ABANDONED && event.requestReceivedTimestamp > pausedAt);
    expect(touched.map((event) => event.verb)).toEqual([]);
  });

  it('a write that had begun came to its end, and is in the inventory as confirmed', () => {
    const entry = whilePaused.begun.inventory.find((each) => each.name === INFORMATION.name);
    expect(entry).toMatchObject({ state: 'confirmed', uid: expect.any(String) });
  });

  it('`list` marks each of them', () => {
    expect(
      rows
        .filter((row) => row.paused)
        .map((row) => row.name)
        .sort(),
    ).toEqual([...ALL].sort());
  });

  it('nothing is written but what had begun', () => {
    const written = mine.filter(
      (event) =>
        !['get', 'list', 'watch'].includes(event.verb) &&
        event.requestReceivedTimestamp > pausedAt &&
        event.requestReceivedTimestamp < resumedAt,
    );
    expect(written.map((event) => `${event.verb} ${event.objectRef?.namespace}/${event.objectRef?.name}`)).toEqual([
      `patch ${NAMES.begun}/${INFORMATION.name}`,
    ]);
  });

  it('a long wait costs the history no more than a short one', () => {
    expect(eventsLate).toBe(eventsEarly);
  });
});

describe('after the resume', () => {
  it('all come to where they were going, however long the pause was, and none says paused any more', () => {
    expect(afterwards.map(({ name, phase }) => [name, phase])).toEqual([
      [NAMES.begun, 'ready'],
      [NAMES.cut, 'ready'],
      [NAMES.asked, 'ready'],
      [NAMES.cancelled, 'failed'],
      [NAMES.deleting, 'deleted'],
      [NAMES.blocked, 'deleted'],
      [NAMES.changing, 'ready'],
    ]);
    expect(afterwards.filter((status) => status.paused !== undefined)).toEqual([]);
    expect(afterwards.find(({ name }) => name === NAMES.cancelled)?.problems[0]?.code).toBe('Cancelled');
    const changed = afterwards.find(({ name }) => name === NAMES.changing);
    expect(changed?.lastOperation).toMatchObject({ kind: 'change', outcome: 'cancelled' });
  });

  it('a deletion that the pause broke off looks for access again before it goes on', () => {
    const looked = mine.filter(
      (event) =>
        tenantOf(event) === NAMES.deleting &&
        event.requestReceivedTimestamp > resumedAt &&
        event.objectRef?.resource === 'rolebindings',
    );
    expect(looked.length).toBeGreaterThan(0);
  });

  it('the timeline tells of the pause by name, and of its end', async () => {
    const texts = (await stand.owner.history(NAMES.cut)).map((entry) => entry.text);
    expect(texts).toContainEqual(expect.stringContaining(REASON));
    expect(texts).toContainEqual(expect.stringContaining('not paused any more'));
  });

  it('everything that a run did has a summary', async () => {
    for (const name of ALL) {
      const figures = await withTemporal(sharedPlatform().temporalAddress, (client) => figuresOf(client, name));
      expect(figures.unexplained, name).toEqual([]);
    }
  });

  it('nothing is left of any of them', async () => {
    const ready = [NAMES.begun, NAMES.cut, NAMES.asked, NAMES.changing];
    await kubectl(stand.kube, 'delete', 'namespace', ABANDONED, '--wait');
    await Promise.all(ready.map((name) => stand.owner.teardown(name)));
    await stand.untilAll(ready, ['deleted']);
    await removeSwitch();
    expect(await stand.changesSince(before)).toEqual([]);
  });
});
