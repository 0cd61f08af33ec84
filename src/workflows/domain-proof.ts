// What a hold on a domain waits for in each of its states: its proof, a decision, the end of a grace time. It answers no message.
import { ActivityFailure, CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import { isOver, missingWords } from '../spec/domain-lifecycle.ts';
import { type Holding, proofOf } from '../spec/domain-status.ts';
import { proving, reading } from './activities.ts';
import { delegate, giveUp, leave } from './domain-delegation.ts';
import { type DomainRun, enter, notify } from './domain-run.ts';
import { failureOf } from './failure.ts';
import { now } from './run.ts';

const DAY_MS = 86_400_000;

export interface Patience {
  graceDays: number;
}

export async function tend(run: DomainRun, holding: Holding, patience: Patience): Promise<void> {
  run.tended += 1;
  while (!isOver(holding)) {
    try {
      await CancellationScope.cancellable(async () => {
        run.waits.set(holding, CancellationScope.current());
        await waitIn(run, holding, patience);
      });
    } catch (error) {
      if (!isCancellation(error)) throw error;
    } finally {
      run.waits.delete(holding);
    }
  }
  run.tended -= 1;
}

async function waitIn(run: DomainRun, holding: Holding, patience: Patience): Promise<void> {
  switch (holding.state) {
    case 'wanted':
      await sleep(leftMs(holding), { summary: `A decision on the purchase of ${holding.name} has to come by then` });
      return enter(run, holding, 'lapsed', 'nobody decided on its purchase in time');
    case 'ordered':
      await sleep(leftMs(holding), { summary: `${holding.name} has to be bought by then` });
      return enter(run, holding, 'lapsed', 'nobody bought it in time');
    case 'pending':
      return prove(run, holding);
    case 'contested':
      await sleep(leftMs(holding), { summary: `A decision on ${holding.name} has to come by then` });
      return enter(run, holding, 'lapsed', 'nobody decided in time');
    case 'verified':
      if (holding.wantsZone !== undefined) beginZone(run, holding, holding.wantsZone);
      await condition(() => run.ticked.has(holding));
      return lookAgain(run, holding, patience);
    case 'grace':
      return grace(run, holding);
    case 'leaving':
      return leave(run, holding);
    case 'lapsed':
    case 'rejected':
    case 'released':
      return;
  }
}

async function prove(run: DomainRun, holding: Holding): Promise<void> {
  const { name, records } = holding;
  const why = await untilProven(holding, `Wait for the TXT record that proves ${name}`);
  if (why !== undefined) return enter(run, holding, 'lapsed', `its proof did not come in time: ${why}`);
  holding.provenAt = now();
  const missing = missingWords(holding, run.holdings);
  if (missing.length === 0) return enter(run, holding, 'verified', `${records[0]?.name} has its TXT record`);
  enter(run, holding, 'contested', `it is proven, and overlaps what ${missing.join(', ')} holds`, deadline(holding));
  for (const team of missing) notify(run, team, asking(holding));
}

/** Beside the hold's own story: a proof may go while the zone is being handed over. */
function beginZone(run: DomainRun, holding: Holding, waitDays: number): void {
  delete holding.wantsZone;
  void delegate(run, holding, waitDays);
}

export function asking({ name, team }: Pick<Holding, 'name' | 'team'>): string {
  return `team ${team} asks for ${name}; a lead decides: naas domain approve ${name} --team ${team} (or reject)`;
}

/** A knock is no proof of anything: it looks for itself, and only what the domain's own servers say counts. */
async function lookAgain(run: DomainRun, holding: Holding, { graceDays }: Patience): Promise<void> {
  const { name, team } = holding;
  const { lookForProof } = reading(`Look whether ${name} still carries its proof`);
  const { found, saw } = await lookForProof(proofOf(holding));
  run.ticked.delete(holding);
  if (found === 'proven') holding.provenAt = now();
  if (found !== 'missing') return;
  enter(run, holding, 'grace', saw, Date.now() + graceDays * DAY_MS);
  notify(
    run,
    team,
    `${name} lost its proof (${saw}); its names stop ${holding.until} unless the record is back by then`,
  );
}

async function grace(run: DomainRun, holding: Holding): Promise<void> {
  const { name, team } = holding;
  void warnBefore(run, holding);
  const why = await untilProven(holding, `Wait for the proof of ${name} to come back`);
  if (why === undefined) {
    holding.provenAt = now();
    return enter(run, holding, 'verified', 'its proof is back');
  }
  notify(run, team, `${name} is lost: its names stop now`);
  giveUp(run, holding, 'lapsed', `its proof did not come back: ${why}`);
}

/** Once more on the last day. */
async function warnBefore(run: DomainRun, holding: Holding): Promise<void> {
  try {
    await sleep(Math.max(0, leftMs(holding) - DAY_MS), { summary: `Warn the team of ${holding.name} once more` });
  } catch (error) {
    if (isCancellation(error)) return;
    throw error;
  }
  notify(run, holding.team, `${holding.name} still lacks its proof; its names stop ${holding.until}`);
}

/** undefined: it is proven; else why not. */
async function untilProven(holding: Holding, summary: string): Promise<string | undefined> {
  try {
    await proving(leftMs(holding), summary).awaitProof(proofOf(holding));
    return undefined;
  } catch (error) {
    if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
    return failureOf(error).problems[0]?.message ?? 'it was not seen';
  }
}

function deadline({ until }: Holding): number {
  return until === undefined ? Date.now() : Date.parse(until);
}

/** Temporal takes no time-out of nothing for "at once". */
function leftMs(holding: Holding): number {
  return Math.max(1, deadline(holding) - Date.now());
}
