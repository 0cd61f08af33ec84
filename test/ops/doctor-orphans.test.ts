// What `naas doctor` makes of a search for orphans: everything that was found is told, or counted.
import { expect, it } from 'vitest';
import { checksOf } from '../../src/ops/doctor-orphans.ts';
import { type Facts, searchOrphans } from '../../src/spec/orphans.ts';

async function report(count: number) {
  const facts: Facts = { namespace: { incarnation: 'k3v9', createdAt: '2026-01-01T00:00:00Z', terminating: false } };
  const names = Array.from({ length: count }, (_, index) => `lost-${String(index).padStart(3, '0')}`);
  return searchOrphans(
    {
      namespaces: async () =>
        new Map(names.map((name) => [name, facts.namespace ?? { createdAt: '', terminating: false }])),
      runs: async () => new Map(),
      facts: async () => facts,
    },
    { now: '2026-02-01T00:00:00Z', graceMinutes: 10 },
  );
}

it('tells each orphan, and counts those that a report does not hold', async () => {
  const checks = checksOf(await report(203));
  expect(checks).toHaveLength(201);
  expect(checks.at(-1)).toMatchObject({ state: 'warning', found: 'and 3 more' });
  expect(checks.at(-1)?.mend).toContain('`naas-orphan-sweep`');
});

it('counts nothing where all are told', async () => {
  const checks = checksOf(await report(200));
  expect(checks).toHaveLength(200);
  expect(checks.some(({ found }) => /and \d+ more/.test(found))).toBe(false);
});
