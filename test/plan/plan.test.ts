// Properties of every plan: the closed list, the order of stages, the labels, the digest.

import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { changeDigest, plan, planDigest } from '../../src/plan/index.ts';
import { outsideClosedList } from '../../src/plan/kinds.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { toYaml } from '../../src/plan/yaml.ts';
import type { Change } from '../../src/spec/admission.ts';
import { STAGES } from '../../src/spec/inventory.ts';
import { LABEL } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import fc from '../support/properties.ts';
import { goodRequests } from '../support/request-arbitrary.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const catalog = shippedCatalog();
const specs = goodRequests.map((request) => resolve(parseRequest(request), catalog, { cluster: 'local' }));

function turned<T>(value: T): T {
  if (Array.isArray(value)) return value.map(turned) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, item]) => [key, turned(item)])) as T;
}

describe('every plan', () => {
  it('stays inside the closed list of kinds and the one namespace', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const objects = plan(spec).resources.map((resource) => resource.object);
        expect(outsideClosedList(spec.name, objects)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('claims first, guards before it equips, and grants access last', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const { resources } = plan(spec);
        const order = resources.map((resource) => STAGES.indexOf(resource.stage));
        expect(order).toEqual([...order].sort((left, right) => left - right));
        const kinds = (stage: string) =>
          resources.filter((resource) => resource.stage === stage).map(({ object }) => object.kind);
        expect(kinds('claim')).toEqual(['Namespace']);
        expect(kinds('guardrails')).toEqual(['LimitRange', 'ResourceQuota', 'NetworkPolicy']);
        expect(kinds('equipment')).not.toContain('RoleBinding');
        expect(new Set(kinds('access')).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('lets no label of a request take the place of one of its own', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const [claimed] = plan({ ...spec, labels: { [LABEL.team]: 'somebody-else' } }).resources;
        expect(claimed?.object.metadata.labels?.[LABEL.team]).toBe(spec.team);
      }),
    );
  });

  it('labels every object with whose it is, leaves the incarnation to admission, and names nothing twice', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const objects = plan(spec).resources.map((resource) => resource.object);
        for (const { metadata } of objects) {
          expect(metadata.labels).toMatchObject({
            [LABEL.team]: spec.team,
            [LABEL.project]: spec.project,
            [LABEL.environment]: spec.environment,
            [LABEL.tier]: spec.tier,
            [LABEL.template]: spec.template,
          });
          expect(metadata.labels).not.toHaveProperty(LABEL.incarnation);
          expect(Object.keys(metadata.annotations ?? {}).filter((key) => key.startsWith('naas.dev/'))).toEqual([]);
        }
        const keys = objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('opens the internet only without the private ranges, and DNS only on UDP and TCP 53', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const text = JSON.stringify(plan(spec).resources.map((resource) => resource.object));
        const wide = [...text.matchAll(/"cidr":"(?:0\.0\.0\.0|::)\/0"(,"except":\[("[^"]+",?)+\])?/g)];
        expect(wide.length).toBe(spec.network.profile === 'isolated' ? 0 : 2);
        for (const [, except] of wide) expect(except).toMatch(/169\.254\.0\.0\/16|fe80::\/10/);
        expect(text).toContain('"ports":[{"protocol":"UDP","port":53},{"protocol":"TCP","port":53}]');
      }),
    );
  });

  it('lets a namespace of a team in only by its name and that team together', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const policies = plan(spec).resources.map((resource) => resource.object);
        const allowing = policies.find(({ metadata }) => metadata.name === 'naas-allow-ingress-from');
        const from = spec.network.ingressFrom.map(({ namespace, team }) => ({
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace, [LABEL.team]: team } },
        }));
        expect(allowing?.['spec']).toEqual(
          from.length === 0 ? undefined : { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }] },
        );
      }),
    );
  });

  it('reads back from YAML as itself', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const objects = plan(spec).resources.map((resource) => resource.object);
        for (const version of ['1.1', '1.2'] as const) {
          expect(parseAllDocuments(toYaml(objects), { version }).map((document) => document.toJS() as unknown)).toEqual(
            objects,
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('the digests', () => {
  it('do not depend on the order of keys', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const planned = plan(spec);
        expect(planDigest(turned(planned))).toBe(planDigest(planned));
        expect(planDigest(plan(turned(spec)))).toBe(planDigest(planned));
      }),
    );
  });

  it('change with any object', () => {
    fc.assert(
      fc.property(specs, fc.nat(), (spec, at) => {
        const planned = plan(spec);
        const changed = structuredClone(planned);
        const resource = changed.resources[at % changed.resources.length];
        if (resource !== undefined) (resource.object as KubernetesObject)['extra'] = 1;
        expect(planDigest(changed)).not.toBe(planDigest(planned));
      }),
    );
  });

  it('take changes as a set, and tell verbs and fields apart', () => {
    const change = (name: string, verb: Change['verb'], fields: string[]): Change => ({
      verb,
      fields,
      ref: { system: 'kubernetes', cluster: 'c', apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name },
    });
    const changes = [change('a', 'change', ['x', 'y']), change('b', 'keep', [])];
    const digest = changeDigest(changes);
    expect(changeDigest([change('b', 'keep', []), change('a', 'change', ['y', 'x'])])).toBe(digest);
    expect(changeDigest([change('a', 'change', ['x']), change('b', 'keep', [])])).not.toBe(digest);
    expect(changeDigest([change('a', 'change', ['x', 'y']), change('b', 'create', [])])).not.toBe(digest);
    expect(changeDigest([change('a', 'change', ['x', 'y']), change('b', 'remove', [])])).not.toBe(digest);
    expect(changeDigest([...changes, change('c', 'remove', [])])).not.toBe(digest);
  });

  it('do not count what is shown beside a change only for those who read', () => {
    const ref: Change['ref'] = { system: 'kubernetes', cluster: 'c', apiVersion: 'v1', kind: 'ConfigMap', name: 'a' };
    const change: Change = { verb: 'change', ref, fields: ['data.x'] };
    expect(changeDigest([{ ...change, values: { 'data.x': { from: '"1"', to: '"2"' } } }])).toBe(
      changeDigest([change]),
    );
  });
});
