// The switch as a writing activity meets it: every answer that an API server can give when it is asked for the ConfigMap.
// Over the real provider; the server is a small one that misbehaves as it is told.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { switchActivities, writing } from '../../src/activities/switch.ts';
import { connectCluster, type KubernetesCluster } from '../../src/providers/kubernetes/index.ts';
import { type FakeApi, json, kubeconfigFor, refusal, startFakeApi } from '../providers/kubernetes/fake-api.ts';

let folder: string;
let fake: FakeApi;
let cluster: KubernetesCluster;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-switch-'));
  fake = await startFakeApi();
  cluster = await connectCluster({
    name: 'c1',
    kubeconfig: await kubeconfigFor(folder, fake.server, { token: 'secret-token' }),
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

/** As `awaitingResume` has it; the mock's own times are of 1970. */
function environment(attempt = 1): MockActivityEnvironment {
  const now = Date.now();
  const times = { startToCloseTimeoutMs: 15_000, scheduleToCloseTimeoutMs: 0, currentAttemptScheduledTimestampMs: now };
  return new MockActivityEnvironment({ ...times, attempt }, { logger: new DefaultLogger('ERROR') });
}

function says(data: Record<string, string> | undefined): void {
  fake.answer = (_incoming, response) =>
    data === undefined
      ? json(response, 404, refusal(404, 'NotFound', 'configmaps "naas-switch" not found'))
      : json(response, 200, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'naas-switch' }, data });
}

/** What became of a writing activity: whether its body ran, and how it failed. */
async function attempt(): Promise<{ wrote: boolean; failure?: unknown }> {
  let wrote = false;
  const failure = await environment()
    .run(() =>
      writing(cluster, async () => {
        wrote = true;
      }),
    )
    .catch((error: unknown) => error);
  return failure === undefined ? { wrote } : { wrote, failure };
}

const look = (attempt: number): Promise<unknown> =>
  environment(attempt)
    .run(switchActivities(cluster).untilResumed)
    .catch((error: unknown) => error);

describe('a writing activity', () => {
  it('looks at the one ConfigMap in naas-system, and writes when it is not there', async () => {
    says(undefined);
    expect(await attempt()).toEqual({ wrote: true });
    expect(fake.calls.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/v1/namespaces/naas-system/configmaps/naas-switch',
    ]);
  });

  it('writes when it says "false"', async () => {
    says({ paused: 'false', by: 'ada' });
    expect(await attempt()).toEqual({ wrote: true });
  });

  it.each([
    ['"true"', { paused: 'true', by: 'ada', reason: 'why', since: '2026-05-01T09:00:00.000Z' }],
    ['nonsense', { pause: 'perhaps' }],
    ['nothing at all', {}],
  ])('writes nothing when it says %s', async (_, data) => {
    says(data);
    const { wrote, failure } = await attempt();
    expect(wrote).toBe(false);
    expect(failure).toMatchObject({ type: 'Paused', nonRetryable: false });
  });

  it('writes nothing while it cannot be read, and asks to be tried again', async () => {
    fake.answer = (_incoming, response) => json(response, 503, refusal(503, 'ServiceUnavailable', 'starting'));
    expect(await attempt()).toMatchObject({ wrote: false, failure: { type: 'Unavailable', nonRetryable: false } });
    fake.answer = (_incoming, response) => response.destroy();
    expect(await attempt()).toMatchObject({ wrote: false, failure: { type: 'Unavailable', nonRetryable: false } });
  });

  it('takes a right that it lacks for a switch that cannot be read, not for leave to write or a reason to undo', async () => {
    fake.answer = (_incoming, response) => json(response, 403, refusal(403, 'Forbidden', 'configmaps is forbidden'));
    expect(await attempt()).toMatchObject({
      wrote: false,
      failure: {
        type: 'Unavailable',
        nonRetryable: false,
        message: expect.stringContaining('ConfigMap naas-system/naas-switch cannot be read'),
      },
    });
  });
});

describe('the wait for the resume', () => {
  it('ends when the switch is off', async () => {
    says({ paused: 'false' });
    expect(await look(7)).toBeUndefined();
  });

  it('looks again soon at first, then every ten seconds, without an end', async () => {
    says({ paused: 'true' });
    const delays = await Promise.all([1, 2, 10, 5_000].map(look));
    expect(delays).toMatchObject([
      { type: 'Paused', nonRetryable: false, nextRetryDelay: 1_000 },
      { type: 'Paused', nonRetryable: false, nextRetryDelay: 2_000 },
      { type: 'Paused', nonRetryable: false, nextRetryDelay: 10_000 },
      { type: 'Paused', nonRetryable: false, nextRetryDelay: 10_000 },
    ]);
  });

  it('is not worth a warning at each look', async () => {
    says({ paused: 'true' });
    expect(await look(1)).toMatchObject({ category: 'BENIGN' });
  });

  it('goes on waiting when the right to look was taken away', async () => {
    fake.answer = (_incoming, response) => json(response, 403, refusal(403, 'Forbidden', 'configmaps is forbidden'));
    expect(await look(1)).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });
});
