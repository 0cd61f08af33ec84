// What each message does to a domain. Every message is admitted by an activity first, which proves its sender; what counts then is
// the table and who the sender is. A handler waits for nothing else.
import { CancellationScope, setHandler } from '@temporalio/workflow';
import type { AdmittedDomain } from '../activities/admit-domain.ts';
import { holds, isOver, missingWords, opening } from '../spec/domain-lifecycle.ts';
import type { Holding } from '../spec/domain-status.ts';
import { NaasError } from '../spec/errors.ts';
import { admit, answerOf, because, demand, demandable, notAllowed } from './domain-admission.ts';
import { decide } from './domain-decision.ts';
import { asking, tend } from './domain-proof.ts';
import { begin, type DomainRun, enter, holdingOf, note, notify, publish, statusOf, tellWaiting } from './domain-run.ts';
import {
  type AddDomainMessage,
  addDomainUpdate,
  type DomainAnswer,
  decideDomainUpdate,
  domainQuery,
  domainWantedSignal,
  type RemoveDomainMessage,
  removeDomainUpdate,
  type TransferDomainMessage,
  tickSignal,
  transferDomainUpdate,
} from './messages.ts';
import {
  checkAddDomain,
  checkDecideDomain,
  checkRemoveDomain,
  checkTick,
  checkTransferDomain,
  checkWanted,
} from './payload.ts';
import { now, refusal } from './run.ts';

const DAY_MS = 86_400_000;
/** Whoever registers more than this of one domain is told to name a parent; a run has to stay readable. */
const MAX_HOLDINGS = 200;
const MAX_WANTED = 500;

export function handleDomainMessages(run: DomainRun): void {
  setHandler(addDomainUpdate, (message) => answered(run, () => add(run, checkAddDomain(message))), {
    description: 'Register a name of this domain for a team, or have its proof looked for at once',
  });
  setHandler(removeDomainUpdate, (message) => answered(run, () => remove(run, checkRemoveDomain(message))), {
    description: 'Give a name of this domain up',
  });
  setHandler(transferDomainUpdate, (message) => answered(run, () => transfer(run, checkTransferDomain(message))), {
    description: 'Ask the team that holds a name to give it to another',
  });
  setHandler(decideDomainUpdate, (message) => answered(run, () => decide(run, checkDecideDomain(message))), {
    description: 'Approve or reject what another team asks for',
  });
  setHandler(tickSignal, (message) => tick(run, message), { description: 'Look whether a proof still stands' });
  setHandler(domainWantedSignal, (message) => want(run, message), { description: 'Be told of changes' });
  setHandler(domainQuery, () => statusOf(run), { description: 'Who holds what of this domain' });
}

async function answered(run: DomainRun, answer: () => Promise<DomainAnswer>): Promise<DomainAnswer> {
  try {
    return await CancellationScope.nonCancellable(answer);
  } catch (error) {
    throw error instanceof NaasError ? refusal(error.problems) : error;
  } finally {
    run.heard = true;
  }
}

async function add(run: DomainRun, message: AddDomainMessage): Promise<DomainAnswer> {
  const { team } = message;
  const admitted = await admit(run, 'addDomain', message);
  const { name, sender, operator, submits, proofDays } = admitted;
  if (!operator && !submits.includes(team)) throw notAllowed(sender.subject, `register ${name} for team ${team}`, team);
  for (const other of run.holdings) if (other.name === name && other.team !== team) demand(other, 'addByOther', name);
  const known = holdingOf(run, name, team);
  const cell = demand(known, 'add', name);
  if (known !== undefined && cell.answer === 'once') return answerOf(run, known, cell.why);
  if (known !== undefined && !isOver(known)) {
    note(run, { kind: 'message', text: `${name} of ${team}: look now`, by: sender.subject });
    run.waits.get(known)?.cancel();
    return answerOf(run, known, 'it is being looked for now');
  }
  const first = opening(name, team, run.holdings);
  if (first.is === 'covered') {
    const { by } = first;
    return { domain: run.domain, name, team, state: 'verified', awaits: [], note: `${by} of the same team covers it` };
  }
  return register(run, { ...admitted, team, state: first.is }, Date.now() + proofDays * DAY_MS);
}

