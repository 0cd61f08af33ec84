// Admission where the message and the cluster do not fit each other: what no client would send, and what others did meanwhile.
import { beforeEach, describe, expect, it } from 'vitest';
import { admitActivities } from '../../src/activities/admit.ts';
import { admitChangeActivities } from '../../src/activities/admit-change.ts';
import { packJson } from '../../src/activities/packing.ts';
import type { Proofs } from '../../src/activities/proofs.ts';
import { planDigest } from '../../src/plan/index.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { canonicalJson, sha256Hex } from '../../src/spec/canonical.ts';
import { NaasError } from '../../src/spec/errors.ts';
import type { InventoryEntry } from '../../src/spec/inventory.ts';
import { ANNOTATION, LABEL } from '../../src/spec/names.ts';
import {
  approved,
  CLUSTER,
  catalog,
  failureOf,
  inActivity,
  NAME,
  NO_DNS,
  OURS,
  ofKind,
  refTo,
  stampedObjects,
  THEIRS,
  WatchedCluster,
} from '../support/activity-world.ts';
import { PEOPLE } from '../support/scenario-people.ts';
import { DEV, requestOf } from '../support/scenario-requests.ts';

let cluster: WatchedCluster;
/** What the proof was held against. */
let expected: unknown;
beforeEach(() => {
  cluster = new WatchedCluster();
});

const proofsOf = (person: { subject: string; groups: readonly string[] }): Proofs => ({
  verify: async (_proof, claims) => {
    expected = claims;
    return { sender: { subject: person.subject, groups: [...person.groups] }, nonce: 'n' };
  },
});

const request = requestOf(NAME, DEV);

function admit(
  submission: { mode?: string; request?: unknown } = {},
  name = NAME,
  who = PEOPLE.owner as typeof PEOPLE.owner | typeof PEOPLE.operator,
) {
  const { admit } = admitActivities({ cluster, catalog, proofs: proofsOf(who), ...NO_DNS });
  const input = {
    submission: { requestId: 'r-1', mode: 'create', request, by: 'a.b.c', ...submission },
    name,
    receivedAtMs: Date.now(),
  };
  return inActivity(() => admit(input));
}

describe('a request', () => {
  it('that comes to another name than it was sent to is refused', async () => {
    expect(await admit({}, 'elsewhere')).toMatchObject({
      verdict: 'refused',
      problems: [{ code: 'InvalidRequest', field: 'name' }],
    });
    expect(await admit()).toMatchObject({ verdict: 'admitted' });
  });

  it('in a mode that nobody knows is refused', async () => {
    expect(await admit({ mode: 'seize' })).toMatchObject({ verdict: 'refused', problems: [{ field: 'mode' }] });
  });

  it('is proven by a signature over all of it', async () => {
    await admit();
    const bodySha256 = sha256Hex(canonicalJson({ mode: 'create', request }));
    expect(expected).toEqual({ message: 'submit', namespace: NAME, bodySha256 });
  });

  it('waits for a cluster that is away', async () => {
    cluster.bend = (verb) =>
      verb === 'read' ? Promise.reject(new NaasError({ code: 'Unavailable', message: 'away' })) : undefined;
    expect(await failureOf(admit())).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });

  it('takes traffic from no namespace that only says whose it is', async () => {
    const metadata = { name: 'pretends', labels: { [LABEL.team]: 'shop' } };
    await cluster.has({ apiVersion: 'v1', kind: 'Namespace', metadata });
    const asking = { ...request, network: { ingressFrom: [{ namespace: 'pretends' }] } };
    expect(await admit({ request: asking })).toMatchObject({
      problems: [{ message: expect.stringContaining('does not manage it') }],
    });
  });
});

