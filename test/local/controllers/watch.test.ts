// A copy of a kind stays right whatever becomes of its watch: it ends, breaks, or tells that it cannot go on.
import { describe, expect, it } from 'vitest';
import type { Api, WatchEvent } from '../../../src/local/controllers/api.ts';
import { WATCHED, type WatchedKind } from '../../../src/local/controllers/objects.ts';
import { keepCopy } from '../../../src/local/controllers/watch.ts';
import type { LiveObject } from '../../../src/spec/gateway-objects.ts';

const [kind] = WATCHED as [WatchedKind, ...WatchedKind[]];
const object = (name: string, version = 1): LiveObject => ({ kind: 'GatewayClass', metadata: { name, version } });

/** Each step is one list and the watch after it; after the last the watch hangs. */
interface Step {
  list: LiveObject[] | Error;
  events?: (WatchEvent | Error)[];
}

async function follow(
  steps: Step[],
): Promise<{ names: () => string[]; said: string[]; end: () => void; lists: () => number }> {
  let at = -1;
  const { promise: last, resolve } = Promise.withResolvers<void>();
  const ended = new AbortController();
  const api: Api = {
    async list() {
      at += 1;
      const { list } = steps[at] ?? { list: new Error('asked too often') };
      if (list instanceof Error) throw list;
      return { items: list, resourceVersion: String(at) };
    },
    async *watch(_kind, resourceVersion, signal) {
      expect(resourceVersion).toBe(String(at));
      for (const event of steps[at]?.events ?? []) {
        if (event instanceof Error) throw event;
        yield event;
        // Whoever does not turn away from it waits for ever.
        if (event.type === 'ERROR') await new Promise(() => {});
      }
      if (at < steps.length - 1) return;
      resolve();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('over'))));
    },
    writeStatus: () => Promise.reject(new Error('nobody writes here')),
    close: () => Promise.resolve(),
  };
  const said: string[] = [];
  const copy = keepCopy(api, kind, { signal: ended.signal, changed: () => {}, say: (line) => said.push(line) });
  await Promise.all([copy.listed, last]);
  return { names: () => [...copy.objects.keys()].sort(), said, end: () => ended.abort(), lists: () => at + 1 };
}

describe('a copy', () => {
  it('follows what is added, changed and deleted', async () => {
    const events: WatchEvent[] = [
      { type: 'ADDED', object: object('b') },
      { type: 'MODIFIED', object: object('b', 2) },
      { type: 'DELETED', object: object('a') },
    ];
    const { names, said, end } = await follow([{ list: [object('a')], events }]);
    expect(names()).toEqual(['b']);
    expect(said).toEqual([]);
    end();
  });

  it.each<[string, (WatchEvent | Error)[]]>([
    ['ended', []],
    ['broke', [new Error('socket hang up')]],
    ['told that its version is gone', [{ type: 'ERROR', object: { code: 410 } }]],
  ])('is read whole again when its watch %s, and forgets what is no longer there', async (_how, events) => {
    const { names, end, lists } = await follow([
      { list: [object('a'), object('b')], events },
      { list: [object('b'), object('c')] },
    ]);
    expect(names()).toEqual(['b', 'c']);
    expect(lists()).toBe(2);
    end();
  });

  it('goes on after a server that does not answer, and says so', async () => {
    const { names, said, end } = await follow([{ list: new Error('ECONNREFUSED') }, { list: [object('a')] }]);
    expect(names()).toEqual(['a']);
    expect(said.join()).toContain('stand-in: gatewayclasses cannot be read, next try in 100 ms');
    end();
  });
});