function register(
  run: DomainRun,
  { name, team, sender, record, state, graceDays }: AdmittedDomain & { team: string; state: 'pending' | 'contested' },
  untilMs: number,
): DomainAnswer {
  // What is over makes room; its story stays in the timeline.
  const others = run.holdings.filter((each) => !isOver(each) || each.name !== name || each.team !== team);
  const live = others.filter((each) => !isOver(each));
  run.holdings = others.length < MAX_HOLDINGS ? others : live;
  if (live.length >= MAX_HOLDINGS)
    throw refusal({
      code: 'Conflict',
      message: `${run.domain} has ${MAX_HOLDINGS} registrations; name a parent instead`,
    });
  const holding: Holding = {
    name,
    team,
    state,
    agreed: [],
    owner: sender.subject,
    since: now(),
    records: record === undefined ? [] : [record],
  };
  run.holdings.push(holding);
  begin(run, holding, state, `${sender.subject} registered it`, untilMs);
  for (const holder of state === 'contested' ? missingWords(holding, run.holdings) : [])
    notify(run, holder, asking(holding));
  void tend(run, holding, { graceDays });
  return answerOf(run, holding);
}

async function remove(run: DomainRun, message: RemoveDomainMessage): Promise<DomainAnswer> {
  const { name, sender, operator, leads } = await admit(run, 'removeDomain', message);
  const named = run.holdings.filter(
    (each) => each.name === name && (message.team === undefined || each.team === message.team),
  );
  const live = named.filter((each) => !isOver(each));
  const mine = live.filter((each) => operator || leads.includes(each.team) || each.owner === sender.subject);
  if (mine.length > 1) {
    const teams = mine.map(({ team }) => team);
    const problem = `${name} is waited for by several teams; name one`;
    throw refusal({ code: 'InvalidRequest', message: `team: ${problem}`, field: 'team', allowed: teams });
  }
  const [holding = live[0] ?? named.at(-1)] = mine;
  const cell = demand(holding, 'remove', name);
  if (holding === undefined) throw new Error('nothing is there that could be removed');
  if (cell.answer === 'once') return answerOf(run, holding, cell.why);
  if (mine.length === 0) throw notAllowed(sender.subject, `remove ${name}`, holding.team);
  enter(run, holding, 'released', `${sender.subject} gave it up${because(message)}`);
  return answerOf(run, holding);
}

async function transfer(run: DomainRun, message: TransferDomainMessage): Promise<DomainAnswer> {
  const { team } = message;
  const { name, sender, operator, submits, leads, record } = await admit(run, 'transferDomain', message);
  const holding = run.holdings.find((each) => each.name === name && holds(each));
  demand(holding, 'transfer', name);
  if (holding === undefined || record === undefined) throw new Error('nothing is there that could be handed over');
  if (holding.team === team) return answerOf(run, holding, 'the team holds it already');
  if (!operator && !submits.includes(team) && !leads.includes(holding.team))
    throw notAllowed(sender.subject, `ask for ${name} on behalf of team ${team}`, team);
  holding.transfer = { to: team, by: sender.subject, at: now(), record };
  note(run, { kind: 'message', text: `${name}: hand over to ${team}${because(message)}`, by: sender.subject });
  notify(run, holding.team, asking({ name, team }));
  publish(run);
  return answerOf(run, holding);
}

/** A knock by anybody, so it changes nothing but what is looked at. */
function tick(run: DomainRun, message: unknown): void {
  const name = shaped(() => checkTick(message))?.name;
  for (const holding of run.holdings)
    if (holding.name === name && demandable(holding, 'tick').answer === 'accept') run.ticked.add(holding);
}

function want(run: DomainRun, message: unknown): void {
  const wanted = shaped(() => checkWanted(message));
  if (wanted === undefined || run.wanted.length >= MAX_WANTED) return;
  // Told anew at each question: whoever asks again has not heard.
  run.wanted = run.wanted.filter((each) => each.namespace !== wanted.namespace || each.name !== wanted.name);
  run.wanted.push({ ...wanted, told: 'not-yet' });
  tellWaiting(run);
}

/** A signal of another shape is nobody's to hear of. */
function shaped<T>(check: () => T): T | undefined {
  try {
    return check();
  } catch {
    return undefined;
  }
}
