// Generated organisations, requests and decisions: what counts is exactly what a simple model says counts. No wrong decision is
// taken, no right one is lost, in any order, across escalations, replays, and states that were carried over.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Proofs } from '../../src/activities/proofs.ts';
import { keyFile } from '../../src/providers/proofs/key-file.ts';
import { createLocalIssuer } from '../../src/providers/proofs/local-issuer.ts';
import { senderProofs } from '../../src/providers/proofs/senders.ts';
import { trustedKeys } from '../../src/providers/proofs/trusted-keys.ts';
import { type ApprovalState, judge, openSlots } from '../../src/spec/approval.ts';
import { approvalPolicy } from '../../src/spec/approval-rules.ts';
import { type Catalog, parseCatalog } from '../../src/spec/catalog.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { canonicalSubject } from '../../src/spec/subjects.ts';
import type { DecisionMessage } from '../../src/workflows/messages.ts';
import { freshState, upgrade } from '../../src/workflows/state.ts';
import { ApprovalModel } from '../support/approval-model.ts';
import {
  catalogFilesOf,
  type Delivery,
  groupOf,
  type Request,
  requests,
  type Step,
  stories,
  subjectOf,
  type World,
  worlds,
} from '../support/approval-world.ts';
import { type About, type Forge, openForge } from '../support/decision-forge.ts';
import { proveAll } from '../support/generated-cases.ts';

const TIMES = { remindAfterMinutes: 1, escalateAfterMinutes: 2, lapseAfterMinutes: 3 };
/** Reading a catalog costs more than judging a dozen decisions: each serves several stories. */
const STORIES_A_WORLD = 8;

const ABOUT: About = {
  namespace: 'red-x-dev',
  incarnation: '0123456789ab',
  planDigest: 'a'.repeat(64),
  changeDigest: 'b'.repeat(64),
};

let folder: string;
let forge: Forge;
let proofs: Proofs;
const tally = { counted: 0, refused: 0, approved: 0, rejected: 0 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-approvals-'));
  const [issuer, stranger] = await Promise.all(
    ['issuer', 'stranger'].map((name) => createLocalIssuer(join(folder, name))),
  );
  forge = await openForge(issuer?.keyFile ?? '', stranger?.keyFile ?? '');
  proofs = senderProofs('signed', trustedKeys(keyFile(issuer?.jwksFile ?? '')));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  console.log(`approvals: ${JSON.stringify(tally)}`);
});

/** The state with which a run begins to wait, made by the real rules of the real catalog. */
function opened(catalog: Catalog, request: Request): ApprovalState {
  const spec = resolve(
    parseRequest({
      apiVersion: 'naas.dev/v1',
      kind: 'NamespaceRequest',
      team: request.team,
      project: 'x',
      environment: 'dev',
      tier: request.tier,
      purpose: 'proof',
      network: { ingressFrom: request.ingressFrom.map((team) => ({ namespace: `y${team}`, team })) },
    }),
    catalog,
    { cluster: 'local' },
  );
  const owners = Object.fromEntries(request.ingressFrom.map((team) => [`y${team}`, { team }]));
  const { person, groups } = request.requester;
  const sender = { subject: canonicalSubject(subjectOf(person, 1)), groups: groups.map((group) => groupOf(group)) };
  const { slots } = approvalPolicy(spec, sender, owners, catalog);
  const { planDigest, changeDigest } = ABOUT;
  return { requester: sender.subject, planDigest, changeDigest, slots, escalated: false, counted: [] };
}

/** What an activity and a run do with a decision: verify, then judge. */
async function decided(state: ApprovalState, message: DecisionMessage): Promise<boolean> {
  const { proof, planDigest, changeDigest, decision } = message;
  const { namespace, incarnation } = ABOUT;
  const claims = { namespace, incarnation, planDigest, changeDigest, decision };
  try {
    const { sender, nonce } = await proofs.verify(proof, claims, Date.now());
    const verdict = judge(state, { by: sender, nonce, planDigest, changeDigest, decision, reason: '' }, AT);
    if ('refused' in verdict) return false;
    state.counted = verdict.all;
    return true;
  } catch (error) {
    if (error instanceof NaasError) return false;
    throw error;
  }
}

