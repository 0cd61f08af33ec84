// What a caller meets, as stories over the client's methods: played on the real platform and on the fake, so that neither can
// answer otherwise than the other. Each story asserts what matters in it; `Told` keeps every answer for the comparison.
import { expect } from 'vitest';
import type { NaasClient } from '../../src/client/api.ts';
import { NaasError } from '../../src/spec/errors.ts';
import type { Phase } from '../../src/spec/lifecycle.ts';
import type { Status } from '../../src/spec/status.ts';
import { PEOPLE, type Person } from './scenario-people.ts';
import { DEV, PROD, requestOf, STAGING } from './scenario-requests.ts';

export interface World {
  as(person: Person): NaasClient;
  /** Lets things go on until the namespace is there. */
  until(name: string, phase: Phase): Promise<Status>;
  /** From now on a write for it fails for good; what was made is undone. */
  breaks(name: string): Promise<void>;
}

/** Every answer of a story in its order, with what differs from run to run taken out. */
export class Told {
  readonly lines: unknown[] = [];

  async call<T>(what: string, answer: Promise<T>): Promise<T> {
    const value = await answer;
    this.lines.push({ [what]: steady(value) });
    return value;
  }

  async refused(what: string, answer: Promise<unknown>): Promise<NaasError> {
    const error = await answer.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof NaasError)) throw new Error(`${what} was not refused, but: ${String(error)}`);
    this.lines.push({ [what]: steady(error.problems) });
    return error;
  }
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function steady(value: unknown): unknown {
  if (value === undefined) return undefined;
  const incarnation = /"incarnation":"([0-9a-f]+)"/.exec(JSON.stringify(value))?.[1] ?? 'none';
  return JSON.parse(
    JSON.stringify(value, (key, item) => {
      if (key === 'stages') return '<rendered>';
      // Cut texts of live objects, whose fields every server orders in its own way.
      if (key === 'values') return Object.keys(item as object);
      // Versions of the cluster's objects.
      if ((key === 'before' || key === 'after') && /^\d+$/.test(String(item))) return '<version>';
      return item;
    })
      .replaceAll(incarnation, '<incarnation>')
      .replaceAll(TIME, '<time>')
      .replaceAll(UUID, '<uid>'),
  );
}

/** Visibility and watchers lag behind; a busy machine makes it more. */
const PATIENCE = { timeout: 30_000 };

type Story = (world: World, told: Told) => Promise<void>;

const { owner, lead, platform, stranger } = PEOPLE;
const operator: Person = { subject: 'olga@example.com', groups: ['platform-operators'] };

