// A new build under running namespaces: one more step, behind a patch. What was begun with the old build goes on with the
// new one: each answers a message at once, and none has to be touched.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { gather } from '../support/fault-proxy-gate.ts';
import { sharedPlatform } from '../support/platform.ts';
import { failedTasks, figuresOf, withTemporal } from '../support/runs.ts';
import { DEV, openStand, PEOPLE, STAGING, type Stand } from '../support/scenario.ts';
import { variantOf } from '../support/workflow-variant.ts';

/** The bound for a message to an older run. */
const ANSWERED_WITHIN_MS = 5_000;

const STEP = 'for (const stages of ORDER) await together(stages.map((stage) => () => ensure(run, stage)));';
const STEP_WITH_PATCH = `for (const stages of ORDER) {
        if (stages.includes('access') && patched('settle-before-access')) await sleep(20, { summary: 'Let the guardrails settle' });
        await together(stages.map((stage) => () => ensure(run, stage)));
      }`;

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
});

afterAll(() => stand?.close());

const IMPORTS = "import { isCancellation } from '@temporalio/workflow';";
const IMPORTS_WITH_PATCH = "import { isCancellation, patched, sleep } from '@temporalio/workflow';";

function nextBuild(): Promise<string> {
  return variantOf('next-build', 'provision.ts', STEP, STEP_WITH_PATCH, IMPORTS, IMPORTS_WITH_PATCH);
}

it('carries on what is ready, what awaits approval and what is being provisioned', async () => {
  await stand.startWorker();
  await Promise.all([stand.submit('next-ready', DEV), stand.submit('next-waits', STAGING)]);
  await stand.untilAll(['next-ready'], ['ready']);
  await stand.untilAll(['next-waits'], ['awaiting-approval']);
  const gate = gather(stand.proxy, [
    { tenant: 'next-busy', point: { verb: 'apply', resource: 'resourcequotas', name: 'naas-quota' }, moment: 'before' },
  ]);
  await stand.submit('next-busy', DEV);
  await gate.allArrived();

  await stand.killWorkers();
  await stand.startWorker({ NAAS_WORKFLOW_BUNDLE: await nextBuild() });
  gate.open();

  const answers = await Promise.all(
    [
      () => stand.owner.teardown('next-ready'),
      () => stand.lead.decide('next-waits', { decision: 'approve' }),
      () => stand.owner.cancel('next-busy'),
    ].map(async (ask) => {
      const started = Date.now();
      const answer = await ask();
      return { phase: answer.phase, tookMs: Date.now() - started };
    }),
  );
  expect(answers.map((answer) => answer.phase)).toEqual(['deleting', 'provisioning', 'provisioning']);
  for (const { tookMs } of answers) expect(tookMs).toBeLessThan(ANSWERED_WITHIN_MS);

  await stand.untilAll(['next-ready'], ['deleted']);
  await stand.untilAll(['next-waits'], ['ready']);
  await stand.untilAll(['next-busy'], ['failed']);
  await withTemporal(sharedPlatform().temporalAddress, async (client) => {
    // Provisioned by the new build: it has the new step. What the old build had passed does not.
    expect((await figuresOf(client, 'next-waits')).types).toContain('markerRecorded');
    expect((await figuresOf(client, 'next-ready')).types).not.toContain('markerRecorded');
  });
});

it('keeps what it has led from an older build that comes back: that one can only wait for it', async () => {
  await stand.killWorkers();
  await stand.startWorker({ NAAS_WORKFLOW_BUNDLE: await nextBuild() });
  await stand.submit('next-back', DEV);
  await stand.untilAll(['next-back'], ['ready']);
  await stand.killWorkers();
  await stand.startWorker();
  const before = await stand.snapshot();
  const impatient = stand.clientOf(PEOPLE.owner, ANSWERED_WITHIN_MS);
  await expect(impatient.teardown('next-back')).rejects.toMatchObject({ code: 'Unknown' });
  await impatient.close();
  await withTemporal(sharedPlatform().temporalAddress, async (client) => {
    expect(await failedTasks(client, 'next-back')).toEqual([expect.stringContaining('settle-before-access')]);
  });
  expect(await stand.changesSince(before)).toEqual([]);

  await stand.killWorkers();
  await stand.startWorker({ NAAS_WORKFLOW_BUNDLE: await nextBuild() });
  await stand.teardown('next-back');
  await stand.untilAll(['next-back'], ['deleted']);
});
