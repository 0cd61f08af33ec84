// Changes that race: with each other, with a deletion, with a cancel, with decisions on something else. One wins, whoever
// loses is told what they missed, and nothing is done by halves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NaasClient } from '../../src/client/api.ts';
import type { NaasError } from '../../src/spec/errors.ts';
import type { DecisionMessage, PlanAnswer } from '../../src/workflows/messages.ts';
import { keysOf } from '../support/cluster-snapshot.ts';
import { proofCases } from '../support/proof-cases.ts';
import { DEV, openStand, PEOPLE, type Person, PROD, STAGING, type Stand } from '../support/scenario.ts';

/** Leads as well, so that one can ask and another decide. */
const OTHER_LEAD: Person = { subject: 'hopper@example.com', groups: ['shop-leads'] };
/** How quickly is answered is no proof's business. */
const PATIENCE_MS = 60_000;

let stand: Stand;
let owner: NaasClient;
let lead: NaasClient;
let otherLead: NaasClient;
let platform: NaasClient;
const proof = proofCases('racing changes');

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  const of = (person: Person) => stand.clientOf(person, PATIENCE_MS);
  [owner, lead, otherLead, platform] = [of(PEOPLE.owner), of(PEOPLE.lead), of(OTHER_LEAD), of(PEOPLE.platform)];
});

afterAll(async () => {
  await Promise.all(leftovers.map((name) => owner.teardown(name)));
  await stand?.untilAll(leftovers, ['deleted']);
  await Promise.all([owner, lead, otherLead, platform].map((client) => client?.close()));
  await stand?.close();
  proof.record();
});

async function living(name: string, overrides = DEV): Promise<void> {
  await owner.submit(stand.request(name, overrides), { requestId: `${name}-1` });
  if (overrides !== DEV) {
    await stand.untilAll([name], ['awaiting-approval']);
    await lead.decide(name, { decision: 'approve' });
    if (overrides === PROD) await platform.decide(name, { decision: 'approve' });
  }
  await stand.untilAll([name], ['ready']);
}

/** Deletions take their five seconds; all wait for them once, at the end. */
const leftovers: string[] = [];

function leave(name: string): void {
  leftovers.push(name);
}

type Settled<T> = { answer: T } | { error: NaasError };

async function settled<T>(asked: readonly Promise<T>[]): Promise<Settled<T>[]> {
  return Promise.all(
    asked.map((each) =>
      each.then(
        (answer) => ({ answer }),
        (error: NaasError) => ({ error }),
      ),
    ),
  );
}

const answers = <T>(all: readonly Settled<T>[]): T[] => all.flatMap((each) => ('answer' in each ? [each.answer] : []));
const errors = <T>(all: readonly Settled<T>[]): NaasError[] =>
  all.flatMap((each) => ('error' in each ? [each.error] : []));

