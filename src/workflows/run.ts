// One run of the lifecycle: its state, and the few ways in which the state may change. It calls no activity and waits for
// nothing; what operators see (search attributes, current details, timeline) is kept here, beside each change.
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  ApplicationFailure,
  type CancellationScope,
  log,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Admitted } from '../spec/admission.ts';
import { openSlots, seated } from '../spec/approval.ts';
import { AWAITED_MAX_BYTES } from '../spec/awaited.ts';
import type { ErrorName, Problem } from '../spec/errors.ts';
import { describeRef, type Effect } from '../spec/inventory.ts';
import { type Phase, type Situation, situationOf, TRANSITIONS } from '../spec/lifecycle.ts';
import { awaitsGroup, awaitsUser } from '../spec/names.ts';
import { type Step, TIMELINE_LENGTH, type TimelineEntry } from '../spec/status.ts';
import { detailsOf } from './describe.ts';
import type { Asked, LifecycleState } from './state.ts';

export interface Run {
  state: LifecycleState;
  /** Name from the workflow id: it stands before admission has said anything. */
  name: string;
  /** Open while a provisioning may still be cancelled. */
  inFlight: CancellationScope | null;
  /** Set by `retry`: the pause of a blocked run is over. */
  retried: boolean;
  /** Decisions whose proof is being checked: a deadline waits for those that came before it. */
  deciding: number;
  /** A fresh history is about to begin: what comes now is asked to come again, or a steady caller would never let it begin. */
  renewing: boolean;
  /** A native cancel came, and did what it could. */
  isCancelHeard: boolean;
}

const ATTRIBUTE = {
  team: defineSearchAttributeKey('NaasTeam', SearchAttributeType.KEYWORD),
  phase: defineSearchAttributeKey('NaasPhase', SearchAttributeType.KEYWORD),
  environment: defineSearchAttributeKey('NaasEnvironment', SearchAttributeType.KEYWORD),
  errorType: defineSearchAttributeKey('NaasErrorType', SearchAttributeType.KEYWORD),
  incarnation: defineSearchAttributeKey('NaasIncarnation', SearchAttributeType.KEYWORD),
  awaits: defineSearchAttributeKey('NaasAwaits', SearchAttributeType.KEYWORD_LIST),
  leaseEnd: defineSearchAttributeKey('NaasLeaseEnd', SearchAttributeType.DATETIME),
  needsPerson: defineSearchAttributeKey('NaasNeedsPerson', SearchAttributeType.BOOL),
};

export function now(): string {
  return new Date(Date.now()).toISOString();
}

/** Replay costs grow badly with history: a run this long waits for its next quiet moment to begin a fresh one. */
export function isLong({ state }: Run): boolean {
  const limit = state.admission?.timing.continueAsNewAfterEvents;
  return limit !== undefined && workflowInfo().historyLength > limit;
}

/** The only way into a phase. One upsert per change: each is an event and an action. */
export function enter(run: Run, phase: Phase, step: Step, text: string): void {
  const { state } = run;
  if (!TRANSITIONS[state.phase].includes(phase)) {
    // A plain error stops the workflow task, not the run: a defect is mended by a new build, and nothing is lost meanwhile.
    throw new Error(`no way leads from ${state.phase} to ${phase}`);
  }
  state.phase = phase;
  state.step = step;
  note(run, { kind: 'phase', text: `${phase}: ${text}` });
  publish(run);
}

/** A new step in the same phase: told to people, but worth no search attribute. */
export function step(run: Run, next: Step): void {
  run.state.step = next;
  setCurrentDetails(detailsOf(run.name, run.state));
}

export function note(run: Run, entry: Omit<TimelineEntry, 'at'>): void {
  const { timeline } = run.state;
  timeline.push({ at: now(), ...entry });
  timeline.splice(0, Math.max(0, timeline.length - TIMELINE_LENGTH));
}

export function noteEffects(run: Run, effects: readonly Effect[]): void {
  const request = run.state.operation?.requestId ?? run.state.submission.requestId;
  for (const effect of effects) {
    note(run, { kind: 'effect', text: `${effect.outcome} ${describeRef(effect.ref)}`, effect, request });
  }
}

