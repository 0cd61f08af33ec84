// What `add` does to a domain: a name is registered for a team, looked for at once, or given a zone of its own. Who may, and what stands
// against it, is decided before anything is kept.
import type { AdmittedDomain } from '../activities/admit-domain.ts';
import { isOver, missingWords, opening } from '../spec/domain-lifecycle.ts';
import { type Holding, hasZone } from '../spec/domain-status.ts';
import { admit, answerOf, demand, notAllowed } from './domain-admission.ts';
import type { AddDomainMessage, DomainAnswer } from './domain-contract.ts';
import { asking, tend } from './domain-proof.ts';
import { begin, type DomainRun, holdingOf, note, notify } from './domain-run.ts';
import { now, refusal } from './run.ts';

const DAY_MS = 86_400_000;
/** Whoever registers more than this of one domain is told to name a parent; a run has to stay readable. */
const MAX_HOLDINGS = 200;

export async function add(run: DomainRun, message: AddDomainMessage): Promise<DomainAnswer> {
  const { team } = message;
  const admitted = await admit(run, 'addDomain', message);
  const { name, sender, operator, submits, proofDays } = admitted;
  const zone = message.delegate === true ? { wantsZone: proofDays } : {};
  if (!operator && !submits.includes(team)) throw notAllowed(sender.subject, `register ${name} for team ${team}`, team);
  for (const other of run.holdings) if (other.name === name && other.team !== team) demand(other, 'addByOther', name);
  const known = holdingOf(run, name, team);
  const cell = demand(known, 'add', name);
  if (known !== undefined && 'wantsZone' in zone && !isOver(known) && !hasZone(known))
    return wantZone(run, Object.assign(known, zone), sender.subject);
  if (known?.delegation?.state === 'waiting' && 'wantsZone' in zone) {
    run.handovers.get(known)?.cancel();
    return answerOf(run, known, 'its NS records are being looked for now');
  }
  if (known !== undefined && cell.answer === 'once') return answerOf(run, known, cell.why);
  if (known !== undefined && !isOver(known)) {
    note(run, { kind: 'message', text: `${name} of ${team}: look now`, by: sender.subject });
    run.waits.get(known)?.cancel();
    return answerOf(run, known, 'it is being looked for now');
  }
  const first = opening(name, team, run.holdings);
  if (first.is === 'covered') {
    const { by } = first;
    if ('wantsZone' in zone) return registerBelow(run, { ...admitted, team, by, zone });
    return { domain: run.domain, name, team, state: 'verified', awaits: [], note: `${by} of the same team covers it` };
  }
  return register(run, { ...admitted, team, state: first.is, zone }, Date.now() + proofDays * DAY_MS);
}

function wantZone(run: DomainRun, holding: Holding, by: string): DomainAnswer {
  const { name, team, state } = holding;
  note(run, { kind: 'message', text: `${name} of ${team}: make its zone`, by });
  if (state !== 'verified') return answerOf(run, holding, 'its zone is made once it is proven');
  run.waits.get(holding)?.cancel();
  return answerOf(run, holding, 'its zone is being made');
}

type Registered = AdmittedDomain & { team: string; zone: { wantsZone?: number } };

function register(
  run: DomainRun,
  { name, team, sender, record, state, graceDays, zone }: Registered & { state: 'pending' | 'contested' },
  untilMs: number,
): DomainAnswer {
  const holding = hold(run, { name, team, state, sender, records: record === undefined ? [] : [record], zone });
  begin(run, holding, state, `${sender.subject} registered it`, untilMs);
  for (const holder of state === 'contested' ? missingWords(holding, run.holdings) : [])
    notify(run, holder, asking(holding));
  void tend(run, holding, { graceDays });
  return answerOf(run, holding);
}

/** What proves the name above proves this one; only its zone is to be another. */
function registerBelow(
  run: DomainRun,
  { name, team, sender, graceDays, zone, by }: Registered & { by: string },
): DomainAnswer {
  const records = run.holdings.find((each) => each.name === by && each.team === team)?.records ?? [];
  const holding = hold(run, { name, team, state: 'verified', sender, records: [...records], zone });
  holding.provenAt = now();
  begin(run, holding, 'verified', `${sender.subject} asked for a zone of its own; ${by} covers it`);
  void tend(run, holding, { graceDays });
  return answerOf(run, holding, 'its zone is being made');
}

interface Held extends Pick<Holding, 'name' | 'team' | 'state' | 'records'> {
  sender: AdmittedDomain['sender'];
  zone: { wantsZone?: number };
}

function hold(run: DomainRun, { sender, zone, ...held }: Held): Holding {
  const { name, team } = held;
  // What is over makes room; its story stays in the timeline.
  const others = run.holdings.filter((each) => !isOver(each) || each.name !== name || each.team !== team);
  const live = others.filter((each) => !isOver(each));
  run.holdings = others.length < MAX_HOLDINGS ? others : live;
  if (live.length >= MAX_HOLDINGS)
    throw refusal({
      code: 'Conflict',
      message: `${run.domain} has ${MAX_HOLDINGS} registrations; name a parent instead`,
    });
  const holding: Holding = { ...held, ...zone, agreed: [], owner: sender.subject, since: now() };
  run.holdings.push(holding);
  return holding;
}
