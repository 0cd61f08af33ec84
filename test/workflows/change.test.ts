// Changes of a living namespace on the real servers: shown as a difference, decided by rule, applied or put back whole.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LABEL } from '../../src/spec/names.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { DEV, openStand, PEOPLE, STAGING, type Stand } from '../support/scenario.ts';

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
});

afterAll(() => stand?.close());

async function living(name: string, overrides = DEV): Promise<void> {
  await stand.submit(name, overrides);
  if (overrides === STAGING) {
    await stand.untilAll([name], ['awaiting-approval']);
    await stand.lead.decide(name, { decision: 'approve' });
  }
  await stand.untilAll([name], ['ready']);
}

async function quotaOf(name: string): Promise<Record<string, string>> {
  return JSON.parse(await kubectl(stand.kube, 'get', 'resourcequota', 'naas-quota', '-n', name, '-o', 'json')).spec
    .hard;
}

describe('change', () => {
  it('applies only what differs, says what that is, and does nothing for what holds already', async () => {
    const name = 'change-quota';
    await living(name);
    const before = stand.proxy.log.length;
    const wanted = { ...stand.request(name, DEV), quota: { 'limits.cpu': '3' } };
    const answer = await stand.owner.change(name, wanted, { requestId: 'more-cpu' });
    expect(answer).toMatchObject({ phase: 'ready', operation: { kind: 'change', step: 'applying' }, awaits: [] });
    const differing = answer.changes.filter(({ verb }) => verb !== 'keep');
    expect(differing).toMatchObject([
      {
        verb: 'change',
        ref: { kind: 'ResourceQuota' },
        fields: ['spec.hard["limits.cpu"]'],
        values: { 'spec.hard["limits.cpu"]': { from: '"2"', to: '"3"' } },
      },
    ]);
    const status = await stand.untilOperation(name);
    expect(status.lastOperation).toMatchObject({
      kind: 'change',
      requestId: 'more-cpu',
      outcome: 'applied',
      problems: [],
    });
    expect(status.planDigest).toBe(answer.planDigest);
    expect((await quotaOf(name))['limits.cpu']).toBe('3');
    const writes = stand.proxy.effects(name).filter((call) => call.seq >= before);
    expect(writes.map(({ verb, resource }) => `${verb} ${resource}`).sort()).toEqual([
      'apply resourcequotas',
      'patch namespaces',
    ]);
    const again = await stand.owner.change(name, wanted, { requestId: 'more-cpu-again' });
    expect(again.note).toContain('nothing has to be changed');
    expect(again.operation).toBeUndefined();
    expect(await stand.owner.request(name)).toMatchObject({ requestId: 'more-cpu', planDigest: answer.planDigest });
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['deleted']);
  });

  it('puts everything back when a write fails for good', async () => {
    const name = 'change-undone';
    await living(name);
    const before = await stand.content();
    stand.proxy.add({
      tenant: name,
      verb: 'apply',
      resource: 'configmaps',
      name: 'naas-information',
      fault: { mode: 'fail-after', status: 403 },
    });
    await stand.owner.change(name, { ...stand.request(name, DEV), purpose: 'something else', leaseDays: 3 });
    const status = await stand.untilOperation(name);
    expect(status.lastOperation).toMatchObject({ outcome: 'undone', problems: [{ code: 'Forbidden' }] });
    expect(status.phase).toBe('ready');
    expect(await stand.contentSince(before)).toEqual([]);
  });

  it('asks people again where what stands has moved since they looked', async () => {
    const name = 'change-moved';
    await living(name, STAGING);
    const wanted = { ...stand.request(name, STAGING), purpose: 'another purpose' };
    const { changeDigest } = await stand.owner.change(name, wanted);
    const less = JSON.stringify({ spec: { hard: { 'limits.cpu': '1' } } });
    await kubectl(stand.kube, 'patch', 'resourcequota', 'naas-quota', '-n', name, '--type=merge', '-p', less);
    await stand.lead.decide(name, { decision: 'approve' });
    await expect
      .poll(async () => (await stand.owner.status(name)).operation, { timeout: 30_000 })
      .toMatchObject({ step: 'awaiting-approval', changeDigest: expect.not.stringMatching(changeDigest) });
    expect((await quotaOf(name))['limits.cpu']).toBe('1');
    await stand.lead.decide(name, { decision: 'approve' });
    expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');
    expect((await quotaOf(name))['limits.cpu']).not.toBe('1');
  });

  it('closes what somebody opened in a policy, marks what lost its mark, and can be taken back', async () => {
    const name = 'change-opened';
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    const whole = await stand.content();
    const hole = ['patch', 'networkpolicy', 'naas-default-deny', '-n', name, '-p', '{"spec":{"ingress":[{}]}}'];
    const unmarked = ['label', 'configmap', 'naas-information', '-n', name, 'naas.dev/incarnation-'];
    await kubectl(stand.kube, ...hole);
    await kubectl(stand.kube, ...unmarked);
    const opened = await stand.content();
    const fault = { mode: 'fail-before', status: 403 } as const;
    const rule = stand.proxy.add({ tenant: name, verb: 'apply', resource: 'configmaps', fault, times: 1 });
    await stand.owner.change(name, { ...stand.request(name, DEV), purpose: 'another' });
    expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('undone');
    rule.lift();
    const since = await stand.contentSince(opened);
    expect(
      since.filter((line) => !line.includes('naas-information')),
      'undone: as it was found',
    ).toEqual([]);
    const answer = await stand.owner.change(name, { ...stand.request(name, DEV), purpose: 'another' });
    expect(answer.changes.flatMap(({ fields }) => fields)).toContain('spec.ingress');
    expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');
    await stand.owner.change(name, stand.request(name, DEV));
    await stand.untilOperation(name);
    const differing = (await stand.contentSince(whole)).filter((line) => !line.includes('Namespace.v1'));
    expect(differing).toEqual([]);
  });

  it('asks people by rule, and leaves the namespace alone when they say no', async () => {
    const name = 'change-rejected';
    await living(name, STAGING);
    const before = await stand.content();
    const answer = await stand.owner.change(name, { ...stand.request(name, STAGING), purpose: 'another purpose' });
    expect(answer.operation).toEqual({ kind: 'change', step: 'awaiting-approval' });
    expect(answer.awaits.length).toBeGreaterThan(0);
    expect((await stand.owner.status(name)).operation).toMatchObject({
      step: 'awaiting-approval',
      requester: PEOPLE.owner.subject,
    });
    await stand.lead.decide(name, { decision: 'reject', reason: 'no need' });
    const status = await stand.untilOperation(name);
    expect(status.lastOperation).toMatchObject({ outcome: 'rejected', problems: [{ code: 'Rejected' }] });
    expect(await stand.contentSince(before)).toEqual([]);
    await stand.owner.change(name, { ...stand.request(name, STAGING), purpose: 'another purpose' });
    await stand.lead.decide(name, { decision: 'approve' });
    expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');
    const labels = JSON.parse(await kubectl(stand.kube, 'get', 'namespace', name, '-o', 'json')).metadata.labels;
    expect(labels[LABEL.incarnation]).toBe(status.incarnation);
  });
});
