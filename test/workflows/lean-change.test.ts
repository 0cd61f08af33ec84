// What a change of a living namespace costs Temporal and the API server: no more than what it touches needs, counted in the
// history and at the proxy.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sharedPlatform } from '../support/platform.ts';
import { figuresOf, type RunFigures, withTemporal } from '../support/runs.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';

const NAME = 'lean-change';

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  await stand.submit(NAME, DEV);
  await stand.untilAll([NAME], ['ready']);
});

afterAll(async () => {
  await stand.teardown(NAME);
  await stand.untilAll([NAME], ['deleted']);
  await stand.close();
});

interface Cost extends Pick<RunFigures, 'workflowTasks' | 'activities' | 'events' | 'unexplained'> {
  writes: string[];
  reads: number;
  timers: number;
}

const figures = (): Promise<RunFigures> =>
  withTemporal(sharedPlatform().temporalAddress, (client) => figuresOf(client, NAME));

/** Of one change, approved by policy, from its message to its end. */
async function costOf(overrides: Record<string, unknown>): Promise<Cost> {
  const [was, since] = [await figures(), stand.proxy.log.length];
  await stand.owner.change(NAME, { ...stand.request(NAME, DEV), ...overrides });
  await stand.untilOperation(NAME);
  const is = await figures();
  const calls = stand.proxy.log.slice(since).filter(({ tenant }) => tenant === NAME);
  const timers = ({ types }: RunFigures): number => types.filter((type) => type === 'timerStarted').length;
  return {
    workflowTasks: is.workflowTasks - was.workflowTasks,
    activities: is.activities - was.activities,
    events: is.events - was.events,
    unexplained: is.unexplained,
    writes: calls.filter(({ effect }) => effect).map(({ verb, resource, name }) => `${verb} ${resource}/${name}`),
    reads: calls.filter(({ verb }) => verb === 'read').length,
    timers: timers(is) - timers(was),
  };
}

/** The check, the look, and one for each stage that is touched; the Namespace is one of them in each change. */
function expectLean(cost: Cost, stages: number): void {
  const { workflowTasks, activities, events, reads, writes } = cost;
  console.log(
    `one change of ${writes.length} objects: ${workflowTasks} workflow tasks, ${activities} activities, ${events} events, ${reads} reads`,
  );
  expect(cost.activities).toBe(2 + stages);
  // One for the message, and one for what each activity answers.
  expect(cost.workflowTasks).toBeLessThanOrEqual(cost.activities + 1);
  // Three of each task and of each activity, two of the message, and the few search attributes.
  expect(cost.events).toBeLessThanOrEqual(3 * cost.workflowTasks + 3 * cost.activities + 4);
  expect(cost.timers).toBe(0);
  expect(cost.unexplained).toEqual([]);
}

describe('a change', () => {
  it('of one object writes that object and the Namespace, in one activity for each of their stages', async () => {
    const cost = await costOf({ quota: { 'limits.cpu': '3' } });
    expect(cost.writes.sort()).toEqual([`apply resourcequotas/naas-quota`, `patch namespaces/${NAME}`]);
    expectLean(cost, 2);
  });

  it('of objects in every stage writes each of them once', async () => {
    const members = { admins: [{ group: 'shop-leads' }], viewers: [{ user: 'auditor@example.com' }] };
    const cost = await costOf({ quota: { 'limits.cpu': '1' }, purpose: 'another', members });
    expect(new Set(cost.writes).size).toBe(cost.writes.length);
    expect(cost.writes.sort()).toEqual([
      'apply configmaps/naas-information',
      'apply resourcequotas/naas-quota',
      'delete rolebindings/naas-developers',
      `patch namespaces/${NAME}`,
    ]);
    expectLean(cost, 4);
  });

  it('that changes nothing costs its check alone, and no write', async () => {
    const members = { admins: [{ group: 'shop-leads' }], viewers: [{ user: 'auditor@example.com' }] };
    const cost = await costOf({ quota: { 'limits.cpu': '1' }, purpose: 'another', members });
    expect(cost.writes).toEqual([]);
    expect(cost.activities).toBe(1);
    expect(cost.workflowTasks).toBeLessThanOrEqual(2);
    expect(cost.timers).toBe(0);
  });
});
