// Approvals on the real servers, by everyone who should not count: each wrong decision gets a typed answer, by update and by
// signal, and moves nothing; the right one counts once.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorName } from '../../src/spec/errors.ts';
import type { DecisionMessage, PlanAnswer } from '../../src/workflows/messages.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { DEV, openStand, PEOPLE, type Person, PROD, STAGING, type Stand } from '../support/scenario.ts';

const NAME = 'approve-a';
const OTHER = 'approve-b';

let stand: Stand;
let plan: PlanAnswer;
let other: PlanAnswer;
let counted = 0;

beforeAll(async () => {
  stand = await openStand();
  await stand.startWorker();
  await Promise.all([stand.submit(NAME, STAGING), stand.submit(OTHER, STAGING)]);
  await stand.untilAll([NAME, OTHER], ['awaiting-approval']);
  plan = await planOf(NAME);
  other = await planOf(OTHER);
});

afterAll(async () => {
  await stand?.close();
  recordProof('approvals by everyone', counted, failedTests());
});

async function planOf(name: string): Promise<PlanAnswer> {
  const answer = await stand.owner.plan(name);
  if (answer === null) throw new Error(`${name} has no plan`);
  return answer;
}

interface Given {
  by?: Person;
  decision?: 'approve' | 'reject';
  /** Claims that the proof carries in place of the right ones. */
  claims?: Record<string, unknown>;
  /** The digest in the message in place of the right one. */
  planDigest?: string;
  changeDigest?: string;
  forged?: boolean;
}

async function decision(
  name: string,
  from: PlanAnswer,
  given: Given = {},
): Promise<DecisionMessage & { proof: string }> {
  const { planDigest = from.planDigest, changeDigest = from.changeDigest, decision: what = 'approve' } = given;
  const claims = { namespace: name, incarnation: from.incarnation, planDigest, changeDigest, decision: what };
  const prove = given.forged ? stand.forger(given.by ?? PEOPLE.lead) : stand.prover(given.by ?? PEOPLE.lead);
  return { proof: await prove({ ...claims, ...given.claims }), planDigest, changeDigest, decision: what };
}

/** The owner of the request once more, as other systems might spell them, with a lead's group in hand. */
const SPELLINGS = (subject: string): string[] => [
  subject,
  subject.toUpperCase(),
  ` ${subject} `,
  `${subject}.`,
  subject.replace('a', 'ａ'),
  subject.replace('@', '\u200b@'),
  subject.replace('@', '＠'),
  subject.replaceAll('.', '。'),
];

interface Wrong {
  title: string;
  code: ErrorName;
  message(): Promise<DecisionMessage>;
}

function wrongOnes(): Wrong[] {
  const lead = PEOPLE.lead;
  const owner = PEOPLE.owner;
  return [
    ...SPELLINGS(owner.subject).map((subject) => ({
      title: `the requester, spelled ${JSON.stringify(subject)}`,
      code: 'NotAllowed' as const,
      message: () => decision(NAME, plan, { by: { subject, groups: lead.groups } }),
    })),
    {
      title: 'the requester, who rejects',
      code: 'NotAllowed',
      message: () => decision(NAME, plan, { by: { ...owner, groups: lead.groups }, decision: 'reject' }),
    },
    {
      title: 'somebody with letters of another script that look like the lead',
      code: 'Unproven',
      message: () => decision(NAME, plan, { by: { ...lead, subject: lead.subject.replace(/[aeo]/, 'а') } }),
    },
    { title: 'a stranger', code: 'NotAllowed', message: () => decision(NAME, plan, { by: PEOPLE.stranger }) },
    {
      title: 'a lead of another team',
      code: 'NotAllowed',
      message: () => decision(NAME, plan, { by: { subject: 'eve@example.com', groups: ['payments-leads'] } }),
    },
    { title: 'another plan', code: 'StaleDigest', message: () => decision(NAME, plan, { planDigest: '0'.repeat(64) }) },
    {
      title: 'another change summary',
      code: 'StaleDigest',
      message: () => decision(NAME, plan, { changeDigest: '0'.repeat(64) }),
    },
    { title: 'a forged signature', code: 'Unproven', message: () => decision(NAME, plan, { forged: true }) },
    {
      title: 'a proof for another namespace',
      code: 'Unproven',
      message: () => decision(NAME, plan, { claims: { namespace: OTHER } }),
    },
    {
      title: 'the very proof of another namespace',
      code: 'Unproven',
      message: async () => ({ ...(await decision(NAME, plan)), proof: (await decision(OTHER, other)).proof }),
    },
    {
      title: 'a proof for another incarnation',
      code: 'Unproven',
      message: () => decision(NAME, plan, { claims: { incarnation: other.incarnation } }),
    },
    {
      title: 'a proof for another plan than the message says',
      code: 'Unproven',
      message: () => decision(NAME, plan, { claims: { planDigest: '0'.repeat(64) } }),
    },
    {
      title: 'a proof of a rejection for an approval',
      code: 'Unproven',
      message: () => decision(NAME, plan, { claims: { decision: 'reject' } }),
    },
    {
      title: 'a proof of another message',
      code: 'Unproven',
      message: async () => ({
        ...(await decision(NAME, plan)),
        proof: await stand.prover(lead)({ message: 'teardown', namespace: NAME, bodySha256: '0'.repeat(64) }),
      }),
    },
    { title: 'no proof', code: 'Unproven', message: async () => ({ ...(await decision(NAME, plan)), proof: '' }) },
    {
      title: 'an unsigned proof',
      code: 'Unproven',
      message: async () => {
        const right = await decision(NAME, plan);
        const header = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
        return { ...right, proof: `${header}.${right.proof.split('.')[1]}.` };
      },
    },
  ];
}