describe('a recovery', () => {
  const plan = approved();
  const recorded = (change: (namespace: KubernetesObject) => void): Promise<void> => {
    const namespace = structuredClone(ofKind(stampedObjects(plan), 'Namespace'));
    namespace.metadata.annotations = { ...namespace.metadata.annotations, [ANNOTATION.spec]: packJson(plan.spec) };
    change(namespace);
    return cluster.has(namespace);
  };
  const recover = () => admit({ mode: 'recover', request: { name: NAME } }, NAME, PEOPLE.operator);
  const unmarked = (namespace: KubernetesObject): void => {
    namespace.metadata.labels = {};
  };
  const says = (spec: unknown) => (namespace: KubernetesObject) => {
    namespace.metadata.annotations = { [ANNOTATION.spec]: packJson(spec) };
  };

  it('goes by the record that the namespace carries', async () => {
    await recorded(() => {});
    expect(await recover()).toMatchObject({ verdict: 'admitted', incarnation: OURS });
  });

  it.each([
    ['of another namespace', says({ ...plan.spec, name: 'elsewhere' }), 'Invalid'],
    ['of another cluster', says({ ...plan.spec, cluster: 'elsewhere' }), 'Invalid'],
    ['of a version that this build does not know', says({ ...plan.spec, version: 2 }), 'Invalid'],
    ['without naas’s mark', unmarked, 'NotFound'],
  ])('goes by no record %s', async (_what, change, code) => {
    await recorded(change);
    expect(await recover()).toMatchObject({ verdict: 'refused', problems: [{ code }] });
  });
});

describe('a change', () => {
  const plan = approved();
  const standing = stampedObjects(plan);

  async function change(more: { purpose?: string; quota?: Record<string, string> } = { purpose: 'something else' }) {
    const inventory = await Promise.all(
      standing.map(async (object): Promise<InventoryEntry> => {
        const uid = (await cluster.read(refTo(object)))?.metadata.uid;
        return { ...refTo(object), stage: 'equipment', state: 'confirmed', ...(uid === undefined ? {} : { uid }) };
      }),
    );
    const { admitChange } = admitChangeActivities({ cluster, catalog, proofs: proofsOf(PEOPLE.owner), ...NO_DNS });
    return inActivity(() =>
      admitChange({
        kind: 'change',
        name: NAME,
        requestId: 'c-1',
        body: { requestId: 'c-1', request: { ...request, ...more } },
        by: 'a.b.c',
        receivedAtMs: Date.now(),
        signedSinceMs: 0,
        allowed: { users: [PEOPLE.owner.subject], groups: [] },
        applied: {
          request,
          spec: plan.spec,
          owner: { subject: PEOPLE.owner.subject, groups: [] },
          incarnation: OURS,
          planDigest: planDigest(plan.planned),
          stages: plan.stages,
          inventory,
        },
      }),
    );
  }

  it('is admitted where everything stands as it was left', async () => {
    await cluster.has(...standing);
    expect(await change()).toMatchObject({ verdict: 'admitted', incarnation: OURS });
  });

  it.each([
    ['is not there', []],
    ['is another one', [ofKind(stampedObjects(plan, THEIRS), 'Namespace')]],
    [
      'is being deleted',
      [
        {
          ...ofKind(standing, 'Namespace'),
          metadata: { ...ofKind(standing, 'Namespace').metadata, deletionTimestamp: 'now' },
        },
      ],
    ],
  ])('is refused where the namespace %s', async (_what, stands) => {
    await cluster.has(...stands);
    expect(await change()).toMatchObject({ verdict: 'refused', problems: [{ code: 'Gone' }] });
  });

  it('takes over nothing that somebody made under a name of ours', async () => {
    await cluster.has(...standing);
    const ours = ofKind(standing, 'ConfigMap');
    const theirs = { ...ours, metadata: { ...ours.metadata, labels: {}, uid: 'theirs', resourceVersion: '1' } };
    let looks = 0;
    // The inventory's look comes first: what is there now was made later.
    cluster.bend = (verb, kind) => {
      if (verb !== 'read' || kind !== 'ConfigMap') return undefined;
      looks += 1;
      return looks > 1 ? theirs : undefined;
    };
    expect(await change()).toMatchObject({ verdict: 'refused', problems: [{ code: 'NotOurs' }] });
  });

  it('is held against policy as it is today: a quota below what is in use is refused', async () => {
    await cluster.has(...standing);
    const quota = ofKind(standing, 'ResourceQuota');
    const hard = { ...(quota['spec'] as { hard: Record<string, string> }).hard, 'limits.cpu': '9' };
    const used = { ...quota, spec: { hard }, status: { hard, used: { 'limits.cpu': '8' } } };
    cluster.bend = (verb, kind) => (verb === 'read' && kind === 'ResourceQuota' ? used : undefined);
    expect(await change()).toMatchObject({ verdict: 'refused', problems: [{ code: 'RefusedByGuardrail' }] });
  });

  it('stays on its cluster', async () => {
    await cluster.has(...standing);
    expect(await change()).toMatchObject({ spec: { cluster: CLUSTER } });
  });
});
