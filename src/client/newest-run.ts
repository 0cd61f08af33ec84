// The newest run of a name, open or closed: whether it still runs, and what to say when a message finds none that does.
import { NaasError, type Problem } from '../spec/errors.ts';
import { workflowId } from '../spec/names.ts';
import { afterItsRun, staleStatus, unwatched } from './records.ts';
import { DEADLINE_MS, isMissingRun, repeatedly, type Temporal } from './temporal.ts';

/** undefined: there is none. */
export async function latestRun(t: Temporal, name: string) {
  const handle = t.client.workflow.getHandle(workflowId(name));
  const call = { what: `look at ${name}`, deadlineMs: DEADLINE_MS };
  return repeatedly(t, call, () => handle.describe()).catch((error: NaasError) => {
    if (isMissingRun(error)) return undefined;
    throw error;
  });
}

export async function isRunning(t: Temporal, name: string): Promise<boolean> {
  return (await latestRun(t, name))?.status.name === 'RUNNING';
}

/** A run that is over cannot take a message: says so, instead of "not found". */
export async function explainMissing(t: Temporal, name: string, error: NaasError): Promise<never> {
  if (error.code !== 'NotFound') throw error;
  const run = await latestRun(t, name);
  if (run === undefined)
    throw new NaasError(
      { code: 'NotFound', message: `there is no namespace ${name} and no request for it` },
      { cause: error },
    );
  const status = staleStatus(name, run);
  const { phase, endedInTemporal } = status;
  const problem: Problem =
    endedInTemporal === undefined
      ? { code: 'Ended', message: `namespace ${name} is ${phase}: this run is over` }
      : {
          code: 'Ended',
          message: `namespace ${name} was ${phase}: ${unwatched(endedInTemporal)}`,
          hint: afterItsRun(status),
        };
  throw new NaasError(problem, { cause: error });
}
