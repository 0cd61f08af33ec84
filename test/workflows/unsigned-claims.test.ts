// Messages whose senders only say who they are. Where the catalog trusts Temporal itself they count, under the same rules as
// signed ones; as shipped, the very same messages are refused and shown.
import { ApplicationFailure, type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNaasClient } from '../../src/client/index.ts';
import { LIFECYCLE_WORKFLOW, workflowId } from '../../src/spec/names.ts';
import type { UnsignedClaim } from '../../src/spec/proof.ts';
import type { DecisionMessage } from '../../src/workflows/messages.ts';
import { sharedPlatform } from '../support/platform.ts';
import { withTemporal } from '../support/runs.ts';
import { openStand, PEOPLE, PROD, STAGING, type Stand } from '../support/scenario.ts';

let trusting: Stand;
let asking: Stand;

beforeAll(async () => {
  [trusting, asking] = await Promise.all([openStand({ trust: 'temporal' }), openStand()]);
  await Promise.all([trusting.startWorker(), asking.startWorker()]);
});

afterAll(() => Promise.all([trusting?.close(), asking?.close()]));

const inTemporal = <T>(use: (client: Client) => Promise<T>): Promise<T> =>
  withTemporal(sharedPlatform().temporalAddress, use);

const claimOf = ({ subject, groups }: { subject: string; groups: readonly string[] }): UnsignedClaim => ({
  subject,
  groups: [...groups],
});
const OWNER = claimOf(PEOPLE.owner);
const LEAD = claimOf(PEOPLE.lead);

/** A client of our own that signs nothing. */
function clientOf(stand: Stand, claim: UnsignedClaim) {
  const { temporalAddress, temporalNamespace } = sharedPlatform();
  const place = { address: temporalAddress, namespace: temporalNamespace, taskQueue: stand.taskQueue };
  return createNaasClient({ ...place, prove: async () => claim });
}

async function decision(stand: Stand, name: string, proof: unknown): Promise<DecisionMessage> {
  const plan = await stand.owner.plan(name);
  const digests = { planDigest: plan?.planDigest ?? '', changeDigest: plan?.changeDigest ?? '' };
  return { proof: proof as UnsignedClaim, ...digests, decision: 'approve' };
}

/** The code of the refusal and the field that it names. */
async function answerOf(name: string, message: string, payload: unknown): Promise<[code: string, field: unknown]> {
  return inTemporal(async (client) => {
    try {
      await client.workflow.getHandle(workflowId(name)).executeUpdate<unknown, [unknown]>(message, { args: [payload] });
      return ['accepted', undefined];
    } catch (error) {
      if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)) throw error;
      const details = error.cause.details as { problems: { field?: string }[] }[];
      return [error.cause.type ?? '', details[0]?.problems[0]?.field];
    }
  });
}

