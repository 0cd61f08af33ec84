// Taking away: only what is ours, told only when it is gone, and what keeps it named as far as that may be.
import { beforeEach, describe, expect, it } from 'vitest';
import type { DeletionReport } from '../../src/activities/cluster.ts';
import { removalActivities } from '../../src/activities/removal.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { NaasError } from '../../src/spec/errors.ts';
import type { ObjectEntry } from '../../src/spec/inventory.ts';
import {
  approved,
  inActivity,
  OURS,
  ofKind,
  refTo,
  stampedObjects,
  THEIRS,
  WatchedCluster,
} from '../support/activity-world.ts';

const objects = stampedObjects(approved());
const binding = ofKind(objects, 'RoleBinding');
const namespace = ofKind(objects, 'Namespace');
const NOTHING: DeletionReport = { remaining: [], finalizers: [], failures: [] };

let cluster: WatchedCluster;
beforeEach(() => {
  cluster = new WatchedCluster();
});

/** An entry whose write may or may not have come through. */
const intended = (object: KubernetesObject): ObjectEntry => ({
  ...refTo(object),
  stage: 'access',
  state: 'intended',
});
const revoke = (...entries: ObjectEntry[]) =>
  inActivity(() => removalActivities(cluster).revokeAccess({ entries, incarnation: OURS }));

/** Short: what never comes is not waited for, for long. */
const remove = (times = { startToCloseTimeoutMs: 12_000 }) =>
  inActivity(
    () => removalActivities(cluster).deleteNamespace({ entries: [intended(namespace)], incarnation: OURS }),
    times,
  );

/** What the API server says of the namespace, look by look; undefined: it is gone. */
async function dies(...reports: ((uid: string) => { uid: string; report: DeletionReport } | undefined)[]) {
  await cluster.has(namespace);
  const uid = (await cluster.read(refTo(namespace)))?.metadata.uid ?? '';
  const seen = { looks: 0 };
  cluster.deletionReport = (async () => {
    const report = reports[Math.min(seen.looks, reports.length - 1)];
    seen.looks += 1;
    return report?.(uid);
  }) as unknown as typeof cluster.deletionReport;
  return seen;
}

describe('an object that was perhaps written', () => {
  it('is taken away where it carries our incarnation, and let alone where it does not', async () => {
    await cluster.has(binding);
    expect((await revoke(intended(binding))).effects).toMatchObject([{ outcome: 'deleted' }]);
    expect((await revoke(intended(binding))).effects).toMatchObject([{ outcome: 'absent' }]);
    const [theirs = binding] = stampedObjects(approved(), THEIRS).filter(({ kind }) => kind === 'RoleBinding');
    await cluster.has(theirs);
    expect((await revoke(intended(theirs))).effects).toMatchObject([{ outcome: 'skipped' }]);
    expect(await cluster.read(refTo(theirs))).toBeDefined();
  });

  it('that was confirmed is taken away by its UID: the same name made anew is not', async () => {
    await cluster.has(binding);
    const entry: ObjectEntry = { ...intended(binding), state: 'confirmed', uid: 'another' };
    expect((await revoke(entry)).effects).toMatchObject([{ outcome: 'skipped' }]);
    expect(await cluster.read(refTo(binding))).toBeDefined();
  });
});

describe('a namespace', () => {
  it('is gone when the API server does not know it any more, and not before', async () => {
    const seen = await dies(
      (uid) => ({ uid, report: NOTHING }),
      () => undefined,
    );
    expect(await remove()).toMatchObject({ gone: true, stuck: false });
    expect(seen.looks).toBe(2);
  });

  it('is gone when another one has its name', async () => {
    const report = { ...NOTHING, finalizers: [{ finalizer: 'example.com/hold', count: 1 }] };
    await dies(() => ({ uid: 'another', report }));
    expect(await remove()).toMatchObject({ gone: true });
  });

  it.each([
    ['a finalizer of somebody', { ...NOTHING, finalizers: [{ finalizer: 'example.com/hold', count: 1 }] }],
    ['an API that fails', { ...NOTHING, failures: ['widgets.example.com: no answer'] }],
  ])('that is kept by %s is stuck, which is told at once', async (_what, report) => {
    const seen = await dies((uid) => ({ uid, report }));
    expect(await remove()).toMatchObject({ gone: false, stuck: true });
    expect(seen.looks).toBe(1);
  });

  it('that waits for pods alone is not stuck', async () => {
    await dies((uid) => ({
      uid,
      report: { ...NOTHING, finalizers: [{ finalizer: 'kubernetes.io/pvc-protection', count: 1 }] },
    }));
    expect(await remove({ startToCloseTimeoutMs: 9_500 })).toMatchObject({ gone: false, stuck: false });
  });
});

describe('what keeps a namespace', () => {
  const kept = (...resources: string[]): DeletionReport => ({
    remaining: resources.map((resource) => ({ kind: resource, count: 1, resource })),
    finalizers: [{ finalizer: 'example.com/hold', count: 1 }],
    failures: [],
  });
  const held = { apiVersion: 'v1', kind: 'X', metadata: { name: 'held', finalizers: ['example.com/hold'] } };

  it('is named, but for kinds that may hold secrets', async () => {
    const listed: string[] = [];
    cluster.kindOf = (async (resource: string) => ({
      apiVersion: 'v1',
      kind: resource,
    })) as unknown as typeof cluster.kindOf;
    cluster.bend = (verb, kind) => {
      if (verb !== 'list') return undefined;
      listed.push(kind);
      return [held];
    };
    await dies((uid) => ({ uid, report: kept('widgets', 'secrets', 'apitokens.example.com') }));
    const { remaining } = await remove();
    expect(remaining.map(({ names }) => names)).toEqual([['held'], undefined, undefined]);
    expect(listed).toEqual(['widgets']);
  });

  it('is told without names where naas may not list it, and hides nothing else', async () => {
    cluster.kindOf = (async (resource: string) => ({
      apiVersion: 'v1',
      kind: resource,
    })) as unknown as typeof cluster.kindOf;
    cluster.bend = (verb, kind) => {
      if (verb !== 'list') return undefined;
      return kind === 'widgets' ? Promise.reject(new NaasError({ code: 'Forbidden', message: 'no' })) : [held];
    };
    await dies((uid) => ({ uid, report: kept('widgets', 'gadgets') }));
    expect((await remove()).remaining).toMatchObject([
      { kind: 'widgets', count: 1 },
      { kind: 'gadgets', names: ['held'] },
    ]);
  });

  it('is told with the time for which the API server wants to be left in peace', async () => {
    cluster.kindOf = (async (resource: string) => ({
      apiVersion: 'v1',
      kind: resource,
    })) as unknown as typeof cluster.kindOf;
    const busy = new NaasError({ code: 'Throttled', message: 'later' }, { retryAfterMs: 7_000 });
    cluster.bend = (verb) => (verb === 'list' ? Promise.reject(busy) : undefined);
    await dies((uid) => ({ uid, report: kept('widgets') }));
    expect(await remove()).toMatchObject({ stuck: true, retryAfterMs: 7_000 });
  });
});
