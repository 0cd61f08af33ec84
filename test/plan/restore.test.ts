// Putting back, as a model: an object before, our write over it, somebody else's edits over that. Every field of ours gets
// its old value where our value still stands; nothing else is touched; a merge and an apply come to the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import {
  asApplied,
  asMergePatch,
  asRemade,
  differsFromBefore,
  dropped,
  leaves,
  missing,
  releasing,
  returns,
} from '../../src/plan/restore.ts';

type Value = string | string[];
/** By place, such as `data/a`: what an object says. */
type Fields = Record<string, Value>;

const PLACES = ['labels', 'annotations', 'data'].flatMap((map) => ['a', 'b', 'c'].map((key) => `${map}/${key}`));
const place = fc.constantFrom(...PLACES, 'subjects');
const value: fc.Arbitrary<Value> = fc.constantFrom('1', '2', '3');
const list: fc.Arbitrary<Value> = fc.constantFrom(['x'], ['x', 'y'], ['y', 'z']);
const fields: fc.Arbitrary<Fields> = fc
  .array(
    fc.tuple(place, value, list).map(([at, one, many]): [string, Value] => [at, at === 'subjects' ? many : one]),
    { maxLength: 8 },
  )
  .map((entries) => Object.fromEntries(entries));
/** undefined: taken away. */
const edits = fc
  .array(
    fc
      .tuple(place, fc.option(value, { nil: undefined }), fc.option(list, { nil: undefined }))
      .map(([at, one, many]): [string, Value | undefined] => [at, at === 'subjects' ? many : one]),
    { maxLength: 5 },
  )
  .map((entries) => Object.fromEntries(entries));

function pathOf(at: string): string[] {
  const [map = '', key] = at.split('/');
  if (key === undefined) return [map];
  return map === 'data' ? [map, key] : ['metadata', map, key];
}

function objectOf(said: Fields): KubernetesObject {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'n' } };
  return merged(
    object,
    asMergePatch(Object.entries(said).map(([at, set]) => ({ path: pathOf(at), verb: 'set', value: set }))),
  );
}

/** RFC 7386. */
function merged(document: unknown, patch: unknown): KubernetesObject {
  const isMap = (each: unknown): each is Record<string, unknown> =>
    typeof each === 'object' && each !== null && !Array.isArray(each);
  const merge = (into: unknown, by: unknown): unknown => {
    if (!isMap(by)) return by;
    const result: Record<string, unknown> = { ...(isMap(into) ? into : {}) };
    for (const [key, inner] of Object.entries(by)) {
      if (inner === null) delete result[key];
      else result[key] = merge(result[key], inner);
    }
    return result;
  };
  return merge(document, patch) as KubernetesObject;
}

function said(object: KubernetesObject): Fields {
  return Object.fromEntries(
    [...PLACES, 'subjects'].flatMap((at) => {
      const found = pathOf(at).reduce<unknown>(
        (inner, key) => (inner as Record<string, unknown> | undefined)?.[key],
        object,
      );
      return found === undefined ? [] : [[at, found as Value]];
    }),
  );
}

