// What naas waits for after a gateway's plan was applied: all of it, and of the shared Gateway only what it uses.
import { describe, expect, it } from 'vitest';
import { gatewayObjects } from '../../src/plan/gateway.ts';
import { judgePlanned, sharedGatewayWait } from '../../src/plan/gateway-waits.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { gatewaySpecs } from '../support/gateway-arbitrary.ts';
import { GATEWAY_CASES, hostnameCase, SHARED_GATEWAY } from '../support/gateway-cases.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import fc from '../support/properties.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const spec = resolve(parseRequest(LEAST_REQUEST), shippedCatalog(), { cluster: 'local' });

describe('judgePlanned', () => {
  it('knows every object of every plan, and waits for each that is not there', () => {
    fc.assert(
      fc.property(gatewaySpecs, (gateway) => {
        for (const each of gatewayObjects(spec, gateway)) expect(judgePlanned(each, undefined).state).toBe('waiting');
      }),
    );
  });

  it('takes what nobody said anything of for ready only where nobody ever does', () => {
    const ready = Object.values(GATEWAY_CASES)
      .flatMap((gateway) => gatewayObjects(spec, gateway))
      .filter(
        (each) => judgePlanned(each, { ...each, metadata: { ...each.metadata, generation: 1 } }).state === 'ready',
      );
    expect(new Set(ready.map(({ apiVersion }) => apiVersion))).toEqual(new Set(['networking.istio.io/v1']));
  });

  it('refuses what is no part of a gateway', () => {
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, spec: {} };
    expect(() => judgePlanned(configMap, undefined)).toThrow('ConfigMap x is no part');
  });
});

describe('sharedGatewayWait', () => {
  const {
    'listener-set': onSet,
    'shared-listener': onShared,
    'own-gateway': own,
    'istio-classic': classic,
  } = GATEWAY_CASES;
  const sections = (wanted = onSet, ...hostnames: ReturnType<typeof hostnameCase>[]) =>
    wanted === undefined ? [] : sharedGatewayWait({ ...wanted, hostnames })?.sections;

  it('names the listeners that are used, each once', () => {
    const issued = hostnameCase('a.example.com', 'issued');
    const shared = hostnameCase('b.example.com', 'shared');
    expect(sections(onSet, issued)).toEqual([]);
    expect(sections(onSet, issued, shared)).toEqual(['https']);
    expect(sections(onShared, shared, hostnameCase('c.example.com', 'shared', 'grpc'))).toEqual(['https']);
    expect(
      sections(onShared, hostnameCase('d.example.com', 'none'), hostnameCase('e.example.com', 'none', 'tls')),
    ).toEqual(['http', 'tls']);
  });

  it('is nobody where there is none, or nothing to route', () => {
    for (const gateway of [own, classic]) expect(gateway && sharedGatewayWait(gateway)).toBeUndefined();
    expect(onSet && sharedGatewayWait({ ...onSet, hostnames: [] })).toBeUndefined();
    expect(onSet && sharedGatewayWait(onSet)?.gateway).toEqual(SHARED_GATEWAY);
  });
});
