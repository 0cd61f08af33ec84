// How every message to a domain is let in: its sender proven by an activity, its effect allowed by the table. And what it is
// answered. Changes nothing but which proofs were used.
import type { AdmitDomainInput, AdmittedDomain } from '../activities/admit-domain.ts';
import { DOMAIN_LIFECYCLE, type DomainMessage, domainSituation, missingWords } from '../spec/domain-lifecycle.ts';
import type { Holding } from '../spec/domain-status.ts';
import type { Cell } from '../spec/lifecycle.ts';
import { reading } from './activities.ts';
import type {
  AddDomainMessage,
  BoughtDomainMessage,
  BuyDomainMessage,
  DecideDomainMessage,
  DomainAnswer,
  RemoveDomainMessage,
  TransferDomainMessage,
} from './domain-contract.ts';
import type { DomainRun } from './domain-run.ts';
import { refusal } from './run.ts';
import { NONCES_LENGTH } from './state.ts';

type DomainMessageBody =
  | AddDomainMessage
  | BuyDomainMessage
  | BoughtDomainMessage
  | RemoveDomainMessage
  | TransferDomainMessage
  | DecideDomainMessage;

export async function admit(
  run: DomainRun,
  message: AdmitDomainInput['message'],
  { by, ...body }: DomainMessageBody,
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

export function demandable(holding: Holding | undefined, message: DomainMessage): Cell {
  return DOMAIN_LIFECYCLE[domainSituation(holding)][message];
}

export function demand(
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

export function answerOf(run: DomainRun, holding: Holding, said?: string): DomainAnswer {
  const { domain } = run;
  const { name, team, state, records, transfer, purchase, delegation } = holding;
  const contested = state === 'contested' ? missingWords(holding, run.holdings) : [];
  const [record] = records;
  return {
    domain,
    name,
    team,
    state,
    ...(record === undefined ? {} : { record }),
    awaits: transfer === undefined ? contested : [team],
    ...(purchase === undefined ? {} : { purchase }),
    ...(delegation === undefined ? {} : { delegation }),
    ...(said === undefined ? {} : { note: said }),
  };
}

export function because({ reason }: { reason?: string }): string {
  return reason === undefined ? '' : `: ${reason}`;
}

export function notAllowed(who: string, what: string, team: string): Error {
  return refusal({
    code: 'NotAllowed',
    message: `${who} may not ${what}; that can people of team ${team} (leads, where it is to be decided or given up) and the operators of the platform`,
  });
}
