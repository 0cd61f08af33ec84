// What one namespace costs Temporal: bounds that the design states, counted in the history of a real run.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedPlatform } from '../support/platform.ts';
import { figuresOf, type RunFigures, withTemporal } from '../support/runs.ts';
import { DEV, openStand, STAGING, type Stand } from '../support/scenario.ts';

let stand: Stand;
let figures: RunFigures;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  await Promise.all([stand.submit('lean-a', DEV), stand.submit('lean-b', STAGING)]);
  await stand.untilAll(['lean-a'], ['ready']);
  figures = await withTemporal(sharedPlatform().temporalAddress, (client) => figuresOf(client, 'lean-a'));
  console.log(
    `one namespace: ${figures.workflowTasks} workflow tasks, ${figures.activities} activities, ${figures.events} events, ${figures.historyBytes} bytes`,
  );
});

afterAll(() => stand?.close());

describe('from submit to ready, approved by policy', () => {
  it('takes at most 7 workflow tasks and 7 activities', () => {
    expect(figures.workflowTasks).toBeLessThanOrEqual(7);
    expect(figures.activities).toBeLessThanOrEqual(7);
  });

  it('leaves at most 50 events and 40 KB of history', () => {
    expect(figures.events).toBeLessThanOrEqual(50);
    expect(figures.historyBytes).toBeGreaterThan(0);
    expect(figures.historyBytes).toBeLessThanOrEqual(40_000);
  });

  it('leaves no timer behind: an idle namespace costs nothing', () => {
    expect(figures.types).not.toContain('timerStarted');
  });

  it('explains every activity and timer in plain words, also while it waits for people', async () => {
    const waiting = await withTemporal(sharedPlatform().temporalAddress, (client) => figuresOf(client, 'lean-b'));
    expect(waiting.types).toContain('timerStarted');
    expect([...figures.unexplained, ...waiting.unexplained]).toEqual([]);
  });
});

describe('what operators see of a run', () => {
  it('is its phase, team and environment as search attributes, and whom it awaits', async () => {
    await withTemporal(sharedPlatform().temporalAddress, async (client) => {
      const ready = await client.workflow.getHandle('namespace:lean-a').describe();
      expect(ready.searchAttributes).toMatchObject({
        NaasPhase: ['ready'],
        NaasTeam: ['shop'],
        NaasEnvironment: ['dev'],
        NaasNeedsPerson: [false],
      });
      const waiting = await client.workflow.getHandle('namespace:lean-b').describe();
      expect(waiting.searchAttributes).toMatchObject({ NaasPhase: ['awaiting-approval'], NaasNeedsPerson: [true] });
      expect(waiting.searchAttributes['NaasAwaits']).toContain('group:shop-leads');
    });
  });

  it('is found in the inbox of whom it awaits, and in nobody else’s', async () => {
    await expect
      .poll(
        async () =>
          (await stand.lead.approvals({ user: 'grace@example.com', groups: ['shop-leads'] })).map((item) => item.name),
        { timeout: 15_000 },
      )
      .toContain('lean-b');
    expect(await stand.lead.approvals({ user: 'eve@example.com', groups: ['payments-leads'] })).toEqual([]);
  });
});
