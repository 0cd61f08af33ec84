// Planned against live objects.

import { describe, expect, it } from 'vitest';
import { compare } from '../../src/plan/compare.ts';
import { plan } from '../../src/plan/index.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import type { Change } from '../../src/spec/admission.ts';
import type { ObjectRef } from '../../src/spec/inventory.ts';
import { LABEL } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import fc from '../support/properties.ts';
import { goodRequests } from '../support/request-arbitrary.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const ref: ObjectRef = { system: 'kubernetes', cluster: 'c', apiVersion: 'v1', kind: 'X', namespace: 'n', name: 'x' };
const ours = { [LABEL.incarnation]: 'abc' };

/** As the API server would answer: our fields, its own, and those of others. */
function living(object: KubernetesObject, edit: (copy: Record<string, unknown>) => void = () => {}): KubernetesObject {
  const copy = structuredClone(object);
  copy.metadata = {
    ...copy.metadata,
    uid: 'u',
    resourceVersion: '1',
    labels: { ...copy.metadata.labels, ...ours, 'kubernetes.io/metadata.name': 'n' },
    annotations: { ...copy.metadata.annotations, other: 'x' },
  };
  edit(copy);
  return copy;
}

const object = (kind: string, more: Record<string, unknown>): KubernetesObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', namespace: 'n', labels: { [LABEL.team]: 'shop' } },
  ...more,
});
const quota = object('ResourceQuota', { spec: { hard: { 'limits.cpu': '2', 'limits.memory': '4Gi' } } });
const deny = object('NetworkPolicy', { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } });
const ports = object('NetworkPolicy', {
  spec: {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [
      {
        to: [],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ],
  },
});
const binding = object('RoleBinding', {
  roleRef: { kind: 'ClusterRole', name: 'tenant-viewer' },
  subjects: [
    { kind: 'User', name: 'a' },
    { kind: 'User', name: 'b' },
  ],
});
const configMap = object('ConfigMap', { data: { team: 'shop' } });

const set = (path: string[], value: unknown) => (copy: Record<string, unknown>) => {
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((current, key) => current[key] as Record<string, unknown>, copy);
  parent[path.at(-1) ?? ''] = value;
};

describe('compare', () => {
  it('creates what is not there', () => {
    expect(compare(ref, quota, undefined)).toEqual({ verb: 'create', ref, fields: [] });
  });

  it('keeps every object of every plan that lives as planned, whatever the server and others added', () => {
    const catalog = shippedCatalog();
    fc.assert(
      fc.property(goodRequests, (request) => {
        for (const resource of plan(resolve(parseRequest(request), catalog, { cluster: 'c' })).resources) {
          expect(compare(ref, resource.object, living(resource.object))).toEqual({ verb: 'keep', ref, fields: [] });
        }
      }),
    );
  });

  it.each<[string, KubernetesObject, (copy: Record<string, unknown>) => void]>([
    [
      'the same quantity in other words',
      quota,
      set(['spec', 'hard'], { 'limits.cpu': '2000m', 'limits.memory': '4096Mi' }),
    ],
    ['a number for a quantity', quota, set(['spec', 'hard', 'limits.cpu'], 2)],
    ['a quota key of somebody else', quota, set(['spec', 'hard', 'pods'], '5')],
    ['a status', quota, set(['status'], { hard: {} })],
    ['a data key of somebody else', configMap, set(['data', 'mine'], 'x')],
    ['an empty list that the server adds', deny, set(['spec', 'ingress'], [])],
    [
      'subjects in another order',
      binding,
      set(
        ['subjects'],
        [
          { kind: 'User', name: 'b' },
          { kind: 'User', name: 'a' },
        ],
      ),
    ],
    [
      'ports in another order',
      ports,
      set(
        ['spec', 'egress'],
        [
          {
            ports: [
              { protocol: 'TCP', port: 53 },
              { protocol: 'UDP', port: 53 },
            ],
          },
        ],
      ),
    ],
  ])('keeps an object with %s', (_name, planned, edit) => {
    expect(compare(ref, planned, living(planned, edit))).toMatchObject({ verb: 'keep', fields: [] });
  });

  it.each<[string, KubernetesObject, (copy: Record<string, unknown>) => void, string[]]>([
    ['another quantity', quota, set(['spec', 'hard', 'limits.cpu'], '3'), ['spec.hard["limits.cpu"]']],
    ['a quantity that is none', quota, set(['spec', 'hard', 'limits.cpu'], 'x'), ['spec.hard["limits.cpu"]']],
    ['a missing map', quota, set(['spec'], {}), ['spec.hard']],
    [
      'another label of ours',
      configMap,
      set(['metadata', 'labels'], { ...ours, [LABEL.team]: 'payments' }),
      ['metadata.labels["naas.dev/team"]'],
    ],
    ['a rule in a policy that denies everything', deny, set(['spec', 'ingress'], [{}]), ['spec.ingress']],
    [
      'a selector that no longer chooses every pod',
      deny,
      set(['spec', 'podSelector'], { matchLabels: { a: 'b' } }),
      ['spec.podSelector.matchLabels'],
    ],
    [
      'one policy type fewer',
      deny,
      set(['spec', 'policyTypes'], ['Ingress']),
      ['spec.policyTypes', 'spec.policyTypes[1]'],
    ],
    [
      'one subject more',
      binding,
      set(
        ['subjects'],
        [
          { kind: 'User', name: 'a' },
          { kind: 'User', name: 'b' },
          { kind: 'User', name: 'eve' },
        ],
      ),
      ['subjects'],
    ],
    [
      'another subject',
      binding,
      set(
        ['subjects'],
        [
          { kind: 'User', name: 'a' },
          { kind: 'User', name: 'eve' },
        ],
      ),
      ['subjects[1]'],
    ],
    [
      'one port more',
      ports,
      set(
        ['spec', 'egress'],
        [
          {
            ports: [
              { protocol: 'TCP', port: 53 },
              { protocol: 'UDP', port: 53 },
              { protocol: 'TCP', port: 1 },
            ],
          },
        ],
      ),
      ['spec.egress[0].ports'],
    ],
    [
      'an end of a port range',
      ports,
      set(
        ['spec', 'egress'],
        [
          {
            ports: [
              { protocol: 'UDP', port: 53, endPort: 99 },
              { protocol: 'TCP', port: 53 },
            ],
          },
        ],
      ),
      ['spec.egress[0].ports[0].endPort'],
    ],
    ['a missing key', configMap, set(['data'], {}), ['data.team']],
  ])('changes an object with %s', (_name, planned, edit, fields) => {
    expect(compare(ref, planned, living(planned, edit))).toMatchObject({
      verb: 'change',
      ref,
      fields,
    } satisfies Change);
  });

  it('calls what carries no incarnation, or is said to be foreign, a conflict', () => {
    expect(compare(ref, configMap, structuredClone(configMap))).toMatchObject({ verb: 'conflict' });
    expect(compare(ref, configMap, living(configMap), { foreign: true })).toMatchObject({
      verb: 'conflict',
      fields: [],
    });
    expect(compare(ref, configMap, living(configMap, set(['data'], {})), { foreign: true })).toMatchObject({
      verb: 'conflict',
      fields: ['data.team'],
    });
  });

  it('names what the applied plan set, the wanted one does not, and still stands', () => {
    const dropped = [
      ['data', 'goes'],
      ['data', 'gone already'],
      ['metadata', 'labels', 'example.com/goes'],
    ];
    const live = living(configMap, (copy) => {
      copy['data'] = { team: 'shop', goes: 'x', mine: 'y' };
      copy['metadata'] = {
        ...(copy['metadata'] as Record<string, unknown>),
        labels: { ...ours, [LABEL.team]: 'shop', 'example.com/goes': 'x', 'example.com/mine': 'y' },
      };
    });
    expect(compare(ref, configMap, live, { dropped })).toEqual({
      verb: 'change',
      ref,
      fields: ['data.goes', 'metadata.labels["example.com/goes"]'],
      values: { 'data.goes': { from: '"x"' }, 'metadata.labels["example.com/goes"]': { from: '"x"' } },
    });
    expect(compare(ref, configMap, live)).toEqual({ verb: 'keep', ref, fields: [] });
    expect(compare(ref, configMap, undefined, { dropped })).toEqual({ verb: 'create', ref, fields: [] });
    expect(compare(ref, configMap, living(configMap), { dropped })).toEqual({ verb: 'keep', ref, fields: [] });
  });

  it('shows from what to what, short and not without end', () => {
    const many = object('ConfigMap', {
      data: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`key${at}`, 'wanted'])),
    });
    const long = 'x'.repeat(300);
    const { fields, values } = compare(ref, many, living(many, set(['data'], { key0: long })));
    expect(fields).toHaveLength(40);
    expect(Object.keys(values ?? {})).toHaveLength(30);
    expect(values?.['data.key0']?.from).toBe(`"${'x'.repeat(158)}…`);
    expect(values?.['data.key1']).toEqual({ to: '"wanted"' });
  });
});
