// The naive design: the same namespace by a plain workflow, one activity per object, one after the other, each with its object
// as its argument. It stands here to be compared with, never to be used: no undo, no approval, no claim, no fence.

import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import {
  condition,
  defineSignal,
  proxyActivities,
  setHandler,
  sleep,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { NaiveActivities, Written } from './activities.ts';

export const teardownSignal = defineSignal<[string]>('teardown');

const { render, apply, untilQuotaEnforced, verifySender, remove } = proxyActivities<NaiveActivities>({
  startToCloseTimeout: 60_000,
});

/** A plain workflow has no other place to show how far it is: one upsert a step, where naas sets current details for nothing. */
const STEP = defineSearchAttributeKey('NaasPhase', SearchAttributeType.KEYWORD);

const STAGES = ['claim', 'guardrails', 'equipment', 'access'] as const;

export async function naiveNamespace(request: Record<string, unknown>): Promise<void> {
  let teardown: string | undefined;
  setHandler(teardownSignal, (by) => {
    teardown = by;
  });
  const objects = await render(request);
  const written: Written[] = [];
  for (const stage of STAGES) {
    enter(stage);
    for (const object of objects[stage]) {
      written.push(await apply(object));
      if (object.kind === 'ResourceQuota') await untilQuotaEnforced(object);
    }
  }
  enter('ready');
  await condition(() => teardown !== undefined);
  await verifySender(teardown ?? '');
  enter('revoking');
  for (const each of written.toReversed()) {
    if (each.ref.kind === 'Namespace') enter('removing');
    await remove(each);
  }
  enter('deleted');
  // As naas does, so that nobody else gets the name at once.
  await sleep('1 day');
}

function enter(step: string): void {
  upsertSearchAttributes([{ key: STEP, value: step }]);
}
