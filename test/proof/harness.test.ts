// The harness itself, on the real API server: the oracle sees each change, and the proxy does exactly what a rule says and
// nothing to anybody else. Without this the other proofs could be green for want of a fault.
import { readFileSync } from 'node:fs';
import { Agent, fetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { diff, type Kubectl, kubectl, snapshot } from '../support/cluster-snapshot.ts';
import type { FaultProxy } from '../support/fault-proxy.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { readCall } from '../support/fault-proxy-request.ts';
import type { Fault, HeldCall } from '../support/fault-proxy-rules.ts';
import { sharedPlatform } from '../support/platform.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { applyForeign, definitionOf } from '../support/scenario-foreign.ts';

const TENANT = 'harness-a';
const OTHER = 'harness-b';

const platform = sharedPlatform();
const plane = platform.controlPlane;
const kube: Kubectl = { binary: platform.kubectl, first: [], kubeconfig: platform.kubeconfig };
const agent = new Agent({ connect: { ca: readFileSync(plane.caFile) } });
let proxy: FaultProxy;
let counted = 0;

beforeAll(async () => {
  proxy = await startFaultProxy(plane);
  for (const name of [TENANT, OTHER]) await kubectl(kube, 'create', 'namespace', name);
});

afterAll(async () => {
  await kubectl(kube, 'delete', 'namespace', TENANT, OTHER);
  await agent.close();
  await proxy?.stop();
  recordProof('the harness itself', counted, failedTests());
});

afterEach(() => {
  counted += 1;
});

/** `broken`: no whole answer came. */
type Unusable = 'broken' | 'no JSON';

/** Applies a ConfigMap through the proxy: the status, or why there was none to be had. */
async function apply(namespace: string, name: string, query = ''): Promise<number | Unusable> {
  try {
    const answer = await fetch(
      `${proxy.server}/api/v1/namespaces/${namespace}/configmaps/${name}?fieldManager=harness${query}`,
      {
        method: 'PATCH',
        dispatcher: agent,
        headers: { authorization: `Bearer ${plane.adminToken}`, 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }),
        // Only the stall lasts so long.
        signal: AbortSignal.timeout(1_500),
      },
    );
    const text = await answer.text();
    return isJson(text) ? answer.status : 'no JSON';
  } catch {
    return 'broken';
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const LATE_DEFINITION = definitionOf('harness.test', 'Late');

async function exists(name: string): Promise<boolean> {
  return (await kubectl(kube, 'get', 'configmap', name, '-n', TENANT, '--ignore-not-found', '-o', 'name')) !== '';
}

describe('the oracle', () => {
  it('names each object that was added, changed or removed, cluster-scoped ones too', async () => {
    await kubectl(kube, 'create', 'configmap', 'stays', '-n', TENANT);
    await kubectl(kube, 'create', 'configmap', 'goes', '-n', TENANT);
    const before = await snapshot(kube);
    expect(diff(before, await snapshot(kube))).toEqual([]);
    await kubectl(kube, 'label', 'configmap', 'stays', '-n', TENANT, 'a=b');
    await kubectl(kube, 'delete', 'configmap', 'goes', '-n', TENANT);
    await kubectl(kube, 'create', 'clusterrole', 'harness', '--verb=get', '--resource=pods');
    const changes = diff(before, await snapshot(kube));
    await kubectl(kube, 'delete', 'clusterrole', 'harness');
    expect(changes).toEqual([
      expect.stringContaining('added ClusterRole.rbac.authorization.k8s.io/v1 /harness'),
      expect.stringContaining(`changed ConfigMap.v1 ${TENANT}/stays`),
      expect.stringContaining(`removed ConfigMap.v1 ${TENANT}/goes`),
    ]);
  });

  it('sees a write that changed the version and nothing else', async () => {
    const before = await snapshot(kube);
    await kubectl(kube, 'annotate', 'namespace', TENANT, 'x=y');
    await kubectl(kube, 'annotate', 'namespace', TENANT, 'x-');
    expect(diff(before, await snapshot(kube))).toEqual([expect.stringContaining(`changed Namespace.v1 /${TENANT}`)]);
  });

  it('sees the objects of a kind that was defined after the first look, and outlives its going', async () => {
    const before = await snapshot(kube);
    await applyForeign(kube, [LATE_DEFINITION]);
    await kubectl(kube, 'wait', '--for=condition=Established', `crd/${LATE_DEFINITION.metadata.name}`);
    const late = { apiVersion: 'harness.test/v1', kind: 'Late', metadata: { name: 'one', namespace: TENANT } };
    await applyForeign(kube, [late]);
    const changes = diff(before, await snapshot(kube));
    await kubectl(kube, 'delete', 'crd', LATE_DEFINITION.metadata.name);
    expect(changes).toContainEqual(expect.stringContaining(`added Late.harness.test/v1 ${TENANT}/one`));
    expect(diff(before, await snapshot(kube)).filter((line) => line.includes('harness.test'))).toEqual([]);
  });
});

describe('the fault proxy', () => {
  const cases: { fault: Fault; told: number | Unusable; happens: boolean }[] = [
    { fault: { mode: 'fail-before', status: 403 }, told: 403, happens: false },
    { fault: { mode: 'fail-before', status: 429 }, told: 429, happens: false },
    { fault: { mode: 'fail-after', status: 422 }, told: 422, happens: true },
    { fault: { mode: 'reset-before' }, told: 'broken', happens: false },
    { fault: { mode: 'reset-after' }, told: 'broken', happens: true },
    { fault: { mode: 'truncate' }, told: 'broken', happens: true },
    { fault: { mode: 'fail-before', status: 409 }, told: 409, happens: false },
    { fault: { mode: 'fail-after', status: 504 }, told: 504, happens: true },
    { fault: { mode: 'reset-head' }, told: 'broken', happens: true },
    { fault: { mode: 'reset-tail' }, told: 'broken', happens: true },
    { fault: { mode: 'half-json' }, told: 'no JSON', happens: true },
    { fault: { mode: 'page' }, told: 'no JSON', happens: true },
    { fault: { mode: 'stall' }, told: 'broken', happens: false },
  ];
  it.each(cases)(
    'does $fault.mode $fault.status to the one call that a rule means',
    async ({ fault, told, happens }) => {
      const name = `${fault.mode}-${told}`.replace(' ', '-').toLowerCase();
      const rule = proxy.add({ tenant: TENANT, verb: 'apply', resource: 'configmaps', name, fault, times: 1 });
      expect(await apply(OTHER, name), 'another tenant').toBe(201);
      expect(await apply(TENANT, name, '&dryRun=All'), 'a dry run').toBe(201);
      expect(rule.hits()).toBe(0);
      expect(await apply(TENANT, name)).toBe(told);
      expect(rule.hits()).toBe(1);
      expect(await exists(name)).toBe(happens);
      expect(await apply(TENANT, name), 'after the last time').toBe(happens ? 200 : 201);
      const logged = proxy.effects(TENANT).filter((call) => call.name === name);
      expect(logged.map((call) => [call.fault, call.kind])).toEqual([
        [fault.mode, 'ConfigMap'],
        [undefined, 'ConfigMap'],
      ]);
    },
  );

  it('forwards a stalled call after its time, when its sender is long gone', async () => {
    const name = 'stalled';
    const fault: Fault = { mode: 'stall', seconds: 2 };
    proxy.add({ tenant: TENANT, verb: 'apply', resource: 'configmaps', name, fault, times: 1 });
    expect(await apply(TENANT, name)).toBe('broken');
    expect(await exists(name)).toBe(false);
    await proxy.stalledCallsArrived();
    expect(await exists(name)).toBe(true);
  });

  it('breaks a read where a rule means reads, of the activity that it names', async () => {
    const read = async (activity: string): Promise<number> => {
      const headers = { authorization: `Bearer ${plane.adminToken}`, 'user-agent': `naas (${activity})` };
      const answer = await fetch(`${proxy.server}/api/v1/namespaces/${TENANT}`, { dispatcher: agent, headers });
      await answer.text();
      return answer.status;
    };
    const fault: Fault = { mode: 'fail-before', status: 429, retryAfterSeconds: 2 };
    const rule = proxy.add({ tenant: TENANT, verb: 'read', activity: 'admit', fault, times: 1 });
    expect([await read('grantAccess'), await read('admit'), await read('admit')]).toEqual([200, 429, 200]);
    expect(rule.hits()).toBe(1);
  });

  it('sends a held call late, when its sender is long gone', async () => {
    const kept: HeldCall[] = [];
    const never = Promise.withResolvers<'drop'>();
    const rule = proxy.add({
      tenant: TENANT,
      name: 'held',
      before: (call) => {
        kept.push(call);
        return never.promise;
      },
    });
    expect(await apply(TENANT, 'held')).toBe('broken');
    expect(await exists('held')).toBe(false);
    expect(await kept[0]?.forward()).toMatchObject({ status: 201 });
    expect(await exists('held')).toBe(true);
    rule.lift();
    never.resolve('drop');
  });

  it.each([
    ['POST', '/api/v1/namespaces', { metadata: { name: 'shop' } }, 'create namespaces shop shop true'],
    ['DELETE', '/api/v1/namespaces/shop', { kind: 'DeleteOptions' }, 'delete namespaces shop shop true'],
    ['DELETE', '/api/v1/namespaces/shop', { dryRun: ['All'] }, 'delete namespaces shop shop false'],
    ['PUT', '/api/v1/namespaces/shop/finalize', {}, 'update namespaces shop shop true'],
    [
      'DELETE',
      '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/a',
      {},
      'delete rolebindings shop a true',
    ],
    ['GET', '/api/v1/namespaces/shop/configmaps', {}, 'read configmaps shop  false'],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {}, 'create selfsubjectaccessreviews   false'],
  ])('reads %s %s', (method, path, body, meaning) => {
    const headers = { 'content-type': 'application/json' };
    const call = readCall({ method, url: path, headers }, Buffer.from(JSON.stringify(body)));
    expect(`${call.verb} ${call.resource} ${call.tenant} ${call.name} ${call.effect}`).toBe(meaning);
  });
});
