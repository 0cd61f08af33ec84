// The fake on the stories that the real client is held to as well (test/e2e/client-contract.test.ts), and how a test drives it.
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { NaasClient } from '../../src/client/api.ts';
import { describeRef } from '../../src/spec/inventory.ts';
import { createFakeNaas, type FakeNaas } from '../../src/testing/index.ts';
import * as runtime from '../../src/testing/workflow-runtime.ts';
import { STORIES, Told } from '../support/client-contract.ts';
import { fakeWorld } from '../support/fake-world.ts';
import { PEOPLE } from '../support/scenario-people.ts';
import { DEV, PROD, requestOf, STAGING } from '../support/scenario-requests.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';
import { importedNames } from '../support/source-imports.ts';

// What the build does to the package (tools/stand-in.mjs).
vi.mock('@temporalio/workflow', () => import('../../src/testing/workflow-runtime.ts'));

const clientOf = (fake: FakeNaas, { subject, groups }: { subject: string; groups: readonly string[] }): NaasClient =>
  fake.as({ subject, groups: [...groups] });

describe('the fake plays', () => {
  it.each(Object.entries(STORIES))(
    '%s',
    async (_title, story) => {
      await story(fakeWorld(createFakeNaas()), new Told());
    },
    // Stories that look at lists wait for them longer on the real platform.
    60_000,
  );
});

