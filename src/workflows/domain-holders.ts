// Namespaces that have names below the domain, when their team may have them no more: each is told, by a knock, until its names are
// gone. Whose a name is the list of claims says; what is done about it the namespace's own run decides.
import { ActivityFailure, condition, getExternalWorkflowHandle, isCancellation } from '@temporalio/workflow';
import { coverOf } from '../spec/domain-lifecycle.ts';
import { workflowId } from '../spec/names.ts';
import { reading } from './activities.ts';
import { type DomainRun, note } from './domain-run.ts';
import { domainMovedSignal } from './messages.ts';

/** A namespace needs seconds; one that is blocked is knocked at for as long as it takes. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 24 * 60 * 60_000;

/** Runs beside the domain's story, for as long as that goes on. */
export async function tellHolders(run: DomainRun): Promise<void> {
  for (;;) {
    await condition(() => run.lost);
    run.telling = true;
    let pauseMs = FIRST_PAUSE_MS;
    while (await tellOnce(run).catch(notNow)) {
      await condition(() => run.lost, pauseMs);
      pauseMs = run.lost ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
    run.telling = false;
  }
}

/** What cannot be read now, such as for a missing right, must not end the domain's run; it is asked again. */
function notNow(error: unknown): true {
  if (error instanceof ActivityFailure && !isCancellation(error)) return true;
  throw error;
}

/** true: somebody has still to hear of it. */
async function tellOnce(run: DomainRun): Promise<boolean> {
  run.lost = false;
  const { domain, holdings } = run;
  const { holders } = await reading(`Look who has names below ${domain}`).readNameHolders({ domain });
  const lost = holders.filter(({ name, team }) => coverOf(name, team, holdings) !== 'yes');
  for (const [namespace, names] of Map.groupBy(lost, (each) => each.namespace)) {
    const [first] = names;
    if (first === undefined) continue;
    note(run, {
      kind: 'notice',
      text: `to namespace ${namespace}: ${names.map(({ name }) => name).join(', ')} may be served no more`,
    });
    const knock = { domain, name: first.name };
    // Its run may be over: then the orphan sweep sees the namespace.
    await getExternalWorkflowHandle(workflowId(namespace))
      .signal(domainMovedSignal, knock)
      .catch(() => {});
  }
  return lost.length > 0;
}
