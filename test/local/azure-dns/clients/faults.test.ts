// Faults on the wire: what the caller sees, what happened all the same, and what the log says of both.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DnsManagementClient } from '@azure/arm-dns';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRequest } from '../../../../src/local/azure-dns/faults.ts';
import { type AzureDns, startAzureDns } from '../../../../src/local/azure-dns/index.ts';
import type { LoggedRequest } from '../../../../src/local/azure-dns/request-log.ts';
import { AZURE_LIMITS } from '../../../../src/local/azure-dns/throttle.ts';
import { type Plain, plainHttps, sdk } from './over-the-wire.ts';

const ZONE = 'example.test';

let azure: AzureDns;
let client: DnsManagementClient;
let plain: Plain;
beforeAll(async () => {
  azure = await startAzureDns({ zones: [ZONE], limits: 'off' });
  client = sdk(azure);
  plain = plainHttps(azure);
  // The token is fetched before anything is counted.
  await client.zones.get(azure.resourceGroup, ZONE);
});
afterAll(async () => {
  await plain.close();
  await azure.stop();
});
afterEach(() => {
  azure.faults.clear();
  azure.throttle.reset(undefined);
});

let names = 0;
const write = async (name: string, abortSignal?: AbortSignal): Promise<string> => {
  const set = { ttl: 60, aRecords: [{ ipv4Address: '192.0.2.1' }] };
  const options = abortSignal === undefined ? {} : { abortSignal };
  try {
    await client.recordSets.createOrUpdate(azure.resourceGroup, ZONE, name, 'A', set, options);
    return 'success';
  } catch (error) {
    const { statusCode, code, name: kind } = error as { statusCode?: number; code?: string; name?: string };
    return `${statusCode ?? kind} ${code ?? ''}`.trim();
  }
};

const isThere = (name: string): boolean => JSON.stringify(azure.snapshot()).includes(`"name":"${name}"`);

const logged = (name: string): LoggedRequest[] => azure.log.list().filter(({ path }) => path.endsWith(`/A/${name}`));

describe('a fault', () => {
  it.each<[FaultRequest, string, boolean]>([
    [{ kind: 'throttled', retryAfterSeconds: 7 }, '429 ResourceRequestsThrottled', false],
    [{ kind: 'throttled' }, '429 ResourceRequestsThrottled', false],
    [{ kind: 'conflict' }, '409 Conflict', false],
    [{ kind: 'precondition-failed' }, '412 PreconditionFailed', false],
    [{ kind: 'forbidden' }, '403 AuthorizationFailed', false],
    [{ kind: 'error-before' }, '500 InternalServerError', false],
    [{ kind: 'error-after' }, '500 InternalServerError', true],
    [{ kind: 'unavailable', retryAfterSeconds: 3 }, '503 ServerUnavailable', false],
    [{ kind: 'reset-before' }, 'RestError ECONNRESET', false],
    [{ kind: 'reset-after' }, 'RestError ECONNRESET', true],
    [{ kind: 'truncated' }, '201 PARSE_ERROR', true],
  ])('%o is seen as %s, and the write happened: %s', async (fault, seen, happened) => {
    names += 1;
    const name = `n${names}`;
    azure.faults.add({ ...fault, method: 'PUT', name });
    expect(await write(name)).toBe(seen);
    expect(isThere(name)).toBe(happened);
    const [first] = logged(name);
    expect(first).toMatchObject({ method: 'PUT', fault: fault.kind, effect: happened ? 'created' : 'none' });
    expect(first?.retryAfterSeconds).toBe(fault.retryAfterSeconds);
    expect(await write(name)).toBe('success');
    expect(logged(name).at(-1)).toMatchObject({ fault: undefined, effect: happened ? 'changed' : 'created' });
  });

  it('that stalls is never answered, and its write happened only when it was asked to', async () => {
    for (const kind of ['stall-before', 'stall-after'] as const) {
      azure.faults.add({ kind, name: kind });
      expect(await write(kind, AbortSignal.timeout(300))).toMatch(/^AbortError/);
      expect(isThere(kind)).toBe(kind === 'stall-after');
      expect(logged(kind)).toMatchObject([{ status: undefined, effect: kind === 'stall-after' ? 'created' : 'none' }]);
    }
  });

  it('that stalls for a while lets a write happen after its caller has given up', async () => {
    azure.faults.add({ kind: 'stall-before', name: 'late', stallMs: 600 });
    expect(await write('late', AbortSignal.timeout(200))).toMatch(/^AbortError/);
    expect(isThere('late')).toBe(false);
    while (!isThere('late')) await sleep(20);
    expect(logged('late')).toMatchObject([{ effect: 'created' }]);
    // The stall is not the emulator's own time.
    expect(logged('late')[0]?.spentMs).toBeLessThan(600);
  });

  it('of the token endpoint stops a client before it asks', async () => {
    azure.faults.add({ kind: 'unavailable', resource: 'token', times: 10 });
    await expect(sdk(azure).zones.get(azure.resourceGroup, ZONE)).rejects.toThrow();
  });
});

