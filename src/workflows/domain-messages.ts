// What each message does to a domain. Every message is admitted by an activity first, which proves its sender; what counts then is
// the table and who the sender is. A handler waits for nothing else.
import { CancellationScope, setHandler } from '@temporalio/workflow';
import { holds, isOver } from '../spec/domain-lifecycle.ts';
import { NaasError } from '../spec/errors.ts';
import { admit, answerOf, because, demand, demandable, notAllowed } from './domain-admission.ts';
import {
  addDomainUpdate,
  boughtDomainUpdate,
  buyDomainUpdate,
  type DomainAnswer,
  decideDomainUpdate,
  domainQuery,
  domainWantedSignal,
  type RemoveDomainMessage,
  removeDomainUpdate,
  type TransferDomainMessage,
  tickSignal,
  transferDomainUpdate,
} from './domain-contract.ts';
import { decide } from './domain-decision.ts';
import { giveUp } from './domain-delegation.ts';
import { asking } from './domain-proof.ts';
import { bought, buy } from './domain-purchase.ts';
import { add } from './domain-registration.ts';
import { type DomainRun, note, notify, publish, statusOf, tellWaiting } from './domain-run.ts';
import {
  checkAddDomain,
  checkBoughtDomain,
  checkBuyDomain,
  checkDecideDomain,
  checkRemoveDomain,
  checkTick,
  checkTransferDomain,
  checkWanted,
} from './payload.ts';
import { now, refusal } from './run.ts';

const MAX_WANTED = 500;

export function handleDomainMessages(run: DomainRun): void {
  setHandler(addDomainUpdate, (message) => answered(run, () => add(run, checkAddDomain(message))), {
    description: 'Register a name of this domain for a team, or have its proof looked for at once',
  });
  setHandler(buyDomainUpdate, (message) => answered(run, () => buy(run, checkBuyDomain(message))), {
    description: 'Ask that this domain is bought for a team',
  });
  setHandler(boughtDomainUpdate, (message) => answered(run, () => bought(run, checkBoughtDomain(message))), {
    description: 'Say that it was bought, and for how much',
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
  giveUp(run, holding, 'released', `${sender.subject} gave it up${because(message)}`);
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