const AT = '2026-01-01T00:00:00.000Z';

/** Through the wire and the reading of whatever build comes next. */
function carriedOver(state: ApprovalState): ApprovalState {
  const whole = { ...freshState({ requestId: 'r', mode: 'create', request: {}, by: '' }, AT), approval: state };
  const { approval } = upgrade(JSON.parse(JSON.stringify(whole)));
  if (approval === null) throw new Error('the approval was lost on the way');
  return approval;
}

async function violations(catalog: Catalog, world: World, request: Request, story: readonly Step[]): Promise<string[]> {
  const model = new ApprovalModel(world, request);
  let state = opened(catalog, request);
  const wrong: string[] = [];
  if (state.slots.length !== model.slots.length)
    return [`${state.slots.length} slots instead of ${model.slots.length}`];
  const sent: DecisionMessage[] = [];
  for (const step of story) {
    if (model.isOver) break;
    if (step.kind === 'escalate') {
      model.escalate();
      state.escalated = true;
    } else if (step.kind === 'carry-over') state = carriedOver(state);
    else {
      const message = await messageOf(step, sent);
      sent.push(message);
      const right = model.deliver(step);
      const taken = await decided(state, message);
      tally[taken ? 'counted' : 'refused'] += 1;
      if (right !== taken) wrong.push(`${taken ? 'wrongly accepted' : 'lost'}: ${JSON.stringify(step)}`);
      wrong.push(...badlySeated(state, model));
    }
  }
  if (model.isApproved) tally.approved += 1;
  if (model.isRejected) tally.rejected += 1;
  if (!model.isRejected && (openSlots(state).length === 0) !== model.isApproved)
    wrong.push('approved by too few, or too many');
  return wrong;
}

async function messageOf(step: Delivery, sent: readonly DecisionMessage[]): Promise<DecisionMessage> {
  const { again } = step;
  const of = again === null || sent.length === 0 ? undefined : again.of % sent.length;
  const earlier = of === undefined ? undefined : sent[of];
  if (again?.what === 'message' && earlier !== undefined) return earlier;
  // The nonce of a message that was itself sent again is that of the first.
  const nonce = of === undefined ? undefined : nonces.get(sent[of] as DecisionMessage);
  const fresh = again?.what === 'nonce' && nonce !== undefined ? nonce : crypto.randomUUID();
  const message = await forge.message(step, ABOUT, fresh);
  nonces.set(message, fresh);
  return message;
}

const nonces = new WeakMap<DecisionMessage, string>();

/** Each on a seat of their own, and nobody that the model does not know of. */
function badlySeated({ counted }: ApprovalState, model: ApprovalModel): string[] {
  const people = counted.map(({ subject }) => subject).sort();
  const expected = model.counted.map((person) => canonicalSubject(subjectOf(person))).sort();
  return [
    ...(String(people) === String(expected) ? [] : [`${people} sit instead of ${expected}`]),
    ...(new Set(counted.map(({ slot }) => slot)).size === counted.length ? [] : ['two people sit on one seat']),
    ...(counted.every(({ slot, fits }) => fits.includes(slot)) ? [] : ['somebody sits where they may not']),
  ];
}

it('counts what the model counts, and nothing else', { timeout: 900_000 }, async () => {
  await proveAll(
    'approvals',
    fc.tuple(worlds, fc.array(fc.tuple(requests, stories), { minLength: STORIES_A_WORLD, maxLength: STORIES_A_WORLD })),
    { core: 150, full: 1_500, each: STORIES_A_WORLD },
    async ([world, told]) => {
      const catalog = parseCatalog(catalogFilesOf(world, () => TIMES));
      const wrong: string[] = [];
      for (const [request, story] of told) wrong.push(...(await violations(catalog, world, request, story)));
      return wrong;
    },
  );
  // The generator must not satisfy the property with decisions that never count.
  expect(tally.counted).toBeGreaterThan(tally.refused / 10);
  expect(tally.approved).toBeGreaterThan(50);
  expect(tally.rejected).toBeGreaterThan(20);
});
