// A decision as it is sent: on the plan that stands, or on the one that was read, proven by whoever decides.
import { NaasError } from '../spec/errors.ts';
import type { DecisionMessage } from '../workflows/messages.ts';
import type { DecideOptions, NaasClient, Prove } from './api.ts';

export async function decision(
  client: Pick<NaasClient, 'plan'>,
  prove: Prove,
  name: string,
  choice: DecideOptions,
): Promise<DecisionMessage> {
  const plan = await client.plan(name);
  if (plan === null)
    throw new NaasError({ code: 'NotAwaitingApproval', message: `namespace ${name}: nothing waits for a decision` });
  const claims = {
    planDigest: choice.planDigest ?? plan.planDigest,
    changeDigest: choice.changeDigest ?? plan.changeDigest,
    decision: choice.decision,
  };
  const proof = await prove({ namespace: name, incarnation: plan.incarnation, ...claims });
  return { proof, ...claims, ...(choice.reason === undefined ? {} : { reason: choice.reason }) };
}
