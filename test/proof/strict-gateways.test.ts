// Property: whatever gateway spec has no problems gives objects of which the real API server, with the definitions of Gateway
// API, cert-manager and Istio as they are shipped, accepts every one, strictly.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayObjects } from '../../src/plan/gateway.ts';
import type { KubernetesObject } from '../../src/plan/plan.ts';
import { GATEWAY_MODES } from '../../src/spec/gateway-spec.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { soon } from '../ops/administrator.ts';
import { gatewaySpecs } from '../support/gateway-arbitrary.ts';
import { GATEWAY_CASES } from '../support/gateway-cases.ts';
import { type GatewayPlatform, makeNamespace, startGatewayPlatform } from '../support/gateway-platform.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import fc from '../support/properties.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const spec = resolve(parseRequest(LEAST_REQUEST), shippedCatalog(), { cluster: 'local' });

let gateways: GatewayPlatform;
let specs = 0;
beforeAll(async () => {
  gateways = await startGatewayPlatform();
  await makeNamespace(gateways, spec.name);
});
afterAll(async () => {
  await gateways?.stop();
  recordProof('strict gateway plans', specs, failedTests());
});

/** Undefined when the API server accepts it. */
async function refusalOf(object: KubernetesObject): Promise<string | undefined> {
  const said = `${object.kind} ${object.metadata.name}`;
  return await gateways.cluster.dryRun(object, { ...soon(), force: false }).then(
    () => undefined,
    (error: Error) => `${said}: ${error.message}`,
  );
}

const refusals = async (objects: readonly KubernetesObject[]) =>
  (await Promise.all(objects.map(refusalOf))).filter((refusal) => refusal !== undefined);

describe('the objects of a gateway', () => {
  it('are held against an API server that refuses what is wrong', async () => {
    const [listenerSet] = gatewayObjects(spec, GATEWAY_CASES['listener-set'] ?? expect.unreachable());
    if (listenerSet === undefined) throw new Error('no ListenerSet');
    expect(await refusalOf(listenerSet)).toBeUndefined();
    expect(await refusalOf({ ...listenerSet, spec: { ...(listenerSet['spec'] as object), listenerz: [] } })).toContain(
      'listenerz',
    );
    expect(await refusalOf({ ...listenerSet, spec: { ...(listenerSet['spec'] as object), listeners: [] } })).toContain(
      'listeners',
    );
  });

  it.each(Object.entries(GATEWAY_CASES))('of %s are accepted strictly', async (_name, gateway) => {
    const objects = gatewayObjects(spec, gateway);
    expect(objects.length).toBeGreaterThan(0);
    expect(await refusals(objects)).toEqual([]);
  });

  it('of every spec without problems are accepted strictly', async () => {
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(gatewaySpecs, async (gateway) => {
        specs += 1;
        const objects = gatewayObjects(spec, gateway);
        expect(await refusals(objects)).toEqual([]);
        if (objects.length > 0) met.add(gateway.mode);
      }),
      { numRuns: 150 },
    );
    // The generator must not satisfy the property by asking for nothing.
    expect([...met].sort()).toEqual([...GATEWAY_MODES].sort());
  });
});
