// An undo that cannot go on, and what people do about it: `retry`, `skip`, `abandon`, or the deletion of the namespace. Each
// once, for a change and for an adoption; afterwards the whole cluster says what it said before, but for what was given up.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Status } from '../../src/spec/status.ts';
import { type ChangeTable, type Fleet, openFleet, tableOf } from '../support/change-fleet.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { ruleAt } from '../support/effects-table.ts';
import { adoptFleet, type OperationFleet, type People, patientPeople } from '../support/operation-fleets.ts';
import { type OperationTable, operationTable } from '../support/operation-table.ts';
import { proofCases } from '../support/proof-cases.ts';
import { openStand, type Stand } from '../support/scenario.ts';

/** By itself it would try again too late to be seen here: what goes on does so because it was asked to. */
const NEVER_SECONDS = 3_600;
const REASON = 'its webhook is gone for good';
const STUCK = { verb: 'apply', resource: 'configmaps', name: 'naas-information', activity: 'restore' } as const;

let stand: Stand;
let people: People;
let changes: Fleet;
let table: ChangeTable;
let adoptions: OperationFleet;
let adoption: OperationTable;
const proof = proofCases('blocked undos of operations');

beforeAll(async () => {
  stand = await openStand({ timing: { blockedRetrySeconds: NEVER_SECONDS, blockedRetryMaxSeconds: NEVER_SECONDS } });
  await stand.startWorker();
  people = patientPeople(stand);
  changes = await openFleet(stand, 'oblock-c', 4);
  table = await tableOf(stand, changes, changes.names[0] ?? '');
  adoptions = adoptFleet(stand, people, 'oblock-a');
  adoption = await operationTable(stand, adoptions);
});

afterAll(async () => {
  await Promise.all([adoptions?.end(), endChanges()]);
  await people?.close();
  await stand?.close();
  proof.record();
});

/** Of the fleet one is deleted by now, and one is nobody's any more. */
async function endChanges(): Promise<void> {
  const [first = '', second = '', , abandoned = ''] = changes.names;
  const living = [changes.source, first, second];
  await kubectl(stand.kube, 'delete', 'namespace', abandoned, '--wait=false');
  await Promise.all(living.map((name) => people.operator.teardown(name)));
  await stand.untilAll(living, ['deleted']);
  await kubectl(stand.kube, 'wait', '--for=delete', `namespace/${abandoned}`, '--timeout=60s');
}

interface Blocked {
  name: string;
  status: Status;
  mend(): void;
}

/** Its last write is refused once, and then the return of its ConfigMap for as long as nobody mends that. */
async function blocked(name: string, last: ChangeTable['last'], begin: () => Promise<void>): Promise<Blocked> {
  ruleAt(stand.proxy, name, last, { fault: { mode: 'fail-after', status: 403 }, times: 1 });
  const rule = ruleAt(stand.proxy, name, STUCK, { fault: { mode: 'fail-before', status: 422 } });
  await begin();
  const [status] = await stand.untilAll([name], ['blocked']);
  if (status === undefined) throw new Error(`${name} has no status`);
  expect(status.blocked?.objects.map((ref) => ref.name)).toEqual(['naas-information']);
  expect(rule.hits()).toBe(1);
  return { name, status, mend: () => rule.lift() };
}

const ofChange = (index: number): Promise<Blocked> => {
  const name = changes.names[index] ?? '';
  return blocked(name, table.last, () => changes.change(name));
};

async function ofAdoption(): Promise<Blocked & { before: Awaited<ReturnType<Stand['content']>> }> {
  const [name = ''] = await adoptions.take(1);
  const before = await stand.content();
  return { before, ...(await blocked(name, adoption.last, () => adoptions.begin(name))) };
}

/** Every line is about the one object that was given up. */
function expectOnly(lines: readonly string[], name: string): void {
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`changed ConfigMap.v1 ${name}/naas-information`);
}

const givenUp = { reason: REASON, by: 'olga@example.com', ref: expect.objectContaining({ name: 'naas-information' }) };

