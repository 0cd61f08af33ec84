// The addresses that a gateway's records shall hold: only such as anybody can look up or reach.
import { describe, expect, it } from 'vitest';
import { gatewayAddresses, serviceAddresses } from '../../src/spec/gateway-addresses.ts';
import type { LiveObject } from '../../src/spec/gateway-objects.ts';

const live = (status?: unknown): LiveObject => ({ kind: 'Gateway', metadata: { name: 'g' }, status });

describe('gatewayAddresses', () => {
  it('are none of a gateway that has none yet', () => {
    for (const gateway of [undefined, live(), live({}), live({ addresses: [] }), live({ addresses: [{}] })])
      expect(gatewayAddresses(gateway)).toEqual([]);
  });

  it('are IP addresses unless said otherwise, each once, without a trailing dot', () => {
    const addresses = [
      { value: '203.0.113.7' },
      { type: 'IPAddress', value: '2001:DB8::7' },
      { type: 'IPAddress', value: '203.0.113.7' },
      { type: 'Hostname', value: 'LB-1.Example.net.' },
    ];
    expect(gatewayAddresses(live({ addresses }))).toEqual([
      { kind: 'ip', value: '203.0.113.7' },
      { kind: 'ip', value: '2001:db8::7' },
      { kind: 'hostname', value: 'lb-1.example.net' },
    ]);
  });

  it("leave out names that only the cluster knows, and a provider's own", () => {
    const addresses = [
      { type: 'Hostname', value: 'shared-istio.gateway-infra.svc.cluster.local' },
      { type: 'Hostname', value: 'shared-istio.gateway-infra.svc' },
      { type: 'Hostname', value: 'node.local' },
      { type: 'NamedAddress', value: 'my-address' },
      { type: 'example.com/named', value: 'mine' },
    ];
    expect(gatewayAddresses(live({ addresses }))).toEqual([]);
  });
});

describe('serviceAddresses', () => {
  it('are those of its load balancer', () => {
    const loadBalancer = { ingress: [{ ip: '203.0.113.7', ports: [] }, { hostname: 'lb.example.net' }, {}] };
    expect(serviceAddresses(live({ loadBalancer }))).toEqual([
      { kind: 'ip', value: '203.0.113.7' },
      { kind: 'hostname', value: 'lb.example.net' },
    ]);
    expect(serviceAddresses(live({ loadBalancer: {} }))).toEqual([]);
    expect(serviceAddresses(undefined)).toEqual([]);
  });
});
