// The real client on the real platform, on the stories that the fake plays too: each answers as the other does.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NaasClient } from '../../src/client/api.ts';
import { createFakeNaas } from '../../src/testing/index.ts';
import { STORIES, Told, type World } from '../support/client-contract.ts';
import { ruleAt } from '../support/effects-table.ts';
import { fakeWorld } from '../support/fake-world.ts';
import { openStand, type Stand } from '../support/scenario.ts';

// For the fake alone: the real workflows run in the worker's own process.
vi.mock('@temporalio/workflow', () => import('../../src/testing/workflow-runtime.ts'));

let stand: Stand;
const clients: NaasClient[] = [];

beforeAll(async () => {
  stand = await openStand({ timing: { quarantineMinutes: 1440 } });
  await stand.startWorker();
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await stand?.close();
});

const real: World = {
  as(person) {
    const client = stand.clientOf(person);
    clients.push(client);
    return client;
  },
  async until(name, phase) {
    const [status] = await stand.untilAll([name], [phase]);
    if (status === undefined) throw new Error(`${name} has no status`);
    return status;
  },
  async breaks(name) {
    const point = { verb: 'apply', resource: 'configmaps', name: 'naas-information' } as const;
    ruleAt(stand.proxy, name, point, { fault: { mode: 'fail-before', status: 403 } });
  },
};

describe('the client and its fake tell the same of', () => {
  it.each(Object.entries(STORIES))('%s', async (_title, story) => {
    const [ofReal, ofFake] = [new Told(), new Told()];
    await story(real, ofReal);
    await story(fakeWorld(createFakeNaas()), ofFake);
    expect(ofFake.lines).toEqual(ofReal.lines);
  });
});