describe('a change whose undo is blocked', () => {
  it('is undone whole by a retry once the blocker is gone; a retry before that changes nothing', async () => {
    await proof.hold(1, async () => {
      const before = await stand.content();
      const { name, mend } = await ofChange(0);
      const stuck = await stand.content();
      await people.operator.retry(name);
      await expect.poll(async () => (await people.owner.status(name)).blocked?.attempts, { timeout: 60_000 }).toBe(2);
      expect(await stand.contentSince(stuck)).toEqual([]);
      mend();
      await people.operator.retry(name);
      expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('undone');
      expect(await stand.contentSince(before)).toEqual([]);
    });
  });

  it('leaves what is skipped as it is, and a later change mends it', async () => {
    await proof.hold(1, async () => {
      const before = await stand.content();
      const { name, mend } = await ofChange(1);
      await people.operator.skip(name, { reason: REASON });
      const { lastOperation, leftBehind } = await stand.untilOperation(name);
      expect(lastOperation?.outcome).toBe('undone');
      expect(leftBehind).toEqual([expect.objectContaining(givenUp)]);
      expectOnly(await stand.contentSince(before), name);
      mend();
      await changes.changeByPolicy(name, changes.third(name));
      expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');
      const { note } = await people.owner.change(name, changes.third(name));
      expect(note).toContain('nothing has to be changed');
    });
  });

  it('ends with nothing left when the namespace is deleted instead', async () => {
    await proof.hold(1, async () => {
      const { name } = await ofChange(2);
      const stuck = await stand.content();
      await people.owner.teardown(name);
      const [status] = await stand.untilAll([name], ['deleted']);
      expect(status?.inventory).toEqual([]);
      const lines = await stand.contentSince(stuck);
      expect(lines).toContain(`removed Namespace.v1 /${name}`);
      expect(lines.filter((line) => !line.startsWith('removed '))).toEqual([]);
      expect(lines.filter((line) => !line.includes(`/${name}`) && !line.includes(` ${name}/`))).toEqual([]);
    });
  });

  it('writes nothing more when it is abandoned, and lists all that is left', async () => {
    await proof.hold(1, async () => {
      const { name, mend, status } = await ofChange(3);
      const stuck = await stand.snapshot();
      await people.operator.abandon(name, { reason: REASON });
      const [ended] = await stand.untilAll([name], ['abandoned']);
      mend();
      expect(ended?.leftBehind.map(({ ref }) => ref.name).sort()).toEqual(
        status.inventory.map((entry) => entry.name).sort(),
      );
      expect(ended?.leftBehind.every(({ reason }) => reason === REASON)).toBe(true);
      expect(await stand.changesSince(stuck)).toEqual([]);
    });
  });
});

describe('an adoption whose undo is blocked', () => {
  it('is given back whole by a retry once the blocker is gone, the marks of its Namespace last', async () => {
    await proof.hold(1, async () => {
      const { name, before, mend } = await ofAdoption();
      mend();
      await people.operator.retry(name);
      expect((await adoptions.ended(name)).outcome).toBe('undone');
      expect(await stand.contentSince(before)).toEqual([]);
    });
  });

  it('gives back all but what is skipped', async () => {
    await proof.hold(1, async () => {
      const { name, before, mend } = await ofAdoption();
      await people.operator.skip(name, { reason: REASON });
      // It is not as it was, so it serves no further case.
      const [ended] = await stand.untilAll([name], ['failed']);
      mend();
      expect(ended?.leftBehind).toEqual([expect.objectContaining(givenUp)]);
      expectOnly(await stand.contentSince(before), name);
    });
  });

  it('writes nothing more when it is abandoned', async () => {
    await proof.hold(1, async () => {
      const { name, mend } = await ofAdoption();
      const stuck = await stand.snapshot();
      await people.operator.abandon(name, { reason: REASON });
      await stand.untilAll([name], ['abandoned']);
      mend();
      expect(await stand.changesSince(stuck)).toEqual([]);
    });
  });
});