describe('where the catalog trusts Temporal', () => {
  it('a namespace is asked for, approved and deleted without a signature, each by who may', async () => {
    const name = 'word-staging';
    const owner = clientOf(trusting, OWNER);
    const lead = clientOf(trusting, LEAD);
    const stranger = clientOf(trusting, claimOf(PEOPLE.stranger));
    try {
      await owner.submit(trusting.request(name, STAGING));
      for (const subject of [OWNER.subject, OWNER.subject.toUpperCase(), ` ${OWNER.subject}.`]) {
        const own = await decision(trusting, name, { ...LEAD, subject });
        expect(await trusting.outcomeOfDecide(name, own), subject).toBe('NotAllowed');
      }
      await expect(stranger.decide(name, { decision: 'approve' })).rejects.toMatchObject({ code: 'NotAllowed' });
      await expect(lead.decide(name, { decision: 'approve' })).resolves.toMatchObject({ slot: 'team-lead' });
      await trusting.untilAll([name], ['ready']);
      await expect(stranger.teardown(name)).rejects.toMatchObject({ code: 'NotAllowed' });
      await owner.teardown(name);
      await trusting.untilAll([name], ['deleted']);
    } finally {
      await Promise.all([owner.close(), lead.close(), stranger.close()]);
    }
  });

  it('one person still takes one seat, by update and by signal, under any spelling', async () => {
    const name = 'word-prod';
    await trusting.submit(name, PROD);
    const both = { subject: LEAD.subject, groups: [...PEOPLE.lead.groups, ...PEOPLE.platform.groups] };
    await trusting.signalDecision(name, await decision(trusting, name, both));
    await expect
      .poll(async () => (await trusting.owner.status(name)).approval?.slots.filter((slot) => slot.decidedBy).length)
      .toBe(1);
    const again = await decision(trusting, name, { ...both, subject: both.subject.toUpperCase() });
    expect(await trusting.outcomeOfDecide(name, again)).toBe('AlreadyDecided');
    const signed = await trusting.prover({ ...both })({
      namespace: name,
      incarnation: (await trusting.owner.plan(name))?.incarnation,
      planDigest: again.planDigest,
      changeDigest: again.changeDigest,
      decision: 'approve',
    });
    expect(await trusting.outcomeOfDecide(name, { ...again, proof: signed })).toBe('AlreadyDecided');
    await trusting.owner.cancel(name);
    await trusting.untilAll([name], ['cancelled']);
  });

  it('a hostile claim is refused with the field named, and the run goes on', async () => {
    const name = 'word-hostile';
    await trusting.submit(name, STAGING);
    const hostile: [claim: unknown, code: string, within: string][] = [
      [{ subject: 5 }, 'InvalidRequest', '.subject'],
      [{ groups: ['shop-leads'] }, 'InvalidRequest', '.subject'],
      [JSON.parse('{"__proto__": {"subject": "grace@example.com"}}'), 'InvalidRequest', '.__proto__'],
      [{ ...LEAD, nonce: 'mine' }, 'InvalidRequest', '.nonce'],
      [{ ...LEAD, groups: Array(10_000).fill('shop-leads') }, 'InvalidRequest', '.groups'],
      [{ ...LEAD, groups: ['shop-leads', 7] }, 'InvalidRequest', '.groups[1]'],
      [{ ...LEAD, subject: 'system:masters' }, 'Unproven', '.subject'],
      [{ ...LEAD, groups: ['shop-leads', 'SYSTEM:masters'] }, 'Unproven', '.groups[1]'],
    ];
    for (const [claim, code, within] of hostile) {
      const decide = await decision(trusting, name, claim);
      expect(await answerOf(name, 'decide', decide), within).toEqual([code, `proof${within}`]);
      const cancel = { requestId: 'hostile', by: claim };
      expect(await answerOf(name, 'cancel', cancel), within).toEqual([code, `by${within}`]);
    }
    expect(await trusting.owner.status(name)).toMatchObject({ phase: 'awaiting-approval', inventory: [] });
    await trusting.owner.cancel(name);
    await trusting.untilAll([name], ['cancelled']);
  });
});

describe('as shipped', () => {
  it('an unsigned decision is refused by update, and stands in the timeline by signal', async () => {
    const name = 'unsigned-decision';
    await asking.submit(name, STAGING);
    const unsigned = await decision(asking, name, LEAD);
    expect(await answerOf(name, 'decide', unsigned)).toEqual(['Unproven', 'proof']);
    await asking.signalDecision(name, unsigned);
    await expect
      .poll(async () => (await asking.owner.history(name)).map((entry) => entry.problem?.code ?? entry.text))
      .toEqual(expect.arrayContaining(['a decision came by signal and was not counted', 'Unproven']));
    expect(await asking.owner.status(name)).toMatchObject({ phase: 'awaiting-approval' });
    expect(await answerOf(name, 'cancel', { requestId: 'unsigned', by: OWNER })).toEqual(['Unproven', 'by']);
    await asking.owner.cancel(name);
    await asking.untilAll([name], ['cancelled']);
  });

  it('an unsigned request is refused, and its run says why and holds no name', async () => {
    const name = 'unsigned-request';
    const client = clientOf(asking, OWNER);
    try {
      await expect(client.submit(asking.request(name, STAGING))).rejects.toMatchObject({ code: 'Unproven' });
    } finally {
      await client.close();
    }
    await inTemporal(async (temporal) => {
      const submission = { requestId: 'r', mode: 'create', request: asking.request(name, STAGING), by: OWNER };
      const run = await temporal.workflow.start(LIFECYCLE_WORKFLOW, {
        workflowId: workflowId(name),
        taskQueue: asking.taskQueue,
        args: [{ submission }],
      });
      await expect(run.result()).resolves.toMatchObject({ phase: 'refused', problems: [{ code: 'Unproven' }] });
    });
  });
});
