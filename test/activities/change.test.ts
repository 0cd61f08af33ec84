// A change meets a cluster that has moved: what came since in another's name, what went, what is in use by now.
import { beforeEach, describe, expect, it } from 'vitest';
import { type Captured, changeActivities, type PreImage } from '../../src/activities/change.ts';
import { packJson, unpackJson } from '../../src/activities/packing.ts';
import { compare } from '../../src/plan/compare.ts';
import { changeDigest } from '../../src/plan/index.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { type ObjectRef, refKey } from '../../src/spec/inventory.ts';
import { FENCED_OFF } from '../../src/spec/names.ts';
import {
  approved,
  failureOf,
  inActivity,
  OURS,
  ofKind,
  refTo,
  stampedObjects,
  THEIRS,
  WatchedCluster,
} from '../support/activity-world.ts';

const before = approved();
const wanted = approved({ purpose: 'something else', quota: { 'limits.cpu': '3' } });
const standing = stampedObjects(before);
const [information, quota, namespace, binding] = ['ConfigMap', 'ResourceQuota', 'Namespace', 'RoleBinding'].map(
  (kind) => ofKind(standing, kind),
) as [KubernetesObject, KubernetesObject, KubernetesObject, KubernetesObject];

let cluster: WatchedCluster;
beforeEach(async () => {
  cluster = new WatchedCluster();
  await cluster.has(...standing);
});

const live = async (object: KubernetesObject): Promise<KubernetesObject | undefined> => cluster.read(refTo(object));
const uidOf = async (object: KubernetesObject): Promise<string> => (await live(object))?.metadata.uid ?? '';
const uidsOf = async (...objects: KubernetesObject[]): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(objects.map(async (object) => [refKey(refTo(object)), await uidOf(object)])));

/** What people have approved: the difference as it stands. */
async function approvedDigest(): Promise<string> {
  const objects = wanted.planned.resources.map(({ object }) => object);
  return changeDigest(
    await Promise.all(objects.map(async (object) => compare(refTo(object), object, await live(object)))),
  );
}

async function capture(
  more: Partial<Parameters<ReturnType<typeof changeActivities>['captureChange']>[0]> = {},
): Promise<Captured> {
  const digest = more.changeDigest ?? (await approvedDigest());
  return inActivity(() =>
    changeActivities(cluster).captureChange({
      stages: wanted.stages,
      removals: [],
      dropped: {},
      ours: [],
      ...more,
      changeDigest: digest,
    }),
  );
}

function ensure(
  objects: KubernetesObject[],
  uids: Record<string, string>,
  more: { expect?: ObjectRef[]; touched?: string[]; adopting?: boolean } = {},
) {
  return inActivity(() =>
    changeActivities(cluster).ensureChange({
      stage: 'equipment',
      objects: packJson(objects),
      touched: objects.map((object) => refKey(refTo(object))),
      uids,
      dropped: {},
      adopting: false,
      ...more,
    }),
  );
}

const drop = (ref: ObjectRef, uid: string) =>
  inActivity(() =>
    changeActivities(cluster).removeDropped({ removals: [ref], incarnation: OURS, uids: { [refKey(ref)]: uid } }),
  );

const [newInformation, newQuota, newNamespace] = ['ConfigMap', 'ResourceQuota', 'Namespace'].map((kind) =>
  ofKind(stampedObjects(wanted), kind),
) as [KubernetesObject, KubernetesObject, KubernetesObject];

describe('the look before a change', () => {
  it('keeps what stands there, of every object', async () => {
    const captured = await capture();
    if ('moved' in captured) throw new Error('nothing had moved');
    const images = unpackJson<PreImage[]>(captured.images);
    expect(images.map(({ live: image }) => image?.metadata.uid).sort()).toEqual(
      (await Promise.all(wanted.planned.resources.map(({ object }) => uidOf(object)))).sort(),
    );
    expect(captured.uids[refKey(refTo(quota))]).toBe(await uidOf(quota));
  });

  it('says what it would be now, where our own fields have moved since people agreed', async () => {
    const digest = await approvedDigest();
    await cluster.has({ ...information, data: { ...(information['data'] as object), team: 'moved' } });
    expect(await capture({ changeDigest: digest })).toMatchObject({
      moved: { changeDigest: expect.not.stringMatching(digest) },
    });
  });

  it('refuses what somebody else has put in the way since', async () => {
    const [theirs = information] = [{ ...information, metadata: { ...information.metadata, labels: {} } }];
    cluster.bend = (verb, kind) =>
      verb === 'read' && kind === 'ConfigMap' && information.metadata.name === theirs.metadata.name
        ? { ...theirs, metadata: { ...theirs.metadata, uid: 'x', resourceVersion: '1' } }
        : undefined;
    expect((await failureOf(capture())).type).toBe('NotOurs');
  });

  it('refuses a quota below what has come into use while people decided', async () => {
    const hard = { 'limits.cpu': '9' };
    const used = { ...quota, spec: { hard }, status: { hard, used: { 'limits.cpu': '8' } } };
    cluster.bend = (verb, kind) =>
      verb === 'read' && kind === 'ResourceQuota' ? { ...used, metadata: { ...quota.metadata, uid: 'q' } } : undefined;
    expect((await failureOf(capture())).type).toBe('RefusedByGuardrail');
  });
});

