// The one scope that `cancel` may cancel. Everything else of a run is shielded, so that an undo always runs to its end.
import { CancellationScope } from '@temporalio/workflow';
import { askedOf, type Run } from './run.ts';

/** `cancel` cancels what is in flight here; a cancel that came a moment before counts as well. */
export async function cancellably<T>(run: Run, work: () => Promise<T>): Promise<T> {
  try {
    return await CancellationScope.cancellable(async () => {
      run.inFlight = CancellationScope.current();
      if (askedOf(run).cancelledBy !== undefined) run.inFlight.cancel();
      return work();
    });
  } finally {
    run.inFlight = null;
  }
}
