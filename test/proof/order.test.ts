// Order as a safety property, read from the API server's own audit log over everything that the runs of this file did.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKER_USER } from '../../src/spec/names.ts';
import { type AuditEvent, byTenant, describeEvent, readAudit, tenantOf, tookEffect } from '../support/audit.ts';
import { keysOf } from '../support/cluster-snapshot.ts';
import { describePoint, ruleAt } from '../support/effects-table.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { cleanLife, DEV, openStand, STAGING, type Stand } from '../support/scenario.ts';

let stand: Stand;
let lives: Map<string, AuditEvent[]>;
let all: AuditEvent[];

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  const { provisioning } = await cleanLife(stand, 'order-1');
  const fails = provisioning.filter((point) => point.resource === 'rolebindings').at(-1);
  if (fails === undefined) throw new Error(`no role binding among ${provisioning.map(describePoint).join(', ')}`);
  const rule = ruleAt(stand.proxy, 'order-undo', fails, { fault: { mode: 'fail-after', status: 403 } });
  await Promise.all([
    ...['order-2', 'order-3', 'order-4'].map((name) => cleanLife(stand, name)),
    stand.submit('order-undo', DEV).then(() => stand.untilAll(['order-undo'], ['failed'])),
    stand.submit('order-people', STAGING).then(async () => {
      await stand.untilAll(['order-people'], ['awaiting-approval']);
      expect(keysOf(await stand.snapshot(), 'order-people'), 'nothing exists before the approval').toEqual([]);
      await stand.lead.decide('order-people', { decision: 'approve' });
      await stand.untilAll(['order-people'], ['ready']);
      await stand.owner.teardown('order-people');
      await stand.untilAll(['order-people'], ['deleted']);
    }),
  ]);
  rule.lift();
  all = (await readAudit(stand.auditLog)).filter(tookEffect);
  lives = new Map([...byTenant(all)].filter(([name]) => name.startsWith('order-')));
});

afterAll(async () => {
  await stand?.close();
  recordProof('order in the audit log', lives?.size ?? 0, failedTests());
});

const isBindingWrite = (event: AuditEvent) =>
  event.objectRef?.resource === 'rolebindings' &&
  (event.verb === 'create' || event.verb === 'patch' || event.verb === 'update');
const isWorker = (event: AuditEvent) => event.user.username === WORKER_USER;

describe('order in the audit log', () => {
  it('has every life in it', () => {
    expect([...lives.keys()].sort()).toEqual([
      'order-1',
      'order-2',
      'order-3',
      'order-4',
      'order-people',
      'order-undo',
    ]);
  });

  it('binds no role before the quota is enforced and the default-deny policy stands', () => {
    for (const [name, events] of lives) {
      const firstBinding = events.findIndex(isBindingWrite);
      expect(firstBinding, `${name} binds roles`).toBeGreaterThan(0);
      const earlier = events.slice(0, firstBinding);
      const enforced = earlier.some(
        (event) => event.objectRef?.resource === 'resourcequotas' && event.objectRef.subresource === 'status',
      );
      expect(enforced, `${name}: quota status was filled first`).toBe(true);
      const policies = earlier.filter((event) => event.objectRef?.resource === 'networkpolicies' && isWorker(event));
      expect(
        policies.map((event) => event.objectRef?.name),
        `${name}: default deny first`,
      ).toContainEqual(expect.stringMatching(/deny/));
      const limits = earlier.some((event) => event.objectRef?.resource === 'limitranges');
      expect(limits, `${name}: limits first`).toBe(true);
    }
  });

  it('binds no role after the teardown or the undo has begun', () => {
    for (const [name, events] of lives) {
      const begun = events.findIndex((event) => isWorker(event) && event.verb === 'delete');
      expect(begun, `${name} was removed`).toBeGreaterThan(0);
      expect(events.slice(begun).filter(isBindingWrite).map(describeEvent), name).toEqual([]);
    }
  });

  it('takes access away before the namespace, and never deletes a guardrail singly', () => {
    for (const [name, events] of lives) {
      const mine = events.filter((event) => isWorker(event) && event.verb === 'delete');
      const namespaceAt = mine.findIndex((event) => event.objectRef?.resource === 'namespaces');
      const lastBinding = mine.findLastIndex((event) => event.objectRef?.resource === 'rolebindings');
      expect(lastBinding, `${name}: role bindings go first`).toBeGreaterThanOrEqual(0);
      expect(lastBinding, `${name}: role bindings go first`).toBeLessThan(namespaceAt);
      const kinds = new Set(mine.map((event) => event.objectRef?.resource));
      expect([...kinds].sort(), name).toEqual(['namespaces', 'rolebindings']);
    }
  });

  it('names the activity of every write', () => {
    const nameless = all.filter(
      (event) => isWorker(event) && lives.has(tenantOf(event)) && !/^naas \(\w+\)$/.test(event.userAgent ?? ''),
    );
    expect(nameless.map(describeEvent)).toEqual([]);
  });

  it('claims a name once for each life and writes nothing outside of its namespaces', () => {
    for (const [name, events] of lives) {
      const claims = events.filter((event) => event.objectRef?.resource === 'namespaces' && event.verb === 'create');
      expect(claims.map(describeEvent), name).toHaveLength(1);
      // Controllers hear of a namespace before its maker has the answer.
      expect(events.find(isWorker), name).toBe(claims[0]);
    }
    const elsewhere = all
      .filter(isWorker)
      .filter((event) => event.objectRef?.namespace === undefined && event.objectRef?.resource !== 'namespaces')
      // Questions that the API server answers and stores nowhere; other suites ask them under this account.
      .filter((event) => !event.objectRef?.resource?.startsWith('selfsubject'));
    expect(elsewhere.map(describeEvent)).toEqual([]);
  });
});
