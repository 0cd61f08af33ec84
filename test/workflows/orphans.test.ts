// Orphans on real servers: a run that somebody terminated, a namespace that somebody deleted or made anew; the sweep, its
// Schedule and `naas doctor` find each of them by name, and nobody else.
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/local/ports.ts';
import { type Check, doctor } from '../../src/ops/doctor.ts';
import { keepSchedule } from '../../src/providers/temporal/schedules.ts';
import { LABEL, ORPHAN_SWEEP_WORKFLOW, WORKER_USER, workflowId } from '../../src/spec/names.ts';
import type { OrphanReport } from '../../src/spec/orphans.ts';
import { sweepsOf } from '../../src/spec/sweeps.ts';
import { send } from '../ops/administrator.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { sharedPlatform } from '../support/platform.ts';
import { withTemporal } from '../support/runs.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';

const NAMES = ['orp-fine', 'orp-lost', 'orp-gone', 'orp-anew', 'orp-other', 'orp-dying'] as const;
const HOLD = 'proof.example.com/hold';

let stand: Stand;
let metricsAddress: string;
let firstSeen: string;

const kubeconfig = (): string => sharedPlatform().kubeconfig;
const temporal = <T>(use: Parameters<typeof withTemporal<T>>[1]): Promise<T> =>
  withTemporal(sharedPlatform().temporalAddress, use);
const sweep = () => sweepsOf(stand.taskQueue)[0] ?? raise();
const raise = (): never => {
  throw new Error('there is no sweep');
};

beforeAll(async () => {
  stand = await openStand();
  const [port] = await freePorts(1);
  metricsAddress = `127.0.0.1:${port}`;
  await stand.startWorker({ NAAS_METRICS_ADDRESS: metricsAddress });
  await Promise.all(NAMES.map((name) => stand.submit(name, DEV)));
  await stand.untilAll(NAMES, ['ready']);

  await temporal((client) => client.workflow.getHandle(workflowId('orp-lost')).terminate('by mistake'));
  await kubectl(stand.kube, 'delete', 'namespace', 'orp-gone', 'orp-anew', 'orp-other', '--wait');
  await kubectl(stand.kube, 'create', 'namespace', 'orp-anew');
  await asWorker('orp-other', 'anotherlife');
  await kubectl(stand.kube, 'patch', 'configmap', 'naas-information', '-n', 'orp-dying', '-p', finalizers([HOLD]));
  await kubectl(stand.kube, 'delete', 'namespace', 'orp-dying', '--wait=false');
});

afterAll(async () => {
  await temporal((client) => client.schedule.getHandle(sweep().id).delete()).catch(() => undefined);
  await kubectl(stand.kube, 'patch', 'configmap', 'naas-information', '-n', 'orp-dying', '-p', finalizers(null));
  await kubectl(stand.kube, 'delete', 'namespace', ...NAMES, '--ignore-not-found', '--wait');
  await stand.close();
});

const finalizers = (list: string[] | null) => JSON.stringify({ metadata: { finalizers: list } });

/** Nobody else may set the mark. */
async function asWorker(name: string, incarnation: string): Promise<void> {
  const before = new Date(Date.now() + 60_000).toISOString();
  const metadata = {
    name,
    labels: { [LABEL.incarnation]: incarnation },
    annotations: { 'naas.dev/claim-before': before },
  };
  const groups = ['system:serviceaccounts', 'system:authenticated'];
  const made = await send(kubeconfig(), 'POST', '/api/v1/namespaces', { metadata }, { user: WORKER_USER, groups });
  expect(made).toMatchObject({ metadata: { name } });
}

/** Straight from the workflow, without the Schedule and its grace. */
function look(graceMinutes: number): Promise<OrphanReport> {
  return temporal((client) =>
    client.workflow.execute(ORPHAN_SWEEP_WORKFLOW, {
      workflowId: `sweep-${crypto.randomUUID()}`,
      taskQueue: stand.taskQueue,
      args: [{ graceMinutes }],
    }),
  );
}

