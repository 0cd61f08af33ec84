import { afterEach, describe, expect, it } from 'vitest';
import { type Dependency, type Health, serveHealth } from '../../../src/providers/telemetry/health.ts';

/** Short enough that a test sees a dependency come, go and be forgiven. */
const TIMING = { everyMs: 10, lookMs: 1_000, recentMs: 200 };

let health: Health | undefined;

afterEach(async () => {
  await health?.close();
  health = undefined;
});

async function open(): Promise<Health> {
  health = await serveHealth('127.0.0.1:0', TIMING);
  return health;
}

async function ask(path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://${health?.address}${path}`);
  return { status: response.status, body: await response.json() };
}

async function until(status: number): Promise<{ status: number; body: unknown }> {
  const giveUpMs = Date.now() + 5_000;
  for (;;) {
    const answer = await ask('/readyz');
    if (answer.status === status || Date.now() > giveUpMs) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function dependency(name: string): Dependency & { fault: string | null } {
  return {
    name,
    fault: null,
    async look() {
      if (this.fault !== null) throw new Error(this.fault);
    },
  };
}

describe('the health endpoint', () => {
  it('lives before it is ready: a worker that still connects must not be started again', async () => {
    await open();
    expect((await ask('/healthz')).status).toBe(200);
    expect(await ask('/readyz')).toEqual({ status: 503, body: { ready: false, polling: false } });
  });

  it('is ready once it polls and every dependency was seen', async () => {
    const { watch } = await open();
    watch(() => true, [dependency('temporal'), dependency('cluster')]);
    const body = { ready: true, polling: true, temporal: 'ok', cluster: 'ok' };
    expect(await until(200)).toEqual({ status: 200, body });
  });

  it('is not ready while one dependency has never been seen', async () => {
    const { watch } = await open();
    watch(() => true, [dependency('temporal'), Object.assign(dependency('cluster'), { fault: 'no route' })]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask('/readyz')).toMatchObject({ status: 503, body: { temporal: 'ok', cluster: 'no route' } });
  });

  it('forgives a short absence, says it, and gives up after a longer one', async () => {
    const cluster = dependency('cluster');
    const { watch } = await open();
    watch(() => true, [cluster]);
    await until(200);
    cluster.fault = 'connection refused';
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: { cluster: 'connection refused' } });
    expect((await until(503)).status).toBe(503);
    cluster.fault = null;
    expect((await until(200)).status).toBe(200);
  });

  it('is not ready from the moment at which it drains', async () => {
    let polling = true;
    const { watch } = await open();
    watch(() => polling, [dependency('temporal')]);
    await until(200);
    polling = false;
    expect((await ask('/readyz')).status).toBe(503);
    expect((await ask('/healthz')).status).toBe(200);
  });

  it('says which address it could not take', async () => {
    const { address } = await open();
    await expect(serveHealth(address, TIMING)).rejects.toThrow(`cannot serve health on ${address}: listen EADDRINUSE`);
  });
});
