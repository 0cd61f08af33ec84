// The generated approvals of test/spec/approval-against-model.test.ts through real runs: over histories that are renewed all the
// time, with a later build of the worker that joins in the middle and then carries on alone. What the runs count is what the
// model counts; none is lost on the way.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Client, ServiceError } from '@temporalio/client';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLocalIssuer } from '../../src/providers/proofs/local-issuer.ts';
import { workflowId } from '../../src/spec/names.ts';
import type { Status, TimelineEntry } from '../../src/spec/status.ts';
import type { DecisionMessage, PlanAnswer } from '../../src/workflows/messages.ts';
import { ApprovalModel } from '../support/approval-model.ts';
import {
  catalogFilesOf,
  type Delivery,
  deliveries,
  groupOf,
  manyRules,
  type Request,
  type Rule,
  requests,
  subjectOf,
  type World,
} from '../support/approval-world.ts';
import { type Forge, openForge } from '../support/decision-forge.ts';
import { FULL, numberOf } from '../support/generated-cases.ts';
import { sharedPlatform, type TestWorker } from '../support/platform.ts';
import { recordProof } from '../support/proof-table.ts';
import { rawJson, rawSignal, rawUpdate } from '../support/raw-payload.ts';
import { runSeed } from '../support/run-seed.ts';
import { failedTasks, lifeOf, startAlone, submissionOf, withTemporal } from '../support/runs.ts';
import { openStand, type Stand } from '../support/scenario.ts';
import { hurriedCatalog } from '../support/scenario-catalog.ts';
import { variantOf } from '../support/workflow-variant.ts';

const CASES = { core: 24, full: 160 };
const AT_ONCE = 6;

/** Of each rule for `prod` the next group joins before anybody decides; of the others never. In the usual run nobody waits for it. */
const SOON = { remindAfterMinutes: 1, escalateAfterMinutes: 2, lapseAfterMinutes: 1_000 };
const NEVER = { remindAfterMinutes: 500, escalateAfterMinutes: 800, lapseAfterMinutes: 1_000 };
const isEscalated = (tiers: Rule['tiers']): boolean => FULL && tiers?.includes('prod') === true;

/** Fewer events than two decisions have. */
const RENEWED = { continueAsNewAfterEvents: 20 };

interface Story {
  name: string;
  request: Request;
  model: ApprovalModel;
  /** Sent to the first build, to both, and to the next build alone. */
  acts: [Delivery[], Delivery[], Delivery[]];
  /** The second act comes all at once. */
  isRace: boolean;
  plan: PlanAnswer;
  sent: { message: DecisionMessage; nonce: string }[];
}

let stand: Stand;
let folder: string;
let forge: Forge;
let world: World;
let told: Story[];
let env: Record<string, string>;
const tally = { counted: 0, refused: 0 };
const wrong: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'naas-approvals-'));
  stand = await openStand();
  const stranger = await createLocalIssuer(join(folder, 'stranger'));
  forge = await openForge(sharedPlatform().issuerKeyFile, stranger.keyFile);
  [world] = fc.sample(manyRules, { numRuns: 1, seed: runSeed() }) as [World];
  for (const { path, text } of catalogFilesOf(world, ({ tiers }) => (isEscalated(tiers) ? SOON : NEVER))) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  env = { NAAS_CATALOG: await hurriedCatalog(join(folder, 'catalog'), join(folder, 'renewed'), RENEWED) };
});

afterAll(async () => {
  await stand?.close();
  await rm(folder, { recursive: true, force: true });
});

const acts = fc.tuple(
  requests,
  fc.array(deliveries, { maxLength: 4 }),
  fc.array(deliveries, { minLength: 1, maxLength: 4 }),
  fc.array(deliveries, { maxLength: 4 }),
);

it('counts what the model counts, through renewed histories and a new build', { timeout: 1_800_000 }, async () => {
  const first = await stand.startWorker(env);
  await withTemporal(sharedPlatform().temporalAddress, async (client) => {
    told = await opened(client);
    await severally((story) => inTurn(client, story, story.acts[0]));
    const next = await stand.startWorker({ ...env, NAAS_WORKFLOW_BUNDLE: await nextBuild() });
    await severally((story) =>
      story.isRace ? atOnce(client, story, story.acts[1]) : inTurn(client, story, story.acts[1]),
    );
    await goneFor(first);
    await severally((story) => inTurn(client, story, story.acts[2]));
    await severally((story) => asTheModelSays(client, story));
    expect(next.ended()).toBeNull();
    await theWayWasHard(client);
  });
  recordProof('approvals through real runs', told.length, wrong.length);
  console.log(`decisions through real runs: ${JSON.stringify(tally)}`);
  expect(wrong).toEqual([]);
});

