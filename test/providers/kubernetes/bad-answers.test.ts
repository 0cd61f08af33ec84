// Every way in which an API server, or something between it and us, fails to answer well.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectCluster, type KubernetesCluster } from '../../../src/providers/kubernetes/index.ts';
import { NaasError } from '../../../src/spec/errors.ts';
import { type FakeApi, json, kubeconfigFor, type Misbehave, refusal, startFakeApi } from './fake-api.ts';

const TOKEN = 'secret-token-that-must-stay-inside';
const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'info', namespace: 'shop' },
  data: { a: 'b' },
};

let folder: string;
let fake: FakeApi;
let cluster: KubernetesCluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-bad-answers-'));
  fake = await startFakeApi();
  cluster = await connectCluster({
    name: 'c1',
    kubeconfig: await kubeconfigFor(folder, fake.server, { token: TOKEN }),
  });
});

afterAll(async () => {
  await cluster?.close();
  await fake?.stop();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  fake.calls.length = 0;
});

const soon = (ms = 3000) => ({ deadlineMs: Date.now() + ms });

async function applied(answer: Misbehave, options = soon()): Promise<NaasError> {
  fake.answer = answer;
  const error = await cluster.apply(CONFIG_MAP, { ...options, force: false }).then(
    (effect) => Promise.reject(new Error(`succeeded: ${JSON.stringify(effect)}`)),
    (caught: unknown) => caught,
  );
  if (!(error instanceof NaasError)) throw error;
  expect(error.message).toContain('ConfigMap shop/info');
  expect(error.message).toContain(fake.server);
  expect(error.message).not.toContain(TOKEN);
  return error;
}

describe('an answer that asks to wait', () => {
  const busy = refusal(429, 'TooManyRequests', 'too many requests');

  it('hands on Retry-After in seconds', async () => {
    const error = await applied((_incoming, response) => json(response, 429, busy, { 'retry-after': '7' }));
    expect([error.code, error.retryAfterMs]).toEqual(['Throttled', 7000]);
  });

  it('hands on Retry-After as a date of the server’s clock', async () => {
    const at = new Date(Date.now() + 20_000).toUTCString();
    const error = await applied((_incoming, response) => json(response, 429, busy, { 'retry-after': at }));
    expect(error.code).toBe('Throttled');
    expect(error.retryAfterMs).toBeGreaterThan(17_000);
    expect(error.retryAfterMs).toBeLessThan(22_000);
  });

  it('hands it on for 503 too, and is sent only once', async () => {
    const down = refusal(503, 'ServiceUnavailable', 'starting');
    const error = await applied((_incoming, response) => json(response, 503, down, { 'retry-after': '2' }));
    expect([error.code, error.retryAfterMs]).toEqual(['Unavailable', 2000]);
    expect(fake.calls).toHaveLength(1);
  });

  it('is Throttled without Retry-After as well', async () => {
    const error = await applied((_incoming, response) => json(response, 429, busy));
    expect([error.code, error.retryAfterMs]).toEqual(['Throttled', undefined]);
  });
});

describe('a conflict', () => {
  it('of two applies that both make the object is worth another try, unlike a name that is taken', async () => {
    const taken = refusal(409, 'AlreadyExists', 'configmaps "info" already exists');
    const error = await applied((_incoming, response) => json(response, 409, taken));
    expect(error.code).toBe('Unavailable');
    await expect(cluster.create(CONFIG_MAP, soon())).rejects.toMatchObject({ code: 'NotOurs' });
  });

  it('of two versions of one object is worth another try', async () => {
    const modified = refusal(409, 'Conflict', 'Operation cannot be fulfilled: the object has been modified');
    expect((await applied((_incoming, response) => json(response, 409, modified))).code).toBe('Outdated');
  });
});

