// Many at once, but never more than so many; and one answer for all who ask at the same time.
import { describe, expect, it } from 'vitest';
import { inParallel, shared } from './pool.ts';

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe('inParallel', () => {
  it('runs each once, in order of the answers, and so many at a time', async () => {
    let now = 0;
    let most = 0;
    const answers = await inParallel([1, 2, 3, 4, 5], 2, async (item) => {
      now += 1;
      most = Math.max(most, now);
      await tick();
      now -= 1;
      return item * 10;
    });
    expect(answers).toEqual([10, 20, 30, 40, 50]);
    expect(most).toBe(2);
  });

  it('fails with the first that fails', async () => {
    await expect(inParallel([1], 2, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  });
});

describe('shared', () => {
  it('gives one answer to all who ask meanwhile, and never one that was begun before the question', async () => {
    let begun = 0;
    let finish = Promise.withResolvers<void>();
    const ask = shared(async () => {
      begun += 1;
      const mine = begun;
      await finish.promise;
      return mine;
    }, 0);
    const first = [ask(), ask()];
    while (begun === 0) await tick();
    const late = ask();
    finish.resolve();
    expect(await Promise.all(first)).toEqual([1, 1]);
    finish = Promise.withResolvers();
    finish.resolve();
    expect(await late).toBe(2);
  });

  it('goes on after a failure', async () => {
    let fails = true;
    const ask = shared(async () => {
      if (fails) throw new Error('away');
      return 'there';
    }, 0);
    await expect(ask()).rejects.toThrow('away');
    fails = false;
    expect(await ask()).toBe('there');
  });
});
