// `naas plan`: admission without effects. Holds no name, answers and closes at once.

import { reading } from './activities.ts';
import type { PreviewAnswer, Submission } from './messages.ts';
import { checkSubmission } from './payload.ts';

export async function preview(input: { name: string; submission: Submission }): Promise<PreviewAnswer> {
  const { examineOnly } = reading(`Examine a request for ${input.name} without any effect`);
  const submission = checkSubmission(input.submission);
  const { problems, admitted } = await examineOnly({ name: input.name, submission, receivedAtMs: Date.now() });
  if (admitted === null) return { problems, plan: null, approval: null };
  const { planDigest, changeDigest, incarnation, changes, stages, approval } = admitted;
  return {
    problems,
    plan: { planDigest, changeDigest, incarnation, changes, stages },
    approval: {
      rule: approval.rule,
      awaits: approval.slots.map(({ slot, why, users, groups }) => ({ slot, why, users, groups })),
    },
  };
}
