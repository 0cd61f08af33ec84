import { describe, expect, it } from 'vitest';
import { createDiscovery } from '../../../src/providers/kubernetes/discovery.ts';
import type { Transport } from '../../../src/providers/kubernetes/transport.ts';

const KIND = { apiVersion: 'v1', kind: 'ConfigMap' };
const CALL = { deadlineMs: Date.now() + 60_000 };
const known = { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true }] };
const busy = { kind: 'Status', status: 'Failure', code: 429, reason: 'TooManyRequests', message: 'later' };

/** Answers with Retry-After as long as it is told to. */
function server() {
  const asked: string[] = [];
  const transport = {
    server: 'https://127.0.0.1',
    async send({ path }: { path: string }) {
      asked.push(path);
      const [status, body, headers] = put.off ? [429, busy, { 'retry-after': '1' }] : [200, known, {}];
      return { status, body, text: JSON.stringify(body), headers };
    },
    serverNowMs: () => Date.now(),
    clean: (text: string) => text,
  } as unknown as Transport;
  const put = { off: true };
  return { transport, asked, put };
}

describe('discovery', () => {
  it('that the server puts off asks nothing before its time, whoever wants it, and then again', async () => {
    const { transport, asked, put } = server();
    const discovery = createDiscovery(transport);
    for (let round = 0; round < 3; round += 1)
      await expect(discovery.resourceOf(KIND, CALL)).rejects.toMatchObject({ code: 'Throttled' });
    expect(asked).toHaveLength(1);
    const early = await discovery
      .resourceOf(KIND, CALL)
      .catch((error: { retryAfterMs?: number }) => error.retryAfterMs);
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThanOrEqual(1_000);
    put.off = false;
    await new Promise((resolve) => setTimeout(resolve, 1_010));
    expect(await discovery.resourceOf(KIND, CALL)).toMatchObject({ resource: 'configmaps' });
    expect(asked).toHaveLength(2);
  });
});
