// What the holder of a name decides: whether another team gets it, or a name below it. Who may decide, the admission has proven.
import { covers, holds, isOver, missingWords } from '../spec/domain-lifecycle.ts';
import type { Holding } from '../spec/domain-status.ts';
import { admit, answerOf, because, demand, notAllowed } from './domain-admission.ts';
import type { DecideDomainMessage, DomainAnswer } from './domain-contract.ts';
import { decidePurchase } from './domain-purchase.ts';
import { type DomainRun, enter, holdingOf, note, publish } from './domain-run.ts';
import { now } from './run.ts';

export async function decide(run: DomainRun, message: DecideDomainMessage): Promise<DomainAnswer> {
  const { team, decision } = message;
  const { name, sender, operator, leads, purchase } = await admit(run, 'decideDomain', message);
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
  if (asker.state === 'wanted') {
    const approves = purchase?.approves === true;
    return decidePurchase(run, asker, message, {
      sender: sender.subject,
      approves,
      approvers: purchase?.approvers ?? asker.purchase?.approvers ?? '',
    });
  }
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
  run.lost = true;
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