export function noteProblems(run: Run, problems: readonly Problem[]): void {
  for (const problem of problems) {
    note(run, { kind: 'problem', text: `${problem.code}: ${problem.message}`, problem });
    log.warn(problem.message, { code: problem.code });
  }
}

/** Whom a reminder or an escalation is for stands in the timeline; channels that carry it out of here join later. */
export function notify(run: Run, to: string, text: string): void {
  note(run, { kind: 'notice', text: `to ${to}: ${text}` });
}

export function publish(run: Run): void {
  const { state, name } = run;
  const { spec, incarnation } = state.admission ?? {};
  upsertSearchAttributes([
    ...(spec === undefined || incarnation === undefined
      ? []
      : [
          { key: ATTRIBUTE.team, value: spec.team },
          { key: ATTRIBUTE.environment, value: spec.environment },
          { key: ATTRIBUTE.incarnation, value: incarnation },
        ]),
    { key: ATTRIBUTE.phase, value: state.phase },
    { key: ATTRIBUTE.awaits, value: awaited(state) },
    { key: ATTRIBUTE.needsPerson, value: awaitsDecision(state) || state.phase === 'blocked' },
    { key: ATTRIBUTE.errorType, value: errorTypeOf(state) },
    { key: ATTRIBUTE.leaseEnd, value: state.leaseEndsAt === undefined ? null : new Date(state.leaseEndsAt) },
  ]);
  setCurrentDetails(detailsOf(name, state));
}

export function awaitsDecision({ phase, operation }: LifecycleState): boolean {
  return phase === 'awaiting-approval' || operation?.step === 'awaiting-approval';
}

function errorTypeOf(state: LifecycleState): ErrorName | null {
  // First what it waits for first: the rest of a blocked run does not move either.
  if (state.paused !== undefined) return 'Paused';
  return state.blocked?.problems[0]?.code ?? state.problems[0]?.code ?? null;
}

function awaited(state: LifecycleState): string[] | null {
  const { approval } = state.operation ?? state;
  if (!awaitsDecision(state) || approval === null) return null;
  const people = openSlots(approval).map((slot) => seated(slot, approval.escalated));
  const tokens = people.flatMap(({ users, groups }) => [...users.map(awaitsUser), ...groups.map(awaitsGroup)]);
  // Groups first: when it does not all fit, many people are found by one of them.
  return fitting([...new Set(tokens)].sort((a, b) => Number(b.startsWith('group:')) - Number(a.startsWith('group:'))));
}

const encoder = new TextEncoder();

/** Admission measures the list beforehand; were it too long all the same, the server would refuse it and stop the run. */
function fitting(tokens: string[]): string[] {
  let bytes = 2;
  return tokens.filter((token) => {
    const more = encoder.encode(JSON.stringify(token)).length + 1;
    const fits = bytes + more <= AWAITED_MAX_BYTES;
    if (fits) bytes += more;
    return fits;
  });
}

/** What a decision or a cancel is about now: the operation, else the first request. */
export function askedOf({ state }: Run): Asked {
  return state.operation ?? state;
}

export function situation({ state }: Run): Situation {
  return situationOf(state.phase, state.operation);
}

/** The request that holds: the submitted one until a change was applied or the run recovered. */
export function heldRequest({ state }: Run): { requestId: string; request: unknown } {
  const { requestId, request } = state.wanted ?? state.submission;
  return { requestId, request };
}

export function admittedOf(run: Run): Admitted {
  const { admission } = run.state;
  if (admission === null) throw new Error(`namespace ${run.name} is in phase ${run.state.phase} without an admission`);
  return admission;
}

/** The answer to a message that is not accepted: fails the update, never the run. */
export function refusal(problems: Problem | Problem[]): ApplicationFailure {
  const list = Array.isArray(problems) ? problems : [problems];
  const code: ErrorName = list[0]?.code ?? 'Unexpected';
  return ApplicationFailure.create({
    type: code,
    message: list.map((each) => each.message).join('\n'),
    nonRetryable: true,
    details: [{ problems: list }],
  });
}
