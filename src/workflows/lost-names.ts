// What becomes of a living namespace whose team has lost a domain: the names below it stop, by a change that nobody has to ask for.
// Everything else of it stays as it is. Whoever knocked, what counts is what the domain's own run says.
import { ActivityFailure } from '@temporalio/workflow';
import { reading } from './activities.ts';
import { domainNamesOf } from './await-domain.ts';
import { appliedState, begin } from './change.ts';
import { failureOf } from './failure.ts';
import { admittedOf, note, noteProblems, now, type Run } from './run.ts';

export function hearDomain({ state }: Run): void {
  const { spec } = state.admission ?? {};
  if (spec !== undefined && domainNamesOf(spec).length > 0) state.domainMoved = true;
}

/** For a namespace at rest. What comes up meanwhile goes first, and this is looked at again after it. */
export async function dropLostNames(run: Run): Promise<void> {
  const { state } = run;
  delete state.domainMoved;
  const { spec } = admittedOf(run);
  const { team } = spec;
  try {
    const { readCover } = reading(`Look whether team ${team} still holds the domains of ${run.name}`);
    const { covers } = await readCover({ team, names: domainNamesOf(spec) });
    const lost = covers.filter(({ cover }) => cover !== 'yes');
    if (lost.length === 0) return;
    const names = lost.map(({ name }) => name);
    const reason = `team ${team} holds the domain of ${names.join(', ')} no more`;
    const { admitLoss } = reading(`Plan ${run.name} without ${names.join(', ')}`);
    const requestId = `names-lost-${now()}`;
    const admission = await admitLoss({ name: run.name, requestId, names, applied: appliedState(run) });
    if (state.phase !== 'ready' || state.operation !== null) {
      state.domainMoved = true;
      return;
    }
    if (admission.verdict === 'refused') return noteProblems(run, admission.problems);
    if (admission.verdict === 'unchanged') return;
    note(run, { kind: 'notice', text: `to team ${team}: ${reason}; they stop now` });
    begin(run, { kind: 'change', requestId, reason, admission });
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    noteProblems(run, failureOf(error).problems);
  }
}
