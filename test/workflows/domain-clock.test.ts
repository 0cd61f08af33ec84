// Domains over weeks, in the server that skips time: a proof that comes late, one that never comes, and one that goes. The DNS
// is a real one; the workers are stopped and started anew while nothing but time passes.
import { randomBytes } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.ts';
import { nameServersOf } from '../../src/activities/name-servers.ts';
import { bodySha256 } from '../../src/client/proven.ts';
import { readCatalog } from '../../src/config.ts';
import { temporalTestServer } from '../../src/local/binaries.ts';
import { createDnsAnswers } from '../../src/providers/dns-query/index.ts';
import { keyFile } from '../../src/providers/proofs/key-file.ts';
import { localProver } from '../../src/providers/proofs/local-issuer.ts';
import { senderProofs } from '../../src/providers/proofs/senders.ts';
import { trustedKeys } from '../../src/providers/proofs/trusted-keys.ts';
import { manualRegistrar } from '../../src/providers/registrar/manual.ts';
import { domainRuns } from '../../src/providers/temporal/domain-runs.ts';
import { lifecycleRuns } from '../../src/providers/temporal/runs.ts';
import type { Catalog } from '../../src/spec/catalog.ts';
import type { DomainStatus } from '../../src/spec/domain-status.ts';
import { DOMAIN_WORKFLOW, domainWorkflowId, SEARCH_ATTRIBUTES, workflowId } from '../../src/spec/names.ts';
import type { Money } from '../../src/spec/spec.ts';
import type { Status } from '../../src/spec/status.ts';
import { MemoryCluster } from '../../src/testing/memory-cluster.ts';
import type { DomainAnswer } from '../../src/workflows/domain-contract.ts';
import { namespaceLifecycle } from '../../src/workflows/lifecycle.ts';
import { NO_ZONES, noZone } from '../support/activity-world.ts';
import { type CustomersDns, startCustomersDns } from '../support/customers-dns.ts';
import { sharedPlatform } from '../support/platform.ts';
import { submissionOf } from '../support/runs.ts';
import { PEOPLE, type Person } from '../support/scenario-people.ts';
import { DEV, requestOf } from '../support/scenario-requests.ts';
import { endOf } from '../support/skipped-end.ts';

const QUEUE = 'domain-clock';
const DAY_MS = 86_400_000;
const ZONES = [
  'late.org',
  'never.org',
  'gone.org',
  'silent.org',
  'two.org',
  'ears.org',
  'twice.org',
  'buy.org',
  'own.org',
  'dear.com',
  'waits.org',
];
/** The server's own numbers of the attribute types. */
const INDEXED = { Keyword: 2, KeywordList: 7, Datetime: 6, Bool: 5 } as const;

let env: TestWorkflowEnvironment;
let dns: CustomersDns;
let worker: Worker;
let running: Promise<void>;
const key = randomBytes(32);

beforeAll(async () => {
  // Each look that finds nothing is a warning: a hundred of them say nothing here.
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  dns = await startCustomersDns(...ZONES);
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: temporalTestServer() } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(
      Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, INDEXED[type]]),
    ),
  });
});

beforeEach(async () => {
  await stopWorker();
  await startWorker();
});

afterAll(async () => {
  await stopWorker();
  await env?.teardown();
  await dns?.stop();
});

async function startWorker(): Promise<void> {
  const platform = sharedPlatform();
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: QUEUE,
    // The server that skips time would give the next task of a run to the worker that is gone.
    maxCachedWorkflows: 0,
    workflowBundle: { codePath: platform.workflowBundle },
    activities: createActivities({
      cluster: new MemoryCluster('local', async () => {}),
      catalog: withPurchases(readCatalog(platform.catalogDir)),
      proofs: senderProofs('signed', trustedKeys(keyFile(platform.trustedKeysFile))),
      runs: lifecycleRuns(env.client, QUEUE),
      zoneOf: noZone,
      nameServers: nameServersOf(noZone),
      delegatedZones: NO_ZONES,
      registrar: manualRegistrar(PRICES),
      answers: createDnsAnswers({ servers: dns.nameServers }),
      domainRuns: domainRuns(env.client, QUEUE),
      domainKey: async () => key,
    }),
  });
  running = worker.run();
}

