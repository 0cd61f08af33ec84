// The stand-in controllers on a real API server: what they write is what naas waits for, switches are in force at once, and
// their account can do nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LOCAL_GATEWAY } from '../../src/local/controllers/shared-gateway.ts';
import type { WorkTime } from '../../src/local/controllers/work-times.ts';
import { startPlatform } from '../../src/local/platform.ts';
import { gatewayObjects } from '../../src/plan/gateway.ts';
import { judgePlanned } from '../../src/plan/gateway-waits.ts';
import { gatewayAddresses } from '../../src/spec/gateway-addresses.ts';
import type { GatewaySpec, HostnameSpec } from '../../src/spec/gateway-spec.ts';
import { refOf } from '../../src/spec/inventory.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { type Judgement, judgeAll, judgeGateway } from '../../src/spec/route-conditions.ts';
import { hostnameObject } from '../../src/spec/route-names.ts';
import { soon } from '../ops/administrator.ts';
import { hostnameCase } from '../support/gateway-cases.ts';
import { type GatewayPlatform, makeNamespace, startGatewayPlatform } from '../support/gateway-platform.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';
import { gone } from './running.ts';

const base = resolve(parseRequest(LEAST_REQUEST), shippedCatalog(), { cluster: 'local' });
const onSet = (...hostnames: HostnameSpec[]): GatewaySpec => ({
  mode: 'listener-set',
  dns: 'naas',
  gateway: LOCAL_GATEWAY,
  hostnames,
});

let gateways: GatewayPlatform;
beforeAll(async () => {
  gateways = await startGatewayPlatform();
});
afterAll(() => gateways?.stop());

const planned = (namespace: string, gateway: GatewaySpec) => gatewayObjects({ ...base, name: namespace }, gateway);
const live = (kind: string, namespace: string, name: string, apiVersion = 'gateway.networking.k8s.io/v1') =>
  gateways.cluster.read(refOf('c1', { apiVersion, kind, metadata: { namespace, name } }), soon());

async function apply(namespace: string, gateway: GatewaySpec): Promise<void> {
  const objects = planned(namespace, gateway);
  await Promise.all(objects.map((object) => gateways.cluster.apply(object, { ...soon(), force: true })));
}

async function judged(namespace: string, gateway: GatewaySpec): Promise<Judgement> {
  const judgements = planned(namespace, gateway).map(async (each) =>
    judgePlanned(each, await live(each.kind, namespace, each.metadata.name, each.apiVersion)),
  );
  return judgeAll(await Promise.all(judgements));
}

const becomes = (namespace: string, gateway: GatewaySpec, state: Judgement['state'], said = '') =>
  vi.waitFor(
    async () => {
      const judgement = await judged(namespace, gateway);
      expect(judgement.state, JSON.stringify(judgement)).toBe(state);
      if (judgement.state !== 'ready') expect(judgement.why).toContain(said);
    },
    { timeout: 20_000, interval: 20 },
  );