describe('the limits', () => {
  it('are those of the zone, with a time to wait that is enough', async () => {
    azure.throttle.reset({ ...AZURE_LIMITS, recordSetWrites: 60 });
    const seen: string[] = [];
    for (let count = 0; count < 61; count += 1) seen.push(await write('limited'));
    const admitted = seen.filter((each) => each === 'success').length;
    expect(admitted).toBeGreaterThanOrEqual(60);
    while ((await write('limited')) === 'success');
    const wait = logged('limited').at(-1)?.retryAfterSeconds ?? 0;
    expect(wait).toBe(1);
    await sleep(wait * 1000);
    expect(await write('limited')).toBe('success');
  });
});

describe('the admin paths', () => {
  it('add and clear faults, set limits and aliases, and show requests and zones', async () => {
    expect((await plain.call('POST', '/_faults', { kind: 'conflict', name: 'admin', times: 2 })).status).toBe(204);
    expect(await write('admin')).toBe('409 Conflict');
    expect(JSON.parse((await plain.call('GET', '/_faults')).text)).toMatchObject({
      faults: [{ kind: 'conflict', times: 1 }],
    });
    await plain.call('DELETE', '/_faults');
    expect(await write('admin')).toBe('success');
    const { requests } = JSON.parse((await plain.call('GET', '/_requests')).text) as { requests: LoggedRequest[] };
    expect(requests.filter(({ path }) => path.endsWith('/admin'))).toMatchObject([
      { status: 409, effect: 'none' },
      { status: 201, effect: 'created', callerRequestId: expect.any(String), caller: azure.application.clientId },
    ]);
    await plain.call('PUT', '/_limits', { limits: { recordSetWrites: 1 } });
    expect([await write('admin'), await write('admin')]).toEqual(['success', '429 ResourceRequestsThrottled']);
    await plain.call('PUT', '/_limits', { limits: 'off' });
    await plain.call('PUT', '/_aliases', { '/Subscriptions/x': { ipv4: ['203.0.113.7'] } });
    expect(azure.aliases.get('/subscriptions/x')).toEqual({ ipv4: ['203.0.113.7'] });
    expect(JSON.parse((await plain.call('GET', '/_snapshot')).text)).toEqual(
      JSON.parse(JSON.stringify(azure.snapshot())),
    );
  });

  it.each([
    ['POST', '/_faults', { kind: 'earthquake' }, 400],
    ['PUT', '/_limits', { limits: { writes: 1 } }, 400],
    ['PUT', '/_name-servers/9', { running: false }, 400],
    ['PUT', '/_name-servers/0', { mode: 'asleep' }, 400],
    ['GET', '/_nothing', undefined, 404],
    ['GET', '/_constructor', undefined, 404],
    ['DELETE', '/_snapshot', undefined, 405],
  ] as const)('refuse %s %s with %o', async (method, path, body, status) => {
    expect((await plain.call(method, path, body)).status).toBe(status);
  });
});