describe('eight changes at once', () => {
  const differing = (name: string, overrides = DEV) =>
    Array.from({ length: 8 }, (_, index) => ({ ...stand.request(name, overrides), purpose: `change ${index}` }));

  it('of which one is applied: the others hear which plan they missed', () =>
    proof.hold(8, async () => {
      const name = 'race-applied';
      await living(name);
      const basedOn = (await owner.request(name))?.planDigest ?? '';
      const all = await settled(differing(name).map((wanted) => owner.change(name, wanted, { basedOn })));
      const [won, ...more] = answers(all);
      expect(more).toEqual([]);
      expect(errors(all).map(({ code }) => code)).toEqual(Array.from({ length: 7 }, () => 'StaleDigest'));
      for (const { message } of errors(all)) expect(message).toContain(won?.planDigest);
      const status = await stand.untilOperation(name);
      expect(status).toMatchObject({ planDigest: won?.planDigest, lastOperation: { outcome: 'applied' } });
      leave(name);
    }));

  it('of which one waits for people: so it is for the others', () =>
    proof.hold(8, async () => {
      const name = 'race-waiting';
      await living(name, STAGING);
      const all = await settled(differing(name, STAGING).map((wanted) => owner.change(name, wanted)));
      const [won, ...more] = answers(all);
      expect(more).toEqual([]);
      expect(won?.operation).toEqual({ kind: 'change', step: 'awaiting-approval' });
      expect(errors(all)).toHaveLength(7);
      for (const { code, message } of errors(all)) {
        expect(code).toBe('StaleDigest');
        expect(message).toContain(won?.planDigest);
        expect(message).toContain(won?.requestId);
      }
      leave(name);
    }));

  it('with one content and one id are one change', () =>
    proof.hold(8, async () => {
      const name = 'race-same';
      await living(name);
      const [wanted = {}] = differing(name);
      const all = await settled(Array.from({ length: 8 }, () => owner.change(name, wanted, { requestId: 'the-same' })));
      expect(errors(all)).toEqual([]);
      expect(new Set(answers(all).map(({ planDigest }) => planDigest)).size).toBe(1);
      await stand.untilOperation(name);
      const again = await owner
        .change(name, { ...wanted, purpose: 'another' }, { requestId: 'the-same' })
        .catch((error: NaasError) => error);
      expect(again).toMatchObject({ code: 'RequestIdReused' });
      const begun = (await owner.history(name)).filter(({ text }) => text.startsWith('change begins'));
      expect(begun).toHaveLength(1);
      leave(name);
    }));
});

describe('a change and a deletion at once', () => {
  it.each([
    ['by policy', DEV],
    ['with people', STAGING],
  ] as const)('end with nothing left, or with the change whole (%s)', (way, overrides) =>
    proof.hold(3, async () => {
      const names = [1, 2, 3].map((index) => `race-end-${overrides.tier}-${index}`);
      await Promise.all(names.map((name) => living(name, overrides)));
      await Promise.all(
        names.map(async (name) => {
          const [changed, ended] = await Promise.all([
            settled([owner.change(name, { ...stand.request(name, overrides), purpose: way })]),
            settled([owner.teardown(name)]),
          ]);
          const refused = errors(changed)[0];
          if (refused !== undefined) expect(['RemovalBegun', 'Ended', 'NotFound']).toContain(refused.code);
          if (answers(ended).length > 0) {
            const [status] = await stand.untilAll([name], ['deleted']);
            if (refused === undefined) expect(['dropped', 'applied']).toContain(status?.lastOperation?.outcome);
          } else {
            expect(errors(ended)[0]).toMatchObject({
              code: 'StillInProgress',
              message: expect.stringContaining('cancel'),
            });
            expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');
            await owner.teardown(name);
            await stand.untilAll([name], ['deleted']);
          }
        }),
      );
      const after = await stand.snapshot();
      for (const name of names) expect(keysOf(after, name)).toEqual([]);
    }),
  );
});

describe('a change and its cancel at once', () => {
  it('end as before, or with the change whole', () =>
    proof.hold(4, async () => {
      const name = 'race-cancel';
      await living(name);
      for (let round = 0; round < 4; round += 1) {
        const before = await stand.content();
        const wanted = { ...stand.request(name, DEV), purpose: `round ${round}` };
        const [changed, cancelled] = await Promise.all([
          settled([owner.change(name, wanted)]),
          settled([owner.cancel(name)]),
        ]);
        expect(errors(changed)).toEqual([]);
        const status = await stand.untilOperation(name);
        if (answers(cancelled).length === 0) expect(errors(cancelled)[0]).toMatchObject({ code: 'NothingInProgress' });
        // Accepted a moment after the change had ended, it would have been refused: so it counts.
        expect(status.lastOperation?.outcome).toBe(answers(cancelled).length === 0 ? 'applied' : 'cancelled');
        if (status.lastOperation?.outcome === 'cancelled') expect(await stand.contentSince(before)).toEqual([]);
      }
      leave(name);
    }));
});