const PRICES = { org: { amount: '12.00', currency: 'GBP' } };
const APPROVER: Person = { subject: 'fay@example.com', groups: ['finance'] };
const BUYER: Person = { subject: 'bob@example.com', groups: ['procurement'] };

function withPurchases(catalog: Catalog): Catalog {
  const people = ({ groups: [group = ''] }: Person) => ({ users: [], groups: [group] });
  const purchase = { approvers: people(APPROVER), buyers: people(BUYER), prices: PRICES };
  return { ...catalog, policy: { ...catalog.policy, domains: { ...catalog.policy.domains, purchase } } };
}

async function stopWorker(): Promise<void> {
  if (worker === undefined) return;
  if (worker.getState() === 'RUNNING') worker.shutdown();
  await running;
}

/** Proofs have to be valid on the skipped clock, which runs days ahead of this machine's. */
async function send(
  message: 'addDomain' | 'buyDomain' | 'boughtDomain' | 'removeDomain' | 'transferDomain' | 'decideDomain',
  domain: string,
  person: Person,
  content: { name: string; team?: string; decision?: 'approve' | 'reject'; price?: Money },
): Promise<DomainAnswer> {
  return deliver(message, domain, await signed(message, domain, person, content));
}

const deliver = (message: string, domain: string, payload: object) =>
  handleOf(domain).executeUpdate<DomainAnswer, [object]>(message, { args: [payload] });

async function signed(message: string, domain: string, person: Person, content: object): Promise<object> {
  const skippedMs = await env.currentTimeMs();
  const { issuerKeyFile } = sharedPlatform();
  const prove = localProver({
    keyFile: issuerKeyFile,
    subject: person.subject,
    groups: [...person.groups],
    nowMs: () => skippedMs,
  });
  const body = { ...content, requestId: randomBytes(6).toString('hex') };
  const namespace = domainWorkflowId(domain);
  const by = await prove({ message, namespace, bodySha256: await bodySha256(body) });
  return { ...body, by };
}

const handleOf = (domain: string) => env.client.workflow.getHandle(domainWorkflowId(domain));
const statusOf = (domain: string) => handleOf(domain).query<DomainStatus>('domain');
const stateOf = async (domain: string) => (await statusOf(domain)).holdings.map(({ state }) => state);

async function open(domain: string): Promise<void> {
  await env.client.workflow
    .start(DOMAIN_WORKFLOW, { workflowId: domainWorkflowId(domain), taskQueue: QUEUE })
    .catch((error: Error) => {
      if (error.name !== 'WorkflowExecutionAlreadyStartedError') throw error;
    });
}

async function register(domain: string, person: Person = PEOPLE.owner, name = domain, team = 'shop') {
  await open(domain);
  const answer = await send('addDomain', domain, person, { name, team });
  if (answer.record === undefined) throw new Error('there is nothing that could be entered');
  return { ...answer, record: answer.record };
}

async function eventsOf(domain: string): Promise<number> {
  return (await handleOf(domain).fetchHistory()).events?.length ?? 0;
}

const notices = ({ timeline }: DomainStatus) =>
  timeline.filter(({ kind }) => kind === 'notice').map(({ at, text }) => ({ atMs: Date.parse(at), text }));

