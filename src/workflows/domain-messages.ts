// What each message does to a domain. Every message is admitted by an activity first, which proves its sender; what counts then is
// the table and who the sender is. A handler waits for nothing else.
import { CancellationScope, setHandler } from '@temporalio/workflow';
import type { AdmitDomainInput, AdmittedDomain } from '../activities/admit-domain.ts';
import {
  covers,
  DOMAIN_LIFECYCLE,
  type DomainMessage,
  domainSituation,
  holds,
  isOver,
  missingWords,
  opening,
} from '../spec/domain-lifecycle.ts';
import type { Holding } from '../spec/domain-status.ts';
import { NaasError } from '../spec/errors.ts';
import type { Cell } from '../spec/lifecycle.ts';
import { reading } from './activities.ts';
import { asking, tend } from './domain-proof.ts';
import { begin, type DomainRun, enter, holdingOf, note, notify, publish, statusOf, tellWaiting } from './domain-run.ts';
import {
  type AddDomainMessage,
  addDomainUpdate,
  type DecideDomainMessage,
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
import { NONCES_LENGTH } from './state.ts';

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

async function decide(run: DomainRun, message: DecideDomainMessage): Promise<DomainAnswer> {
  const { team, decision } = message;
  const { name, sender, operator, leads } = await admit(run, 'decideDomain', message);
  const may = (holder: string): boolean => operator || leads.includes(holder);
  const said = `${sender.subject} ${decision === 'approve' ? 'approved' : 'rejected'} it${because(message)}`;
  const held = run.holdings.find((each) => each.name === name && each.transfer?.to === team);
  if (held !== undefined) {
    demand(held, 'decide', name);
    if (!may(held.team)) throw notAllowed(sender.subject, `decide on ${name}`, held.team);
    note(run, {
      kind: 'message',
      text: `transfer of ${name} to ${team}: ${decision}${because(message)}`,
      by: sender.subject,
    });
    return decision === 'approve' ? handOver(run, held) : keep(run, held);
  }
  const asker = holdingOf(run, name, team);
  demand(asker, 'decide', name);
  if (asker === undefined) throw new Error('nobody asks for it');
  const missing = missingWords(asker, run.holdings);
  const words = missing.filter(may);
  if (words.length === 0) throw notAllowed(sender.subject, `decide on ${name}`, missing.join(', '));
  note(run, { kind: 'message', text: `${name} for ${team}: ${decision}${because(message)}`, by: sender.subject });
  if (decision === 'reject') enter(run, asker, 'rejected', said);
  else agree(run, asker, words, said);
  return answerOf(run, asker);
}

function agree(run: DomainRun, asker: Holding, words: readonly string[], said: string): void {
  asker.agreed.push(...words);
  // What is given away below a proven name is proven by that.
  const above = run.holdings.filter(
    (each) => words.includes(each.team) && holds(each) && covers(each.name, asker.name),
  );
  if (above.length > 0) asker.provenAt = now();
  asker.records.push(...above.flatMap(({ records }) => records));
  if (missingWords(asker, run.holdings).length > 0) return publish(run);
  enter(run, asker, 'verified', said);
}

/** The old record still proves it: nothing stops while the new team has not entered its own. */
function handOver(run: DomainRun, holding: Holding): DomainAnswer {
  const { transfer, name, team } = holding;
  if (transfer === undefined) throw new Error('nobody asks for it');
  delete holding.transfer;
  // What the new team waited for it has now.
  const earlier = run.holdings.find((each) => each.name === name && each.team === transfer.to && !isOver(each));
  holding.team = transfer.to;
  holding.owner = transfer.by;
  holding.records.unshift(transfer.record);
  note(run, { kind: 'state', text: `${name} went from ${team} to ${transfer.to}` });
  if (earlier !== undefined) enter(run, earlier, 'released', 'it came by a transfer');
  publish(run);
  // Whatever it waits for, it waits for the new record as well.
  run.waits.get(holding)?.cancel();
  return answerOf(run, holding);
}

function keep(run: DomainRun, holding: Holding): DomainAnswer {
  delete holding.transfer;
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

async function admit(
  run: DomainRun,
  message: AdmitDomainInput['message'],
  { by, ...body }: AddDomainMessage | RemoveDomainMessage | TransferDomainMessage | DecideDomainMessage,
): Promise<AdmittedDomain> {
  const { admitDomain } = reading(`Check who sent ${message} to ${run.domain}, and the name in it`);
  const times = { receivedAtMs: Date.now(), signedSinceMs: Date.parse(run.openedAt) };
  const admission = await admitDomain({ message, domain: run.domain, by, body, ...times });
  if (admission.verdict === 'refused') throw refusal(admission.problems);
  const { nonce, sender } = admission;
  if (run.nonces.includes(nonce)) {
    const why = `this proof of ${sender.subject} was used before; sign the message anew`;
    throw refusal({ code: 'Unproven', message: `domain ${run.domain}: ${why}`, field: 'by' });
  }
  run.nonces = [...run.nonces, nonce].slice(-NONCES_LENGTH);
  return admission;
}

function demandable(holding: Holding | undefined, message: DomainMessage): Cell {
  return DOMAIN_LIFECYCLE[domainSituation(holding)][message];
}

function demand(
  holding: Holding | undefined,
  message: DomainMessage,
  name: string,
): Exclude<Cell, { answer: 'refuse' }> {
  const cell = demandable(holding, message);
  if (cell.answer !== 'refuse') return cell;
  const whose = holding === undefined ? '' : ` is ${holding.state} for team ${holding.team}`;
  const hint = 'See `naas domain status`.';
  throw refusal({ code: cell.code, message: `${name}${whose}: ${cell.why}`, field: 'name', value: name, hint });
}

function answerOf(run: DomainRun, holding: Holding, said?: string): DomainAnswer {
  const { domain } = run;
  const { name, team, state, records, transfer } = holding;
  const contested = state === 'contested' ? missingWords(holding, run.holdings) : [];
  const [record] = records;
  return {
    domain,
    name,
    team,
    state,
    ...(record === undefined ? {} : { record }),
    awaits: transfer === undefined ? contested : [team],
    ...(said === undefined ? {} : { note: said }),
  };
}

function because({ reason }: { reason?: string }): string {
  return reason === undefined ? '' : `: ${reason}`;
}

function notAllowed(who: string, what: string, team: string): Error {
  return refusal({
    code: 'NotAllowed',
    message: `${who} may not ${what}; that can people of team ${team} (leads, where it is to be decided or given up) and the operators of the platform`,
  });
}