describe('an answer that is none', () => {
  it('is Unavailable when the connection breaks before the answer', async () => {
    const error = await applied((incoming) => incoming.socket.destroy());
    expect(error.code).toBe('Unavailable');
    expect(error.message).toContain('may have had its effect');
  });

  it('is Unavailable when the connection breaks inside the body', async () => {
    const error = await applied((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"kind":"ConfigMap"', () => response.destroy());
    });
    expect(error.code).toBe('Unavailable');
  });

  it('is Unavailable when the JSON is cut off, though the answer ends cleanly', async () => {
    const error = await applied((_incoming, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"kind":"ConfigMap","metadata":{'),
    );
    expect(error.code).toBe('Unavailable');
    expect(error.message).toContain('effect is unknown');
  });

  it('is Unavailable when a proxy answers with a page, whatever its status', async () => {
    for (const status of [200, 403, 404, 502]) {
      const error = await applied((_incoming, response) =>
        response.writeHead(status, { 'content-type': 'text/html' }).end('<html>login</html>'),
      );
      expect(error.code, String(status)).toBe('Unavailable');
    }
  });

  it('never takes a page of a proxy for absence', async () => {
    fake.answer = (_incoming, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html/>');
    const ref = {
      system: 'kubernetes',
      cluster: 'c1',
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'shop',
      name: 'info',
    } as const;
    await expect(cluster.read(ref, soon())).rejects.toMatchObject({ code: 'Unavailable' });
    await expect(cluster.remove(ref, 'u', soon())).rejects.toMatchObject({ code: 'Unavailable' });
  });

  it('is Unavailable when nobody listens', async () => {
    const kubeconfig = await kubeconfigFor(folder, 'https://127.0.0.1:1', { token: TOKEN });
    const nobody = await connectCluster({ name: 'c1', kubeconfig });
    await expect(nobody.apply(CONFIG_MAP, { ...soon(), force: false })).rejects.toMatchObject({ code: 'Unavailable' });
    await nobody.close();
  });

  it('is Unavailable on credentials that are not accepted, and keeps them out of the message', async () => {
    const error = await applied((_incoming, response) =>
      json(response, 401, refusal(401, 'Unauthorized', `token ${TOKEN} and Bearer abc.def are unknown`)),
    );
    expect(error.code).toBe('Unavailable');
    expect(error.message).toContain('does not accept the credentials');
    expect(error.message).not.toContain('abc.def');
  });
});

describe('a right that the server says is missing', () => {
  const missing = refusal(
    403,
    'Forbidden',
    'configmaps "info" is forbidden: User "me" cannot patch resource "configmaps" in API group "" in the namespace "shop"',
  );
  const reviews = () => fake.calls.filter((call) => call.url.endsWith('/selfsubjectaccessreviews'));
  const answering =
    (review: (response: Parameters<Misbehave>[1]) => void): Misbehave =>
    (incoming, response) =>
      incoming.method === 'POST' ? review(response) : json(response, 403, missing);

  it('is Forbidden when the server, asked again about it, denies it', async () => {
    const error = await applied(answering((response) => json(response, 201, { status: { allowed: false } })));
    expect(error.code).toBe('Forbidden');
    expect(reviews().map((call) => call.body)).toEqual([
      expect.objectContaining({
        spec: {
          resourceAttributes: expect.objectContaining({ verb: 'patch', resource: 'configmaps', namespace: 'shop' }),
        },
      }),
    ]);
  });

  it('is Unavailable when the server has it after all, because it had only just started', async () => {
    const error = await applied(answering((response) => json(response, 201, { status: { allowed: true } })));
    expect(error.code).toBe('Unavailable');
    expect(error.message).toContain('just started');
  });

  it('is Unavailable when the server has read no roles at all yet', async () => {
    const none = refusal(403, 'Forbidden', 'User "me" cannot create resource "selfsubjectaccessreviews"');
    const error = await applied(answering((response) => json(response, 403, none)));
    expect(error.code).toBe('Unavailable');
  });

  it('is no question where a policy refuses', async () => {
    const policy = refusal(403, 'Forbidden', "ValidatingAdmissionPolicy 'naas-fence' with binding 'naas-fence' denied");
    const error = await applied((_incoming, response) => json(response, 403, policy));
    expect(error.code).toBe('Forbidden');
    expect(reviews()).toEqual([]);
  });

  it('is a policy’s to refuse under any status: no field is wrong then, and no name taken', async () => {
    for (const [status, reason] of [
      [422, 'Invalid'],
      [400, 'BadRequest'],
      [409, 'Conflict'],
    ] as const) {
      const denied = refusal(status, reason, 'admission webhook "owners.example.com" denied the request: ask them');
      expect((await applied((_incoming, response) => json(response, status, denied))).code).toBe('Forbidden');
    }
  });

  it('is NotReadyYet when an admission plugin still reads what it judges by', async () => {
    const early = refusal(403, 'Forbidden', 'configmaps "info" is forbidden: not yet ready to handle request');
    expect((await applied((_incoming, response) => json(response, 403, early))).code).toBe('NotReadyYet');
  });
});

describe('a deadline', () => {
  it('that has passed sends nothing', async () => {
    const error = await applied(() => expect.unreachable(), { deadlineMs: Date.now() - 1 });
    expect(error.code).toBe('DeadlinePassed');
    expect(fake.calls).toHaveLength(0);
  });

  it('ends a call that is under way', async () => {
    const started = Date.now();
    const error = await applied(() => {}, soon(300));
    expect(error.code).toBe('DeadlinePassed');
    expect(Date.now() - started).toBeLessThan(1500);
    expect(fake.calls).toHaveLength(1);
  });

  it('that passes while the process stands still lets nothing out afterwards', async () => {
    const kubeconfig = await kubeconfigFor(folder, fake.server, { token: TOKEN });
    const other = await connectCluster({ name: 'c1', kubeconfig });
    const write = other.create(CONFIG_MAP, soon(100));
    const outcome = write.catch((error: unknown) => error);
    // Stands still like a stopped process: no timer and no socket is served meanwhile.
    await new Promise<void>((resolve) => setImmediate(resolve));
    const until = Date.now() + 300;
    while (Date.now() < until);
    expect(await outcome).toMatchObject({ code: 'DeadlinePassed' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(fake.calls).toHaveLength(0);
    await other.close();
  });

  it('holds for the wait at the rate limit, too', async () => {
    fake.answer = (_incoming, response) =>
      json(response, 200, { kind: 'ConfigMap', metadata: { name: 'info', uid: 'u' } });
    const kubeconfig = await kubeconfigFor(folder, fake.server, { token: TOKEN });
    const slow = await connectCluster({ name: 'c1', kubeconfig, writesPerSecond: 1 });
    const writes = [1, 2, 3, 4].map(() => slow.apply(CONFIG_MAP, { ...soon(1500), force: false }));
    const outcomes = (await Promise.allSettled(writes)).map((each) => each.status);
    expect(outcomes.filter((status) => status === 'fulfilled').length).toBeGreaterThanOrEqual(2);
    expect(outcomes).toContain('rejected');
    expect(fake.calls.length).toBe(outcomes.filter((status) => status === 'fulfilled').length);
    await slow.close();
  });
});

describe('a signal', () => {
  it('ends the call with its own reason', async () => {
    fake.answer = () => {};
    const controller = new AbortController();
    const write = cluster.apply(CONFIG_MAP, { ...soon(), force: false, signal: controller.signal });
    setTimeout(() => controller.abort(new Error('the activity was cancelled')), 50);
    await expect(write).rejects.toThrow('the activity was cancelled');
  });

  it('that came before sends nothing', async () => {
    const signal = AbortSignal.abort(new Error('cancelled before'));
    await expect(cluster.apply(CONFIG_MAP, { ...soon(), force: false, signal })).rejects.toThrow('cancelled before');
    expect(fake.calls).toHaveLength(0);
  });
});

describe('what is sent', () => {
  beforeEach(() => {
    fake.answer = (_incoming, response) =>
      json(response, 200, { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'x' } });
  });

  it('is a server-side apply with one manager, strict, and without force unless asked', async () => {
    await cluster.apply(CONFIG_MAP, { ...soon(), force: false });
    await cluster.apply(CONFIG_MAP, { ...soon(), force: true });
    const [first, second] = fake.calls;
    expect(first).toMatchObject({ method: 'PATCH', contentType: 'application/apply-patch+yaml', body: CONFIG_MAP });
    expect(first?.url).toBe(
      '/api/v1/namespaces/shop/configmaps/info?fieldManager=naas&fieldValidation=Strict&force=false',
    );
    expect(second?.url).toContain('force=true');
  });

  it('is a delete that names the UID', async () => {
    const ref = { system: 'kubernetes', cluster: 'c1', apiVersion: 'v1', kind: 'Namespace', name: 'shop' } as const;
    await cluster.remove(ref, 'uid-1', soon());
    expect(fake.calls[0]).toMatchObject({
      method: 'DELETE',
      url: '/api/v1/namespaces/shop',
      body: { preconditions: { uid: 'uid-1' }, propagationPolicy: 'Background' },
    });
  });

  it('keeps the case of a name and encodes what a path cannot hold', async () => {
    const named = { ...CONFIG_MAP, metadata: { name: 'Straße/X:y', namespace: 'shop' } };
    await cluster.apply(named, { ...soon(), force: false });
    expect(fake.calls[0]?.url).toContain('/configmaps/Stra%C3%9Fe%2FX%3Ay?');
  });

  it('never addresses a whole collection for want of a name', async () => {
    for (const name of ['', '.', '..']) {
      const ref = {
        system: 'kubernetes',
        cluster: 'c1',
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'shop',
        name,
      } as const;
      await expect(cluster.remove(ref, 'u', soon()), name).rejects.toMatchObject({ code: 'Invalid' });
    }
    const lost = { ...CONFIG_MAP, metadata: { name: 'info' } };
    await expect(cluster.apply(lost, { ...soon(), force: false })).rejects.toMatchObject({ code: 'Invalid' });
    expect(fake.calls).toHaveLength(0);
  });

  it('goes over connections that are kept: a hundred calls in a row need no new one', async () => {
    await cluster.apply(CONFIG_MAP, { ...soon(), force: false });
    const before = fake.connections();
    for (let call = 0; call < 100; call += 1) await cluster.apply(CONFIG_MAP, { ...soon(), force: false });
    expect(fake.connections()).toBe(before);
  });
});

describe('the server’s clock', () => {
  it('is known from the Date header to well within a second or two', async () => {
    const aheadMs = 3_600_000;
    fake.answer = (_incoming, response) =>
      json(
        response,
        200,
        { kind: 'ConfigMap', metadata: { name: 'x' } },
        { date: new Date(Date.now() + aheadMs).toUTCString() },
      );
    const kubeconfig = await kubeconfigFor(folder, fake.server, { token: TOKEN });
    const other = await connectCluster({ name: 'c1', kubeconfig });
    expect(other.clockKnown()).toBe(false);
    for (let call = 0; call < 3; call += 1) await other.apply(CONFIG_MAP, { ...soon(), force: false });
    expect(Math.abs(other.serverNowMs() - Date.now() - aheadMs)).toBeLessThan(1100);
    await other.close();
  });
});
