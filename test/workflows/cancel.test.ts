// Cancel, by message and natively: at every moment it ends what is in progress and undoes it, and where nothing is in
// progress it is refused and says what to do instead.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NaasError } from '../../src/spec/errors.ts';
import { workflowId } from '../../src/spec/names.ts';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { sharedPlatform } from '../support/platform.ts';
import { withTemporal } from '../support/runs.ts';
import { DEV, openStand, STAGING, type Stand } from '../support/scenario.ts';

let stand: Stand;
let before: Snapshot;

beforeAll(async () => {
  stand = await openStand({ timing: { continueAsNewAfterEvents: 25 } });
  await stand.startWorker();
  before = await stand.snapshot();
});

afterAll(() => stand?.close());

async function cancelNatively(name: string): Promise<void> {
  await withTemporal(sharedPlatform().temporalAddress, (client) =>
    client.workflow.getHandle(workflowId(name)).cancel(),
  );
}

const ways: [string, (name: string) => Promise<unknown>][] = [
  ['by message', (name) => stand.owner.cancel(name, { reason: 'changed our mind' })],
  ['natively', cancelNatively],
];

describe.each(ways)('cancelled %s', (way, cancel) => {
  const suffix = way.replaceAll(' ', '-');

  it('while it awaits approval, a request ends as cancelled and nothing was made', async () => {
    const name = `can-wait-${suffix}`;
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    await cancel(name);
    const [status] = await stand.untilAll([name], ['cancelled']);
    expect(status?.problems[0]?.code).toBe('Cancelled');
    expect(await stand.changesSince(before)).toEqual([]);
  });

  it('in the middle of a stage, a provisioning is undone to the last byte', async () => {
    const name = `can-busy-${suffix}`;
    const gate = gather(stand.proxy, [
      { tenant: name, point: { verb: 'apply', resource: 'configmaps', name: 'naas-information' }, moment: 'before' },
    ]);
    await stand.submit(name, DEV);
    await gate.allArrived();
    await cancel(name);
    const [status] = await stand.untilAll([name], ['failed']);
    gate.open();
    expect(status?.problems[0]).toMatchObject({ code: 'Cancelled', message: expect.stringContaining('equipment') });
    expect(status?.inventory).toEqual([]);
    expect(await stand.changesSince(before)).toEqual([]);
  });
});

describe('cancelled while the request is still being checked', () => {
  it.each(ways)('%s, it ends at once, and so does the submit that waits for its answer', async (way, cancel) => {
    const name = `can-early-${way.replaceAll(' ', '-')}`;
    const release = stand.proxy.holdReads(name);
    const submitted = stand.owner.submit(stand.request(name, DEV)).catch((reason: NaasError) => reason);
    await expect
      .poll(async () => (await stand.owner.status(name).catch(() => undefined))?.phase, { timeout: 10_000 })
      .toBe('requested');
    await cancel(name);
    expect(await submitted).toMatchObject({ code: 'Cancelled' });
    await stand.untilAll([name], ['cancelled']);
    release();
    expect(await stand.changesSince(before)).toEqual([]);
  });
});

describe('cancelled while a write is still on its way', () => {
  it.each([
    ['claim', { verb: 'create', resource: 'namespaces', name: '*' }],
    ['access', { verb: 'apply', resource: 'rolebindings', name: 'naas-developers' }],
  ] as const)('in the %s, the undo waits for it and takes it away', async (stage, point) => {
    const name = `can-late-${stage}`;
    const gate = gather(stand.proxy, [{ tenant: name, point, moment: 'before' }]);
    await stand.submit(name, DEV);
    await gate.allArrived();
    await stand.owner.cancel(name);
    // Longer than an undo of this little would take, shorter than the write's own deadline.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect((await stand.owner.status(name)).phase).toBe('provisioning');
    expect(await gate.sendHeld()).toEqual([[201]]);
    gate.open();
    const [status] = await stand.untilAll([name], ['failed']);
    expect(status?.problems[0]?.code).toBe('Cancelled');
    expect(await stand.changesSince(before)).toEqual([]);
  });

  it('in the very last write, the cancel counts although everything has been made', async () => {
    const point = { verb: 'apply', resource: 'rolebindings', name: 'naas-developers' } as const;
    const gate = gather(stand.proxy, [{ tenant: 'can-last', point, moment: 'after' }]);
    await stand.submit('can-last', DEV);
    await gate.allArrived();
    await stand.owner.cancel('can-last');
    gate.open();
    const [status] = await stand.untilAll(['can-last'], ['failed']);
    expect(status?.problems[0]?.code).toBe('Cancelled');
    expect(await stand.changesSince(before)).toEqual([]);
  });
});

describe('a cancel of what is not in progress', () => {
  it('is refused when the namespace is ready, says to use delete, and changes nothing', async () => {
    await stand.submit('can-ready', DEV);
    await stand.untilAll(['can-ready'], ['ready']);
    const error = await stand.owner.cancel('can-ready').catch((reason: NaasError) => reason);
    expect(error).toMatchObject({ code: 'NothingInProgress', message: expect.stringContaining('use delete') });
    await cancelNatively('can-ready');
    await expect
      .poll(async () => (await stand.owner.history('can-ready')).map((entry) => entry.text).join('\n'), {
        timeout: 10_000,
      })
      .toContain('has no effect');
    expect((await stand.owner.status('can-ready')).phase).toBe('ready');
    // It still takes a teardown, to the end: the ignored cancel has not poisoned the run.
    await stand.owner.teardown('can-ready');
    await stand.untilAll(['can-ready'], ['deleted']);
    expect(await stand.changesSince(before)).toEqual([]);
  });

  it('is refused by who may not: strangers cancel and delete nothing', async () => {
    await stand.submit('can-strange', STAGING);
    await stand.untilAll(['can-strange'], ['awaiting-approval']);
    const stranger = stand.clientOf({ subject: 'mallory@example.com', groups: ['nobody'] });
    const error = await stranger.cancel('can-strange').catch((reason: NaasError) => reason);
    expect(error).toMatchObject({ code: 'NotAllowed', message: expect.stringContaining('shop-leads') });
    await stranger.close();
    expect((await stand.owner.status('can-strange')).phase).toBe('awaiting-approval');
    await stand.owner.cancel('can-strange');
    const late = await stand.owner.cancel('can-strange').catch((reason: NaasError) => reason);
    expect(late).toMatchObject({ code: 'Ended' });
  });
});