describe('a test that drives the fake', () => {
  afterEach(() => vi.useRealTimers());

  it('sees nothing move until it says so', async () => {
    const fake = createFakeNaas();
    const ada = clientOf(fake, PEOPLE.owner);
    const { phase } = await ada.submit(requestOf('held', DEV));
    expect(phase).toBe('provisioning');
    expect((await ada.status('held')).phase).toBe('provisioning');
    expect(fake.objects('held')).toEqual([]);
    expect((await fake.ready('held')).inventory.every(({ state }) => state === 'confirmed')).toBe(true);
    expect(fake.objects('held').map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['Namespace', 'ResourceQuota', 'NetworkPolicy', 'RoleBinding']),
    );
    await ada.teardown('held');
    expect((await ada.status('held')).phase).toBe('deleting');
    expect((await fake.deleted('held')).inventory).toEqual([]);
    expect(fake.objects('held')).toEqual([]);
  });

  it('may have everything at once', async () => {
    const fake = createFakeNaas({ atOnce: true });
    const ada = clientOf(fake, PEOPLE.owner);
    await ada.submit(requestOf('swift', DEV));
    for await (const { phase } of ada.watch('swift', { intervalMs: 1 })) if (phase === 'ready') break;
    await ada.teardown('swift');
    for await (const { phase } of ada.watch('swift', { intervalMs: 1 }))
      expect(['deleting', 'deleted']).toContain(phase);
    expect(fake.objects('swift')).toEqual([]);
  });

  it('has every seat taken, each by somebody of its list', async () => {
    const fake = createFakeNaas();
    const ada = clientOf(fake, PEOPLE.owner);
    await ada.submit(requestOf('seats', PROD));
    const { approval, phase } = await fake.approve('seats');
    expect(phase).toBe('provisioning');
    expect(new Set(approval?.slots.map(({ decidedBy }) => decidedBy)).size).toBe(2);
    // Nothing waits any more.
    expect((await fake.approve('seats')).phase).toBe('provisioning');
  });

  it('lets a provisioning fail with a problem of its own', async () => {
    const fake = createFakeNaas();
    const ada = clientOf(fake, PEOPLE.owner);
    await ada.submit(requestOf('fails', DEV));
    const problem = { code: 'Invalid', message: 'the quota names a resource that is not there' } as const;
    expect(await fake.fail('fails', problem)).toMatchObject({ phase: 'failed', problems: [problem], inventory: [] });
    await expect(fake.ready('fails')).rejects.toThrow(/fails is failed, not ready; the quota/);
  });

  it('lets a change fail, after which all is as it was', async () => {
    const fake = createFakeNaas({ atOnce: true });
    const ada = clientOf(fake, PEOPLE.owner);
    const request = requestOf('changes', DEV);
    await ada.submit(request);
    const before = (await fake.ready('changes')).planDigest;
    const held = createFakeNaas();
    const same = clientOf(held, PEOPLE.owner);
    await same.submit(request);
    await held.ready('changes');
    await same.change('changes', { ...request, members: { admins: [{ group: 'shop-leads' }] } });
    expect((await same.status('changes')).operation?.step).toBe('applying');
    expect(await held.fail('changes')).toMatchObject({
      phase: 'ready',
      planDigest: before,
      lastOperation: { kind: 'change', outcome: 'undone', problems: [{ code: 'Forbidden' }] },
    });
  });

  it('keeps what a change says in so many words, although nothing has to be written for it', async () => {
    const fake = createFakeNaas({ atOnce: true });
    const ada = clientOf(fake, PEOPLE.owner);
    const request = requestOf('pinned', DEV);
    await ada.submit(request);
    await fake.ready('pinned');
    const quota = { 'limits.cpu': shippedCatalog().tiers['dev']?.quota['limits.cpu'] };
    expect((await ada.change('pinned', { ...request, quota })).note).toContain('nothing has to be changed');
    expect((await ada.request('pinned'))?.request).toEqual({ ...request, quota });
  });

  it('lets a deletion block and go on', async () => {
    const fake = createFakeNaas();
    const ada = clientOf(fake, PEOPLE.owner);
    await ada.submit(requestOf('blocks', DEV));
    await fake.ready('blocks');
    await ada.teardown('blocks');
    const blocked = await fake.fail('blocks');
    expect(blocked.phase).toBe('blocked');
    expect(blocked.blocked?.problems[0]).toMatchObject({ code: 'Forbidden' });
    expect(await fake.fail('blocks')).toMatchObject({ phase: 'blocked', blocked: { attempts: 2 } });
    // What they give up is what they saw: here the role bindings.
    const seen = blocked.blocked?.objects.map(describeRef) ?? [];
    expect(seen.length).toBeGreaterThan(1);
    const olga = clientOf(fake, PEOPLE.operator);
    const fewer = { reason: 'the first alone', objects: seen.slice(0, 1) };
    await expect(olga.skip('blocks', fewer)).rejects.toMatchObject({
      code: 'StaleDigest',
      message: expect.stringContaining(seen[1] ?? ''),
    });
    // What a blocked namespace needs is for operators.
    await expect(ada.retry('blocks')).rejects.toMatchObject({ code: 'NotAllowed' });
    await expect(ada.skip('blocks', { reason: 'mine' })).rejects.toMatchObject({ code: 'NotAllowed' });
    await expect(ada.abandon('blocks', { reason: 'mine' })).rejects.toMatchObject({ code: 'NotAllowed' });
    expect((await fake.deleted('blocks')).phase).toBe('deleted');
  });

  it('cancels what is being made, and sees it undone', async () => {
    const fake = createFakeNaas();
    const ada = clientOf(fake, PEOPLE.owner);
    await ada.submit(requestOf('cancels', DEV));
    await ada.cancel('cancels');
    expect(await fake.fail('cancels')).toMatchObject({
      phase: 'failed',
      problems: [{ code: 'Cancelled' }],
      inventory: [],
    });
  });

  it('moves its own clock: what nobody decides lapses', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const fake = createFakeNaas();
    const ada = clientOf(fake, PEOPLE.owner);
    await ada.submit(requestOf('lapses', STAGING));
    await vi.advanceTimersByTimeAsync(8 * 86_400_000);
    expect(await ada.status('lapses')).toMatchObject({ phase: 'lapsed', problems: [{ code: 'Lapsed' }] });
    const notices = (await ada.history('lapses')).filter(({ kind }) => kind === 'notice').map(({ text }) => text);
    expect(notices).toEqual([expect.stringContaining('still waits'), expect.stringContaining('was escalated')]);
  });

  it('keeps two fakes apart', async () => {
    const [one, other] = [createFakeNaas(), createFakeNaas()];
    await clientOf(one, PEOPLE.owner).submit(requestOf('apart', DEV));
    await expect(clientOf(other, PEOPLE.owner).status('apart')).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('the runtime that stands in', () => {
  it('has all that the workflows take of the library', () => {
    const taken = importedNames('workflows', '@temporalio/workflow');
    expect(taken.length).toBeGreaterThan(10);
    expect(taken.filter((name) => !(name in runtime))).toEqual([]);
  });
});
