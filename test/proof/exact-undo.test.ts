// Exact undo: every write of provisioning, of undo and of teardown is broken for good, before and after its effect.
// Afterwards the whole cluster, read by kubectl, is what it was before.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOf, type Snapshot } from '../support/cluster-snapshot.ts';
import { forAMoment, forGood } from '../support/effect-faults.ts';
import {
  batches,
  casesOf,
  describePoint,
  type EffectPoint,
  type EffectTable,
  inTurns,
  type Moment,
  ruleAt,
} from '../support/effects-table.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { cleanLife, DEV, openStand, STAGING, type Stand } from '../support/scenario.ts';
import { plantForeignObjects } from '../support/scenario-foreign.ts';

/** The API server deletes about 20 namespaces at once in 10 s; more would only wait for each other. */
const BATCH = 20;

let stand: Stand;
let table: EffectTable;
let foreign: { remove(): Promise<void> };
let before: Snapshot;
let counted = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  foreign = await plantForeignObjects(stand.kube);
  before = await stand.snapshot();
  table = await cleanLife(stand, 'undo-clean');
});

afterAll(async () => {
  await foreign?.remove();
  await stand?.close();
  recordProof('exact undo', counted, failedTests());
});

function tenants(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(2, '0')}`);
}

describe('exact undo', () => {
  it('leaves the cluster as it was after one clean life', async () => {
    expect(await stand.changesSince(before)).toEqual([]);
    expect(table.provisioning.map(describePoint)).toContain('create namespaces/*');
    expect(table.teardown.map(describePoint)).toContain('delete namespaces/*');
  });

  it('undoes provisioning wherever a write fails for good', async () => {
    for (const [number, batch] of batches(inTurns(casesOf(table.provisioning)), BATCH).entries()) {
      const names = tenants(`undo-p${number}`, batch.length);
      const rules = batch.map(({ point, moment }, index) =>
        ruleAt(stand.proxy, names[index] ?? '', point, { fault: forGood(moment, index) }),
      );
      await Promise.all(names.map((name) => stand.submit(name, DEV)));
      const ended = await stand.untilAll(names, ['failed']);
      for (const [index, rule] of rules.entries())
        expect(rule.hits(), `${batch[index]?.title} was met`).toBeGreaterThan(0);
      for (const rule of rules) rule.lift();
      for (const [index, status] of ended.entries()) expectNamed(status, batch[index]?.point);
      expect(await stand.changesSince(before)).toEqual([]);
      counted += batch.length;
    }
  });

  it('undoes a request that people approved just the same', async () => {
    const name = 'undo-staging';
    const last = table.provisioning.at(-1);
    if (last === undefined) throw new Error('the table of writes is empty');
    const rule = ruleAt(stand.proxy, name, last, { fault: { mode: 'fail-after', status: 403 } });
    await stand.submit(name, STAGING);
    await stand.untilAll([name], ['awaiting-approval']);
    await stand.lead.decide(name, { decision: 'approve' });
    await stand.untilAll([name], ['failed']);
    rule.lift();
    expect(await stand.changesSince(before)).toEqual([]);
    counted += 1;
  });

  it('blocks when a write of teardown fails for good, and ends by itself when it can', async () => {
    const cases = casesOf(table.teardown);
    const names = tenants('undo-t', cases.length);
    await Promise.all(names.map((name) => stand.submit(name, DEV)));
    await stand.untilAll(names, ['ready']);
    const rules = cases.map(({ point, moment }, index) =>
      ruleAt(stand.proxy, names[index] ?? '', point, { fault: forGood(moment, index) }),
    );
    await Promise.all(names.map((name) => stand.teardown(name)));
    await expectBlockedThenGone(cases, names, rules, 'deleted');
  });

  it('deletes all the same when a write of teardown fails for a moment', async () => {
    const cases = casesOf(table.teardown);
    const names = tenants('undo-m', cases.length);
    await Promise.all(names.map((name) => stand.submit(name, DEV)));
    await stand.untilAll(names, ['ready']);
    const rules = cases.map(({ point, moment }, index) =>
      ruleAt(stand.proxy, names[index] ?? '', point, { fault: forAMoment(moment, index), times: 1 }),
    );
    await Promise.all(names.map((name) => stand.teardown(name)));
    await stand.untilAll(names, ['deleted']);
    for (const [index, rule] of rules.entries()) expect(rule.hits(), `${cases[index]?.title} was met`).toBe(1);
    expect(await stand.changesSince(before)).toEqual([]);
    counted += cases.length;
  });

  it('blocks when a write of undo fails for good, and ends by itself when it can', async () => {
    const cases = casesOf(table.teardown);
    const names = tenants('undo-u', cases.length);
    const last = table.provisioning.at(-1);
    if (last === undefined) throw new Error('the table of writes is empty');
    const broken = names.map((name) => ruleAt(stand.proxy, name, last, { fault: { mode: 'fail-after', status: 422 } }));
    const rules = cases.map(({ point, moment }, index) =>
      ruleAt(stand.proxy, names[index] ?? '', point, { fault: forGood(moment, index) }),
    );
    await Promise.all(names.map((name) => stand.submit(name, DEV)));
    await expectBlockedThenGone(cases, names, rules, 'failed');
    for (const rule of broken) rule.lift();
  });
});

async function expectBlockedThenGone(
  cases: { point: EffectPoint; moment: Moment; title: string }[],
  names: string[],
  rules: { hits(): number; lift(): void }[],
  end: 'failed' | 'deleted',
): Promise<void> {
  const blocked = await stand.untilAll(names, ['blocked']);
  const now = await stand.snapshot();
  cases.forEach(({ point, moment, title }, index) => {
    const name = names[index] ?? '';
    expect(rules[index]?.hits(), `${title} was met`).toBeGreaterThan(0);
    expectNamed(blocked[index], point, title);
    // A write that took effect may be found done at the next try; one that did not still stands, and alone of its step.
    if (moment === 'after') return;
    const bindings = keysOf(now, name).filter((key) => key.startsWith('RoleBinding.'));
    expect(keysOf(now, name), title).toContain(`Namespace.v1 /${name}`);
    expect(bindings.length, `${title}: other role bindings are gone`).toBe(point.resource === 'rolebindings' ? 1 : 0);
    expect(now.get(`Namespace.v1 /${name}`), `${title}: not deleted while access may stand`).not.toContain(
      'deletionTimestamp',
    );
  });
  for (const rule of rules) rule.lift();
  await stand.untilAll(names, [end]);
  expect(await stand.changesSince(before)).toEqual([]);
  counted += cases.length;
}

/** What went wrong names the object and carries the API server's words. */
function expectNamed(
  status: Awaited<ReturnType<Stand['untilAll']>>[number] | undefined,
  point: EffectPoint | undefined,
  title = '',
): void {
  const name = status?.name ?? '';
  const object = point?.name.replaceAll('*', name) ?? '';
  // While it is blocked, the problems of the provisioning that is being undone stand beside it.
  const problems = status?.blocked?.problems ?? status?.problems ?? [];
  const told = problems.map((problem) => problem.message).join('\n');
  expect(told, `${title} ${name}`).toContain('planted fault');
  expect(told, `${title} ${name}`).toContain(object);
  if (status?.blocked !== undefined)
    expect(
      status.blocked.objects.map((each) => each.name),
      title,
    ).toContain(object);
}
