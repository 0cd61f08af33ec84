// A start whose port somebody else took meanwhile is tried on others; any other failure is told at once.
import { describe, expect, it } from 'vitest';
import { withFreePorts } from '../../src/local/ports.ts';

describe('a start on free ports', () => {
  it.each([
    'listen tcp 127.0.0.1:24000: bind: address already in use',
    'Error: listen EADDRINUSE: address already in use 127.0.0.1:24000',
    // The end of a server's log, cut to its width.
    'received non-nil error from function HTTPAPIServerProvider: failed listening for HTTP API on 127.0',
  ])('goes on with others after "%s"', async (message) => {
    const tried: number[][] = [];
    const answer = await withFreePorts(2, async (ports) => {
      tried.push(ports);
      if (tried.length === 1) throw new Error(message);
      return ports;
    });
    expect(tried).toHaveLength(2);
    expect(answer).toEqual(tried[1]);
  });

  it('that fails of something else is not tried again', async () => {
    let tried = 0;
    const start = withFreePorts(1, async () => {
      tried += 1;
      throw new Error('no such file');
    });
    await expect(start).rejects.toThrow('no such file');
    expect(tried).toBe(1);
  });
});