describe('a proof', () => {
  it('may come on the 29th day, through workers that come and go, in a history that does not grow', async () => {
    const { state, record } = await register('late.org');
    expect(state).toBe('pending');
    const before = await eventsOf('late.org');
    for (let week = 1; week <= 4; week += 1) {
      await env.sleep(7 * DAY_MS);
      expect(await stateOf('late.org')).toEqual(['pending']);
      await stopWorker();
      await startWorker();
    }
    expect(await eventsOf('late.org')).toBe(before);
    await dns.enter(record);
    await env.sleep(DAY_MS);
    expect(await stateOf('late.org')).toEqual(['verified']);
    expect((await eventsOf('late.org')) - before).toBeLessThan(10);
  });

  it('that never comes lets the registration lapse after 30 days, and ends the run', async () => {
    await register('never.org');
    const startedMs = await env.currentTimeMs();
    const status = await endOf<DomainStatus>(env, domainWorkflowId('never.org'));
    expect(status.holdings).toMatchObject([{ state: 'lapsed', why: expect.stringContaining('no such name') }]);
    const days = (Date.parse(status.holdings[0]?.since ?? '') - startedMs) / DAY_MS;
    expect(days).toBeGreaterThan(29.7);
    expect(days).toBeLessThan(30.1);
  });

  it('that goes is warned of twice before its names stop, and saves them by coming back', async () => {
    const { record } = await register('gone.org');
    await dns.enter(record);
    await send('addDomain', 'gone.org', PEOPLE.owner, { name: 'gone.org', team: 'shop' });
    await expect.poll(() => stateOf('gone.org')).toEqual(['verified']);

    // A knock alone is nothing: the proof stands.
    await handleOf('gone.org').signal('tick', { name: 'gone.org' });
    await env.sleep(DAY_MS);
    expect(await stateOf('gone.org')).toEqual(['verified']);
    expect(notices(await statusOf('gone.org'))).toEqual([]);

    await dns.takeOut(record.name);
    await handleOf('gone.org').signal('tick', { name: 'gone.org' });
    await expect.poll(() => stateOf('gone.org')).toEqual(['grace']);
    await stopWorker();
    await startWorker();
    await dns.enter(record);
    await env.sleep(DAY_MS);
    expect(await stateOf('gone.org')).toEqual(['verified']);

    await dns.takeOut(record.name);
    await handleOf('gone.org').signal('tick', { name: 'gone.org' });
    await expect.poll(() => stateOf('gone.org')).toEqual(['grace']);
    const lostMs = await env.currentTimeMs();
    const status = await endOf<DomainStatus>(env, domainWorkflowId('gone.org'));
    expect(status.holdings).toMatchObject([{ state: 'lapsed' }]);
    const told = notices(status).filter(({ atMs }) => atMs >= lostMs - 60_000);
    expect(told.map(({ atMs }) => `day ${Math.abs(Math.round((atMs - lostMs) / DAY_MS))}`)).toEqual([
      ...['day 0', 'day 6', 'day 7'],
    ]);
    expect(told[0]?.text).toContain('to team shop: gone.org lost its proof');
  });

  it('is nothing that a captured message could have looked for, or given up, once more', async () => {
    await register('twice.org');
    const payload = await signed('addDomain', 'twice.org', PEOPLE.owner, { name: 'twice.org', team: 'shop' });
    expect(await deliver('addDomain', 'twice.org', payload)).toMatchObject({ state: 'pending' });
    const again = { cause: { type: 'Unproven' } };
    await expect(deliver('addDomain', 'twice.org', payload)).rejects.toMatchObject(again);
    await expect(deliver('removeDomain', 'twice.org', payload)).rejects.toMatchObject(again);
    const other = await signed('addDomain', 'other.org', PEOPLE.owner, { name: 'twice.org', team: 'shop' });
    await expect(deliver('addDomain', 'twice.org', other)).rejects.toMatchObject(again);
    await send('removeDomain', 'twice.org', PEOPLE.owner, { name: 'twice.org' });
    await endOf<DomainStatus>(env, domainWorkflowId('twice.org'));
  });

  it('is not missed while no server says anything', async () => {
    const { record } = await register('silent.org');
    await dns.enter(record);
    await env.sleep(DAY_MS);
    expect(await stateOf('silent.org')).toEqual(['verified']);
    const servers = dns.nameServers['silent.org'] ?? [];
    const heard = servers.splice(0, servers.length, '127.0.0.1:9');
    await handleOf('silent.org').signal('tick', { name: 'silent.org' });
    await env.sleep(DAY_MS);
    expect(await stateOf('silent.org')).toEqual(['verified']);
    servers.splice(0, 1, ...heard);
  });
});

