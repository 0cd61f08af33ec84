// What `npm run build` makes and deploy/Dockerfile takes, on the real servers: the compiled worker starts with the packages
// of production alone, provisions, tells of its health, its metrics and its log, and ends in order.
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNaasClient } from '../../src/client/index.ts';
import { createLeash, type Leash } from '../../src/local/leash.ts';
import { withFreePorts } from '../../src/local/ports.ts';
import { type ChildHandle, hasLogged, startChild, waitUntilReady } from '../../src/local/processes.ts';
import { ROOT } from '../../tools/paths.mjs';
import { newTaskQueue, sharedPlatform } from '../support/platform.ts';
import { PEOPLE, provers } from '../support/scenario-people.ts';
import { DEV, requestOf } from '../support/scenario-requests.ts';
import { type Image, layOutImage } from './image.ts';

const run = promisify(execFile);
const FOLDER = join(ROOT, '.naas', `image-${process.pid}`);
const taskQueue = newTaskQueue();

let image: Image;
let leash: Leash;
let worker: ChildHandle;
let health: string;
let metrics: string;

beforeAll(async () => {
  const dist = join(FOLDER, 'built');
  mkdirSync(FOLDER, { recursive: true });
  await run(process.execPath, [join(ROOT, 'tools', 'build.mjs'), '--out', dist], { cwd: ROOT });
  image = layOutImage(FOLDER, dist);
  leash = createLeash();
  await withFreePorts(2, async ([healthPort, metricsPort]) => {
    health = `127.0.0.1:${healthPort}`;
    metrics = `127.0.0.1:${metricsPort}`;
    worker = await startWorker({ NAAS_HEALTH_ADDRESS: health, NAAS_METRICS_ADDRESS: metrics });
  });
});

afterAll(async () => {
  await worker?.stop();
  await leash?.letGo();
  image?.remove();
});

/** Nothing of this test's own environment reaches it, but for Node itself. */
async function startWorker(env: Record<string, string>): Promise<ChildHandle> {
  const { temporalAddress, temporalNamespace, workerKubeconfig, trustedKeysFile, stateDir } = sharedPlatform();
  const [program, ...args] = image.command;
  expect(program).toBe('node');
  const child = startChild({
    name: 'image',
    command: process.execPath,
    args,
    cwd: image.app,
    env: {
      ...image.env,
      KUBECONFIG: workerKubeconfig,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: temporalNamespace,
      NAAS_TASK_QUEUE: taskQueue,
      NAAS_TRUSTED_KEYS: trustedKeysFile,
      ...env,
    },
    logFile: join(stateDir, 'logs', 'image.log'),
    leash,
  });
  // Two seconds on two cores; the rest is for a machine that runs the whole test suite beside it.
  await waitUntilReady(child, hasLogged(child, 'naas worker is polling'), { timeoutMs: 90_000 });
  return child;
}

async function get(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url);
  return { status: response.status, body: await response.text() };
}

async function eventually<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  const giveUpMs = Date.now() + 30_000;
  for (;;) {
    const seen = await look();
    if (good(seen) || Date.now() > giveUpMs) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function logLines(): Record<string, unknown>[] {
  return worker
    .log()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('the image', () => {
  it('runs as a user who is not root, named by number', () => {
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('tells on /healthz that it lives and on /readyz that it polls and reaches both systems', async () => {
    expect(await get(`http://${health}/healthz`)).toMatchObject({ status: 200 });
    const ready = await eventually(
      () => get(`http://${health}/readyz`),
      ({ status }) => status === 200,
    );
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.body)).toEqual({ ready: true, polling: true, temporal: 'ok', cluster: 'ok' });
    expect((await get(`http://${health}/`)).status).toBe(404);
  });

  it('provisions a namespace and takes it away again', async () => {
    const { temporalAddress, temporalNamespace, issuerKeyFile } = sharedPlatform();
    const prove = (await provers(issuerKeyFile, FOLDER)).trusted(PEOPLE.owner);
    const client = createNaasClient({ address: temporalAddress, namespace: temporalNamespace, taskQueue, prove });
    try {
      await client.submit(requestOf('built-image', DEV));
      const phase = async () => (await client.status('built-image')).phase;
      expect(await eventually(phase, (seen) => seen === 'ready')).toBe('ready');
      await client.teardown('built-image');
      expect(await eventually(phase, (seen) => seen === 'deleted')).toBe('deleted');
    } finally {
      await client.close();
    }
  });

  it('counts in seconds and totals on /metrics, and says which version runs', async () => {
    const { body } = await get(`http://${metrics}/metrics`);
    expect(body).toMatch(/^naas_build_info\{[^}]*version="\d+\.\d+\.\d+"[^}]*\} 1$/m);
    expect(body).toMatch(/^temporal_workflow_task_execution_latency_seconds_bucket\{/m);
    expect(body).toMatch(/^temporal_activity_task_received_total\{/m);
    expect(body).toMatch(/^temporal_worker_task_slots_available\{/m);
    expect(body).not.toContain('milliseconds');
  });

  it('logs one JSON object a line', () => {
    const lines = logLines();
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatchObject({ time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/), message: expect.any(String) });
      expect(['trace', 'debug', 'info', 'warn', 'error']).toContain(line['level']);
    }
    expect(lines.map((line) => line['message'])).toContain('naas worker is polling');
  });

  it('gives the command line as well', async () => {
    const { stdout } = await run(process.execPath, [join(image.app, 'bin', 'naas.mjs'), 'install', '--dry-run'], {
      cwd: image.app,
      env: {},
    });
    expect(stdout).toContain('ValidatingAdmissionPolicy');
  });

  it('ends by itself and without a fault when it is told to stop', async () => {
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe('ended with code 0');
    await expect(get(`http://${health}/healthz`)).rejects.toThrow();
  });

  it('says in the same form why it cannot start', async () => {
    await expect(
      startWorker({ NAAS_METRICS_ADDRESS: 'localhost:9464', NAAS_STICKY_TIMEOUT_MS: 'soon' }),
    ).rejects.toThrow(/NAAS_STICKY_TIMEOUT_MS.*\n.*NAAS_METRICS_ADDRESS.*expected IP:port/);
    await expect(startWorker({ KUBECONFIG: '/nowhere/kubeconfig' })).rejects.toThrow(
      /"level":"error","message":"reading \/nowhere\/kubeconfig failed/,
    );
  });
});