/** Of this file; others leave namespaces behind that nobody watches, too. */
const mine = <T extends { name: string }>(found: readonly T[]): T[] =>
  found.filter(({ name }) => (NAMES as readonly string[]).includes(name));

async function untilVisible(): Promise<void> {
  await expect
    .poll(
      async () => {
        const phases: string[] = [];
        for await (const { name, phase } of stand.owner.list({ phase: 'ready' }))
          if ((NAMES as readonly string[]).includes(name)) phases.push(phase);
        return phases.length;
      },
      { timeout: 20_000 },
    )
    .toBe(NAMES.length - 1);
}

describe('the sweep', () => {
  it('finds each orphan with what happened and what helps, and nobody else', async () => {
    await untilVisible();
    const report = await look(0);
    expect(mine(report.orphans)).toMatchObject([
      { name: 'orp-anew', kind: 'other-incarnation', what: expect.stringContaining('no mark') },
      { name: 'orp-gone', kind: 'run-without-namespace', todo: expect.stringContaining('naas delete orp-gone') },
      {
        name: 'orp-lost',
        kind: 'namespace-without-run',
        what: expect.stringContaining('was terminated in Temporal'),
        todo: expect.stringContaining('naas recover orp-lost'),
      },
      { name: 'orp-other', kind: 'other-incarnation', what: expect.stringContaining('anotherlife') },
    ]);
    expect(report.unclear).toEqual([]);
    expect(report.namespaces).toBeGreaterThanOrEqual(4);
    expect(report.runs).toBe(5);
  });

  it('gives a young namespace time to come to its run', async () => {
    expect(mine((await look(10)).orphans).map(({ name }) => name)).not.toContain('orp-lost');
  });

  it('counts them for Prometheus', async () => {
    const { body } = await request(`http://${metricsAddress}/metrics`);
    expect(await body.text()).toMatch(/^naas_orphans_found_total\{.*\} [1-9]/m);
  });

  it('shows them in the details of its run', async () => {
    const id = `sweep-shown-${crypto.randomUUID()}`;
    const details = await temporal(async (client) => {
      const handle = await client.workflow.start(ORPHAN_SWEEP_WORKFLOW, {
        workflowId: id,
        taskQueue: stand.taskQueue,
        args: [{ graceMinutes: 0 }],
      });
      await handle.result();
      return handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    });
    expect(details.currentDetails).toContain('orp-lost');
  });
});

describe('the Schedule', () => {
  it('is there as soon as a worker has started, every hour, with no overlap and a short catch-up', async () => {
    const live = await temporal((client) => client.schedule.getHandle(sweep().id).describe());
    expect(live.spec).toMatchObject({ intervals: [{ every: 3_600_000 }], jitter: 300_000 });
    expect(live.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 3_600_000, pauseOnFailure: false });
    expect(live.action).toMatchObject({ workflowType: ORPHAN_SWEEP_WORKFLOW, taskQueue: stand.taskQueue });
  });

  it('is left alone when it is as the code wants it', async () => {
    expect(await temporal((client) => keepSchedule(client, sweep(), stand.taskQueue))).toBe('unchanged');
  });

  it('is corrected when it differs, and stays paused where an operator paused it', async () => {
    const kept = await temporal(async (client) => {
      const handle = client.schedule.getHandle(sweep().id);
      await handle.pause('too noisy');
      await handle.update((live) => ({
        ...live,
        spec: { intervals: [{ every: '5 minutes' }], calendars: [{ hour: 3 }] },
      }));
      const first = await keepSchedule(client, sweep(), stand.taskQueue);
      const second = await keepSchedule(client, sweep(), stand.taskQueue);
      return { first, second, live: await handle.describe() };
    });
    expect([kept.first, kept.second]).toEqual(['corrected', 'unchanged']);
    expect(kept.live.spec).toMatchObject({ intervals: [{ every: 3_600_000 }] });
    expect(kept.live.state).toMatchObject({ paused: true, note: 'too noisy' });
  });

  it('is made once by two workers that start together', async () => {
    const kept = await temporal(async (client) => {
      await client.schedule.getHandle(sweep().id).delete();
      return Promise.all([1, 2, 3].map(() => keepSchedule(client, sweep(), stand.taskQueue)));
    });
    expect(kept.filter((each) => each === 'created')).toHaveLength(1);
  });

  it('runs the sweep, and the next one knows since when an orphan is one', async () => {
    const first = await triggered(1);
    const second = await triggered(2);
    const since = (report: OrphanReport) => report.orphans.find(({ name }) => name === 'orp-gone')?.since;
    expect(since(first)).toBe(first.at);
    firstSeen = first.at;
    expect(second.at > first.at).toBe(true);
    expect(since(second)).toBe(first.at);
  });
});

