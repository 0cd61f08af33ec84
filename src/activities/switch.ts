// The switch with which operators stop naas's writes. Every writing activity goes through `writing`, which reads the switch
// first; nobody writes the switch here. What cannot be read is not taken for "go on".
import { activityInfo } from '@temporalio/activity';
import { ERRORS, NaasError } from '../spec/errors.ts';
import { ownRef } from '../spec/inventory.ts';
import { SWITCH_CONFIG_MAP } from '../spec/names.ts';
import { type Pause, pausedProblem, pauseIn, SWITCH } from '../spec/switch.ts';
import { atTheBoundary, callOptions } from './boundary.ts';
import type { CallOptions, Cluster } from './cluster.ts';

/** A short pause is over soon, a long one need not be asked after often: one second more after each look, up to ten. */
const LOOK_AFTER_MS = 1_000;
const LOOKS_UNTIL_SLOWEST = 10;

/** Runs the body of a writing activity unless naas is paused: then not even its first write is made. */
export async function writing<T>(
  cluster: Cluster,
  body: (options: CallOptions) => Promise<T>,
  boundary: { unfenced?: boolean } = {},
): Promise<T> {
  return atTheBoundary(async () => {
    const options = callOptions();
    const pause = await readSwitch(cluster, options);
    if (pause !== undefined) throw new NaasError(pausedProblem(pause));
    return body(options);
  }, boundary);
}

export function switchActivities(cluster: Cluster) {
  return {
    /** Ends when naas is not paused any more. Looking again is Temporal's part: a retry leaves no trace in the history. */
    async untilResumed(): Promise<void> {
      return atTheBoundary(async () => {
        const pause = await readSwitch(cluster, callOptions());
        if (pause === undefined) return;
        const retryAfterMs = Math.min(activityInfo().attempt, LOOKS_UNTIL_SLOWEST) * LOOK_AFTER_MS;
        throw new NaasError(pausedProblem(pause), { retryAfterMs });
      });
    },
  };
}

async function readSwitch(cluster: Cluster, options: CallOptions): Promise<Pause | undefined> {
  const ref = ownRef(cluster.name, 'v1', 'ConfigMap', SWITCH_CONFIG_MAP);
  try {
    return pauseIn(await cluster.read(ref, options), new Date(cluster.serverNowMs()).toISOString());
  } catch (error) {
    // A missing right is mended by people, and until then the run waits: it must not undo what it could not judge.
    if (!(error instanceof NaasError) || !ERRORS[error.code].permanent) throw error;
    const message = `${SWITCH} cannot be read, so nothing is written: ${error.message}`;
    throw new NaasError({ code: 'Unavailable', message }, { cause: error });
  }
}