describe('a namespace that wants to know', () => {
  const knocks = async () =>
    (await handleOf('ears.org').fetchHistory()).events?.flatMap(
      ({ signalExternalWorkflowExecutionInitiatedEventAttributes: sent }) =>
        sent?.signalName === 'domainMoved' ? [sent.workflowExecution?.workflowId] : [],
    );
  const want = (namespace: string, team: string) =>
    handleOf('ears.org').signal('domainWanted', { namespace, name: 'www.ears.org', team });

  it('is knocked at when what its team may serve is not what it heard, and forgotten when it is gone', async () => {
    const { record } = await register('ears.org');
    await want('ours', 'shop');
    await handleOf('ears.org').signal('domainWanted', 'not even a message');
    await env.sleep(DAY_MS);
    expect(await knocks()).toEqual([]);
    await want('theirs', 'payments');
    await expect.poll(knocks).toEqual(['namespace:theirs']);
    await dns.enter(record);
    await env.sleep(DAY_MS);
    expect(await stateOf('ears.org')).toEqual(['verified']);
    expect(await knocks()).toEqual(['namespace:theirs', 'namespace:ours']);
    await send('removeDomain', 'ears.org', PEOPLE.owner, { name: 'ears.org' });
    await endOf<DomainStatus>(env, domainWorkflowId('ears.org'));
    expect(await knocks()).toHaveLength(2);
  });
});

describe('two teams at parent and child', () => {
  const of = async (team: string) => (await statusOf('two.org')).holdings.find((each) => each.team === team);
  const payments: Person = { subject: 'pat@example.com', groups: ['payments-developers'] };

  it('both proven: one holds, the other waits for its word, and has it when the holder leaves', async () => {
    const parent = await register('two.org');
    const child = await register('two.org', payments, 'pay.two.org', 'payments');
    expect([parent.state, child.state]).toEqual(['pending', 'pending']);
    await dns.enter(parent.record, child.record);
    await env.sleep(DAY_MS);
    const states = (await stateOf('two.org')).sort();
    expect(states).toEqual(['contested', 'verified']);

    const [holder, asker] = (await of('shop'))?.state === 'verified' ? ['shop', 'payments'] : ['payments', 'shop'];
    const name = asker === 'shop' ? 'two.org' : 'pay.two.org';
    const [mine, theirs] = holder === 'shop' ? [PEOPLE.lead, payments] : [PAYMENTS_LEAD, PEOPLE.lead];
    const decide = (person: Person) =>
      send('decideDomain', 'two.org', person, { name, team: asker ?? '', decision: 'approve' });
    await expect(decide(theirs)).rejects.toMatchObject({ cause: { type: 'NotAllowed' } });
    expect(await decide(mine)).toMatchObject({ state: 'verified', team: asker });
    expect(await stateOf('two.org')).toEqual(['verified', 'verified']);
  });
});

