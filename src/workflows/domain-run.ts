// One run of a domain: its state, and the few ways in which it may change. It calls no activity and waits for nothing; what
// people and namespaces are told is kept here, beside each change.
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  CancellationScope,
  getExternalWorkflowHandle,
  log,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  type Cover,
  coverOf,
  DOMAIN_TRANSITIONS,
  type DomainState,
  holds,
  isOver,
  missingWords,
} from '../spec/domain-lifecycle.ts';
import {
  DOMAIN_TIMELINE_LENGTH,
  type DomainNote,
  type DomainStatus,
  domainTokens,
  type Holding,
  holdingStatus,
} from '../spec/domain-status.ts';
import { workflowId } from '../spec/names.ts';
import type { DomainWanted } from './domain-contract.ts';
import { domainMovedSignal } from './messages.ts';
import { now } from './run.ts';

export interface DomainRun {
  domain: string;
  openedAt: string;
  holdings: Holding[];
  timeline: DomainNote[];
  /** What was signed once counts once. */
  nonces: string[];
  /** Who wants to be told, and what they were told last. */
  wanted: (DomainWanted & { told: Cover })[];
  /** What each holding waits in; a change of its state ends the wait. */
  waits: Map<Holding, CancellationScope>;
  /** Whose proof was reported missing. */
  ticked: Set<Holding>;
  /** While a team has still to hand its zone over. */
  handovers: Map<Holding, CancellationScope>;
  /** On their way: a run that is over sends nothing any more. */
  knocking: number;
  /** A team may have lost names that a namespace of it serves; while they are told. */
  lost: boolean;
  telling: boolean;
  /** Stories of holdings that are not over. */
  tended: number;
  heard: boolean;
  tokens: string;
}

const ATTRIBUTE = {
  domain: defineSearchAttributeKey('NaasDomain', SearchAttributeType.KEYWORD_LIST),
  needsPerson: defineSearchAttributeKey('NaasNeedsPerson', SearchAttributeType.BOOL),
};

/** The only way into a state. */
export function enter(run: DomainRun, holding: Holding, state: DomainState, why: string, untilMs?: number): void {
  if (!DOMAIN_TRANSITIONS[holding.state].includes(state))
    // A plain error stops the workflow task, not the run: a defect is mended by a new build, and nothing is lost meanwhile.
    throw new Error(`no way leads from ${holding.state} to ${state}`);
  begin(run, holding, state, why, untilMs);
}

export function begin(run: DomainRun, holding: Holding, state: DomainState, why: string, untilMs?: number): void {
  // Its own names may stop, and those of whoever held what is above it.
  if (state === 'verified' ? holding.agreed.length > 0 : holds(holding) && state !== 'grace') run.lost = true;
  holding.state = state;
  holding.since = now();
  holding.why = why;
  delete holding.until;
  if (untilMs !== undefined) holding.until = new Date(untilMs).toISOString();
  if (state !== 'verified' && state !== 'grace') delete holding.transfer;
  note(run, { kind: 'state', text: `${holding.name} of ${holding.team} is ${state}: ${why}` });
  settle(run);
  run.waits.get(holding)?.cancel();
}

/** Whoever waited for the word of a team that holds nothing there any more has it now. */
function settle(run: DomainRun): void {
  for (const holding of run.holdings) {
    if (holding.state !== 'contested' || missingWords(holding, run.holdings).length > 0) continue;
    if (holding.provenAt !== undefined) enter(run, holding, 'verified', 'its proof stands, and nobody else holds it');
    else
      enter(
        run,
        holding,
        'pending',
        'nobody else holds it any more, so it needs a proof of its own',
        pendingEnd(holding),
      );
  }
  publish(run);
}

/** What it was given at its registration goes on. */
function pendingEnd({ until }: Holding): number {
  return until === undefined ? Date.now() : Date.parse(until);
}

export function note(run: DomainRun, entry: Omit<DomainNote, 'at'>): void {
  run.timeline.push({ at: now(), ...entry });
  run.timeline.splice(0, Math.max(0, run.timeline.length - DOMAIN_TIMELINE_LENGTH));
}

/** Whom a warning is for stands in the timeline; channels that carry it out of here join later. */
export function notify(run: DomainRun, team: string, text: string): void {
  note(run, { kind: 'notice', text: `to team ${team}: ${text}` });
  log.warn(text, { team, domain: run.domain });
}

const NEEDS_PERSON: readonly DomainState[] = ['wanted', 'ordered', 'pending', 'contested', 'grace', 'leaving'];

/** One upsert per change: each is an event and an action. */
export function publish(run: DomainRun): void {
  const tokens = domainTokens(run.holdings);
  const needsPerson = run.holdings.some(
    ({ state, transfer, delegation }) =>
      NEEDS_PERSON.includes(state) || transfer !== undefined || delegation?.state === 'waiting',
  );
  const all = JSON.stringify([tokens, needsPerson]);
  if (all !== run.tokens) {
    run.tokens = all;
    upsertSearchAttributes([
      { key: ATTRIBUTE.domain, value: tokens.length === 0 ? null : tokens },
      { key: ATTRIBUTE.needsPerson, value: needsPerson },
    ]);
  }
  setCurrentDetails(
    run.holdings.map(({ name, team, state, why }) => `**${name}** of ${team}: ${state} (${why ?? ''})`).join('\n\n'),
  );
  tellWaiting(run);
}

export function tellWaiting(run: DomainRun): void {
  for (const each of [...run.wanted]) {
    const cover = coverOf(each.name, each.team, run.holdings);
    if (cover === each.told) continue;
    each.told = cover;
    run.knocking += 1;
    // The wait that this change ends must not take the knock along.
    void CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(workflowId(each.namespace)).signal(domainMovedSignal, {
        domain: run.domain,
        name: each.name,
      }),
    )
      .catch(() => {
        // Its run is over: nobody is there who could want it.
        run.wanted = run.wanted.filter((other) => other !== each);
      })
      .finally(() => {
        run.knocking -= 1;
      });
  }
}

export function statusOf({ domain, holdings, timeline }: DomainRun): DomainStatus {
  return { domain, holdings: holdings.map((holding) => holdingStatus(holding, holdings)), timeline };
}

/** The live one where there is one, else the newest. */
export function holdingOf(run: DomainRun, name: string, team: string): Holding | undefined {
  const own = run.holdings.filter((each) => each.name === name && each.team === team);
  return own.find((each) => !isOver(each)) ?? own.at(-1);
}
