// A living worker is heard often enough that one lost beat does not pass for its death.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowId } from '../../src/spec/names.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { sharedPlatform } from '../support/platform.ts';
import { withTemporal } from '../support/runs.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';

const NAME = 'beats';
const HEARTBEAT_SECONDS = 6;
const TIMEOUTS = 2;

let stand: Stand;

beforeAll(async () => {
  stand = await openStand({ timing: { heartbeatSeconds: HEARTBEAT_SECONDS } });
  await stand.startWorker();
});

afterAll(() => stand?.close());

describe('an activity that takes long', () => {
  it('is heard more than twice in each heartbeat timeout', async () => {
    const point = { verb: 'apply', resource: 'configmaps', name: 'naas-information' } as const;
    const gate = gather(stand.proxy, [{ tenant: NAME, point, moment: 'before' }]);
    await stand.submit(NAME, DEV);
    await gate.allArrived();
    const heard = new Set<string>();
    const untilMs = Date.now() + TIMEOUTS * HEARTBEAT_SECONDS * 1000;
    await withTemporal(sharedPlatform().temporalAddress, async (client) => {
      while (Date.now() < untilMs) {
        const { raw } = await client.workflow.getHandle(workflowId(NAME)).describe();
        for (const { lastHeartbeatTime: at } of raw.pendingActivities ?? [])
          if (at != null) heard.add(`${at.seconds}.${at.nanos}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    });
    expect(heard.size).toBeGreaterThan(2 * TIMEOUTS);
    gate.open();
    await stand.untilAll([NAME], ['ready']);
    await stand.teardown(NAME);
    await stand.untilAll([NAME], ['deleted']);
  });
});
