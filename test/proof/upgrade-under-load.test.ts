// Two builds at once under load, then only the new one: requests, changes, decisions and deletions go on while a worker of the
// next build joins, while both take tasks, and while the first is asked to end. Nothing waits and nothing fails: every life
// ends as it should, no workflow task fails, and the cluster is as one build alone would have made it.
import type { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { isEnd, type Phase, SITUATIONS, situationOf } from '../../src/spec/lifecycle.ts';
import type { Snapshot } from '../support/cluster-snapshot.ts';
import { FULL } from '../support/generated-cases.ts';
import { madeTwice, wordsOf } from '../support/planned-objects.ts';
import { sharedPlatform } from '../support/platform.ts';
import { failedTests, recordProof } from '../support/proof-table.ts';
import { failedTasks, lifeOf, withTemporal } from '../support/runs.ts';
import { DEV, openStand, STAGING, type Stand } from '../support/scenario.ts';
import {
  born,
  HALTS,
  type Halted,
  halted,
  LARGER,
  LIVES,
  type People,
  patientPeople,
} from '../support/upgrade-lives.ts';
import { variantIn } from '../support/workflow-variant.ts';

/** Lives that go on at once, and how many of them end while both builds work, and with the next alone. */
const LANES = FULL ? 6 : 3;
const LIVES_EACH = FULL ? 40 : 4;

/** The worker gives its activities 10 s to end, and says so; a pod is allowed longer. */
const GRACE_MS = 40_000;
/** Then it has stopped asking for tasks, and what it had taken is still going on. */
const ENDING_MS = 1_000;

const STAND = {
  // Fewer than a life with a change has: histories are renewed between the builds as well. What is held waits for the lives
  // that end meanwhile.
  timing: { continueAsNewAfterEvents: 60, stageTimeoutSeconds: FULL ? 900 : 60 },
  lookEveryMs: 500,
};

/** Temporal's own: on a busy machine a shorter one hands runs back and forth for no other reason. */
const STICKY = { NAAS_STICKY_TIMEOUT_MS: '10000' };

let stand: Stand;
let people: People;
let before: Snapshot;
const names: string[] = [];
const wrong: string[] = [];

beforeAll(async () => {
  stand = await openStand(STAND);
  people = patientPeople(stand);
  before = await stand.snapshot();
});

afterAll(async () => {
  await people?.close();
  await stand?.close();
  recordProof('upgrade under load', names.length, Math.max(wrong.length, failedTests()));
});

it('lets a new build take over without a task that fails or a run that waits', { timeout: 1_800_000 }, async () => {
  const bundle = await nextBuild();
  const first = await stand.startWorker(STICKY);
  const load = beginLoad();
  const early = await haltAll('early');

  const next = await stand.startWorker({ ...STICKY, NAAS_WORKFLOW_BUNDLE: bundle });
  const [late] = await Promise.all([haltAll('late'), goOn(early), load.more(LIVES_EACH)]);

  const gone = first.stop(GRACE_MS);
  await new Promise((resolve) => setTimeout(resolve, ENDING_MS));
  const finished = goOn(late);
  await gone;
  expect(first.ended()).toBe('ended with code 0');
  await Promise.all([raiseTwins(), finished, load.more(LIVES_EACH).then(() => load.end())]);
  expect(next.ended()).toBeNull();
  // What has gone wrong by now need not be living any more.
  expect(wrong).toEqual([]);

  const kept = [...early, ...late].filter((each) => each.kept !== undefined);
  likeTheirTwins(kept, await stand.snapshot());
  const living = [...kept, ...TWINS].map(({ name }) => name);
  await Promise.all(living.map((name) => people.owner.teardown(name)));
  await stand.untilAll(living, ['deleted']);
  await withTemporal(sharedPlatform().temporalAddress, async (client) => {
    await nothingWaits(client);
    for (const name of names) await nothingFailed(client, name);
    await bothBuildsWorked(client);
  });
  for (const line of await stand.changesSince(before)) wrong.push(`the cluster: ${line}`);
  expect(wrong).toEqual([]);
});

/** One more step in provisioning, change, decision and removal, each behind a patch. */
function nextBuild(): Promise<string> {
  const stages = 'for (const stages of ORDER) await together(stages.map((stage) => () => ensure(run, stage)));';
  const captured = '  const captured = await capture(run, transition);\n';
  const decided = '  // The phase may have moved on while the proof was checked.\n';
  const parts = '  for (const part of [revokeAccess, ';
  const step = (id: string): string => `if (patched('${id}')) await sleep(5, { summary: 'A step of the next build' });`;
  const imported = (line: string, names = 'patched, sleep'): string[] => [
    line,
    `import { ${names} } from '@temporalio/workflow';\n${line}`,
  ];
  return variantIn('next-under-load', {
    'provision.ts': [
      stages,
      stages.replace(') await', `) {\n ${step('settle')}\n await`).replace(/$/, '\n }'),
      ...imported("import type { ClaimInput, StageOutcome } from '../activities/stages.ts';"),
    ],
    'transition.ts': [
      captured,
      `${step('look-around')}\n${captured}`,
      // It sleeps already.
      ...imported("import type { Captured } from '../activities/change.ts';", 'patched'),
    ],
    'decision.ts': [
      decided,
      `${step('look-twice')}\n${decided}`,
      ...imported("import { judge, openSlots } from '../spec/approval.ts';"),
    ],
    'removal.ts': [parts, `${step('breathe')}\n${parts}`, ...imported("import { isEnd } from '../spec/lifecycle.ts';")],
  });
}

interface Load {
  /** Until so many more lives have ended. */
  more(count: number): Promise<void>;
  /** Lets those that are under way end, and begins no other. */
  end(): Promise<void>;
}

function beginLoad(): Load {
  const kinds = Object.entries(LIVES);
  let begun = 0;
  let done = 0;
  let isOver = false;
  const lane = async (): Promise<void> => {
    while (!isOver) {
      const [kind, live] = kinds[begun++ % kinds.length] ?? [];
      const name = `load-${kind}-${begun}`;
      names.push(name);
      await live?.(stand, people, name).catch((error: unknown) => wrong.push(`${name}: ${error}`));
      done += 1;
    }
  };
  const lanes = Promise.all(Array.from({ length: LANES }, lane));
  return {
    async more(count) {
      const enough = done + count;
      while (done < enough) await new Promise((resolve) => setTimeout(resolve, 100));
    },
    async end() {
      isOver = true;
      await lanes;
    },
  };
}

/** One run in each situation that there is before an end. */
async function haltAll(prefix: string): Promise<Halted[]> {
  const open = SITUATIONS.filter((situation) => !isEnd(situation.split('+')[0] as Phase));
  expect(Object.keys(HALTS).sort()).toEqual([...open].sort());
  return Promise.all(
    open.map(async (situation) => {
      const name = `${prefix}-${situation.replace('+', '-')}`;
      names.push(name);
      const each = await halted(stand, people, situation, name);
      const arrived = async (): Promise<void> => {
        const { phase, operation } = await people.owner.status(name);
        expect(situationOf(phase, operation ?? null), name).toBe(situation);
      };
      await vi.waitFor(arrived, { timeout: 60_000, interval: 200 });
      return each;
    }),
  );
}

async function goOn(all: readonly Halted[]): Promise<void> {
  for (const each of all) each.goOn();
  await Promise.all(
    all.map((each) => each.finish().catch((error: unknown) => wrong.push(`${each.name}: ${String(error)}`))),
  );
}

/** Such as have known the next build alone. */
const TWINS = [DEV, STAGING, LARGER].map((wanted, index) => ({ name: `twin-${index}`, wanted }));

async function raiseTwins(): Promise<void> {
  names.push(...TWINS.map(({ name }) => name));
  await Promise.all(TWINS.map(({ name, wanted }) => born(stand, people, name, wanted)));
}

function likeTheirTwins(kept: readonly Halted[], now: Snapshot): void {
  for (const { name, kept: wanted } of kept) {
    const twin = TWINS.find((each) => each.wanted === wanted)?.name ?? '';
    const [is, should] = [wordsOf(now, name), wordsOf(now, twin)];
    expect(should.length, twin).toBeGreaterThan(5);
    for (const each of is.filter((words) => !should.includes(words))) wrong.push(`${name} has ${each}`);
    for (const each of should.filter((words) => !is.includes(words))) wrong.push(`${name} lacks ${each}`);
  }
}

/** No run is left in a phase that leads to another. */
async function nothingWaits(client: Client): Promise<void> {
  const query = `TaskQueue = '${stand.taskQueue}' AND WorkflowId STARTS_WITH 'namespace:'`;
  let runs: string[] = [];
  const lives = new Set<string>();
  const left = async (): Promise<void> => {
    runs = [];
    for await (const { workflowId, status } of client.workflow.list({ query })) {
      lives.add(workflowId);
      if (status.name !== 'COMPLETED' && status.name !== 'CONTINUED_AS_NEW') runs.push(`${workflowId} ${status.name}`);
    }
    expect(runs).toEqual([]);
    expect(lives.size).toBe(names.length);
  };
  // What it lists follows what happens by a moment.
  await vi.waitFor(left, { timeout: 30_000, interval: 500 }).catch(() => wrong.push(...runs));
  expect(lives.size).toBe(names.length);
}

async function nothingFailed(client: Client, name: string): Promise<void> {
  for (const failed of await failedTasks(client, name)) wrong.push(`${name}: ${failed}`);
  for (const made of madeTwice(stand.proxy.effects(name))) wrong.push(`${name}: made twice ${made}`);
}

/** Else nothing was proven: runs went from the one to the other in the middle of their lives, and histories were renewed. */
async function bothBuildsWorked(client: Client): Promise<void> {
  let shared = 0;
  let patched = 0;
  let renewed = 0;
  for (const name of names) {
    const { events, histories } = await lifeOf(client, name);
    const workers = new Set(events.flatMap((event) => event.workflowTaskCompletedEventAttributes?.identity ?? []));
    if (workers.size > 1) shared += 1;
    if (events.some((event) => event.markerRecordedEventAttributes != null)) patched += 1;
    if (histories > 1) renewed += 1;
  }
  console.log(
    `of ${names.length} lives ${shared} were led by both builds, ${patched} took a step of the next, ${renewed} renewed their history`,
  );
  expect(shared).toBeGreaterThanOrEqual(Object.keys(HALTS).length);
  expect(patched).toBeGreaterThanOrEqual(Object.keys(HALTS).length);
  expect(patched).toBeLessThan(names.length);
  expect(renewed).toBeGreaterThan(0);
}
