// Runs many cases at once, but never more than so many: what waits for a clock must not wait for its turn as well.

/** Answers in the order of the items. `run` is to catch what it can; the first throw ends all. */
export async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await run(items[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return results;
}

/** Many callers, one answer: everybody who asks while one is being made waits for the next, which is begun after the asking. */
export function shared<T>(make: () => Promise<T>, pauseMs: number): () => Promise<T> {
  let next: Promise<T> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    if (next !== undefined) return next;
    const mine = last
      .then(() => new Promise((resolve) => setTimeout(resolve, pauseMs)))
      .then(() => {
        next = undefined;
        return make();
      });
    next = mine;
    last = mine.catch(() => undefined);
    return mine;
  };
}
