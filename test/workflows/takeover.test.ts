// Namespaces that stand already, on the real servers: adopted with people's consent, recovered without a write.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANNOTATION, LABEL, workflowId } from '../../src/spec/names.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { sharedPlatform } from '../support/platform.ts';
import { withTemporal } from '../support/runs.ts';
import { DEV, openStand, PEOPLE, type Stand } from '../support/scenario.ts';

let stand: Stand;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
});

/** Namespaces of others that stay so: nobody else takes them away again. */
const others: string[] = [];

afterAll(async () => {
  await words('delete', 'namespace', '--ignore-not-found', ...others);
  await stand?.close();
});

const words = (...args: string[]): Promise<string> => kubectl(stand.kube, ...args);

async function terminate(name: string): Promise<void> {
  await withTemporal(sharedPlatform().temporalAddress, (client) =>
    client.workflow.getHandle(workflowId(name)).terminate('lost'),
  );
}

/** A namespace of somebody's, with a label and a ServiceAccount of the name that naas would give one. */
async function grown(name: string): Promise<void> {
  others.push(name);
  await words('create', 'namespace', name);
  await words('label', 'namespace', name, 'example.com/grown=yes', 'pod-security.kubernetes.io/enforce=privileged');
  await words(
    'create',
    'configmap',
    'naas-information',
    '-n',
    name,
    '--from-literal=team=nobody',
    '--from-literal=ours=kept',
  );
}

describe('adopt', () => {
  it('needs the mark of an administrator for exactly this request', async () => {
    const name = 'adopt-unmarked';
    await grown(name);
    await expect(stand.owner.adopt(stand.request(name, DEV), { requestId: 'a-1' })).rejects.toMatchObject({
      name: 'RefusedByGuardrail',
      message: expect.stringContaining(`kubectl annotate namespace ${name} ${ANNOTATION.adoptAllow}=a-1`),
    });
    await words('annotate', 'namespace', name, `${ANNOTATION.adoptAllow}=a-0`);
    await expect(stand.owner.adopt(stand.request(name, DEV), { requestId: 'a-2' })).rejects.toMatchObject({
      name: 'RefusedByGuardrail',
    });
  });

  it('takes over only what the plan names, after people have seen the difference', async () => {
    const name = 'adopt-whole';
    await grown(name);
    await words('annotate', 'namespace', name, `${ANNOTATION.adoptAllow}=a-3`);
    const answer = await stand.owner.adopt(stand.request(name, DEV), { requestId: 'a-3' });
    expect(answer).toMatchObject({ phase: 'awaiting-approval', awaits: [{ slot: 'adoption' }] });
    const plan = await stand.owner.plan(name);
    expect(plan?.changes.find(({ ref }) => ref.kind === 'ConfigMap')).toMatchObject({
      verb: 'change',
      values: { 'data.team': { from: '"nobody"', to: '"shop"' } },
    });
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.decide(name, { decision: 'approve' });
    await operator.close();
    const [status] = await stand.untilAll([name], ['ready']);
    expect(status?.inventory.every(({ state, uid }) => state === 'confirmed' && uid !== undefined)).toBe(true);
    const live = JSON.parse(await words('get', 'namespace', name, '-o', 'json')).metadata.labels;
    expect(live).toMatchObject({
      'example.com/grown': 'yes',
      [LABEL.team]: 'shop',
      'pod-security.kubernetes.io/enforce': 'baseline',
    });
    const information = JSON.parse(await words('get', 'configmap', 'naas-information', '-n', name, '-o', 'json'));
    expect(information.data).toMatchObject({ ours: 'kept', team: 'shop' });
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['deleted']);
  });

  it('ends with nothing written where the permission is taken back before people have decided', async () => {
    const name = 'adopt-withdrawn';
    await grown(name);
    await words('annotate', 'namespace', name, `${ANNOTATION.adoptAllow}=a-5`);
    await stand.owner.adopt(stand.request(name, DEV), { requestId: 'a-5' });
    await words('annotate', 'namespace', name, `${ANNOTATION.adoptAllow}-`);
    const before = await stand.content();
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.decide(name, { decision: 'approve' });
    await operator.close();
    const [status] = await stand.untilAll([name], ['failed']);
    expect(status?.problems.map(({ code }) => code)).toEqual(['Forbidden']);
    expect(await stand.contentSince(before)).toEqual([]);
  });

  it('gives back exactly what was when a write fails for good', async () => {
    const name = 'adopt-undone';
    await grown(name);
    await words('annotate', 'namespace', name, `${ANNOTATION.adoptAllow}=a-4`);
    const before = await stand.content();
    stand.proxy.add({
      tenant: name,
      verb: 'apply',
      resource: 'rolebindings',
      fault: { mode: 'fail-after', status: 403 },
    });
    await stand.owner.adopt(stand.request(name, DEV), { requestId: 'a-4' });
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.decide(name, { decision: 'approve' });
    await operator.close();
    await stand.untilAll([name], ['failed']);
    expect(await stand.contentSince(before)).toEqual([]);
  });
});

