import { describe, expect, it } from 'vitest';
import { type Part, runParts } from '../../bench/run-parts.ts';

const part = (name: string, measure: Part<null>['measure'], limitSeconds = 10): Part<null> => ({
  name,
  what: name,
  limitSeconds,
  measure,
});

const ready = part('good', async () => ({ figures: { replayMs: 7 }, seen: { replayMs: 'as seen' } }));

function run(parts: Part<null>[], signal = new AbortController().signal) {
  const cleaned: number[] = [];
  const said: string[] = [];
  const outcome = runParts(parts, {
    context: null,
    say: (line) => said.push(line),
    signal,
    cleanUp: async () => void cleaned.push(1),
  });
  return { outcome, cleaned, said };
}

describe('the parts of a bench', () => {
  it('go on when one of them fails, and the failed one is told with its reason', async () => {
    const { outcome, cleaned } = run([part('bad', async () => Promise.reject(new Error('no such server'))), ready]);
    expect(await outcome).toEqual({
      figures: { replayMs: 7 },
      notMeasured: [{ part: 'bad', reason: 'no such server' }],
      seen: { replayMs: 'as seen' },
    });
    expect(cleaned).toHaveLength(2);
  });

  it('take no longer than their limit, even when they do not listen', async () => {
    const { outcome } = run([part('deaf', () => new Promise(() => {}), 0.05), ready]);
    expect((await outcome).notMeasured).toEqual([{ part: 'deaf', reason: 'it took longer than 0.05 s' }]);
    expect((await outcome).figures).toEqual({ replayMs: 7 });
  });

  it('keep what was found when a person stops the run; the rest is not measured', async () => {
    const stop = new AbortController();
    const stopping = part('stopping', async () => {
      stop.abort(new Error('interrupted by SIGINT'));
      return new Promise(() => {});
    });
    const { outcome } = run(
      [ready, stopping, part('later', async () => ({ figures: { noopWrites: 1 } }))],
      stop.signal,
    );
    expect(await outcome).toMatchObject({
      figures: { replayMs: 7 },
      notMeasured: [
        { part: 'stopping', reason: 'interrupted by SIGINT' },
        { part: 'later', reason: 'interrupted by SIGINT' },
      ],
    });
  });

  it('join where two of them find figures of one namespace', async () => {
    const { outcome } = run([
      part('a', async () => ({ figures: { perNamespace: { clientCpuMs: 40 } } })),
      part('b', async () => ({ figures: { perNamespace: { events: 38 } } })),
    ]);
    expect((await outcome).figures).toEqual({ perNamespace: { clientCpuMs: 40, events: 38 } });
  });

  it('tell, of the end of a log behind a message, the lines that name an error', async () => {
    const message = 'worker ended with code 1.\nThe end of its log:\n  at open\n  Error: ENOENT bundle.js\n  at main';
    const { outcome } = run([part('bad', async () => Promise.reject(new Error(message)))]);
    expect((await outcome).notMeasured[0]?.reason).toBe('worker ended with code 1. Error: ENOENT bundle.js');
  });
});
