// `naas plan`: admission without effects. Holds no name, answers and closes at once.

import { workflowInfo } from '@temporalio/workflow';
import { reading } from './activities.ts';
import type { PreviewAnswer, PreviewArgument } from './messages.ts';
import { checkPreview } from './payload.ts';

export async function preview(input: PreviewArgument): Promise<PreviewAnswer> {
  const { name, submission } = checkPreview(input);
  const { examineOnly } = reading(`Examine a request for ${name} without any effect`);
  const { problems, admitted } = await examineOnly({
    name,
    submission,
    receivedAtMs: workflowInfo().startTime.getTime(),
  });
  if (admitted === null) return { problems, plan: null, approval: null };
  const { planDigest, changeDigest, incarnation, changes, notices, stages, approval } = admitted;
  return {
    problems,
    plan: {
      kind: 'request',
      planDigest,
      changeDigest,
      incarnation,
      changes,
      ...(notices === undefined ? {} : { notices }),
      stages,
    },
    approval: {
      rule: approval.rule,
      awaits: approval.slots.map(({ slot, why, users, groups }) => ({ slot, why, users, groups })),
    },
  };
}
