// The last look at the clock, taken when the connection is about to write.
import type { Dispatcher } from 'undici';
import { expect, it } from 'vitest';
import { exchange } from '../../../src/providers/kubernetes/exchange.ts';

const words = { what: 'create of ConfigMap shop/info', clean: (text: string) => text };
const request = { origin: 'https://127.0.0.1', path: '/', method: 'POST' } as const;

/** Reaches the socket only after `connectMs` in which nothing else is served, as in a process that was stopped. */
function stoppedWhileConnecting(connectMs: number) {
  const seen = { written: false };
  const dispatcher = {
    dispatch(_request: unknown, handler: Dispatcher.DispatchHandler) {
      const until = Date.now() + connectMs;
      while (Date.now() < until);
      let aborted = false;
      const abort = () => {
        aborted = true;
      };
      const controller = { abort } as unknown as Dispatcher.DispatchController;
      handler.onRequestStart?.(controller, null);
      if (aborted) return true;
      seen.written = true;
      handler.onResponseStart?.(controller, 200, {});
      handler.onResponseEnd?.(controller, {});
      return true;
    },
  };
  return { dispatcher: dispatcher as unknown as Dispatcher, seen };
}

it('a write whose deadline passed while the connection was made is not sent', async () => {
  const { dispatcher, seen } = stoppedWhileConnecting(120);
  await expect(exchange(dispatcher, request, { deadlineMs: Date.now() + 60 }, words)).rejects.toMatchObject({
    code: 'DeadlinePassed',
    message: expect.stringContaining('nothing was sent'),
  });
  expect(seen.written).toBe(false);
});

it('a write in time is sent', async () => {
  const { dispatcher, seen } = stoppedWhileConnecting(5);
  await expect(exchange(dispatcher, request, { deadlineMs: Date.now() + 1000 }, words)).resolves.toMatchObject({
    status: 200,
  });
  expect(seen.written).toBe(true);
});