async function triggered(count: number): Promise<OrphanReport> {
  return temporal(async (client) => {
    const handle = client.schedule.getHandle(sweep().id);
    // As its own times would start it: results of overlapping runs are not handed on.
    await handle.trigger('SKIP');
    await expect.poll(async () => (await handle.describe()).info.recentActions.length, { timeout: 20_000 }).toBe(count);
    await expect.poll(async () => (await handle.describe()).info.runningActions, { timeout: 20_000 }).toEqual([]);
    const { workflowId: id } = (await handle.describe()).info.recentActions.at(-1)?.action.workflow ?? raise();
    return client.workflow.getHandle(id).result() as Promise<OrphanReport>;
  });
}

describe('naas doctor', () => {
  const ask = async (): Promise<Check[]> => {
    const { temporalAddress, temporalNamespace } = sharedPlatform();
    const { taskQueue } = stand;
    return doctor({
      kubeconfig: kubeconfig(),
      temporalAddress,
      temporalNamespace,
      taskQueue,
      orphanGraceMinutes: 0,
      env: {},
    });
  };
  const find = (checks: Check[], name: string) => checks.filter((check) => check.name === name);

  it('names each orphan with the command that helps, and when the sweep last ran', async () => {
    const checks = await ask();
    const orphans = find(checks, 'orphans').filter(({ found }) => NAMES.some((name) => found.includes(name)));
    expect(orphans).toHaveLength(4);
    expect(orphans.find(({ found }) => found.includes('orp-lost'))).toMatchObject({
      state: 'warning',
      found: expect.stringMatching(/nobody watches it.*since 20\d\d-/),
      mend: expect.stringContaining('naas recover orp-lost'),
    });
    const gone = orphans.find(({ found }) => found.includes('orp-gone'));
    // Worker and doctor know the API server's clock to a second each, and the earlier word counts.
    const [, since = ''] = /; since (\S+)$/.exec(gone?.found ?? '') ?? [];
    expect(Date.parse(since), 'since the first sweep saw it').toBeLessThanOrEqual(Date.parse(firstSeen));
    expect(find(checks, 'orphan sweep')).toMatchObject([
      { state: 'ok', found: expect.stringMatching(/last run 20.* completed, next 20/) },
    ]);
  });

  it('says that the sweep is paused, differs or is missing, and what to do', async () => {
    const said = async (change: (client: Parameters<Parameters<typeof temporal>[0]>[0]) => Promise<unknown>) => {
      await temporal(change);
      return find(await ask(), 'orphan sweep')[0];
    };
    const handleOf = (client: Parameters<Parameters<typeof temporal>[0]>[0]) => client.schedule.getHandle(sweep().id);
    expect(await said((client) => handleOf(client).pause('holidays'))).toMatchObject({
      state: 'warning',
      found: 'paused: holidays',
      mend: expect.stringContaining('temporal schedule toggle --unpause'),
    });
    expect(
      await said(async (client) => {
        await handleOf(client).unpause();
        await handleOf(client).update((live) => ({ ...live, policies: { ...live.policies, overlap: 'ALLOW_ALL' } }));
      }),
    ).toMatchObject({ state: 'warning', found: expect.stringContaining('differs in overlap') });
    expect(await said((client) => handleOf(client).delete())).toMatchObject({
      state: 'missing',
      mend: expect.stringContaining('worker'),
    });
  });
});