export const STORIES: Record<string, Story> = {
  'approved by policy, used and deleted': async (world, told) => {
    const name = 'contract-policy';
    const ada = world.as(owner);
    const request = requestOf(name, DEV);
    const preview = await told.call('preview', ada.preview(request));
    expect(preview).toMatchObject({ problems: [], approval: { awaits: [] } });
    const submitted = await ada.submit(request, { requestId: `${name}-1` });
    expect(submitted).toMatchObject({ name, phase: 'provisioning', awaits: [] });
    await told.call('ready', world.until(name, 'ready'));
    await told.call('the same again', ada.submit(request, { requestId: `${name}-1` }));
    await told.call('the same under another id', ada.submit(request, { requestId: `${name}-2` }));
    await told.refused(
      'the same id with another content',
      ada.submit({ ...request, purpose: 'other' }, { requestId: `${name}-1` }),
    );
    await told.refused('another request', ada.submit({ ...request, purpose: 'other' }, { requestId: `${name}-3` }));
    await told.call('plan', ada.plan(name));
    await told.call('request', ada.request(name));
    await told.refused('decide', world.as(lead).decide(name, { decision: 'approve' }));
    await told.refused('cancel', ada.cancel(name));
    for (const message of ['retry', 'skip', 'abandon'] as const) {
      await told.refused(message, world.as(operator)[message](name, { reason: 'none' }));
    }
    expect((await told.refused('a stranger deletes', world.as(stranger).teardown(name))).code).toBe('NotAllowed');
    await told.call('delete', ada.teardown(name, { requestId: `${name}-4`, reason: 'over' }));
    const deleted = await told.call('deleted', world.until(name, 'deleted'));
    expect(deleted.inventory).toEqual([]);
    await told.call('delete again', ada.teardown(name, { requestId: `${name}-4`, reason: 'over' }));
    await told.refused('delete anew', ada.teardown(name));
    await told.call('history', ada.history(name));
    const theirs = { ...request, team: 'payments', project: 'ledger' };
    const paul = world.as({ subject: 'paul@example.com', groups: ['payments-developers'] });
    expect(
      (await told.refused('another team, while the name rests', paul.submit(theirs, { requestId: `${name}-6` }))).code,
    ).toBe('Conflict');
    expect(
      (await told.refused('a stranger, while it rests', world.as(stranger).submit(request, { requestId: `${name}-7` })))
        .code,
    ).toBe('Conflict');
    expect((await ada.submit(request, { requestId: `${name}-5` })).phase).toBe('provisioning');
    await world.until(name, 'ready');
    await ada.teardown(name);
    await world.until(name, 'deleted');
  },

  'approved by one of the right people': async (world, told) => {
    const name = 'contract-approved';
    const ada = world.as(owner);
    await told.call('submit', ada.submit(requestOf(name, STAGING), { requestId: `${name}-1` }));
    await told.call('status', ada.status(name));
    const inbox = await world.as(lead).approvals({ user: lead.subject, groups: [...lead.groups] });
    expect(inbox.map((item) => item.name)).toContain(name);
    const shouting = { ...owner, subject: owner.subject.toUpperCase(), groups: lead.groups };
    expect(
      (await told.refused('its requester decides', world.as(shouting).decide(name, { decision: 'approve' }))).code,
    ).toBe('NotAllowed');
    await told.refused('a stranger decides', world.as(stranger).decide(name, { decision: 'reject' }));
    await told.refused(
      'another plan',
      world.as(lead).decide(name, { decision: 'approve', planDigest: '0'.repeat(64) }),
    );
    await told.refused('delete', ada.teardown(name));
    await told.refused('change', ada.change(name, requestOf(name, STAGING)));
    await told.call('decide', world.as(lead).decide(name, { decision: 'approve', reason: 'fine' }));
    await told.call('ready', world.until(name, 'ready'));
    await told.refused('decide again', world.as(lead).decide(name, { decision: 'approve' }));
    await told.call('history', ada.history(name));
    await ada.teardown(name);
    await world.until(name, 'deleted');
  },

  'two people for production, one of them says no': async (world, told) => {
    const name = 'contract-prod';
    const ada = world.as(owner);
    await told.call('submit', ada.submit(requestOf(name, PROD), { requestId: `${name}-1` }));
    await told.call('one', world.as(platform).decide(name, { decision: 'approve' }));
    await told.refused('the same', world.as(platform).decide(name, { decision: 'approve' }));
    await told.call('status', ada.status(name));
    await told.call('no', world.as(lead).decide(name, { decision: 'reject', reason: 'too early' }));
    const rejected = await told.call('rejected', world.until(name, 'rejected'));
    expect(rejected.problems[0]?.message).toContain('too early');
    const late = {
      decide: () => world.as(lead).decide(name, { decision: 'approve' }),
      cancel: () => ada.cancel(name),
      delete: () => ada.teardown(name),
    };
    for (const [what, call] of Object.entries(late)) {
      expect((await told.refused(`${what} after the end`, call())).code).toBe('Ended');
    }
    await told.refused('the old id', ada.submit(requestOf(name, PROD), { requestId: `${name}-1` }));
  },

  'taken back before and while it is made': async (world, told) => {
    const waiting = 'contract-taken-back';
    const ada = world.as(owner);
    await ada.submit(requestOf(waiting, STAGING), { requestId: `${waiting}-1` });
    await told.refused('a stranger cancels', world.as(stranger).cancel(waiting));
    await told.call('cancel', ada.cancel(waiting, { requestId: `${waiting}-2`, reason: 'changed my mind' }));
    await told.call('cancelled', world.until(waiting, 'cancelled'));
    await told.call('history', ada.history(waiting));
  },

  'a write that fails is undone': async (world, told) => {
    const name = 'contract-failed';
    const ada = world.as(owner);
    await ada.submit(requestOf(name, STAGING), { requestId: `${name}-1` });
    await world.breaks(name);
    await world.as(lead).decide(name, { decision: 'approve' });
    const failed = await world.until(name, 'failed');
    expect(failed).toMatchObject({ phase: 'failed', inventory: [], problems: [{ code: 'Forbidden' }] });
    const phases = (await ada.history(name)).filter(({ kind }) => kind === 'phase').map(({ text }) => text);
    told.lines.push(phases);
    await told.refused('delete', ada.teardown(name));
  },

  'requests that do not pass': async (world, told) => {
    const name = 'contract-refused';
    const ada = world.as(owner);
    const request = requestOf(name, DEV);
    expect((await told.refused('no request', ada.submit('text'))).code).toBe('InvalidRequest');
    await told.refused('a misspelled field', ada.submit({ ...request, purpos: 'x' }));
    await told.refused('an unknown tier', ada.submit({ ...request, tier: 'gigantic' }, { requestId: `${name}-1` }));
    await told.call('its status', world.until(name, 'refused'));
    await told.call('a preview of it', ada.preview({ ...request, tier: 'gigantic' }));
    await told.refused('another team', world.as(stranger).submit(request, { requestId: `${name}-2` }));
    await told.refused('an adoption of nothing', ada.adopt(request, { requestId: `${name}-3` }));
    expect((await told.refused('a recovery by who may not', ada.recover(name, { requestId: `${name}-4` }))).code).toBe(
      'NotAllowed',
    );
    await told.refused('a recovery of nothing', world.as(operator).recover(name, { requestId: `${name}-5` }));
  },

  'names that nobody has asked for': async (world, told) => {
    const name = 'contract-nobody';
    const ada = world.as(owner);
    for (const what of ['status', 'plan', 'history', 'request', 'teardown', 'cancel'] as const) {
      expect((await told.refused(what, ada[what](name))).code, what).toBe('NotFound');
    }
    await told.refused('decide', ada.decide(name, { decision: 'approve' }));
    await told.refused('change', ada.change(name, requestOf(name, DEV)));
    await told.refused('watch', ada.watch(name)[Symbol.asyncIterator]().next());
  },

  'changes of a living namespace': async (world, told) => {
    const name = 'contract-changed';
    const ada = world.as(owner);
    // A project that both teams have.
    const request = { ...requestOf(name, STAGING), project: 'ledger' };
    await ada.submit(request, { requestId: `${name}-1` });
    await world.as(lead).decide(name, { decision: 'approve' });
    const { planDigest = '' } = await world.until(name, 'ready');
    await told.call('nothing', ada.change(name, request, { requestId: `${name}-2` }));
    const smaller = { ...request, leaseDays: 10, members: { admins: [{ group: 'shop-leads' }] } };
    await told.refused('a stranger changes', world.as(stranger).change(name, smaller));
    await told.refused('from another plan', ada.change(name, smaller, { basedOn: '0'.repeat(64) }));
    expect((await told.refused('another name', ada.change(name, { ...smaller, name: `${name}-else` }))).code).toBe(
      'InvalidRequest',
    );
    const why = { requestId: `${name}-3`, basedOn: planDigest, reason: 'the ledger is done early' };
    const asked = await told.call('change', ada.change(name, smaller, why));
    expect(asked.operation).toEqual({ kind: 'change', step: 'awaiting-approval' });
    expect(asked.changes.map(({ verb }) => verb)).toContain('remove');
    await told.call('status', ada.status(name));
    await told.call('plan', ada.plan(name));
    const inbox = await world.as(lead).approvals({ user: lead.subject, groups: [...lead.groups] });
    expect(inbox.find((item) => item.name === name)).toMatchObject({
      status: { operation: { reason: why.reason } },
      request: { request: { project: 'ledger' } },
    });
    await told.refused('another change', ada.change(name, request, { requestId: `${name}-4` }));
    expect(
      (await told.refused('the same id with another change', ada.change(name, request, { requestId: `${name}-3` })))
        .code,
    ).toBe('RequestIdReused');
    await told.call('decide', world.as(lead).decide(name, { decision: 'approve' }));
    await expect.poll(async () => (await world.until(name, 'ready')).operation, PATIENCE).toBeUndefined();
    const changed = await told.call('changed', ada.status(name));
    expect(changed).toMatchObject({ lastOperation: { outcome: 'applied' }, lease: { days: 10 } });
    await told.call('request', ada.request(name));
    await told.call('transfer', world.as(lead).transfer(name, 'payments', { requestId: `${name}-5` }));
    await told.call('cancel', world.as(lead).cancel(name, { requestId: `${name}-6` }));
    const texts = (await told.call('history', ada.history(name))).map(({ text }) => text);
    expect(texts).toContain(`change: ${why.reason}`);
    expect(texts).toContain(`change applied: asked for by ${owner.subject}: ${why.reason}`);
    await ada.teardown(name);
    await world.until(name, 'deleted');
  },

  'a change, its opposite, and the same change once more': async (world, told) => {
    const name = 'contract-there-and-back';
    const ada = world.as(owner);
    const request = requestOf(name, STAGING);
    await ada.submit(request, { requestId: `${name}-1` });
    await world.as(lead).decide(name, { decision: 'approve' });
    await world.until(name, 'ready');
    for (const [round, leaseDays] of [10, 20, 10].entries()) {
      await ada.change(name, { ...request, leaseDays }, { requestId: `${name}-change-${round}` });
      const { planDigest } = (await ada.status(name)).operation ?? {};
      await told.call(`decide ${round}`, world.as(lead).decide(name, { decision: 'approve' }));
      await expect
        .poll(async () => (await world.until(name, 'ready')).lastOperation, PATIENCE)
        .toMatchObject({ outcome: 'applied', planDigest, requestId: `${name}-change-${round}` });
    }
    await ada.teardown(name);
    await world.until(name, 'deleted');
  },

  'what is listed': async (world) => {
    const names = ['contract-listed-a', 'contract-listed-b'];
    const ada = world.as(owner);
    for (const name of names) await ada.submit(requestOf(name, STAGING), { requestId: `${name}-1` });
    const listed = async (filter: Parameters<NaasClient['list']>[0]): Promise<string[]> => {
      const rows: string[] = [];
      for await (const row of ada.list(filter)) if (names.includes(row.name)) rows.push(`${row.name} ${row.phase}`);
      return rows.sort();
    };
    const both = names.map((name) => `${name} awaiting-approval`);
    await expect.poll(() => listed({}), PATIENCE).toEqual(both);
    await expect
      .poll(() => listed({ team: 'shop', phase: 'awaiting-approval', environment: 'staging' }), PATIENCE)
      .toEqual(both);
    expect(await listed({ team: 'payments' })).toEqual([]);
    for (const name of names) await ada.cancel(name);
    for (const name of names) await world.until(name, 'cancelled');
    await expect.poll(() => listed({}), PATIENCE).toEqual([]);
    await expect.poll(() => listed({ closed: true }), PATIENCE).toEqual(names.map((name) => `${name} cancelled`));
  },

  'what a watcher sees': async (world) => {
    const name = 'contract-watched';
    const ada = world.as(owner);
    await ada.submit(requestOf(name, DEV), { requestId: `${name}-1` });
    const seen: Phase[] = [];
    const watching = (async () => {
      for await (const { phase } of ada.watch(name, { intervalMs: 10 })) if (seen.at(-1) !== phase) seen.push(phase);
    })();
    await world.until(name, 'ready');
    await expect.poll(() => seen.at(-1), PATIENCE).toBe('ready');
    await ada.teardown(name);
    await world.until(name, 'deleted');
    await watching;
    expect(seen.at(-1)).toBe('deleted');
    expect(seen.filter((phase) => !['provisioning', 'ready', 'deleting', 'deleted'].includes(phase))).toEqual([]);
  },
};