/** One more step in each decision, behind a patch. */
function nextBuild(): Promise<string> {
  const decided = '  // The phase may have moved on while the proof was checked.\n';
  const imports = "import { judge, openSlots } from '../spec/approval.ts';";
  return variantOf(
    'next-approvals',
    'decision.ts',
    decided,
    `  if (patched('look-twice')) await sleep(1, { summary: 'Look twice' });\n${decided}`,
    imports,
    `import { patched, sleep } from '@temporalio/workflow';\n${imports}`,
  );
}

/** The worker gives its activities 10 s to end; a pod is allowed longer. */
const GRACE_MS = 40_000;

/** As a rolling deployment does: asked to end, not killed. */
async function goneFor(worker: TestWorker): Promise<void> {
  await worker.stop(GRACE_MS);
  expect(worker.ended()).toBe('ended with code 0');
}

async function severally(act: (story: Story) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let story = told[next++]; story !== undefined; story = told[next++]) await act(story);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** All wait for approval; nothing of what is approved is made, because no cluster lets it be. */
async function opened(client: Client): Promise<Story[]> {
  const samples = fc.sample(acts, { numRuns: numberOf(CASES), seed: runSeed() });
  return Promise.all(
    samples.map(async ([request, before, during, after], index): Promise<Story> => {
      const name = `xapprove-${index}`;
      stand.proxy.add({
        tenant: name,
        verb: 'create',
        resource: 'namespaces',
        fault: { mode: 'fail-before', status: 403 },
      });
      const { person, groups } = request.requester;
      // Whoever asks is a member of the team; that helps nobody to decide.
      const sender = { subject: subjectOf(person, index), groups: [...groups, 0].map((group) => groupOf(group)) };
      const asked = { ...request, ingressFrom: [] };
      const submission = await submissionOf(stand.prover(sender), name, requestOf(name, asked), name);
      await startAlone(client, stand.taskQueue, name, submission);
      const plan = await waiting(client, name, isEscalated([request.tier]));
      const model = new ApprovalModel(world, asked);
      if (isEscalated([request.tier])) model.escalate();
      // What is sent again is told by its number, which a race has not.
      const alone = during.map((delivery) => ({ ...delivery, again: null }));
      const isRace = index % 3 === 0;
      return { name, request: asked, model, plan, sent: [], isRace, acts: [before, isRace ? alone : during, after] };
    }),
  );
}

function requestOf(name: string, { team, tier }: Request): Record<string, unknown> {
  const kind = { apiVersion: 'naas.dev/v1', kind: 'NamespaceRequest' };
  return { ...kind, team, project: name, environment: 'x', name, tier, purpose: 'proof', leaseDays: 7 };
}

async function waiting(client: Client, name: string, untilEscalated: boolean): Promise<PlanAnswer> {
  const handle = client.workflow.getHandle(workflowId(name));
  const arrived = async (): Promise<void> => {
    const { phase, problems } = await handle.query<Status>('status');
    expect(phase, JSON.stringify(problems)).toBe('awaiting-approval');
    const timeline = untilEscalated ? await handle.query<TimelineEntry[]>('history') : [];
    if (untilEscalated) expect(timeline.map(({ text }) => text).join()).toContain('was escalated');
  };
  await vi.waitFor(arrived, { timeout: 300_000, interval: 1_000 });
  return handle.query<PlanAnswer>('plan');
}

async function inTurn(client: Client, story: Story, list: readonly Delivery[]): Promise<void> {
  for (const delivery of list) {
    const { message } = await written(story, delivery);
    const right = story.model.deliver(delivery);
    // Every third as a service that only signals would send it.
    const bySignal = story.sent.length % 3 === 2;
    const taken = bySignal ? await signalled(client, story, message) : await answered(client, story, message);
    tally[taken ? 'counted' : 'refused'] += 1;
    if (taken !== right)
      wrong.push(`${story.name}: ${taken ? 'wrongly accepted' : 'lost'} ${JSON.stringify(delivery)}`);
  }
}

/** In whatever order they arrive: together they fit the model, and none of the others would have fitted as well. */
async function atOnce(client: Client, story: Story, list: readonly Delivery[]): Promise<void> {
  const messages = await Promise.all(
    list.map((delivery) => forge.message(delivery, aboutOf(story), crypto.randomUUID())),
  );
  const taken = await Promise.all(messages.map((message) => answered(client, story, message)));
  const counted = list.filter((_, index) => taken[index]);
  tally.counted += counted.length;
  tally.refused += list.length - counted.length;
  const rejectionsLast = [...counted].sort((a, b) => a.decision.localeCompare(b.decision));
  for (const delivery of rejectionsLast)
    if (!story.model.deliver(delivery))
      wrong.push(`${story.name}: wrongly accepted in a race ${JSON.stringify(delivery)}`);
  const lost = list.filter((delivery, index) => !taken[index] && story.model.wouldCount(delivery));
  for (const delivery of lost) wrong.push(`${story.name}: lost in a race ${JSON.stringify(delivery)}`);
  // From now on the story's own numbers no longer fit the model's.
  for (const act of story.acts) for (const delivery of act) delivery.again = null;
}

