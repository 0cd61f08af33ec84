// `naas approve` and `naas reject`: one decision, bound to the plan that was looked at.
import type { DecideOptions, NaasClient } from '../../client/api.ts';
import { NaasError } from '../../spec/errors.ts';
import { type Context, print, printJson } from '../context.ts';
import { shortDigest } from '../render-plan.ts';
import { renderDecided } from '../render-submitted.ts';
import { requireIdentity, withClient } from '../session.ts';

export interface DecisionOptions {
  reason?: string;
  digest?: string;
}

export async function decide(
  context: Context,
  decision: 'approve' | 'reject',
  name: string,
  options: DecisionOptions,
): Promise<number> {
  requireIdentity(context);
  return withClient(context, async (client) => {
    const reason = options.reason === undefined ? {} : { reason: options.reason };
    const seen = options.digest === undefined ? {} : await digestsOf(client, name, options.digest);
    const answer = await client.decide(name, { decision, ...reason, ...seen });
    if (context.globals.json === true) printJson(context, answer);
    else print(context, renderDecided(name, answer, context.terminal.paint));
    return 0;
  });
}

/** Both digests, or the plan's alone, each whole or its beginning: eight digits are not met by chance. */
const DIGESTS = /^([0-9a-f]{8,64})(?:-([0-9a-f]{8,64}))?$/;

/** The full digests, when what stands there now is what the short form was read from. */
async function digestsOf(
  client: NaasClient,
  name: string,
  digest: string,
): Promise<Pick<DecideOptions, 'planDigest' | 'changeDigest'>> {
  const [, planPart, changePart = ''] = DIGESTS.exec(digest) ?? [];
  if (planPart === undefined) {
    throw new NaasError({
      code: 'InvalidRequest',
      message: `--digest ${digest}: expected PLAN or PLAN-CHANGE as \`naas approvals\` prints them, each 8 to 64 hexadecimal digits`,
    });
  }
  const plan = await client.plan(name);
  if (plan?.planDigest.startsWith(planPart) && plan.changeDigest.startsWith(changePart))
    return { planDigest: plan.planDigest, changeDigest: plan.changeDigest };
  const now = plan === null ? 'it has no plan' : `it stands at ${shortDigest(plan)}`;
  throw new NaasError({ code: 'StaleDigest', message: `${name}: the decision is for ${digest}, and ${now}` });
}
