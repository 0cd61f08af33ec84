// A zone that naas makes for a name of the domain: made, handed over by its team, and taken away again in the order in which nobody is
// led astray: names, then the NS set above, then what resolvers remember, then the zone.
import { ActivityFailure, CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import type { DelegationLook } from '../activities/delegations.ts';
import { holds } from '../spec/domain-lifecycle.ts';
import { type Delegation, type Holding, hasZone } from '../spec/domain-status.ts';
import { entering, keepingZone, reading } from './activities.ts';
import { type DomainRun, enter, note, notify, publish } from './domain-run.ts';
import { failureOf } from './failure.ts';
import { now } from './run.ts';

const DAY_MS = 86_400_000;
/** Of an NS set that nobody has seen: what most zones say, so that no resolver is led to a zone that is gone. */
const USUAL_TTL_SECONDS = 3600;

/** Begins where it is wanted, and there is no zone yet. */
export async function delegate(run: DomainRun, holding: Holding, waitDays: number): Promise<void> {
  if (hasZone(holding)) return;
  run.tended += 1;
  const delegation: Delegation = { state: 'making', since: now(), nameServers: [] };
  holding.delegation = delegation;
  publish(run);
  try {
    const { makeZone } = keepingZone(`Make zone ${holding.name}`);
    const { nameServers } = await makeZone({ zone: holding.name, domain: run.domain });
    const until = new Date(Date.now() + waitDays * DAY_MS).toISOString();
    move(run, holding, { state: 'waiting', nameServers, until });
    notify(
      run,
      holding.team,
      `zone ${holding.name} is there; enter its NS records above it: ${nameServers.join(', ')}`,
    );
    if (holds(holding)) await untilHandedOver(run, holding, delegation, waitDays);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const why = whyNot(error);
    move(run, holding, { state: 'failed', nameServers: [], why });
    notify(run, holding.team, `zone ${holding.name} was not made: ${why}`);
  } finally {
    run.tended -= 1;
  }
}

/** A cancel means that somebody wants it looked for at once; or that it is given up, and that takes the zone away. */
async function untilHandedOver(run: DomainRun, holding: Holding, delegation: Delegation, days: number): Promise<void> {
  const { name: zone, team } = holding;
  const { nameServers } = delegation;
  while (holds(holding)) {
    try {
      const { ttlSeconds } = await CancellationScope.cancellable(() => handedOver(run, holding, delegation));
      return move(run, holding, { state: 'delegated', nameServers, ttlSeconds });
    } catch (error) {
      if (isCancellation(error)) continue;
      if (!(error instanceof ActivityFailure)) throw error;
      const why = `its NS records were not entered within ${days} days`;
      await removed(run, holding);
      move(run, holding, { state: 'failed', nameServers: [], why });
      return notify(run, team, `zone ${zone} is gone again: ${why}`);
    } finally {
      run.handovers.delete(holding);
    }
  }
}

function handedOver(run: DomainRun, holding: Holding, { nameServers, until = '' }: Delegation) {
  const { name: zone } = holding;
  run.handovers.set(holding, CancellationScope.current());
  const leftMs = Math.max(1, Date.parse(until) - Date.now());
  return entering(leftMs, `Wait until the DNS above refers to zone ${zone}`).awaitDelegation({ zone, nameServers });
}

function move(run: DomainRun, { name, delegation }: Holding, { until, ...to }: Omit<Delegation, 'since'>): void {
  if (delegation === undefined) throw new Error(`there is no zone of ${name} that could move`);
  delete delegation.until;
  Object.assign(delegation, to, { since: now() }, until === undefined ? {} : { until });
  note(run, { kind: 'state', text: `zone ${name}: ${to.state}${to.why === undefined ? '' : `: ${to.why}`}` });
  publish(run);
}

/** Ends a hold, be its end a release or a lapse; where naas keeps its zone, that goes first. */
export function giveUp(run: DomainRun, holding: Holding, end: 'released' | 'lapsed', why: string): void {
  if (!hasZone(holding)) return enter(run, holding, end, why);
  holding.leavesFor = end;
  enter(run, holding, 'leaving', why);
  run.handovers.get(holding)?.cancel();
}

/** Names, NS set, what resolvers remember, zone. */
export async function leave(run: DomainRun, holding: Holding): Promise<void> {
  const { name: zone, team, delegation } = holding;
  await condition(() => delegation?.state !== 'making');
  if (delegation !== undefined && hasZone(holding)) {
    const { nameServers } = delegation;
    const ttlSeconds = await ttlOf(run, zone, delegation);
    move(run, holding, { state: 'leaving', nameServers });
    await untilDone(run, team, `the names in ${zone} stop, and zone ${zone} goes after them`, (waiting) =>
      waiting.awaitNamesGone({ zone, domain: run.domain }),
    );
    await untilDone(run, team, `take the NS records of ${zone} away at the DNS above it`, (waiting) =>
      waiting.awaitNoDelegation({ zone, nameServers }),
    );
    if (ttlSeconds > 0) await sleep(ttlSeconds * 1000, { summary: `Wait until resolvers have forgotten zone ${zone}` });
    await removed(run, holding);
  }
  delete holding.delegation;
  const end = holding.leavesFor ?? 'released';
  delete holding.leavesFor;
  enter(run, holding, end, `zone ${zone} is gone`);
}

/** What was never handed over nobody remembers. */
async function ttlOf(run: DomainRun, zone: string, { state, nameServers, ttlSeconds }: Delegation): Promise<number> {
  if (ttlSeconds !== undefined) return ttlSeconds;
  if (state === 'delegated') return USUAL_TTL_SECONDS;
  const { lookAtDelegation } = reading(`Look whether the DNS above ${run.domain} refers to zone ${zone}`);
  const seen: DelegationLook = await lookAtDelegation({ zone, nameServers });
  return seen.found === 'none' || seen.found === 'elsewhere' ? 0 : (seen.ttlSeconds ?? USUAL_TTL_SECONDS);
}

const REMIND_AFTER_DAYS = 30;

/** Reminds of what has still to be done, for as long as it takes. */
async function untilDone(
  run: DomainRun,
  team: string,
  todo: string,
  work: (waiting: ReturnType<typeof entering>) => Promise<void>,
): Promise<void> {
  for (;;) {
    notify(run, team, todo);
    try {
      return await work(entering(REMIND_AFTER_DAYS * DAY_MS, `Wait: ${todo}`));
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      note(run, { kind: 'notice', text: whyNot(error) });
    }
  }
}

/** What keeps it is told once a day: a zone that somebody put a record into, or a right that is missing. */
async function removed(run: DomainRun, { name: zone, team }: Holding): Promise<void> {
  for (;;) {
    try {
      return await keepingZone(`Remove zone ${zone}`).removeZone({ zone, domain: run.domain });
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      notify(run, team, `zone ${zone} cannot be removed: ${whyNot(error)}`);
      await sleep(DAY_MS, { summary: `Try to remove zone ${zone} again` });
    }
  }
}

function whyNot(error: ActivityFailure): string {
  return failureOf(error).problems[0]?.message ?? error.message;
}