describe('recover', () => {
  it('starts a lost run again without a single write when nothing has drifted', async () => {
    const name = 'recover-whole';
    await stand.submit(name, DEV);
    const [was] = await stand.untilAll([name], ['ready']);
    await terminate(name);
    const before = await stand.snapshot();
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.recover(name);
    const [status] = await stand.untilAll([name], ['ready']);
    expect(await stand.changesSince(before)).toEqual([]);
    expect(status).toMatchObject({ incarnation: was?.incarnation, planDigest: was?.planDigest });
    expect(status?.inventory.map(({ kind, name: object, uid }) => ({ kind, object, uid }))).toEqual(
      was?.inventory.map(({ kind, name: object, uid }) => ({ kind, object, uid })),
    );
    await operator.close();
    const held = await stand.lead.request(name);
    await expect(stand.lead.change(name, held?.request)).resolves.toMatchObject({
      note: expect.stringContaining('nothing has to be changed'),
    });
    await expect(stand.lead.change(name, stand.request(name, DEV))).resolves.toMatchObject({
      note: expect.stringContaining('nothing has to be changed'),
    });
    await stand.lead.teardown(name);
    await stand.untilAll([name], ['deleted']);
  });

  it('repairs what has drifted, goes on with a deletion that had begun, and is for operators alone', async () => {
    const [drifted, dying] = ['recover-drifted', 'recover-dying'];
    await Promise.all([stand.submit(drifted, DEV), stand.submit(dying, DEV)]);
    await stand.untilAll([drifted, dying], ['ready']);
    await Promise.all([terminate(drifted), terminate(dying)]);
    await words('delete', 'limitrange', 'naas-limits', '-n', drifted);
    await words('create', 'configmap', 'held', '-n', dying);
    await words('patch', 'configmap', 'held', '-n', dying, '-p', '{"metadata":{"finalizers":["example.com/held"]}}');
    await words('delete', 'namespace', dying, '--wait=false');
    await expect(stand.owner.recover(drifted)).rejects.toMatchObject({ name: 'NotAllowed' });
    const operator = stand.clientOf(PEOPLE.operator);
    await Promise.all([operator.recover(drifted), operator.recover(dying)]);
    await stand.untilAll([drifted], ['ready']);
    expect(await words('get', 'limitrange', 'naas-limits', '-n', drifted, '-o', 'name')).toContain('naas-limits');
    await stand.untilAll([dying], ['deleting', 'blocked']);
    await words('patch', 'configmap', 'held', '-n', dying, '-p', '{"metadata":{"finalizers":null}}');
    await stand.untilAll([dying], ['deleted']);
    await operator.close();
  });

  it('closes what others opened, marks what lost its mark, and takes away what a lost change had still to remove', async () => {
    const name = 'recover-opened';
    await stand.submit(name, DEV);
    const [was] = await stand.untilAll([name], ['ready']);
    const before = await stand.content();
    await terminate(name);
    const mark = `naas.dev/incarnation=${was?.incarnation}`;
    await words('label', 'configmap', 'naas-information', '-n', name, 'naas.dev/incarnation-');
    await words('patch', 'networkpolicy', 'naas-default-deny', '-n', name, '-p', '{"spec":{"ingress":[{}]}}');
    await words('create', 'rolebinding', 'naas-gone', '-n', name, '--clusterrole=tenant-viewer', '--user=mallory');
    await words('label', 'rolebinding', 'naas-gone', '-n', name, mark);
    await words('create', 'rolebinding', 'others', '-n', name, '--clusterrole=tenant-viewer', '--user=mallory');
    const operator = stand.clientOf(PEOPLE.operator);
    await operator.recover(name);
    const [status] = await stand.untilAll([name], ['ready']);
    await words('delete', 'rolebinding', 'others', '-n', name);
    expect(await stand.contentSince(before)).toEqual([]);
    expect(status?.inventory.map(({ name: object }) => object)).not.toContain('naas-gone');
    expect((await operator.history(name)).map(({ text }) => text).join()).toContain('3 objects had drifted');
    // Whoever repairs it does not own it: by the catalog of another day this operator could do nothing.
    await expect(stand.owner.teardown(name)).rejects.toMatchObject({ name: 'NotAllowed' });
    await operator.close();
  });

  it('says what is not there to recover', async () => {
    const operator = stand.clientOf(PEOPLE.operator);
    await expect(operator.recover('recover-nothing')).rejects.toMatchObject({ name: 'NotFound' });
    await operator.close();
  });
});
