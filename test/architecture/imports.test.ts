// Holds the import table of docs/decisions/0001: which folder may load which. Types are free where the table says so.
import { describe, expect, it } from 'vitest';
import { type Import, importsOf, sourceFiles } from '../support/source-imports.ts';

const PURE_LIBRARIES = ['@noble/hashes', 'yaml'];
const CONTRACTS = ['workflows/messages.ts', 'workflows/state.ts'];

type Rule = (target: string, file: string) => boolean;

const inside =
  (...rooms: string[]): Rule =>
  (target) =>
    rooms.some((room) => target === room || target.startsWith(`${room}/`));
const packages =
  (...names: string[]): Rule =>
  (target) =>
    names.some((name) => target === name || target.startsWith(`${name}/`));
const either =
  (...rules: Rule[]): Rule =>
  (target, file) =>
    rules.some((rule) => rule(target, file));
const node: Rule = (target) => target.startsWith('node:');

/** What a room may load as values. */
const VALUES: Record<string, Rule> = {
  spec: either(
    inside('spec'),
    packages(...PURE_LIBRARIES),
    (target, file) => target === 'zod' && /^spec\/(request|catalog|schema)/.test(file),
    // Their tables are large, and have to stay out of the workflow bundle.
    (target, file) => (target === 'tr46' || target === 'tldts') && file === 'spec/hostnames.ts',
  ),
  plan: either(inside('spec', 'plan', 'money'), packages(...PURE_LIBRARIES)),
  money: either(inside('spec', 'money'), packages(...PURE_LIBRARIES)),
  workflows: either(
    (target) => inside('spec')(target, '') && !/^spec\/(request|catalog|hostnames\.)/.test(target),
    inside('workflows', 'money'),
    packages('@temporalio/workflow', '@temporalio/common'),
  ),
  activities: either(inside('spec', 'plan', 'money', 'activities'), packages('@temporalio/activity'), node),
  providers: either(
    inside('spec', 'providers'),
    (target) => !target.includes('/') || target.startsWith('@') || target.startsWith('node:'),
  ),
  client: either(inside('spec', 'plan', 'client'), packages('@temporalio/client', '@temporalio/envconfig'), node),
  ops: either(inside('spec', 'plan', 'providers', 'ops'), packages('yaml'), node, (target) => target === 'config.ts'),
  cli: either(inside('client', 'spec', 'cli'), packages('commander', 'yaml'), node, (target) => target === 'config.ts'),
  local: (target) => !inside('cli', 'api')(target, ''),
  // A composition root as the worker is one, over a Temporal and a cluster in memory.
  testing: either(
    inside('spec', 'plan', 'activities', 'workflows', 'client', 'testing'),
    packages('@temporalio/client', '@temporalio/common', '@temporalio/activity'),
    node,
    (target) => target === 'config.ts' || target === 'providers/proofs/senders.ts',
  ),
};

/** What a room may additionally load as types. */
const TYPES: Record<string, Rule> = {
  workflows: inside('activities', 'plan'),
  providers: inside('activities', 'plan'),
  client: either(inside('workflows'), packages('@temporalio/client')),
  cli: either(inside('workflows', 'plan', 'ops', 'local')),
  ops: inside('activities'),
};

/** What a room may load lazily, by a dynamic import. */
const LAZY: Record<string, Rule> = {
  cli: inside('ops', 'local', 'plan'),
};

describe('the import table', () => {
  const imports = sourceFiles().flatMap(importsOf);

  it('reads every room of the source', () => {
    expect(new Set(imports.map((each) => each.room))).toEqual(
      new Set([
        'spec',
        'plan',
        'workflows',
        'activities',
        'providers',
        'client',
        'ops',
        'cli',
        'local',
        'testing',
        'config.ts',
        'worker.ts',
      ]),
    );
  });

  it('lets no room load what is not on its list', () => {
    const broken = imports.filter((each) => each.room in VALUES && !isAllowed(each));
    expect(broken.map((each) => `${each.file} → ${each.target}${each.typeOnly ? ' (type)' : ''}`)).toEqual([]);
  });

  it('lets nobody import the composition roots, and only the CLI and tests the embedded platform', () => {
    const broken = imports.filter(
      (each) =>
        each.target === 'worker.ts' ||
        (each.target.startsWith('testing/') && each.room !== 'testing') ||
        (each.target.startsWith('local/') && !['local', 'cli'].includes(each.room)),
    );
    expect(broken).toEqual([]);
  });

  it('keeps the tables of names out of every workflow, through whatever file', () => {
    const loaded = new Set(sourceFiles().filter((file) => file.startsWith('workflows/')));
    for (const file of loaded)
      for (const each of imports) if (each.file === file && !each.typeOnly) loaded.add(each.target);
    // Only other files of spec load it.
    expect(loaded.has('spec/finalizers.ts')).toBe(true);
    expect([...loaded].filter((target) => ['spec/hostnames.ts', 'tr46', 'tldts'].includes(target))).toEqual([]);
  });

  it('has no cycle', () => {
    expect(findCycle(imports.filter((each) => !each.typeOnly && !each.lazy))).toEqual([]);
  });
});

function isAllowed(each: Import): boolean {
  const rules = [VALUES[each.room]];
  if (each.typeOnly) rules.push(TYPES[each.room], (target) => CONTRACTS.includes(target));
  if (each.lazy) rules.push(LAZY[each.room]);
  return rules.some((rule) => rule?.(each.target, each.file) === true);
}

function findCycle(edges: Import[]): string[] {
  const graph = Map.groupBy(edges, (edge) => edge.file);
  const state = new Map<string, 'open' | 'done'>();
  const visit = (file: string, path: string[]): string[] => {
    if (state.get(file) === 'done') return [];
    if (state.get(file) === 'open') return [...path.slice(path.indexOf(file)), file];
    state.set(file, 'open');
    for (const edge of graph.get(file) ?? []) {
      const cycle = visit(edge.target, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    state.set(file, 'done');
    return [];
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
