// Provisioning: the stages in their order, each intended in the inventory before its writes begin. Any failure, and a
// cancel, leads to the undo; nothing half-made is left.
import { isCancellation } from '@temporalio/workflow';
import type { ClaimInput, StageOutcome } from '../activities/stages.ts';
import type { Admitted } from '../spec/admission.ts';
import type { Problem } from '../spec/errors.ts';
import type { ObjectEntry, ObjectRef, ObjectStage, OwnedRef, Stage } from '../spec/inventory.ts';
import { claiming, ensuring } from './activities.ts';
import { awaitDomains, confirmDomains } from './await-domain.ts';
import { cancellably } from './cancellable.ts';
import { failureOf } from './failure.ts';
import { throughPauses } from './pause.ts';
import { intendHostnames, publishRecords, route } from './reach.ts';
import { recorded } from './recorded.ts';
import { undo } from './removal.ts';
import { admittedOf, enter, noteProblems, now, type Run, step } from './run.ts';
import { together } from './together.ts';

/** Neither what a namespace is equipped with nor its routes need the other; before both stand the guardrails, and its names after. */
const ORDER: readonly (readonly Stage[])[] = [
  ['claim'],
  ['guardrails'],
  ['route', 'equipment'],
  ['publish'],
  ['access'],
];

export function beginProvisioning(run: Run, text: string): void {
  run.state.provisioningStartedAt = now();
  enter(run, 'provisioning', 'claim', text);
}

export async function provision(run: Run): Promise<void> {
  if (run.state.step === 'undoing') return undo(run);
  try {
    await cancellably(run, async () => {
      await awaitDomains(run, admittedOf(run).spec);
      for (const stages of ORDER) await together(stages.map((stage) => () => ensure(run, stage)));
    });
  } catch (error) {
    return turnBack(run, explain(run, error));
  }
  // The last stage had ended when the cancel came; what was accepted counts all the same.
  if (run.state.cancelledBy !== undefined) return turnBack(run, [cancelled(run)]);
  becomeReady(run);
}

async function turnBack(run: Run, problems: Problem[]): Promise<void> {
  run.state.problems = problems;
  noteProblems(run, problems);
  step(run, 'undoing');
  return undo(run);
}

async function ensure(run: Run, stage: Stage): Promise<void> {
  const { reach } = admittedOf(run);
  switch (stage) {
    case 'claim':
      step(run, stage);
      await ensureObjects(run, stage, { names: intendHostnames(run) });
      return confirmDomains(run, admittedOf(run).spec);
    case 'route':
      if (reach === undefined) return;
      step(run, stage);
      return route(run);
    case 'publish':
      if (reach === undefined) return;
      step(run, stage);
      return publishRecords(run);
    case 'equipment':
      // Beside a route it is that which may take long.
      if (reach === undefined) step(run, stage);
      return ensureObjects(run, stage);
    case 'guardrails':
    case 'access':
      step(run, stage);
      return ensureObjects(run, stage);
  }
}

type OwnStage = Exclude<ObjectStage, 'route'>;

async function ensureObjects(run: Run, stage: OwnStage, more: Pick<ClaimInput, 'names'> = {}): Promise<void> {
  const { state } = run;
  const admission = admittedOf(run);
  state.inventory.push(...admission.refs[stage].map((ref): ObjectEntry => ({ ...ref, stage, state: 'intended' })));
  const { lostUntil } = await throughPauses(run, () => recorded(run, () => write(admission, stage, more)));
  if (lostUntil !== undefined) state.lostUntil = lostUntil;
}

function write(admission: Admitted, stage: OwnStage, { names }: Pick<ClaimInput, 'names'>): Promise<StageOutcome> {
  const { timing, stages, spec, refs } = admission;
  const input = { stage: stages[stage] };
  switch (stage) {
    case 'claim':
      return claiming(timing, `Claim: create namespace ${spec.name} on ${spec.cluster}${named(names)}`).claimNamespace({
        ...input,
        names,
      });
    case 'guardrails':
      return ensuring(
        timing,
        `Guardrails: ${listed(refs.guardrails)}; wait until the quota is enforced`,
      ).ensureGuardrails(input);
    case 'equipment':
      return ensuring(timing, `Equipment: ${listed(refs.equipment)}`).ensureEquipment(input);
    case 'access':
      return ensuring(timing, `Access: read the guardrails back, then ${listed(refs.access)}`).grantAccess({
        ...input,
        expect: readBack(admission),
      });
  }
}

function named(names: ClaimInput['names']): string {
  return names === undefined ? '' : `, with ${listed(names.hostnames)}`;
}

/** What must be in force before anybody has access: limits, quota and every network policy. */
export function readBack({ refs }: Admitted): ObjectRef[] {
  return [...refs.guardrails, ...refs.equipment.filter((ref) => ref.kind === 'NetworkPolicy')];
}

/** Summaries are cut by the server at 400 bytes. */
export function listed(refs: readonly OwnedRef[]): string {
  const text = refs.map((ref) => `${ref.kind} ${ref.name}`).join(', ');
  return text.length <= 250 ? text : `${text.slice(0, 249)}…`;
}

/** `since`: a namespace that was ready before is so from then. */
export function becomeReady(run: Run, since: string = now()): void {
  const { state } = run;
  const { spec } = admittedOf(run);
  state.readyAt = since;
  state.leaseEndsAt = new Date(Date.parse(state.readyAt) + spec.leaseDays * 86_400_000).toISOString();
  enter(run, 'ready', 'waiting', `all of its ${state.inventory.length} objects are in force`);
}

function explain(run: Run, error: unknown): Problem[] {
  if (run.state.cancelledBy !== undefined || isCancellation(error)) return [cancelled(run)];
  return failureOf(error).problems;
}

function cancelled({ state }: Run): Problem {
  return {
    code: 'Cancelled',
    message: `${state.cancelledBy ?? 'somebody'} cancelled it while ${state.step} was in progress`,
  };
}
