// Adoptions, transfers and recoveries, and a worker that is killed before or after each of their writes, or of the writes of
// their undo: each is applied whole or undone whole.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diff, generalContent } from '../support/cluster-snapshot.ts';
import { batches, ruleAt } from '../support/effects-table.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { adoptFleet, type People, patientPeople, recoverFleet, transferFleet } from '../support/operation-fleets.ts';
import {
  assigned,
  casesOfPart,
  type OperationCase,
  type OperationTable,
  operationTable,
  type Part,
  sampleOfKinds,
} from '../support/operation-table.ts';
import { proofCases } from '../support/proof-cases.ts';
import { openStand, type Stand } from '../support/scenario.ts';

const FULL = process.env['NAAS_FULL'] === '1';
/** One of each kind of write of all of them, so that one blow meets all. */
const BATCH = FULL ? 30 : 60;
/** On a busy machine the last of so many comes late to its write. */
const ARRIVAL_MS = 90_000;
/** A lost attempt is waited for, 15 s in an operation and 20 s in an undo, in each round of the full run. */
const LONGEST_MS = FULL ? 1_800_000 : 400_000;

let stand: Stand;
let people: People;
let tables: OperationTable[];
const proof = proofCases('workers lost in an operation');

beforeAll(async () => {
  // A busy machine takes its time to bring all to their places; here no stage is to run out of time.
  stand = await openStand({ timing: { stageTimeoutSeconds: 180 } });
  await stand.startWorker();
  people = patientPeople(stand);
  const fleets = [
    adoptFleet(stand, people, 'olost-a'),
    transferFleet(stand, people, 'olost-t'),
    recoverFleet(stand, people, 'olost-r'),
  ];
  tables = await Promise.all(fleets.map((fleet) => operationTable(stand, fleet)));
}, LONGEST_MS);

afterAll(async () => {
  await Promise.all((tables ?? []).map(({ fleet }) => fleet.end()));
  await people?.close();
  await stand?.close();
  proof.record();
}, LONGEST_MS);

/** In the full run each write at both moments; else one of each kind, in turn before and after its effect. */
function allCases(): OperationCase[] {
  const of = (table: OperationTable, part: Part, from: number): OperationCase[] =>
    casesOfPart(table, part, FULL ? table[part] : sampleOfKinds(table[part]), FULL ? 'each' : 'turns', from);
  return tables.flatMap((table, index) => [...of(table, 'operation', index), ...of(table, 'undo', index + 1)]);
}

describe('kill -9 of the worker', () => {
  it(
    'leaves an adoption, a transfer or a recovery applied whole, or undone whole, wherever it strikes',
    async () => {
      for (const cases of batches(allCases(), BATCH))
        await proof.hold(cases.length, async () => {
          const batch = await assigned(cases);
          const before = await stand.content();
          for (const { part, name, table } of batch)
            if (part === 'undo')
              ruleAt(stand.proxy, name, table.last, { fault: { mode: 'fail-after', status: 403 }, times: 1 });
          const gate = gather(
            stand.proxy,
            batch.map(({ name, point, moment }) => ({ tenant: name, point, moment })),
            ARRIVAL_MS,
          );
          await Promise.all(batch.map(({ table, name }) => table.fleet.begin(name)));
          await gate.allArrived();
          await stand.killWorkers();
          // Nobody listens any more: what was held before its effect never happens, the other answers go nowhere.
          gate.open();
          await stand.startWorker();
          const ends = await Promise.all(batch.map(({ table, name }) => table.fleet.ended(name)));
          const told = batch.map(({ title }, index) => `${title}: ${ends[index]?.outcome}`);
          expect(told).toEqual(
            batch.map(({ title, part }) => `${title}: ${part === 'operation' ? 'applied' : 'undone'}`),
          );
          const content = await stand.content();
          for (const { part, table, name, title } of batch) {
            if (part === 'undo') continue;
            expect(diff(generalContent(content, table.clean), generalContent(content, name)), title).toEqual([]);
          }
          const applied = batch.filter(({ part }) => part === 'operation').map(({ name }) => name);
          const isTheirs = (line: string): boolean =>
            applied.some((name) => line.includes(` ${name}/`) || line.includes(`Namespace.v1 /${name}`));
          expect(
            diff(before, content).filter((line) => !isTheirs(line)),
            'undone: as before',
          ).toEqual([]);
        });
    },
    LONGEST_MS,
  );
});
