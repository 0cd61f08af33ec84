// The rules of the stand-in controllers, on a cluster in memory: what the definitions of Gateway API and cert-manager ask of a
// controller, read by the same judgement that naas waits with.
import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_GATEWAY } from '../../../src/local/controllers/shared-gateway.ts';
import { gatewayObjects } from '../../../src/plan/gateway.ts';
import { judgePlanned, sharedGatewayWait } from '../../../src/plan/gateway-waits.ts';
import { gatewayAddresses } from '../../../src/spec/gateway-addresses.ts';
import type { LiveObject } from '../../../src/spec/gateway-objects.ts';
import type { GatewaySpec, HostnameSpec } from '../../../src/spec/gateway-spec.ts';
import { parseRequest } from '../../../src/spec/request.ts';
import { resolve } from '../../../src/spec/resolve.ts';
import { type Judgement, judgeAll, judgeGateway, judgeListenerSet } from '../../../src/spec/route-conditions.ts';
import { hostnameObject } from '../../../src/spec/route-names.ts';
import { gatewaySpecs } from '../../support/gateway-arbitrary.ts';
import { hostnameCase } from '../../support/gateway-cases.ts';
import { LEAST_REQUEST } from '../../support/least-request.ts';
import fc from '../../support/properties.ts';
import { shippedCatalog } from '../../support/shipped-catalog.ts';
import { type MemoryCluster, memoryCluster, ZONE } from './worlds.ts';

const base = resolve(parseRequest(LEAST_REQUEST), shippedCatalog(), { cluster: 'local' });
const planned = (namespace: string, gateway: GatewaySpec) => gatewayObjects({ ...base, name: namespace }, gateway);
const onShared = (...hostnames: HostnameSpec[]): GatewaySpec => ({
  mode: 'shared-listener',
  dns: 'naas',
  gateway: LOCAL_GATEWAY,
  hostnames,
});
const onSet = (...hostnames: HostnameSpec[]): GatewaySpec => ({
  mode: 'listener-set',
  dns: 'naas',
  gateway: LOCAL_GATEWAY,
  hostnames,
});

let cluster: MemoryCluster;
beforeEach(() => {
  cluster = memoryCluster();
});

function add(namespace: string, gateway: GatewaySpec): void {
  cluster.namespace(namespace);
  cluster.put(...planned(namespace, gateway));
}

/** Of every object of the plan, as naas would wait for it. */
function judged(namespace: string, gateway: GatewaySpec): Judgement {
  const wait = sharedGatewayWait(gateway);
  return judgeAll([
    ...planned(namespace, gateway).map((each) =>
      judgePlanned(each, cluster.get(each.kind, `${namespace}/${each.metadata.name}`)),
    ),
    ...(wait === undefined ? [] : [judgeGateway(shared(), wait.sections)]),
  ]);
}
const says = (judgement: Judgement) => (judgement.state === 'ready' ? 'ready' : `${judgement.state} ${judgement.why}`);

/** With the Gateway that there is; what it serves itself has to be under its zone. */
function onThisCluster(drawn: GatewaySpec): GatewaySpec | undefined {
  const below = (each: HostnameSpec): HostnameSpec =>
    drawn.mode === 'shared-listener' || each.tls === 'shared'
      ? { ...each, name: each.name.replace(/\.example$/, `.${ZONE}`) }
      : each;
  const hostnames = drawn.hostnames.map(below);
  switch (drawn.mode) {
    case 'listener-set':
    case 'shared-listener':
      return { ...drawn, hostnames, gateway: LOCAL_GATEWAY };
    case 'own-gateway':
      return { ...drawn, hostnames, gatewayClassName: 'naas-stand-in' };
    case 'istio-classic':
      return undefined;
  }
}
const shared = (): LiveObject | undefined => cluster.get('Gateway', `${LOCAL_GATEWAY.namespace}/${LOCAL_GATEWAY.name}`);
const attachedTo = (object: LiveObject | undefined, name: string): number | undefined =>
  (object?.['status'] as { listeners?: { name: string; attachedRoutes: number }[] } | undefined)?.listeners?.find(
    (each) => each.name === name,
  )?.attachedRoutes;