async function signed(person: Person, name: string, plan: PlanAnswer): Promise<DecisionMessage> {
  const { planDigest, changeDigest, incarnation } = plan;
  const claims = { planDigest, changeDigest, decision: 'approve' as const };
  return { ...claims, proof: await stand.prover(person)({ namespace: name, incarnation, ...claims }) };
}

async function planOf(name: string): Promise<PlanAnswer> {
  const plan = await lead.plan(name);
  if (plan === null) throw new Error(`${name} has no plan`);
  return plan;
}

describe('a decision', () => {
  it('on the first request is not counted for a change, and on one change not for the same change again', () =>
    proof.hold(4, async () => {
      const name = 'race-decisions';
      await owner.submit(stand.request(name, STAGING), { requestId: `${name}-1` });
      await stand.untilAll([name], ['awaiting-approval']);
      const onRequest = await signed(PEOPLE.lead, name, await planOf(name));
      expect(await stand.outcomeOfDecide(name, onRequest)).toBe('counted');
      await stand.untilAll([name], ['ready']);
      expect(await stand.outcomeOfDecide(name, onRequest), 'when nothing waits').toBe('NotAwaitingApproval');

      const wanted = { ...stand.request(name, STAGING), purpose: 'another' };
      await owner.change(name, wanted);
      expect(await stand.outcomeOfDecide(name, onRequest), 'on another plan').toBe('StaleDigest');
      const onChange = await signed(PEOPLE.lead, name, await planOf(name));
      expect(await stand.outcomeOfDecide(name, onChange)).toBe('counted');
      expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');

      await owner.change(name, stand.request(name, STAGING));
      await lead.decide(name, { decision: 'approve' });
      await stand.untilOperation(name);
      await owner.change(name, wanted);
      expect(onChange, 'the digests are those of before').toMatchObject({
        planDigest: (await planOf(name)).planDigest,
        changeDigest: (await planOf(name)).changeDigest,
      });
      expect(await stand.outcomeOfDecide(name, onChange), 'sent once more').toBe('AlreadyDecided');
      expect((await owner.status(name)).operation?.step).toBe('awaiting-approval');
      leave(name);
    }));

  it('on a change is never its requester’s, whoever that is; another of the same list may', () =>
    proof.hold(2, async () => {
      const name = 'race-requester';
      await living(name, STAGING);
      await lead.change(name, { ...stand.request(name, STAGING), purpose: 'asked for by a lead' });
      expect(await lead.decide(name, { decision: 'approve' }).catch((error: NaasError) => error)).toMatchObject({
        code: 'NotAllowed',
        message: expect.stringContaining('another person has to decide'),
      });
      expect(await otherLead.decide(name, { decision: 'approve' })).toMatchObject({ slot: 'team-lead', awaits: [] });
      expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');
      leave(name);
    }));

  it('of one person fills one seat of a change that asks for two', () =>
    proof.hold(3, async () => {
      const name = 'race-two';
      await living(name, PROD);
      const answer = await owner.change(name, { ...stand.request(name, PROD), purpose: 'two people' });
      expect(answer.awaits.map(({ slot }) => slot)).toEqual(['platform', 'team-lead']);
      expect(await lead.decide(name, { decision: 'approve' })).toMatchObject({
        slot: 'team-lead',
        awaits: ['platform'],
      });
      const twice = await lead.decide(name, { decision: 'approve' }).catch((error: NaasError) => error);
      expect(twice).toMatchObject({ code: 'AlreadyDecided' });
      expect((await owner.status(name)).operation).toMatchObject({ step: 'awaiting-approval' });
      await platform.decide(name, { decision: 'approve' });
      expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('applied');

      const smaller = await owner.change(name, { ...stand.request(name, DEV), environment: 'prod' });
      expect(
        smaller.awaits.map(({ slot }) => slot),
        'a smaller tier frees nobody',
      ).toEqual(['platform', 'team-lead']);
      await owner.cancel(name);
      expect((await stand.untilOperation(name)).lastOperation?.outcome).toBe('cancelled');
      leave(name);
    }));
});
