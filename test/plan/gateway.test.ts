// Properties of every gateway plan: it stays in its namespace, hangs together, and nobody else writes its records.
import { describe, expect, it } from 'vitest';
import { gatewayObjects } from '../../src/plan/gateway.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import type { GatewaySpec } from '../../src/spec/gateway-spec.ts';
import { LABEL } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { gatewaySpecs } from '../support/gateway-arbitrary.ts';
import { GATEWAY_CASES, hostnameCase } from '../support/gateway-cases.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import fc from '../support/properties.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const spec = resolve(parseRequest(LEAST_REQUEST), shippedCatalog(), { cluster: 'local' });
const SKIPPED = {
  'external-dns.kubernetes.io/controller': 'naas',
  'external-dns.alpha.kubernetes.io/controller': 'naas',
};
const ROUTES = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'VirtualService'];

type Fields = Record<string, unknown>;
const specOf = (object: KubernetesObject): Fields => object['spec'] as Fields;
const routesOf = (objects: readonly KubernetesObject[]) => objects.filter(({ kind }) => ROUTES.includes(kind));
const named = (objects: readonly KubernetesObject[], kind: string, name: unknown) =>
  objects.find((each) => each.kind === kind && each.metadata.name === name);

const everyPlan = (check: (objects: KubernetesObject[], gateway: GatewaySpec) => void) =>
  fc.assert(
    fc.property(gatewaySpecs, (gateway) => check(gatewayObjects(spec, gateway), gateway)),
    { numRuns: 300 },
  );

describe('every gateway plan', () => {
  it('stays in the namespace, says whose it is, and names nothing twice or too long', () => {
    everyPlan((objects) => {
      for (const { metadata } of objects) {
        expect(metadata.namespace).toBe(spec.name);
        expect(metadata.labels?.[LABEL.team]).toBe(spec.team);
        expect(metadata.labels).not.toHaveProperty(LABEL.incarnation);
        expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      }
      const keys = objects.map(({ kind, apiVersion, metadata }) => `${apiVersion}/${kind}/${metadata.name}`);
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  it('routes each hostname exactly once, to its own backend', () => {
    everyPlan((objects, gateway) => {
      const routed = routesOf(objects).map((route) => specOf(route)['hostnames'] ?? specOf(route)['hosts']);
      expect(routed.flat().sort()).toEqual(gateway.hostnames.map(({ name }) => name).sort());
    });
  });

  it('is passed over by external-dns, under both of its prefixes, unless it publishes the records', () => {
    everyPlan((objects, gateway) => {
      for (const { kind, metadata } of objects.filter((object) => object.kind !== 'Certificate')) {
        if (gateway.dns === 'naas') expect(metadata.annotations, kind).toEqual(SKIPPED);
        else expect(metadata, kind).not.toHaveProperty('annotations');
      }
    });
  });

  it('hangs each route on a listener of the plan or on the shared Gateway', () => {
    everyPlan((objects, gateway) => {
      for (const route of routesOf(objects).filter(({ kind }) => kind !== 'VirtualService')) {
        const [parent] = specOf(route)['parentRefs'] as Fields[];
        if (parent?.['namespace'] !== undefined) {
          if (!('gateway' in gateway)) throw new Error('a namespace without a shared Gateway hangs on one');
          expect(parent).toMatchObject({
            kind: 'Gateway',
            name: gateway.gateway.name,
            namespace: gateway.gateway.namespace,
          });
          continue;
        }
        const owner = named(objects, String(parent?.['kind']), parent?.['name']);
        const listeners = (owner === undefined ? [] : specOf(owner)['listeners']) as Fields[];
        const listener = listeners.find(({ name }) => name === parent?.['sectionName']);
        expect([listener?.['hostname']]).toEqual(specOf(route)['hostnames']);
        expect(listener?.['allowedRoutes']).toEqual({ namespaces: { from: 'Same' } });
      }
    });
  });

  it('makes a certificate for exactly the hostnames that name an issuer, into the Secret that a listener reads', () => {
    everyPlan((objects, gateway) => {
      const issued = gateway.hostnames.filter(({ tls }) => typeof tls === 'object');
      const certificates = objects.filter(({ kind }) => kind === 'Certificate');
      expect(certificates.flatMap((each) => specOf(each)['dnsNames'])).toEqual(issued.map(({ name }) => name));
      const ended = issued
        .filter(({ protocol }) => protocol !== 'tls')
        .map(({ tls }) => typeof tls === 'object' && tls.secretName);
      const read = objects.flatMap((each) => {
        const listeners = (each.kind === 'VirtualService' ? [] : (specOf(each)['listeners'] ?? [])) as Fields[];
        return listeners.flatMap(({ tls }) => ((tls as Fields)?.['certificateRefs'] ?? []) as Fields[]);
      });
      expect(read.map(({ name }) => name)).toEqual(ended);
      // A name without a namespace is read in the namespace of the listener.
      for (const ref of read) expect(ref).not.toHaveProperty('namespace');
    });
  });

  it('changes nothing of a hostname that stays when another comes or goes', () => {
    everyPlan((objects, gateway) => {
      const fewer = gatewayObjects(spec, { ...gateway, hostnames: gateway.hostnames.slice(1) });
      for (const route of routesOf(fewer)) expect(objects).toContainEqual(route);
    });
  });
});

describe('a gateway plan', () => {
  it('is empty without hostnames, whatever the mode', () => {
    for (const gateway of Object.values(GATEWAY_CASES))
      expect(gatewayObjects(spec, { ...gateway, hostnames: [] })).toEqual([]);
  });

  it('has no ListenerSet where the shared certificate covers every name', () => {
    const { 'listener-set': gateway } = GATEWAY_CASES;
    if (gateway === undefined) throw new Error('no such case');
    const objects = gatewayObjects(spec, { ...gateway, hostnames: [hostnameCase('a.apps.example.com', 'shared')] });
    expect(objects.map(({ kind }) => kind)).toEqual(['HTTPRoute']);
  });
});