describe('a write of a change', () => {
  it('goes to the very object that was looked at', async () => {
    const { effects } = await ensure([newInformation], await uidsOf(information));
    expect(effects).toMatchObject([{ outcome: 'changed' }]);
  });

  it('goes to no object that somebody has made anew under the name, but to the one that an earlier attempt made', async () => {
    const uids = { [refKey(refTo(information))]: 'the-one-before' };
    expect((await ensure([newInformation], uids)).effects).toMatchObject([{ outcome: 'changed' }]);
    cluster.calls.length = 0;
    await cluster.has(ofKind(stampedObjects(before, THEIRS), 'ConfigMap'));
    cluster.calls.length = 0;
    expect((await failureOf(ensure([newInformation], uids))).type).toBe('NotOurs');
    expect(cluster.calls).toEqual([]);
  });

  it('into what is being adopted waits for an API server that has not heard of it; elsewhere the fence’s word is the last', async () => {
    cluster.bend = (verb) => {
      if (verb === 'apply') throw new NaasError({ code: 'Forbidden', message: `the incarnation ${FENCED_OFF}` });
      return undefined;
    };
    const uids = await uidsOf(information);
    expect((await failureOf(ensure([newInformation], uids, { adopting: true }))).type).toBe('NotReadyYet');
    expect((await failureOf(ensure([newInformation], uids))).type).toBe('Forbidden');
  });

  it('goes to nothing of others where nothing had stood, and to its own earlier attempt', async () => {
    expect((await ensure([newInformation], {})).effects).toMatchObject([{ outcome: 'changed' }]);
    const theirs = ofKind(stampedObjects(before, THEIRS), 'ConfigMap');
    await cluster.has(theirs);
    expect((await failureOf(ensure([newInformation], {}))).type).toBe('NotOurs');
  });

  it('makes again what somebody deleted meanwhile, but never the Namespace', async () => {
    const uids = { [refKey(refTo(information))]: 'gone', [refKey(refTo(namespace))]: 'gone' };
    cluster = new WatchedCluster();
    expect((await ensure([newInformation], uids)).effects).toMatchObject([{ outcome: 'created' }]);
    expect((await failureOf(ensure([newNamespace], uids))).type).toBe('NotOurs');
    expect(cluster.calls.map(({ kind }) => kind)).toEqual(['ConfigMap']);
  });

  it('writes only what people were shown to differ', async () => {
    await ensure([newInformation, newQuota], await uidsOf(information, quota), { touched: [refKey(refTo(quota))] });
    expect(cluster.calls.map(({ kind }) => kind)).toEqual(['ResourceQuota']);
  });

  it('of a quota counts when its status shows it', async () => {
    let looks = 0;
    let written = false;
    cluster.bend = (verb, kind) => {
      if (verb === 'apply') written = true;
      if (verb !== 'read' || kind !== 'ResourceQuota' || !written) return undefined;
      looks += 1;
      return looks < 3 ? { ...newQuota, status: {} } : undefined;
    };
    await ensure([newQuota], await uidsOf(quota));
    expect(looks).toBe(3);
  });

  it('of access comes after the guardrails were read back', async () => {
    cluster.bend = (verb, kind) => (verb === 'list' && kind === 'ResourceQuota' ? [] : undefined);
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'new@example.com' }];
    const granted = ensure([{ ...binding, subjects }], await uidsOf(binding), { expect: [refTo(quota)] });
    expect((await failureOf(granted)).type).toBe('NotReadyYet');
    expect(cluster.calls).toEqual([]);
  });
});

describe('what a change takes away', () => {
  it('is the object that was looked at, on the version that was read', async () => {
    const version = (await live(information))?.metadata.resourceVersion;
    expect((await drop(refTo(information), await uidOf(information))).effects).toMatchObject([{ outcome: 'deleted' }]);
    expect(cluster.calls).toMatchObject([{ verb: 'delete', resourceVersion: version }]);
  });

  it('is nothing that came since under its name, be it ours or theirs', async () => {
    expect((await drop(refTo(information), 'the-one-before')).effects).toMatchObject([{ outcome: 'skipped' }]);
    await cluster.has(ofKind(stampedObjects(before, THEIRS), 'ConfigMap'));
    // The very object, without its mark: the fence would deny it, and passed over it would stay.
    expect((await failureOf(drop(refTo(information), await uidOf(information)))).type).toBe('NotOurs');
    expect(cluster.calls).toEqual([]);
  });
});