async function admin(path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await request(`${gateways.platform.standIns}${path}`, {
    ...(body === undefined ? {} : { method: 'PUT', body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: await answer.body.json() };
}

async function asStandIn(method: 'GET' | 'PATCH' | 'POST', path: string, body?: unknown): Promise<number> {
  const { platform } = gateways;
  const { server, caFile } = platform.controlPlane ?? expect.unreachable();
  const token = readFileSync(join(platform.stateDir, 'stand-ins', 'kubeconfig.token'), 'utf8');
  const dispatcher = new Agent({ connect: { ca: readFileSync(caFile) } });
  try {
    const answer = await request(`${server}${path}`, {
      dispatcher,
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    await answer.body.dump();
    return answer.statusCode;
  } finally {
    await dispatcher.close();
  }
}

describe('the stand-in controllers', () => {
  it('bring the shared Gateway up', async () => {
    const { namespace, name, sections } = LOCAL_GATEWAY;
    await vi.waitFor(
      async () => {
        const gateway = await live('Gateway', namespace, name);
        expect(judgeGateway(gateway, Object.values(sections))).toEqual({ state: 'ready' });
        expect(gatewayAddresses(gateway)).toEqual([{ kind: 'ip', value: '203.0.113.1' }]);
      },
      { timeout: 20_000, interval: 20 },
    );
  });

  it('bring the hostnames of a namespace up, and say how long they took', async () => {
    const gateway = onSet(
      hostnameCase('a.one.example.com', 'issued'),
      hostnameCase('b.one.example.com', 'issued', 'grpc'),
      hostnameCase('c.one.example.com', 'none', 'tls'),
      hostnameCase('d.apps.example.com', 'shared'),
    );
    await makeNamespace(gateways, 'one');
    await apply('one', gateway);
    await becomes('one', gateway, 'ready');
    const { body } = await admin('/times?namespace=one');
    const times = body as WorkTime[];
    expect(new Set(times.map(({ kind }) => kind))).toEqual(
      new Set(['Certificate', 'ListenerSet', 'HTTPRoute', 'GRPCRoute', 'TLSRoute']),
    );
    for (const { heardMs, writtenMs, namespace } of times) {
      expect(namespace).toBe('one');
      expect(writtenMs).toBeGreaterThan(heardMs);
      expect(Math.abs(Date.now() - writtenMs)).toBeLessThan(60_000);
    }
  });

  it('follow a change, and what it takes away', async () => {
    const both = onSet(hostnameCase('a.two.example.com', 'none'), hostnameCase('b.two.example.com', 'none'));
    await makeNamespace(gateways, 'two');
    await apply('two', both);
    await becomes('two', both, 'ready');
    const fewer = onSet(hostnameCase('a.two.example.com', 'none'));
    await apply('two', fewer);
    await becomes('two', fewer, 'ready');
    const status = (await live('ListenerSet', 'two', 'naas-listeners'))?.['status'] as {
      listeners: { name: string }[];
    };
    expect(status.listeners.map(({ name }) => name)).toEqual([hostnameObject('a.two.example.com')]);
    await becomes('two', both, 'waiting');
  });

  it('misbehave as they are told, from the answer on, and only where', async () => {
    const cases: [string, unknown, Judgement['state'], string][] = [
      ['never', { behaviour: 'never' }, 'waiting', 'no controller has seen it yet'],
      ['fail', { behaviour: 'fail', reason: 'NotAllowedByListeners' }, 'failed', 'NotAllowedByListeners'],
      ['stale', { behaviour: 'stale' }, 'waiting', 'still about generation 0'],
    ];
    const switches = Object.fromEntries(cases.map(([name, wanted]) => [`HTTPRoute/${name}`, wanted]));
    expect(await admin('/switches', switches)).toEqual({ status: 200, body: switches });
    for (const [name, , state, said] of cases) {
      const gateway = onSet(hostnameCase(`a.${name}.example.com`, 'none'));
      await makeNamespace(gateways, name);
      await apply(name, gateway);
      await becomes(name, gateway, state, said);
    }
    // In the order of things these are ready after the others would have been.
    const gateway = onSet(hostnameCase('a.good.example.com', 'none'));
    await makeNamespace(gateways, 'good');
    await apply('good', gateway);
    await becomes('good', gateway, 'ready');
    for (const [name, , state] of cases) {
      expect((await judged(name, onSet(hostnameCase(`a.${name}.example.com`, 'none')))).state).toBe(state);
    }
    await admin('/switches', {});
    for (const [name] of cases) await becomes(name, onSet(hostnameCase(`a.${name}.example.com`, 'none')), 'ready');
  });

  it('are slow when they are told so', async () => {
    await admin('/switches', { 'HTTPRoute/slow': { behaviour: 'slow', delayMs: 700 } });
    const gateway = onSet(hostnameCase('a.slow.example.com', 'none'));
    await makeNamespace(gateways, 'slow');
    await apply('slow', gateway);
    await becomes('slow', gateway, 'ready');
    const times = (await admin('/times?namespace=slow')).body as WorkTime[];
    const route = times.find(({ kind }) => kind === 'HTTPRoute') ?? expect.unreachable();
    expect(route.writtenMs - route.heardMs).toBeGreaterThanOrEqual(699);
    await admin('/switches', {});
  });

  it('refuse switches that would switch nothing, and keep those that stand', async () => {
    await admin('/switches', { GRPCRoute: { behaviour: 'stale' } });
    const refused = await admin('/switches', { Service: { behaviour: 'never' } });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body)).toContain('the kind is one of');
    expect((await admin('/switches')).body).toEqual({ GRPCRoute: { behaviour: 'stale' } });
    expect((await admin('/nothing')).status).toBe(400);
    await admin('/switches', {});
  });

  it('may read what they watch and write status, and nothing else', async () => {
    const routes = '/apis/gateway.networking.k8s.io/v1/namespaces/one/httproutes';
    const route = `${routes}/${hostnameObject('a.one.example.com')}`;
    expect(await asStandIn('GET', '/apis/gateway.networking.k8s.io/v1/httproutes')).toBe(200);
    expect(await asStandIn('PATCH', `${route}/status`, { metadata: { labels: { a: 'b' } } })).toBe(200);
    expect((await live('HTTPRoute', 'one', hostnameObject('a.one.example.com')))?.metadata.labels).not.toHaveProperty(
      'a',
    );
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    const refused = [
      asStandIn('PATCH', route, { metadata: { labels: { a: 'b' } } }),
      asStandIn('GET', '/api/v1/secrets'),
      asStandIn('GET', '/api/v1/namespaces/one/secrets'),
      asStandIn('PATCH', '/api/v1/namespaces/one/status', { status: {} }),
      asStandIn('POST', '/api/v1/namespaces/naas-stand-ins/configmaps', configMap),
      asStandIn('POST', '/api/v1/namespaces/one/configmaps', configMap),
    ];
    expect(await Promise.all(refused)).toEqual(refused.map(() => 403));
  });
});

describe('a platform', () => {
  it('refuses to put stand-ins into a cluster that was there before', async () => {
    const options = { kubeconfig: gateways.platform.kubeconfig, temporalAddress: '127.0.0.1:1', worker: false };
    await expect(startPlatform({ ...options, standIns: { zone: 'example.com' } })).rejects.toThrow(
      'embedded cluster only',
    );
    await expect(startPlatform({ ...options, crds: ['gateway-api'] })).rejects.toThrow('embedded cluster only');
  });

  it('ends its stand-ins with it', async () => {
    const pid = gateways.platform.pids['standIns'] ?? expect.unreachable();
    await gateways.stop();
    await gone([pid], 5_000);
  });
});