describe('a wrong decision', () => {
  it('gets a typed answer as an update, and moves nothing', async () => {
    for (const wrong of wrongOnes()) {
      expect(await stand.outcomeOfDecide(NAME, await wrong.message()), wrong.title).toBe(wrong.code);
      counted += 1;
    }
    await nothingMoved();
  });

  it('is recorded and shown as a signal, and moves nothing', async () => {
    const wrongs = wrongOnes();
    const before = (await stand.owner.history(NAME)).length;
    for (const wrong of wrongs) await stand.signalDecision(NAME, await wrong.message());
    const shown = async (): Promise<string[]> =>
      (await stand.owner.history(NAME)).slice(before).flatMap((entry) => entry.problem?.code ?? []);
    await expect.poll(async () => (await shown()).length, { timeout: 15_000 }).toBe(wrongs.length);
    expect((await shown()).sort()).toEqual(wrongs.map((wrong) => wrong.code).sort());
    counted += wrongs.length;
    await nothingMoved();
  });
});

async function nothingMoved(): Promise<void> {
  const status = await stand.owner.status(NAME);
  expect(status.phase).toBe('awaiting-approval');
  expect(status.approval?.slots.filter((slot) => slot.decidedBy !== undefined)).toEqual([]);
  expect(status.inventory).toEqual([]);
}

describe('the right decision', () => {
  it('counts once: its proof sent again, the same person again and anybody after it change nothing', async () => {
    const right = await decision(NAME, plan);
    expect(await stand.outcomeOfDecide(NAME, right)).toBe('counted');
    await stand.untilAll([NAME], ['ready']);
    const before = await stand.snapshot();
    // The very same message: the server's memory or the run may answer, but nothing new happens.
    expect(['counted', 'NotAwaitingApproval', 'AlreadyDecided']).toContain(await stand.outcomeOfDecide(NAME, right));
    expect(await stand.outcomeOfDecide(NAME, await decision(NAME, plan))).toBe('NotAwaitingApproval');
    expect(await stand.outcomeOfDecide(NAME, await decision(NAME, plan, { decision: 'reject' }))).toBe(
      'NotAwaitingApproval',
    );
    const entries = (await stand.owner.history(NAME)).length;
    await stand.signalDecision(NAME, await decision(NAME, plan, { decision: 'reject' }));
    await expect.poll(async () => (await stand.owner.history(NAME)).length).toBeGreaterThan(entries);
    expect((await stand.owner.status(NAME)).phase).toBe('ready');
    expect(await stand.changesSince(before)).toEqual([]);
    await stand.owner.teardown(NAME);
    await stand.untilAll([NAME], ['deleted']);
  });

  it('fills one of two seats only: the same person twice is not two people', async () => {
    const name = 'approve-two';
    await stand.submit(name, PROD);
    await stand.untilAll([name], ['awaiting-approval']);
    const mine = await planOf(name);
    const both = { ...PEOPLE.lead, groups: [...PEOPLE.lead.groups, ...PEOPLE.platform.groups] };
    const first = await decision(name, mine, { by: both });
    expect(await stand.outcomeOfDecide(name, first)).toBe('counted');
    expect(await stand.outcomeOfDecide(name, await decision(name, mine, { by: both }))).toBe('AlreadyDecided');
    const shouted = { ...both, subject: both.subject.toUpperCase() };
    expect(await stand.outcomeOfDecide(name, await decision(name, mine, { by: shouted }))).toBe('AlreadyDecided');
    // The nonce of a counted proof under another update id.
    expect(await stand.outcomeOfDecide(name, first, 'once-more')).toBe('AlreadyDecided');
    expect((await stand.owner.status(name)).phase).toBe('awaiting-approval');
    await stand.owner.cancel(name);
    await stand.untilAll([name], ['cancelled']);
    counted += 3;
  });

  it('comes to nothing after a cancel', async () => {
    await stand.owner.cancel(OTHER);
    await stand.untilAll([OTHER], ['cancelled']);
    expect(['Ended', 'NotFound']).toContain(await stand.outcomeOfDecide(OTHER, await decision(OTHER, other)));
    await stand.submit(OTHER, STAGING);
    await stand.untilAll([OTHER], ['awaiting-approval']);
    // A proof for the life before this one.
    expect(['Unproven', 'StaleDigest']).toContain(await stand.outcomeOfDecide(OTHER, await decision(OTHER, other)));
    expect((await stand.owner.status(OTHER)).phase).toBe('awaiting-approval');
    await stand.owner.cancel(OTHER);
    await stand.untilAll([OTHER], ['cancelled']);
    counted += 2;
  });

  it('is asked of nobody where policy approves, and cannot be given there', async () => {
    const name = 'approve-dev';
    await stand.submit(name, DEV);
    await stand.untilAll([name], ['ready']);
    expect(await stand.outcomeOfDecide(name, await decision(name, await planOf(name)))).toBe('NotAwaitingApproval');
    await stand.owner.teardown(name);
    await stand.untilAll([name], ['deleted']);
    counted += 1;
  });
});