function edited(before: Fields, by: Record<string, Value | undefined>): Fields {
  return Object.fromEntries(
    Object.entries({ ...before, ...by }).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

interface World {
  applied: Fields;
  wanted: Fields;
  before: Fields;
  live: Fields;
  /** Who says what, as the API server would know it: `us`, `others`, or both. */
  owners: Map<string, Set<'us' | 'others'>>;
}

/** What we had applied, what others had done about it and beside it, what we wrote over that, and what others did then. */
const worlds: fc.Arbitrary<World> = fc.tuple(fields, edits, fields, edits).map(([applied, drift, wanted, later]) => {
  const owners: World['owners'] = new Map(Object.keys(applied).map((at) => [at, new Set(['us'])]));
  const byOthers = (changes: Record<string, Value | undefined>): void => {
    for (const at of Object.keys(changes)) owners.set(at, new Set(['others']));
  };
  const before = edited(applied, drift);
  byOthers(drift);
  const gone = Object.keys(applied).filter((at) => wanted[at] === undefined);
  // An apply takes away what was ours alone; a merge, and so a Namespace, whatever stands there: here only the former.
  const lost = gone.filter((at) => owners.get(at)?.has('others') !== true);
  const written = edited({ ...before, ...wanted }, Object.fromEntries(lost.map((at) => [at, undefined])));
  for (const [at, set] of Object.entries(wanted)) {
    const shared = owners.get(at)?.has('others') === true && same(before[at], set);
    owners.set(at, new Set(shared ? ['us', 'others'] : ['us']));
  }
  byOthers(later);
  return { applied, wanted, before, live: edited(written, later), owners };
});

const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);

function returnsOf({ applied, wanted, before, live }: Omit<World, 'owners'>) {
  return returns({
    applied: objectOf(applied),
    wanted: objectOf(wanted),
    before: objectOf(before),
    live: objectOf(live),
  });
}

describe('what goes back', () => {
  it('is every field of ours that still has our value, and nothing else', () => {
    fc.assert(
      fc.property(worlds, ({ owners: _owners, ...world }) => {
        const { applied, wanted, before, live } = world;
        const after = said(merged(objectOf(live), asMergePatch(returnsOf(world))));
        for (const at of [...PLACES, 'subjects']) {
          const ours = applied[at] !== undefined || wanted[at] !== undefined;
          const stands = same(live[at], wanted[at]);
          expect(after[at], `${at} of ${JSON.stringify(world)}`).toEqual(ours && stands ? before[at] : live[at]);
        }
      }),
    );
  });

  it('comes to the same by an apply as by a merge', () => {
    fc.assert(
      fc.property(worlds, ({ owners, ...world }) => {
        const back = returnsOf(world);
        const sent = said(asApplied(objectOf(world.before), back));
        const kept = Object.entries(world.live).filter(
          ([at]) =>
            sent[at] !== undefined || owners.get(at)?.has('us') !== true || owners.get(at)?.has('others') === true,
        );
        const applied = { ...Object.fromEntries(kept), ...sent };
        const byMerge = said(merged(objectOf(world.live), asMergePatch(back)));
        // What others hold as well does not go by an apply; that is theirs.
        const held = Object.keys(applied).filter(
          (at) => byMerge[at] === undefined && owners.get(at)?.has('others') === true,
        );
        for (const at of held) delete applied[at];
        expect(applied, JSON.stringify(world)).toEqual(byMerge);
      }),
    );
  });

  it('is nothing more once it has gone back', () => {
    fc.assert(
      fc.property(worlds, ({ owners: _owners, ...world }) => {
        const back = merged(objectOf(world.live), asMergePatch(returnsOf(world)));
        expect(differsFromBefore(back, returnsOf({ ...world, live: said(back) }))).toBe(false);
      }),
    );
  });

  it('is all of an object that nobody else touched', () => {
    fc.assert(
      fc.property(fields, fields, fields, (applied, wanted, beside) => {
        const before = { ...beside, ...applied };
        const gone = Object.keys(applied).filter((at) => wanted[at] === undefined);
        const live = edited({ ...before, ...wanted }, Object.fromEntries(gone.map((at) => [at, undefined])));
        const back = returnsOf({ applied, wanted, before, live });
        expect(said(merged(objectOf(live), asMergePatch(back)))).toEqual(before);
        expect(differsFromBefore(objectOf(live), back)).toBe(!same(sorted(live), sorted(before)));
      }),
    );
  });

  it('leaves a field with its holder that was not ours and stands as it stood', () => {
    const before = { 'data/a': '1' };
    const back = returnsOf({ applied: {}, wanted: { 'data/a': '1' }, before, live: before });
    expect(back).toEqual([{ path: ['data', 'a'], verb: 'leave' }]);
  });

  it('goes by the finer place where a map was one whole on one side', () => {
    const policy = (spec: unknown): KubernetesObject => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'x' },
      spec,
    });
    const all = policy({ podSelector: {} });
    const some = policy({ podSelector: { matchLabels: { a: 'b' } } });
    expect(returns({ applied: all, wanted: some, before: all, live: some })).toEqual([
      { path: ['spec', 'podSelector', 'matchLabels', 'a'], verb: 'drop' },
    ]);
    expect(returns({ applied: some, wanted: all, before: some, live: all })).toEqual([
      { path: ['spec', 'podSelector', 'matchLabels', 'a'], verb: 'set', value: 'b' },
    ]);
  });

  it('takes a quantity in other words for the same', () => {
    const quota = (cpu: string): KubernetesObject => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'x' },
      spec: { hard: { 'limits.cpu': cpu } },
    });
    const back = returns({ applied: quota('1'), wanted: quota('2000m'), before: quota('1'), live: quota('2') });
    expect(back).toEqual([{ path: ['spec', 'hard', 'limits.cpu'], verb: 'set', value: '1' }]);
  });
});

