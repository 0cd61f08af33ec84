// The undo of a change meets what others did meanwhile: theirs stays, ours goes back, and no late write may land after it.
import { beforeEach, describe, expect, it } from 'vitest';
import type { PreImage } from '../../src/activities/change.ts';
import { packJson } from '../../src/activities/packing.ts';
import { type RestoreInput, restoreActivities } from '../../src/activities/restore.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { byStage, refKey } from '../../src/spec/inventory.ts';
import { ANNOTATION } from '../../src/spec/names.ts';
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
const wanted = approved({ purpose: 'something else' });
const standing = stampedObjects(before);
const changed = stampedObjects(wanted);
const stageOf = (object: KubernetesObject): PreImage['stage'] =>
  before.planned.resources.find(
    ({ object: { kind, metadata } }) => kind === object.kind && metadata.name === object.metadata.name,
  )?.stage ?? 'equipment';

let cluster: WatchedCluster;
beforeEach(() => {
  cluster = new WatchedCluster();
});

async function image(object: KubernetesObject): Promise<PreImage> {
  return { ref: refTo(object), stage: stageOf(object), live: (await cluster.read(refTo(object))) ?? null };
}

function restore(images: PreImage[], more: Partial<RestoreInput> = {}) {
  return inActivity(() =>
    restoreActivities(cluster).restore({
      images: packJson(images),
      wanted: wanted.stages,
      applied: before.stages,
      incarnation: OURS,
      touched: images.map(({ ref }) => refKey(ref)),
      leftBehind: [],
      ...more,
    }),
  );
}

const [information, newInformation] = [ofKind(standing, 'ConfigMap'), ofKind(changed, 'ConfigMap')];
const namespace = ofKind(standing, 'Namespace');
const dataOf = async (): Promise<unknown> => (await cluster.read(refTo(information)))?.['data'];
const nothing = byStage([], () => packJson([]));

describe('the undo', () => {
  it('gives back what stood there', async () => {
    await cluster.has(information);
    const images = [await image(information)];
    await cluster.has(newInformation);
    await restore(images);
    expect(await dataOf()).toEqual(information['data']);
  });

  it('has nothing to give back to where the namespace is another one, or goes', async () => {
    await cluster.has(namespace, information);
    const images = [await image(namespace), await image(information)];
    await cluster.has(newInformation);
    cluster.bend = (verb, kind) =>
      verb === 'read' && kind === 'Namespace'
        ? { ...namespace, metadata: { ...namespace.metadata, uid: 'another' } }
        : undefined;
    expect(await restore(images)).toEqual({ effects: [], gone: true });
    expect(cluster.calls).toEqual([]);
  });

  it('takes away what the change made, and nothing that somebody else made under its name', async () => {
    const images: PreImage[] = [{ ref: refTo(information), stage: 'equipment', live: null }];
    await cluster.has(newInformation);
    expect((await restore(images)).effects).toMatchObject([{ verb: 'delete', outcome: 'deleted' }]);
    await cluster.has(ofKind(stampedObjects(wanted, THEIRS), 'ConfigMap'));
    expect((await restore(images)).effects).toMatchObject([{ verb: 'delete', outcome: 'skipped' }]);
    expect(await dataOf()).toBeDefined();
  });

  it('leaves alone what somebody else has removed and made anew', async () => {
    await cluster.has(information);
    const images = [await image(information)];
    cluster = new WatchedCluster();
    await cluster.has(ofKind(stampedObjects(wanted, THEIRS), 'ConfigMap'));
    expect((await restore(images)).effects).toMatchObject([{ outcome: 'skipped' }]);
    expect(cluster.calls).toEqual([]);
  });

  it('makes nothing again that was never ours', async () => {
    await cluster.has(information);
    const images = [await image(information)];
    cluster = new WatchedCluster();
    expect((await restore(images, { applied: null })).effects).toMatchObject([{ outcome: 'absent' }]);
    expect(cluster.calls).toEqual([]);
    expect((await restore(images)).effects).toMatchObject([{ outcome: 'created' }]);
  });

  it('moves the version on where it writes nothing, and leaves no mark', async () => {
    await cluster.has(information);
    const images = [await image(information)];
    await restore(images);
    const marks = cluster.calls.map(
      ({ sent = {} }) => (sent['metadata'] as { annotations?: Record<string, unknown> }).annotations,
    );
    expect(marks).toEqual([{ [ANNOTATION.fence]: 'undo' }, { [ANNOTATION.fence]: null }]);
    const after = await cluster.read(refTo(information));
    expect(after?.metadata.annotations?.[ANNOTATION.fence]).toBeUndefined();
    expect(after?.metadata.resourceVersion).not.toBe(images[0]?.live?.metadata.resourceVersion);
  });

  it('looks only at what the change may have written, and not at what a person has given up', async () => {
    await cluster.has(information);
    const images = [await image(information)];
    await cluster.has(newInformation);
    await restore(images, { touched: [] });
    await restore(images, { leftBehind: images.map(({ ref }) => refKey(ref)) });
    expect(cluster.calls).toEqual([]);
    expect(await dataOf()).toEqual(newInformation['data']);
  });
});

describe('the order of the undo', () => {
  const [binding, quota] = [ofKind(standing, 'RoleBinding'), ofKind(standing, 'ResourceQuota')];
  const smaller = { ...quota, spec: { hard: { pods: '1' } } };
  const other = { ...binding, subjects: [] };

  async function touchedAll(): Promise<PreImage[]> {
    await cluster.has(namespace, quota, binding);
    const images = [await image(namespace), await image(quota), await image(binding)];
    await cluster.has(smaller, other);
    return images;
  }
  const stages = {
    ...nothing,
    claim: packJson([namespace]),
    guardrails: packJson([smaller]),
    access: packJson([other]),
  };

  it('is new access first, the guardrails next, and the Namespace last', async () => {
    await restore(await touchedAll(), { wanted: stages });
    const kinds = cluster.calls.filter(({ verb }) => verb === 'apply' || verb === 'merge').map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(['RoleBinding', 'ResourceQuota', 'Namespace']);
  });

  it('goes past what fails, and tells all that did', async () => {
    const images = await touchedAll();
    cluster.bend = (verb, kind) =>
      verb === 'apply' && kind !== 'Namespace'
        ? Promise.reject(new NaasError({ code: 'Forbidden', message: kind }))
        : undefined;
    const { details } = await failureOf(restore(images, { wanted: stages }));
    expect(details[0]?.objects.map(({ kind }) => kind)).toEqual(['RoleBinding', 'ResourceQuota']);
    expect(cluster.calls.some(({ kind }) => kind === 'Namespace')).toBe(true);
  });
});