function aboutOf({ name, plan }: Story) {
  const { incarnation, planDigest, changeDigest } = plan;
  return { namespace: name, incarnation, planDigest, changeDigest };
}

async function written(story: Story, delivery: Delivery): Promise<{ message: DecisionMessage; nonce: string }> {
  const { again } = delivery;
  const earlier = again === null ? undefined : story.sent[again.of % Math.max(story.sent.length, 1)];
  const fresh = async () => {
    const nonce = again?.what === 'nonce' && earlier !== undefined ? earlier.nonce : crypto.randomUUID();
    return { message: await forge.message(delivery, aboutOf(story), nonce), nonce };
  };
  const entry = again?.what === 'message' && earlier !== undefined ? earlier : await fresh();
  story.sent.push(entry);
  return entry;
}

/** A renewal is over in a moment. */
const PAUSE_MS = 50;

const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

/** One that met the beginning of a new history is sent again, as the client does; a run that is over counts nothing. */
async function answered(client: Client, { name }: Story, message: DecisionMessage): Promise<boolean> {
  for (;;) {
    try {
      const answer = await rawUpdate(client, name, 'decide', rawJson(JSON.stringify(message)));
      if (answer !== 'NotReadyYet') return answer === 'accepted';
      await new Promise((next) => setTimeout(next, PAUSE_MS));
    } catch (error) {
      const code = (error as { code?: number }).code ?? ((error as ServiceError).cause as { code?: number })?.code;
      if (code === NOT_FOUND) return false;
      if (code !== FAILED_PRECONDITION) throw error;
    }
  }
}

/** A signal has no answer: what became of it stands in the history. */
async function signalled(client: Client, { name }: Story, message: DecisionMessage): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId(name));
  const outcomes = async (): Promise<TimelineEntry[]> =>
    (await handle.query<TimelineEntry[]>('history')).filter(
      ({ kind, text }) => kind === 'decision' || text.includes('was not counted'),
    );
  const before = (await outcomes()).length;
  try {
    await rawSignal(client, name, 'decision', rawJson(JSON.stringify(message)));
  } catch (error) {
    if ((error as { code?: number }).code === NOT_FOUND) return false;
    throw error;
  }
  let last: TimelineEntry | undefined;
  const heard = async (): Promise<void> => {
    // A run that ended meanwhile hears nothing more.
    const isOver = (await handle.describe()).status.name !== 'RUNNING';
    const now = await outcomes();
    expect(isOver || now.length > before).toBe(true);
    last = now.length > before ? now.at(-1) : undefined;
  };
  await vi.waitFor(heard, { timeout: 60_000, interval: 100 });
  return last?.kind === 'decision';
}

async function asTheModelSays(client: Client, { name, model }: Story): Promise<void> {
  const handle = client.workflow.getHandle(workflowId(name));
  // The one thing that an approved run does here is to find that it may not claim the name.
  const expected = model.isRejected
    ? ['rejected']
    : model.isApproved
      ? ['provisioning', 'failed']
      : ['awaiting-approval'];
  const status = await handle.query<Status>('status');
  if (!expected.includes(status.phase)) wrong.push(`${name} is ${status.phase}, not ${expected.join(' or ')}`);
  const seated = status.approval?.slots.flatMap(({ decidedBy }) => decidedBy ?? []) ?? [];
  if (new Set(seated).size !== seated.length || seated.length !== model.counted.length)
    wrong.push(`${name}: ${seated.join(', ')} sit, of ${model.counted.length}`);
  for (const failed of await failedTasks(client, name)) wrong.push(`${name}: ${failed}`);
  if (status.phase === 'awaiting-approval') await handle.cancel();
  await handle.result();
}

/** Histories were renewed, both builds decided, and decisions of all kinds came. */
async function theWayWasHard(client: Client): Promise<void> {
  let renewed = 0;
  let patched = 0;
  for (const { name } of told) {
    const { events, histories } = await lifeOf(client, name);
    if (histories > 1) renewed += 1;
    if (events.some((event) => event.markerRecordedEventAttributes != null)) patched += 1;
  }
  console.log(
    `real approvals: ${renewed} of ${told.length} runs were renewed, ${patched} decided by the next build as well`,
  );
  expect(renewed).toBeGreaterThan(told.length / 3);
  expect(patched).toBeGreaterThan(told.length / 6);
  expect(tally.counted).toBeGreaterThan(told.length / 4);
}
