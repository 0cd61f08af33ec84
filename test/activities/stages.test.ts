// The stages of provisioning where the cluster is slow, the name is taken or an answer was lost.
import { beforeEach, describe, expect, it } from 'vitest';
import { stageActivities } from '../../src/activities/stages.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { hostnameRef } from '../../src/spec/inventory.ts';
import { ANNOTATION } from '../../src/spec/names.ts';
import {
  approved,
  CLUSTER,
  failureOf,
  inActivity,
  NAME,
  OURS,
  ofKind,
  refTo,
  stampedObjects,
  THEIRS,
  WatchedCluster,
} from '../support/activity-world.ts';

const plan = approved();
const objects = stampedObjects(plan);
const quota = ofKind(objects, 'ResourceQuota');

let cluster: WatchedCluster;
let stages: ReturnType<typeof stageActivities>;
beforeEach(() => {
  cluster = new WatchedCluster();
  stages = stageActivities(cluster);
});

const guardrails = () => inActivity(() => stages.ensureGuardrails({ stage: plan.stages.guardrails }));
const access = () => inActivity(() => stages.grantAccess({ stage: plan.stages.access, expect: plan.refs.guardrails }));
const claim = () => inActivity(() => stages.claimNamespace({ stage: plan.stages.claim }));
const hardOf = (object: KubernetesObject) => (object['spec'] as { hard: Record<string, string> }).hard;

describe('the guardrails', () => {
  it('stand only when the quota’s status shows them', async () => {
    let looks = 0;
    cluster.bend = (verb, kind) => {
      if (verb !== 'read' || kind !== 'ResourceQuota') return undefined;
      looks += 1;
      return looks < 3 ? { ...quota, status: {} } : undefined;
    };
    await guardrails();
    expect(looks).toBe(3);
  });

  it('tell what was written before the look at them failed', async () => {
    cluster.bend = (verb, kind) =>
      verb === 'read' && kind === 'ResourceQuota'
        ? Promise.reject(new NaasError({ code: 'Forbidden', message: 'no' }))
        : undefined;
    const { type, details } = await failureOf(guardrails());
    expect(type).toBe('Forbidden');
    expect(details[0]?.effects.map(({ ref }) => ref.kind).sort()).toEqual([
      'LimitRange',
      'NetworkPolicy',
      'ResourceQuota',
    ]);
  });
});

describe('access', () => {
  const missing: [what: string, stands: KubernetesObject[], quotaIs: Record<string, unknown> | undefined][] = [
    ['a guardrail is not there', objects.filter(({ kind }) => kind !== 'LimitRange'), undefined],
    ['the quota is not shown', objects, { ...quota, status: {} }],
    ['the quota counts nothing yet', objects, { ...quota, status: { hard: hardOf(quota) } }],
    ['the quota counts something less', objects, { ...quota, status: { hard: {}, used: hardOf(quota) } }],
  ];

  it.each(missing)('is granted to nobody while %s', async (_what, stands, quotaIs) => {
    await cluster.has(...stands.filter(({ kind }) => kind !== 'RoleBinding'));
    cluster.bend = (verb, kind) => (verb === 'list' && kind === 'ResourceQuota' && quotaIs ? [quotaIs] : undefined);
    expect((await failureOf(access())).type).toBe('NotReadyYet');
    expect(cluster.calls).toEqual([]);
  });

  it('is granted when all of them stand', async () => {
    await cluster.has(...objects.filter(({ kind }) => kind !== 'RoleBinding'));
    await access();
    expect(new Set(cluster.calls.map(({ kind }) => kind))).toEqual(new Set(['RoleBinding']));
  });
});

describe('a claim', () => {
  it('says until when it counts', async () => {
    await claim();
    const [{ verb, sent } = {}] = cluster.calls;
    expect(verb).toBe('create');
    const { annotations } = (sent as KubernetesObject).metadata;
    expect(Date.parse(annotations?.[ANNOTATION.claimBefore] ?? '')).toBeGreaterThan(Date.now());
  });

  it('finds its own earlier attempt, and nobody else’s namespace', async () => {
    await cluster.has(ofKind(objects, 'Namespace'));
    expect((await claim()).effects).toMatchObject([{ outcome: 'unchanged' }]);
    cluster = new WatchedCluster();
    stages = stageActivities(cluster);
    await cluster.has(ofKind(stampedObjects(plan, THEIRS), 'Namespace'));
    expect((await failureOf(claim())).type).toBe('NotOurs');
  });
});

describe('a claim with hostnames', () => {
  const names = {
    hostnames: [hostnameRef(CLUSTER, { zone: 'naas.test', name: 'acts.naas.test' })],
    owner: { namespace: NAME, team: 'shop', incarnation: OURS },
  };
  const claimBoth = () => inActivity(() => stages.claimNamespace({ stage: plan.stages.claim, names }));

  it('has the hostnames before the namespace', async () => {
    const { effects } = await claimBoth();
    expect(effects.map(({ ref, outcome }) => `${ref.name} ${outcome}`)).toEqual([
      'acts.naas.test created',
      'acts created',
    ]);
    expect(cluster.calls.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Namespace']);
  });

  it('makes no namespace where a hostname cannot be had', async () => {
    await claimBoth();
    const other = { ...names, owner: { ...names.owner, namespace: 'other', incarnation: THEIRS } };
    cluster.calls.length = 0;
    const { type } = await failureOf(
      inActivity(() => stages.claimNamespace({ stage: plan.stages.claim, names: other })),
    );
    expect(type).toBe('Conflict');
    expect(cluster.calls).toEqual([]);
  });

  it('tells of the hostnames that it holds where the namespace cannot be made', async () => {
    cluster.bend = (verb, kind) =>
      verb === 'create' && kind === 'Namespace'
        ? Promise.reject(new NaasError({ code: 'Forbidden', message: 'no' }))
        : undefined;
    const { type, details } = await failureOf(claimBoth());
    expect(type).toBe('Forbidden');
    expect(details[0]?.effects.map(({ ref }) => ref.name)).toEqual(['acts.naas.test']);
    expect(details[0]?.objects.map(({ name }) => name)).toEqual([NAME]);
  });
});

describe('a second attempt at a stage', () => {
  it('looks first, and writes nothing over what the first one made', async () => {
    await cluster.has(...objects);
    const second = inActivity(() => stages.ensureEquipment({ stage: plan.stages.equipment }), { attempt: 2 });
    expect(new Set((await second).effects.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']));
    expect(cluster.calls).toEqual([]);
  });

  it('is what a first one becomes when the fence says that something stands already', async () => {
    await cluster.has(...objects);
    let denied = 0;
    cluster.bend = (verb, kind, name) => {
      if (verb !== 'apply' || kind !== 'ServiceAccount' || name !== refTo(ofKind(objects, 'ServiceAccount')).name)
        return undefined;
      denied += 1;
      const message = `the creation came too late: naas never changes ${ANNOTATION.claimBefore}`;
      return Promise.reject(new NaasError({ code: 'Forbidden', message }));
    };
    const first = await inActivity(() => stages.ensureEquipment({ stage: plan.stages.equipment }));
    expect(denied).toBe(1);
    expect(first.effects.find(({ ref }) => ref.kind === 'ServiceAccount')?.outcome).toBe('unchanged');
  });
});
