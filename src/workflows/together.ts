// Work that goes on side by side, and is over when all of it is: an undo must never meet a write that is still on its way. It
// knows nothing of what the work is.
import { CancellationScope } from '@temporalio/workflow';

/** The first failure cancels the rest, and is thrown when that has come to its end. */
export function together(works: readonly (() => Promise<void>)[]): Promise<void> {
  return CancellationScope.cancellable(() => {
    const scope = CancellationScope.current();
    return toTheirEnd(works, () => scope.cancel());
  });
}

/** Past failures; the first one is thrown when all have come to their end. */
export async function toTheirEnd(works: readonly (() => Promise<void>)[], onFailure = (): void => {}): Promise<void> {
  const failures: unknown[] = [];
  const ended = works.map((work) =>
    work().catch((error: unknown) => {
      failures.push(error);
      onFailure();
    }),
  );
  await Promise.all(ended);
  if (failures.length > 0) throw failures[0];
}