const setOf = (namespace: string) => cluster.get('ListenerSet', `${namespace}/naas-listeners`);

describe('the stand-in controllers', () => {
  it('bring the shared Gateway up, with an address that reaches nobody', () => {
    cluster.settle();
    expect(judgeGateway(shared(), ['http', 'https', 'tls'])).toEqual({ state: 'ready' });
    expect(gatewayAddresses(shared())).toEqual([{ kind: 'ip', value: '203.0.113.1' }]);
  });

  it('bring every mode of Gateway API up, though no backend is there', () => {
    const everything = [
      hostnameCase('a.example.com', 'issued'),
      hostnameCase('*.a.example.com', 'issued'),
      hostnameCase('b.example.com', 'none'),
      hostnameCase('c.example.com', 'issued', 'grpc'),
      hostnameCase('d.example.com', 'none', 'tls'),
    ];
    const underZone = [
      hostnameCase('a.apps.example.com', 'shared'),
      hostnameCase('b.apps.example.com', 'none'),
      hostnameCase('c.apps.example.com', 'shared', 'grpc'),
      hostnameCase('d.apps.example.com', 'none', 'tls'),
    ];
    const cases: Record<string, GatewaySpec> = {
      one: onSet(...everything, hostnameCase('x.apps.example.com', 'shared')),
      two: onShared(...underZone),
      three: {
        mode: 'own-gateway',
        dns: 'naas',
        controlPlane: 'istio-system',
        gatewayClassName: 'naas-stand-in',
        hostnames: everything,
      },
    };
    for (const [namespace, gateway] of Object.entries(cases)) add(namespace, gateway);
    cluster.settle();
    for (const [namespace, gateway] of Object.entries(cases)) expect(says(judged(namespace, gateway))).toBe('ready');
    expect(gatewayAddresses(cluster.get('Gateway', 'three/naas-gateway'))).toEqual([
      { kind: 'ip', value: '203.0.113.2' },
    ]);
  });

  it('bring up whatever spec has no problems, and forget it when it is gone', () => {
    fc.assert(
      fc.property(gatewaySpecs, (drawn) => {
        cluster = memoryCluster();
        const gateway = onThisCluster(drawn);
        fc.pre(gateway !== undefined);
        add('one', gateway);
        cluster.settle();
        expect(says(judged('one', gateway))).toBe('ready');
        for (const each of planned('one', gateway)) cluster.remove(each.kind, `one/${each.metadata.name}`);
        cluster.settle();
        expect(['http', 'https', 'tls'].map((name) => attachedTo(shared(), name))).toEqual([0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('come to rest, and write nothing when nothing changes', () => {
    add('one', onSet(hostnameCase('a.example.com', 'issued')));
    expect(cluster.settle().length).toBeLessThan(5);
    expect(cluster.settle()).toEqual([]);
  });

  it('say that a backend is missing, and that it is there once it is', () => {
    add('one', onShared(hostnameCase('a.apps.example.com', 'shared')));
    cluster.settle();
    const route = () =>
      JSON.stringify(cluster.get('HTTPRoute', `one/${hostnameObject('a.apps.example.com')}`)?.['status']);
    expect(route()).toContain('BackendNotFound');
    cluster.service('one', 'web');
    cluster.settle();
    expect(route()).not.toContain('BackendNotFound');
  });

  it('let only namespaces attach that the Gateway selects', () => {
    const gateway = onSet(hostnameCase('a.example.com', 'none'));
    cluster.namespace('stranger', {});
    cluster.put(...planned('stranger', gateway));
    cluster.settle();
    expect(says(judged('stranger', gateway))).toContain('NotAllowed');
    cluster.namespace('stranger', { 'naas.dev/incarnation': 'x' });
    cluster.settle();
    expect(says(judged('stranger', gateway))).toBe('ready');
  });

  it('let only routes hang on a listener that it selects', () => {
    const gateway = onShared(hostnameCase('a.apps.example.com', 'shared'));
    cluster.namespace('stranger', {});
    cluster.put(...planned('stranger', gateway));
    cluster.settle();
    expect(says(judged('stranger', gateway))).toContain('NotAllowedByListeners');
    expect(attachedTo(shared(), 'https')).toBe(0);
  });

  it('let no route hang on the listener of another namespace', () => {
    add('one', onSet(hostnameCase('a.example.com', 'none')));
    cluster.namespace('two');
    const [, route] = planned('one', onSet(hostnameCase('a.example.com', 'none')));
    if (route === undefined) throw new Error('no route');
    const [parent] = (route['spec'] as { parentRefs: object[] }).parentRefs;
    const elsewhere = { ...parent, namespace: 'one' };
    cluster.put({
      ...route,
      metadata: { ...route.metadata, namespace: 'two' },
      spec: { ...(route['spec'] as object), parentRefs: [elsewhere] },
    });
    cluster.settle();
    expect(JSON.stringify(cluster.get('HTTPRoute', `two/${route.metadata.name}`)?.['status'])).toContain(
      'NotAllowedByListeners',
    );
  });

  it('refuse a hostname that no listener serves', () => {
    for (const [namespace, name] of [
      ['one', 'a.example.org'],
      ['two', 'apps.example.com'],
    ] as const) {
      const gateway = onShared(hostnameCase(name, 'shared'));
      add(namespace, gateway);
      cluster.settle();
      expect(says(judged(namespace, gateway))).toContain('NoMatchingListenerHostname');
    }
  });

  it('do not know a listener that is not there', () => {
    const gateway = {
      ...onShared(hostnameCase('a.apps.example.com', 'shared')),
      gateway: { ...LOCAL_GATEWAY, sections: { https: 'gone' } },
    };
    add('one', gateway);
    cluster.settle();
    expect(says(judged('one', gateway))).toContain('waiting HTTPRoute one/');
    expect(says(judged('one', gateway))).toContain('NoMatchingParent');
  });

  it('give a hostname to the older of two, and to the younger once it is free', () => {
    const gateway = onSet(hostnameCase('a.example.com', 'none'));
    const both = onSet(hostnameCase('a.example.com', 'none'), hostnameCase('b.example.com', 'none'));
    add('older', gateway);
    add('younger', both);
    cluster.settle();
    expect(says(judged('older', gateway))).toBe('ready');
    expect(says(judged('younger', both))).toContain('failed ListenerSet younger/naas-listeners, listener');
    expect(says(judged('younger', both))).toContain('HostnameConflict');
    // What is not in conflict goes on.
    expect(says(judgeListenerSet(setOf('younger'), [hostnameObject('b.example.com')]))).toBe('ready');
    cluster.remove('ListenerSet', 'older/naas-listeners');
    cluster.settle();
    expect(says(judged('younger', both))).toBe('ready');
  });

  it('tell the older by its age, and of the same age by its name', () => {
    const gateway = onSet(hostnameCase('a.example.com', 'none'));
    const at = (namespace: string, creationTimestamp: string) => {
      cluster.namespace(namespace);
      for (const each of planned(namespace, gateway)) {
        cluster.put({ ...each, metadata: { ...each.metadata, creationTimestamp } });
      }
    };
    at('third', '2026-01-02T00:00:00Z');
    at('second', '2026-01-01T00:00:00Z');
    at('first', '2026-01-01T00:00:00Z');
    const winner = (): string[] =>
      ['first', 'second', 'third'].filter((each) => says(judged(each, gateway)) === 'ready');
    cluster.settle();
    expect(winner()).toEqual(['first']);
    cluster.remove('ListenerSet', 'first/naas-listeners');
    cluster.settle();
    expect(winner()).toEqual(['second']);
  });

  it('let nobody add a listener that the Gateway itself has, or another protocol on its port', () => {
    add('one', onSet(hostnameCase('*.apps.example.com', 'none')));
    cluster.settle();
    expect(JSON.stringify(setOf('one')?.['status'])).toContain('HostnameConflict');
    const [first, second] = ['HTTP', 'TLS'].map((protocol) => ({
      name: protocol.toLowerCase(),
      hostname: 'a.example.com',
      port: 443,
      protocol,
      ...(protocol === 'TLS' ? { tls: { mode: 'Passthrough' } } : {}),
    }));
    cluster.put({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { namespace: 'two', name: 'own' },
      spec: { gatewayClassName: 'naas-stand-in', listeners: [first, second] },
    });
    cluster.settle();
    // The first of the two keeps it.
    expect(says(judgeGateway(cluster.get('Gateway', 'two/own'), ['http']))).toBe('ready');
    expect(says(judgeGateway(cluster.get('Gateway', 'two/own'), ['tls']))).toContain('ProtocolConflict');
  });

  it('let no route hang on what no traffic comes through', () => {
    const gateway = onSet(hostnameCase('a.example.com', 'none'));
    add('older', gateway);
    add('younger', gateway);
    add('issued', onSet(hostnameCase('b.example.com', 'issued')));
    cluster.settle({ 'Certificate/issued': { behaviour: 'never' } });
    for (const [namespace, name] of [
      ['younger', 'a.example.com'],
      ['issued', 'b.example.com'],
    ] as const)
      expect(cluster.get('HTTPRoute', `${namespace}/${hostnameObject(name)}`)?.['status']).toBeUndefined();
  });

  it('forget a listener that was taken away, and detach its routes', () => {
    const both = onSet(hostnameCase('a.example.com', 'none'), hostnameCase('b.example.com', 'none'));
    const [first, second] = both.hostnames.map(({ name }) => hostnameObject(name));
    add('one', both);
    cluster.settle();
    expect([first, second].map((name) => attachedTo(setOf('one'), name ?? ''))).toEqual([1, 1]);
    cluster.put(...planned('one', onSet(hostnameCase('a.example.com', 'none'))));
    cluster.settle();
    expect([first, second].map((name) => attachedTo(setOf('one'), name ?? ''))).toEqual([1, undefined]);
    expect(JSON.stringify(cluster.get('HTTPRoute', `one/${second}`)?.['status'])).toContain('NoMatchingParent');
  });

  it('count the routes that hang on a listener, each only where it may', () => {
    for (const namespace of ['one', 'two', 'three'])
      add(namespace, onShared(hostnameCase(`${namespace}.apps.example.com`, 'shared')));
    cluster.settle();
    expect(attachedTo(shared(), 'https')).toBe(3);
    expect(attachedTo(shared(), 'http')).toBe(0);
    for (const each of planned('two', onShared(hostnameCase('two.apps.example.com', 'shared'))))
      cluster.remove(each.kind, `two/${each.metadata.name}`);
    cluster.settle();
    expect(attachedTo(shared(), 'https')).toBe(2);
  });

  it('have no listener ready before its certificate is', () => {
    const gateway = onSet(hostnameCase('a.example.com', 'issued'));
    add('one', gateway);
    cluster.settle({ 'Certificate/one': { behaviour: 'never' } });
    expect(says(judged('one', gateway))).toContain('waiting');
    expect(JSON.stringify(setOf('one')?.['status'])).toContain('InvalidCertificateRef');
    cluster.settle();
    expect(says(judged('one', gateway))).toBe('ready');
  });

  it('leave alone what is not theirs', () => {
    cluster.namespace('one');
    cluster.put({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'GatewayClass',
      metadata: { name: 'other' },
      spec: { controllerName: 'example.com/other' },
    });
    add('one', {
      mode: 'own-gateway',
      controlPlane: 'istio-system',
      dns: 'naas',
      gatewayClassName: 'other',
      hostnames: [hostnameCase('a.example.com', 'none')],
    });
    add('two', {
      ...onSet(hostnameCase('b.example.com', 'none')),
      gateway: { ...LOCAL_GATEWAY, name: 'missing' },
    } as GatewaySpec);
    cluster.settle();
    for (const [kind, place] of [
      ['GatewayClass', 'other'],
      ['Gateway', 'one/naas-gateway'],
      ['HTTPRoute', `one/${hostnameObject('a.example.com')}`],
      ['ListenerSet', 'two/naas-listeners'],
      ['HTTPRoute', `two/${hostnameObject('b.example.com')}`],
    ] as const)
      expect(cluster.get(kind, place)?.['status'], place).toBeUndefined();
  });

  it('keep what another controller says of the same route', () => {
    add('one', onShared(hostnameCase('a.apps.example.com', 'shared')));
    const place = `one/${hostnameObject('a.apps.example.com')}`;
    const theirs = { controllerName: 'example.com/other', parentRef: { name: 'other' }, conditions: [] };
    const route = cluster.get('HTTPRoute', place);
    if (route !== undefined) route['status'] = { parents: [theirs] };
    cluster.settle();
    const { parents } = (cluster.get('HTTPRoute', place)?.['status'] ?? {}) as { parents?: object[] };
    expect(parents).toHaveLength(2);
    expect(parents).toContainEqual(theirs);
  });

  it('tell of the generation that stands there, and keep the time of what did not change', () => {
    const gateway = onSet(hostnameCase('a.example.com', 'none'));
    add('one', gateway);
    cluster.settle();
    const before = setOf('one')?.['status'] as { conditions: { lastTransitionTime: string }[] };
    cluster.put(...planned('one', onSet(...gateway.hostnames, hostnameCase('b.example.com', 'none'))));
    expect(says(judged('one', gateway))).toContain('still about generation 1');
    cluster.settle();
    expect(says(judged('one', gateway))).toBe('ready');
    const after = setOf('one')?.['status'] as {
      conditions: { lastTransitionTime: string; observedGeneration: number }[];
    };
    expect(after.conditions.map((each) => each.lastTransitionTime)).toEqual(
      before.conditions.map((each) => each.lastTransitionTime),
    );
    expect(after.conditions.map((each) => each.observedGeneration)).toEqual([2, 2]);
  });

  it('give each Gateway an address of its own, keep it, and give it on once it is free', () => {
    const own = (name: string): GatewaySpec => ({
      mode: 'own-gateway',
      controlPlane: 'istio-system',
      dns: 'naas',
      gatewayClassName: 'naas-stand-in',
      hostnames: [hostnameCase(name, 'none')],
    });
    const address = (namespace: string) =>
      gatewayAddresses(cluster.get('Gateway', `${namespace}/naas-gateway`))[0]?.value;
    add('one', own('a.example.com'));
    add('two', own('b.example.com'));
    cluster.settle();
    expect([address('one'), address('two')]).toEqual(['203.0.113.2', '203.0.113.3']);
    cluster.remove('Gateway', 'one/naas-gateway');
    cluster.settle();
    expect(address('two')).toBe('203.0.113.3');
    add('three', own('c.example.com'));
    cluster.settle();
    expect(address('three')).toBe('203.0.113.2');
  });

  it('give the address that a Gateway asks for', () => {
    const [gateway] = planned('one', {
      mode: 'own-gateway',
      controlPlane: 'istio-system',
      dns: 'naas',
      gatewayClassName: 'naas-stand-in',
      hostnames: [hostnameCase('a.example.com', 'none')],
    });
    if (gateway === undefined) throw new Error('no Gateway');
    const addresses = [{ type: 'Hostname', value: 'lb.example.net' }];
    cluster.put({ ...gateway, spec: { ...(gateway['spec'] as object), addresses } });
    cluster.settle();
    expect(gatewayAddresses(cluster.get('Gateway', 'one/naas-gateway'))).toEqual([
      { kind: 'hostname', value: 'lb.example.net' },
    ]);
  });
});

describe('a switch', () => {
  const gateway = onSet(hostnameCase('a.example.com', 'issued'));
  const route = `one/${hostnameObject('a.example.com')}`;

  it('keeps a status from ever coming, of one object or of all of a kind', () => {
    add('one', gateway);
    add('two', onSet(hostnameCase('b.example.com', 'issued')));
    cluster.settle({ 'HTTPRoute/one': { behaviour: 'never' } });
    expect(says(judged('one', gateway))).toContain('no controller has seen it yet');
    expect(says(judged('two', onSet(hostnameCase('b.example.com', 'issued'))))).toBe('ready');
  });

  it.each(['HTTPRoute', 'HTTPRoute/one', `HTTPRoute/${route}`])('fails a route for a reason, by %s', (key) => {
    add('one', gateway);
    cluster.settle({ [key]: { behaviour: 'fail', reason: 'NotAllowedByListeners' } });
    expect(says(judged('one', gateway))).toContain('failed HTTPRoute');
    expect(attachedTo(setOf('one'), hostnameObject('a.example.com'))).toBe(0);
  });

  it('of an object counts before one of its namespace, and that before one of its kind', () => {
    add('one', gateway);
    cluster.settle({
      HTTPRoute: { behaviour: 'fail', reason: 'Invalid' },
      'HTTPRoute/one': { behaviour: 'fail', reason: 'NotAllowedByListeners' },
      [`HTTPRoute/${route}`]: { behaviour: 'fail', reason: 'NoMatchingListenerHostname' },
    });
    expect(says(judged('one', gateway))).toContain('NoMatchingListenerHostname');
  });

  it('fails a certificate, and its listener with it', () => {
    add('one', gateway);
    cluster.settle({ 'Certificate/one': { behaviour: 'fail', reason: 'Denied' } });
    expect(says(judged('one', gateway))).toContain('failed Certificate');
    expect(JSON.stringify(setOf('one')?.['status'])).toContain('InvalidCertificateRef');
    cluster.settle();
    expect(says(judged('one', gateway))).toBe('ready');
    expect(JSON.stringify(cluster.get('Certificate', route)?.['status'])).not.toContain('Issuing');
  });

  it('takes the address from a Gateway, and the listener sets with it when it is not accepted', () => {
    add('one', gateway);
    cluster.settle({
      'Gateway/gateway-system/shared': { behaviour: 'fail', condition: 'Programmed', reason: 'AddressNotAssigned' },
    });
    expect(says(judgeGateway(shared(), []))).toContain(
      'waiting Gateway gateway-system/shared: Programmed is False (AddressNotAssigned',
    );
    expect(gatewayAddresses(shared())).toEqual([]);
    expect(says(judgeListenerSet(setOf('one'), []))).toContain('AddressNotAssigned');
    cluster.settle({ 'Gateway/gateway-system/shared': { behaviour: 'fail', reason: 'InvalidParameters' } });
    expect(says(judgeGateway(shared(), []))).toContain('failed');
    expect(JSON.stringify(setOf('one')?.['status'])).toContain('ParentNotAccepted');
    expect(says(judged('one', gateway))).toContain('failed Gateway');
  });

  it('conflicts a listener', () => {
    add('one', gateway);
    cluster.settle({ 'ListenerSet/one': { behaviour: 'fail', condition: 'Conflicted', reason: 'HostnameConflict' } });
    expect(says(judged('one', gateway))).toContain('failed ListenerSet one/naas-listeners, listener');
  });

  it('tells of a generation that is gone', () => {
    add('one', gateway);
    for (const kind of ['Certificate', 'ListenerSet', 'HTTPRoute']) {
      cluster.settle({ [`${kind}/one`]: { behaviour: 'stale' } });
      expect(says(judged('one', gateway))).toContain(`waiting ${kind} one/`);
      expect(says(judged('one', gateway))).toContain('still about generation 0');
    }
    cluster.settle();
    expect(says(judged('one', gateway))).toBe('ready');
  });
});
