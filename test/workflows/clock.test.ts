// Approvals over days, in the server that skips time: reminder, escalation and lapse come when the catalog says, once each,
// and only while nobody has decided.
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.ts';
import { nameServersOf } from '../../src/activities/name-servers.ts';
import { readCatalog } from '../../src/config.ts';
import { temporalTestServer } from '../../src/local/binaries.ts';
import { createDnsAnswers } from '../../src/providers/dns-query/index.ts';
import { domainKeyFile } from '../../src/providers/domain-key.ts';
import { connectCluster } from '../../src/providers/kubernetes/index.ts';
import { keyFile } from '../../src/providers/proofs/key-file.ts';
import { localProver } from '../../src/providers/proofs/local-issuer.ts';
import { senderProofs } from '../../src/providers/proofs/senders.ts';
import { trustedKeys } from '../../src/providers/proofs/trusted-keys.ts';
import { manualRegistrar } from '../../src/providers/registrar/manual.ts';
import { domainRuns } from '../../src/providers/temporal/domain-runs.ts';
import { lifecycleRuns } from '../../src/providers/temporal/runs.ts';
import { SEARCH_ATTRIBUTES, workflowId } from '../../src/spec/names.ts';
import type { Status, TimelineEntry } from '../../src/spec/status.ts';
import { namespaceLifecycle } from '../../src/workflows/lifecycle.ts';
import type { DecideAnswer, DecisionMessage, PlanAnswer } from '../../src/workflows/messages.ts';
import { NO_ZONES, noZone } from '../support/activity-world.ts';
import { sharedPlatform } from '../support/platform.ts';
import { submissionOf } from '../support/runs.ts';
import { PEOPLE, type Person, type Prove } from '../support/scenario-people.ts';
import { requestOf, STAGING } from '../support/scenario-requests.ts';
import { endOf } from '../support/skipped-end.ts';

const QUEUE = 'clock';
const times = readCatalog(sharedPlatform().catalogDir).approvals.rules.find(
  (rule) => rule.name === 'staging-one-team-lead',
);

let env: TestWorkflowEnvironment;
let worker: Worker;
let running: Promise<void>;
let closeCluster: () => Promise<void>;

beforeAll(async () => {
  const platform = sharedPlatform();
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: temporalTestServer() } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, INDEXED[type]]),
    ),
  });
  const cluster = await connectCluster({ name: 'local', kubeconfig: platform.workerKubeconfig });
  closeCluster = () => cluster.close();
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: { codePath: platform.workflowBundle },
    activities: createActivities({
      cluster,
      catalog: readCatalog(platform.catalogDir),
      proofs: senderProofs('signed', trustedKeys(keyFile(platform.trustedKeysFile))),
      runs: lifecycleRuns(env.client, QUEUE),
      zoneOf: noZone,
      nameServers: nameServersOf(noZone),
      delegatedZones: NO_ZONES,
      registrar: manualRegistrar({}),
      answers: createDnsAnswers({}),
      domainRuns: domainRuns(env.client, QUEUE),
      domainKey: domainKeyFile(undefined),
    }),
  });
  running = worker.run();
});

afterAll(async () => {
  worker?.shutdown();
  await running;
  await closeCluster?.();
  await env?.teardown();
});

/** The server's own numbers of the attribute types. */
const INDEXED = { Keyword: 2, KeywordList: 7, Datetime: 6, Bool: 5 } as const;

/** Proofs have to be valid on the skipped clock, which runs days ahead of this machine's. */
async function prove(person: Person): Promise<Prove> {
  const skippedMs = await env.currentTimeMs();
  const { issuerKeyFile: keyFile } = sharedPlatform();
  return localProver({ keyFile, subject: person.subject, groups: [...person.groups], nowMs: () => skippedMs });
}

async function open(name: string) {
  const request = requestOf(name, STAGING);
  const submission = await submissionOf(await prove(PEOPLE.owner), name, request, `${name}-1`);
  return env.client.workflow.start(namespaceLifecycle, {
    workflowId: workflowId(name),
    taskQueue: QUEUE,
    args: [{ submission }],
  });
}

function notices(timeline: TimelineEntry[]): string[] {
  return timeline.filter((entry) => entry.kind === 'notice').map((entry) => entry.text);
}

describe('an approval that nobody gives', () => {
  it('is reminded of, escalated, and lapses, each at its time; nothing was made', async () => {
    if (times === undefined) throw new Error('the catalog has no rule for staging');
    const handle = await open('clock-lapse');
    const startedMs = await env.currentTimeMs();
    const status = await endOf<Status>(env, workflowId('clock-lapse'));
    expect(status).toMatchObject({ phase: 'lapsed', inventory: [] });
    expect(status.problems[0]?.code).toBe('Lapsed');
    const timeline = await handle.query<TimelineEntry[]>('history');
    expect(notices(timeline)).toHaveLength(2);
    const [reminder, escalation] = timeline.filter((entry) => entry.kind === 'notice');
    const minutesAt = (entry: TimelineEntry | undefined): number =>
      Math.round((Date.parse(entry?.at ?? '') - startedMs) / 60_000);
    expect(minutesAt(reminder)).toBe(times.remindAfterMinutes);
    expect(minutesAt(escalation)).toBe(times.escalateAfterMinutes);
    expect(escalation?.text).toContain('platform');
    expect(minutesAt(timeline.at(-1))).toBe(times.lapseAfterMinutes);
  });
});

describe('an approval by the group it was escalated to', () => {
  it('counts after the escalation and not before', async () => {
    if (times === undefined) throw new Error('the catalog has no rule for staging');
    const handle = await open('clock-escalate');
    await expect.poll(async () => (await handle.query<Status>('status')).phase).toBe('awaiting-approval');
    const decide = async () => {
      const plan = await handle.query<PlanAnswer>('plan');
      const { planDigest, changeDigest, incarnation } = plan;
      const claims = { planDigest, changeDigest, decision: 'reject' as const };
      const sign = await prove(PEOPLE.platform);
      const proof = await sign({ namespace: 'clock-escalate', incarnation, ...claims });
      const message: DecisionMessage = { ...claims, proof, reason: 'not now' };
      return handle.executeUpdate<DecideAnswer, [DecisionMessage]>('decide', { args: [message] });
    };
    await expect(decide()).rejects.toMatchObject({ cause: { type: 'NotAllowed' } });
    await env.sleep((times.escalateAfterMinutes + 1) * 60_000);
    await expect(decide()).resolves.toMatchObject({ decision: 'reject', slot: 'team-lead' });
    expect((await endOf<Status>(env, workflowId('clock-escalate'))).phase).toBe('rejected');
  });
});