describe('a domain that is to be bought', () => {
  const holding = async (domain: string) => (await statusOf(domain)).holdings.at(-1);
  const ask = async (domain: string) => {
    await open(domain);
    return send('buyDomain', domain, PEOPLE.owner, { name: domain, team: 'shop' });
  };
  const decide = (domain: string, person: Person, decision: 'approve' | 'reject') =>
    send('decideDomain', domain, person, { name: domain, team: 'shop', decision });

  it('is approved with its price by somebody else, bought by a person, and proven like any other', async () => {
    expect(await ask('buy.org')).toMatchObject({ state: 'wanted', purchase: { price: PRICES.org } });
    expect((await holding('buy.org'))?.todo[0]).toContain('group finance decide on its purchase for 12.00 GBP a year');
    for (const person of [PEOPLE.owner, PEOPLE.lead, BUYER])
      await expect(decide('buy.org', person, 'approve')).rejects.toMatchObject({ cause: { type: 'NotAllowed' } });
    const bought = (person: Person) =>
      send('boughtDomain', 'buy.org', person, {
        ...{ name: 'buy.org', team: 'shop', price: { amount: '11.50', currency: 'GBP' } },
      });
    await expect(bought(BUYER)).rejects.toMatchObject({ cause: { type: 'NotAwaitingApproval' } });
    expect(await decide('buy.org', APPROVER, 'approve')).toMatchObject({
      ...{ state: 'ordered', purchase: { approvedBy: APPROVER.subject, task: expect.stringContaining('12.00 GBP') } },
    });
    await expect(bought(PEOPLE.owner)).rejects.toMatchObject({ cause: { type: 'NotAllowed' } });
    const { record, state, purchase } = await bought(BUYER);
    expect({ state, paid: purchase?.paid }).toEqual({ state: 'pending', paid: { amount: '11.50', currency: 'GBP' } });
    if (record === undefined) throw new Error('there is nothing to enter');
    await dns.enter(record);
    await env.sleep(DAY_MS);
    expect(await stateOf('buy.org')).toEqual(['verified']);
  });

  it('is nobody’s to approve who asked for it, and says so', async () => {
    await open('own.org');
    const both: Person = { subject: PEOPLE.owner.subject, groups: [...PEOPLE.owner.groups, ...APPROVER.groups] };
    await send('buyDomain', 'own.org', both, { name: 'own.org', team: 'shop' });
    await expect(decide('own.org', both, 'approve')).rejects.toMatchObject({ cause: { type: 'NotAllowed' } });
    expect(await decide('own.org', APPROVER, 'reject')).toMatchObject({ state: 'rejected' });
    await endOf<DomainStatus>(env, domainWorkflowId('own.org'));
  });

  it('is a whole domain, without a price where the list has none, and lapses when nobody decides', async () => {
    await open('dear.com');
    const below = send('buyDomain', 'dear.com', PEOPLE.owner, { name: 'www.dear.com', team: 'shop' });
    await expect(below).rejects.toMatchObject({ cause: { type: 'InvalidRequest' } });
    expect((await ask('dear.com')).purchase).not.toHaveProperty('price');
    const status = await endOf<DomainStatus>(env, domainWorkflowId('dear.com'));
    expect(status.holdings).toMatchObject([{ state: 'lapsed', why: 'nobody decided on its purchase in time' }]);
  });
});

describe('a namespace below a domain', () => {
  const submit = async (name: string, hostname: string) => {
    const request = requestOf(name, { ...DEV, hostnames: [{ name: hostname }] });
    const skippedMs = await env.currentTimeMs();
    const { issuerKeyFile: keyFile } = sharedPlatform();
    const { subject, groups } = PEOPLE.owner;
    const prove = localProver({ keyFile, subject, groups: [...groups], nowMs: () => skippedMs });
    const submission = await submissionOf(prove, name, request, `${name}-1`);
    return env.client.workflow.start(namespaceLifecycle, {
      ...{
        workflowId: workflowId(name),
        taskQueue: QUEUE,
        args: [{ submission }] as [{ submission: typeof submission }],
      },
    });
  };

  it('waits for its proof through workers that come and go, and fails with it, with nothing to undo', async () => {
    await register('waits.org');
    const handle = await submit('clock-waits', 'www.waits.org');
    const waits = async () => (await handle.query<Status>('status')).waitsFor?.what;
    await expect.poll(waits).toContain('domain waits.org');
    await env.sleep(7 * DAY_MS);
    await stopWorker();
    await startWorker();
    expect(await handle.query<Status>('status')).toMatchObject({ phase: 'provisioning', inventory: [] });
    const status = await endOf<Status>(env, workflowId('clock-waits'));
    expect(status).toMatchObject({ phase: 'failed', inventory: [], problems: [{ code: 'NotAllowed' }] });
    expect((await endOf<DomainStatus>(env, domainWorkflowId('waits.org'))).holdings).toMatchObject([
      { state: 'lapsed' },
    ]);
  });
});

const PAYMENTS_LEAD: Person = { subject: 'paula@example.com', groups: ['payments-leads'] };
