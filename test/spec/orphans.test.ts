// Who is an orphan, from facts alone: each case of a name, and that nobody on their way is ever accused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PHASES } from '../../src/spec/lifecycle.ts';
import {
  describeOrphans,
  type Facts,
  type NamespaceFacts,
  type OrphanReport,
  orphanOf,
  type RunFacts,
  remembering,
  searchOrphans,
} from '../../src/spec/orphans.ts';

const NOW = '2026-05-01T12:00:00.000Z';
const EARLIER = '2026-05-01T08:00:00.000Z';
const at = { now: NOW, graceMinutes: 10 };

const namespace: NamespaceFacts = { incarnation: 'abc', createdAt: EARLIER, terminating: false };
const ready: RunFacts = { phase: 'ready', incarnation: 'abc' };
const terminated: RunFacts = { ...ready, closed: { at: '2026-05-01T09:00:00.000Z', how: 'terminated' } };

const kindOf = (facts: Facts) => orphanOf('x', facts, at)?.kind;

describe('a name', () => {
  it('with a namespace and its run is no orphan', () => {
    expect(kindOf({ namespace, run: ready })).toBeUndefined();
  });

  it('whose run was terminated is one, since then, and `recover` helps', () => {
    expect(orphanOf('shop-a', { namespace, run: terminated }, at)).toMatchObject({
      kind: 'namespace-without-run',
      since: '2026-05-01T09:00:00.000Z',
      what: expect.stringContaining('terminated in Temporal'),
      todo: expect.stringContaining('naas recover shop-a'),
    });
  });

  it('that Temporal has forgotten is one, since the namespace was made at the latest', () => {
    expect(orphanOf('x', { namespace }, at)).toMatchObject({ kind: 'namespace-without-run', since: EARLIER });
  });

  it('whose namespace is not there is one, since it was seen, and `delete` ends the run', () => {
    expect(orphanOf('shop-a', { run: ready }, at)).toMatchObject({
      kind: 'run-without-namespace',
      since: NOW,
      todo: expect.stringContaining('naas delete shop-a'),
    });
  });

  it('whose namespace is another one now is one, marked or not', () => {
    expect(kindOf({ namespace: { ...namespace, incarnation: 'other' }, run: ready })).toBe('other-incarnation');
    const { incarnation: _, ...unmarked } = namespace;
    expect(kindOf({ namespace: unmarked, run: ready })).toBe('other-incarnation');
  });

  it('whose run says no incarnation is compared by its presence alone', () => {
    expect(kindOf({ namespace, run: { phase: 'ready' } })).toBeUndefined();
  });

  it('that naas never made is none of its business', () => {
    const { incarnation: _, ...unmarked } = namespace;
    expect(kindOf({ namespace: unmarked })).toBeUndefined();
    expect(kindOf({ namespace: unmarked, run: { ...terminated, phase: 'deleted' } })).toBeUndefined();
    expect(kindOf({})).toBeUndefined();
  });

  it.each(PHASES.filter((phase) => phase !== 'ready'))('whose open run is %s may be without its namespace', (phase) => {
    expect(kindOf({ run: { ...ready, phase } })).toBeUndefined();
    expect(kindOf({ run: { ...ready, phase }, namespace: { ...namespace, incarnation: 'other' } })).toBeUndefined();
  });

  it('within the grace of its namespace is none yet, and one the moment after', () => {
    const made = (secondsAgo: number): NamespaceFacts => ({
      ...namespace,
      createdAt: new Date(Date.parse(NOW) - secondsAgo * 1000).toISOString(),
    });
    expect(kindOf({ namespace: made(599) })).toBeUndefined();
    expect(kindOf({ namespace: made(600) })).toBe('namespace-without-run');
  });

  it('that is on its way out is never one', () => {
    const run = fc.record({
      phase: fc.constantFrom(...PHASES, 'unknown' as const),
      incarnation: fc.constantFrom('abc', 'other'),
      closed: fc.option(fc.constant({ at: EARLIER, how: 'terminated' }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.option(run, { nil: undefined }), (any) => {
        const facts = { namespace: { ...namespace, terminating: true }, run: any as RunFacts | undefined };
        expect(orphanOf('x', facts, at)).toBeUndefined();
      }),
    );
  });
});

describe('the search', () => {
  const sources = (namespaces: Record<string, NamespaceFacts>, runs: Record<string, RunFacts>) => {
    const asked: string[] = [];
    return {
      asked,
      namespaces: async () => new Map(Object.entries(namespaces)),
      runs: async () => new Map(Object.entries(runs)),
      async facts(name: string): Promise<Facts> {
        asked.push(name);
        return { namespace: namespaces[name], run: runs[name] };
      },
    };
  };

  it('looks closely at suspects alone, and tells all of them in order', async () => {
    const found = sources({ b: namespace, fine: namespace }, { a: ready, fine: ready });
    const report = await searchOrphans(found, at);
    expect(found.asked.sort()).toEqual(['a', 'b']);
    expect(report.orphans.map(({ name, kind }) => [name, kind])).toEqual([
      ['a', 'run-without-namespace'],
      ['b', 'namespace-without-run'],
    ]);
    expect(report).toMatchObject({ at: NOW, namespaces: 2, runs: 2, found: 2, unclear: [] });
  });

  it('takes back what a closer look does not confirm: lists lag behind', async () => {
    const lagging = sources({ a: namespace }, {});
    const report = await searchOrphans({ ...lagging, facts: async () => ({ namespace, run: ready }) }, at);
    expect(report).toMatchObject({ found: 0, orphans: [], unclear: [] });
  });

  it('goes on past one that cannot be seen, and says so', async () => {
    const found = sources({ a: namespace, b: namespace, c: namespace }, {});
    const facts = async (name: string): Promise<Facts> => {
      if (name === 'b') throw new Error('no answer');
      return found.facts(name);
    };
    const report = await searchOrphans({ ...found, facts }, at);
    expect(report.orphans.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(report.unclear).toEqual([{ name: 'b', why: 'no answer' }]);
    expect(describeOrphans(report)).toContain('b could not be looked at: no answer');
  });

  it('stays within what Temporal takes when everything is an orphan', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `${'n'.repeat(55)}-${String(index).padStart(4, '0')}`);
    const report = await searchOrphans(sources(Object.fromEntries(names.map((name) => [name, namespace])), {}), at);
    expect(report.found).toBe(3000);
    expect(JSON.stringify(report).length).toBeLessThan(500_000);
    const words = describeOrphans(report);
    expect(Buffer.byteLength(words)).toBeLessThan(20_000);
    expect(words).toContain('3000 orphans among');
    expect(words).toMatch(/and 29\d\d more$/);
  });
});

describe('a later report', () => {
  const report = (since: string, kind: 'run-without-namespace' | 'other-incarnation'): OrphanReport => ({
    at: since,
    namespaces: 1,
    runs: 1,
    found: 1,
    orphans: [{ name: 'x', kind, since, what: '', todo: '' }],
    unclear: [],
  });

  it('remembers since when an orphan is known, as long as it is the same fault', () => {
    const [first, second] = [report(EARLIER, 'run-without-namespace'), report(NOW, 'run-without-namespace')];
    expect(remembering(second, first).orphans[0]?.since).toBe(EARLIER);
    expect(remembering(second, undefined)).toEqual(second);
    expect(remembering(report(NOW, 'other-incarnation'), first).orphans[0]?.since).toBe(NOW);
  });
});
