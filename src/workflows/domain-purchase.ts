// A domain that is to be bought: asked for with its price, approved by people who answer for it, bought by a person, and then proven
// like any other. naas itself pays nobody.
import { ActivityFailure } from '@temporalio/workflow';
import { missingWords } from '../spec/domain-lifecycle.ts';
import { type Holding, priceWords } from '../spec/domain-status.ts';
import { reading } from './activities.ts';
import { admit, answerOf, because, demand, notAllowed } from './domain-admission.ts';
import type { BoughtDomainMessage, BuyDomainMessage, DecideDomainMessage, DomainAnswer } from './domain-contract.ts';
import { asking, tend } from './domain-proof.ts';
import { begin, type DomainRun, enter, holdingOf, note, notify } from './domain-run.ts';
import { failureOf } from './failure.ts';
import { now, refusal } from './run.ts';

const DAY_MS = 86_400_000;

export async function buy(run: DomainRun, message: BuyDomainMessage): Promise<DomainAnswer> {
  const { team, reason } = message;
  const admitted = await admit(run, 'buyDomain', message);
  const { name, sender, operator, submits, record, purchase, proofDays, graceDays } = admitted;
  if (!operator && !submits.includes(team)) throw notAllowed(sender.subject, `ask for ${name} for team ${team}`, team);
  if (name !== run.domain) {
    const why = `name: only whole domains are bought, and ${name} is below ${run.domain}`;
    throw refusal({ code: 'InvalidRequest', message: why, field: 'name', value: name, allowed: [run.domain] });
  }
  for (const other of run.holdings) if (other.team !== team) demand(other, 'addByOther', name);
  const known = holdingOf(run, name, team);
  const cell = demand(known, 'buy', name);
  if (known !== undefined && cell.answer === 'once') return answerOf(run, known, cell.why);
  if (purchase === undefined || record === undefined) throw new Error('the admission of a purchase is not whole');
  const { price, approvers, buyers } = purchase;
  const holding: Holding = {
    ...{ name, team, state: 'wanted', agreed: [], owner: sender.subject, since: now(), records: [record] },
    purchase: { approvers, buyers, ...(price === undefined ? {} : { price }), ...(reason ? { reason } : {}) },
  };
  run.holdings = [...run.holdings.filter((each) => each !== known), holding];
  begin(run, holding, 'wanted', `${sender.subject} asks for it${because(message)}`, Date.now() + proofDays * DAY_MS);
  notify(run, team, `${approvers} decide on the purchase of ${name}${priceWords(holding)}`);
  void tend(run, holding, { graceDays });
  return answerOf(run, holding);
}

export interface PurchaseDecision {
  sender: string;
  approves: boolean;
  approvers: string;
}

/** Nobody approves what they asked for themselves. */
export async function decidePurchase(
  run: DomainRun,
  holding: Holding,
  message: DecideDomainMessage,
  { sender, approves, approvers }: PurchaseDecision,
): Promise<DomainAnswer> {
  const { name, purchase } = holding;
  const price = purchase?.price;
  if (!approves) throw notAllowed(sender, `decide on the purchase of ${name}`, approvers);
  if (sender === holding.owner)
    throw refusal({
      code: 'NotAllowed',
      message: `${sender} asked for ${name}; somebody else of ${approvers} decides`,
    });
  note(run, { kind: 'message', text: `purchase of ${name}: ${message.decision}${because(message)}`, by: sender });
  if (message.decision === 'reject')
    enter(run, holding, 'rejected', `${sender} rejected its purchase${because(message)}`);
  else {
    const { orderDomain } = reading(`Order ${name}, as ${sender} approved`);
    const { task } = await orderDomain({ domain: name, ...(price === undefined ? {} : { price }) }).catch(refused);
    // Given up meanwhile.
    if (holding.state !== 'wanted') return answerOf(run, holding, 'it is wanted no more');
    holding.purchase = { approvers, buyers: '', ...purchase, approvedBy: sender, task };
    enter(run, holding, 'ordered', `${sender} approved its purchase`, deadline(holding));
    notify(run, holding.team, `${purchase?.buyers}: ${task}`);
  }
  return answerOf(run, holding);
}

function refused(error: unknown): never {
  if (!(error instanceof ActivityFailure)) throw error;
  throw refusal(failureOf(error).problems);
}

/** Whoever bought it says what it cost; that it is the team's now its proof shows. */
export async function bought(run: DomainRun, message: BoughtDomainMessage): Promise<DomainAnswer> {
  const { team, price } = message;
  const { name, sender, operator, purchase, proofDays } = await admit(run, 'boughtDomain', message);
  const holding = holdingOf(run, name, team);
  demand(holding, 'bought', name);
  if (holding === undefined) throw new Error('nobody ordered it');
  if (!operator && purchase?.buys !== true)
    throw notAllowed(sender.subject, `say that ${name} is bought`, holding.purchase?.buyers ?? '');
  holding.purchase = { approvers: '', buyers: '', ...holding.purchase, paid: price };
  note(run, { kind: 'message', text: `${name} was bought${priceWords(holding)}`, by: sender.subject });
  const missing = missingWords(holding, run.holdings);
  const state = missing.length === 0 ? 'pending' : 'contested';
  enter(run, holding, state, `${sender.subject} bought it`, Date.now() + proofDays * DAY_MS);
  for (const other of missing) notify(run, other, asking(holding));
  return answerOf(run, holding);
}

function deadline({ until }: Holding): number {
  return until === undefined ? Date.now() : Date.parse(until);
}