describe('the places of an object', () => {
  it('are what it says, without its identity and status', () => {
    const object = {
      ...objectOf({ 'labels/a': '1', 'data/b': '2', subjects: ['x'] }),
      status: { used: 1 },
      metadata: { name: 'x', uid: 'u', resourceVersion: '7', labels: { a: '1' } },
    };
    expect(leaves(object).map((path) => path.join('/'))).toEqual(['data/b', 'subjects', 'metadata/labels/a']);
  });

  it('are dropped where the applied plan sets them and the wanted one does not', () => {
    fc.assert(
      fc.property(fields, fields, (applied, wanted) => {
        const gone = Object.keys(applied).filter((at) => wanted[at] === undefined);
        expect(
          dropped(objectOf(applied), objectOf(wanted))
            .map((path) => path.join('/'))
            .sort(),
        ).toEqual(gone.map((at) => pathOf(at).join('/')).sort());
      }),
    );
  });
});

describe('an object that is made anew', () => {
  it('is ours as it stood before, then what others had added, and nothing that the server alone gives', () => {
    fc.assert(
      fc.property(fields, fields, edits, (applied, beside, drift) => {
        const before = edited({ ...beside, ...applied }, drift);
        const was = { ...objectOf(before), status: { used: 1 } };
        was.metadata = { ...was.metadata, uid: 'u', resourceVersion: '7', creationTimestamp: 'then' };
        const made = asRemade(objectOf(applied), was);
        expect(Object.keys(said(made)).every((at) => applied[at] !== undefined)).toBe(true);
        expect(Object.keys(made)).not.toContain('status');
        expect(Object.keys(made.metadata).sort()).toEqual(
          Object.keys(made.metadata)
            .filter((key) => ['labels', 'annotations', 'name', 'namespace'].includes(key))
            .sort(),
        );
        const whole = merged(made, asMergePatch(missing(was, made)));
        expect(said(whole)).toEqual(before);
        expect(missing(was, whole)).toEqual([]);
      }),
    );
  });

  it('is all of it where it was not ours', () => {
    const before = { 'data/a': '1', subjects: ['x'] };
    expect(said(asRemade(undefined, objectOf(before)))).toEqual(before);
  });
});

function sorted(record: Fields): Fields {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

describe('an object that was taken over and is released', () => {
  const held = (manager: string, time: string, fields: string[]) => ({
    manager,
    operation: manager === 'naas' ? 'Apply' : 'Update',
    apiVersion: 'v1',
    time,
    fieldsV1: Object.fromEntries(fields.map((field) => [`f:${field}`, {}])),
  });
  const said = (...managedFields: object[]): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', namespace: 'n', managedFields },
  });

  it('is held as before: what naas took comes back, what naas held goes', () => {
    const before = said(held('kubectl', '1', ['a', 'b']), held('helm', '1', ['c']));
    const live = said(held('kubectl', '1', ['b']), held('naas', '2', ['a', 'c']));
    expect(releasing([], before, live)).toEqual({ metadata: { managedFields: before.metadata['managedFields'] } });
  });

  it('leaves to everybody what they have written since', () => {
    const before = said(held('kubectl', '1', ['a']));
    const since = [held('kubectl', '3', ['b']), held('flux', '3', ['d'])];
    const live = said(...since, held('naas', '2', ['a']));
    expect(releasing([], before, live)).toEqual({ metadata: { managedFields: since } });
  });

  it('says nothing of managers that were not recorded', () => {
    expect(releasing([], said(), said(held('naas', '2', ['a'])))).toEqual({});
  });
});
