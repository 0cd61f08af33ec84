// A team's own domain from the command line to the DNS of a customer: registered, proven by a record that a person enters, held
// against another team, handed over, given up. The DNS is an emulated Azure DNS, asked over its own protocol.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { plain } from '../../src/cli/paint.ts';
import { createNaasClient, type NaasClient } from '../../src/client/index.ts';
import { connect } from '../../src/client/temporal.ts';
import { DOMAIN_RECHECK_WORKFLOW } from '../../src/spec/names.ts';
import type { DomainRecheck } from '../../src/workflows/domain-contract.ts';
import { type CustomersDns, startCustomersDns } from '../support/customers-dns.ts';
import { sharedPlatform, startTestWorker, type TestWorker } from '../support/platform.ts';
import { PEOPLE, type Person, provers } from '../support/scenario-people.ts';

const PAYMENTS: Person = { subject: 'pat@example.com', groups: ['payments-developers'] };
const PAYMENTS_LEAD: Person = { subject: 'paula@example.com', groups: ['payments-leads'] };

let dir: string;
let dns: CustomersDns;
let worker: TestWorker;
let as: (person: Person) => NaasClient;
const clients: NaasClient[] = [];

beforeAll(async () => {
  const platform = sharedPlatform();
  dir = await mkdtemp(join(tmpdir(), 'naas-domains-'));
  dns = await startCustomersDns('example.org', 'race.org', 'lost.org');
  const catalog = join(dir, 'catalog');
  await cp(platform.catalogDir, catalog, { recursive: true });
  const policy = join(catalog, 'policy.yaml');
  const nameServers = JSON.stringify(dns.nameServers);
  await writeFile(policy, `${await readFile(policy, 'utf8')}\ndomains: { nameServers: ${nameServers} }\n`);
  worker = await startTestWorker({ env: { NAAS_CATALOG: catalog } });
  const prove = await provers(platform.issuerKeyFile, dir);
  const { temporalAddress: address, temporalNamespace: namespace } = platform;
  as = (person) => {
    const { taskQueue } = worker;
    const client = createNaasClient({ address, namespace, taskQueue, prove: prove.trusted(person) });
    clients.push(client);
    return client;
  };
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await worker?.stop();
  await dns?.stop();
  await rm(dir, { recursive: true, force: true });
});

const stateOf = async (name: string) =>
  (await as(PEOPLE.owner).domains.status(name)).holdings.find((each) => each.name === name)?.state;

async function proven(name: string, team: string, person: Person): Promise<void> {
  const { record } = await as(person).domains.add(name, team);
  if (record === undefined) throw new Error('there is nothing to enter');
  await dns.enter(record);
  await as(person).domains.add(name, team);
  await expect.poll(() => stateOf(name), { timeout: 20_000 }).toBe('verified');
}

/** The real command line, with this test's terminal. */
async function naas(...argv: string[]): Promise<{ exit: number; out: string }> {
  const { temporalAddress, issuerKeyFile } = sharedPlatform();
  let out = '';
  const say = (text: string): void => {
    out += text;
  };
  const exit = await main([...argv, '--address', temporalAddress, '--issuer-key', issuerKeyFile], {
    stdout: say,
    stderr: say,
    isTerminal: false,
    width: 100,
    env: { NAAS_TASK_QUEUE: worker.taskQueue, NAAS_AS: PEOPLE.owner.subject, NAAS_GROUPS: 'shop-developers' },
    paint: plain,
    nowMs: () => Date.now(),
    read: () => Promise.reject(new Error('nothing is read')),
    writePrivate: () => Promise.reject(new Error('nothing is written')),
    ask: () => Promise.reject(new Error('nobody is asked')),
    interruption: () => ({ signal: new AbortController().signal, release: () => undefined }),
  });
  return { exit, out };
}

describe('a domain of a team', () => {
  it('is registered, shows what to enter, and is verified once that stands', async () => {
    const added = await naas('domain', 'add', 'Example.ORG.', '--team', 'shop', '--json');
    expect(added.exit).toBe(0);
    const { name, state, record } = JSON.parse(added.out);
    expect({ name, state }).toEqual({ name: 'example.org', state: 'pending' });
    const shown = await naas('domain', 'status', 'www.example.org');
    expect(shown.exit).toBe(0);
    expect(shown.out).toContain(`name   ${record.name}`);
    expect(shown.out).toContain(`value  ${record.value}`);
    await expect
      .poll(async () => (await naas('domain', 'status', 'example.org')).out, { timeout: 20_000 })
      .toContain('0 of 4 servers of example.org have the TXT record _naas-challenge.example.org');

    await dns.enter(record);
    expect((await naas('domain', 'add', 'example.org', '--team', 'shop')).out).toContain('looked for now');
    await expect.poll(() => stateOf('example.org'), { timeout: 20_000 }).toBe('verified');
    expect((await naas('domain', 'add', 'example.org', '--team', 'shop')).out).toContain('verified already');
    expect((await naas('domain', 'add', 'www.example.org', '--team', 'shop')).out).toContain(
      'example.org of the same team',
    );
    await expect
      .poll(async () => (await naas('domain', 'list', '--team', 'shop', '--state', 'verified')).out, {
        timeout: 20_000,
      })
      .toMatch(/example\.org +shop +verified/);
  });

  it('is nobody else’s, below it neither, unless a lead of the team says so', async () => {
    await proven('example.org', 'shop', PEOPLE.owner);
    const other = as(PAYMENTS).domains;
    await expect(other.add('example.org', 'payments')).rejects.toMatchObject({ code: 'Conflict' });
    expect(await other.add('pay.example.org', 'payments')).toMatchObject({ state: 'contested', awaits: ['shop'] });
    const decide = (person: Person) => as(person).domains.decide('pay.example.org', 'payments', 'approve');
    await expect(decide(PEOPLE.owner)).rejects.toMatchObject({ code: 'NotAllowed' });
    await expect(decide(PAYMENTS_LEAD)).rejects.toMatchObject({ code: 'NotAllowed' });
    expect(await decide(PEOPLE.lead)).toMatchObject({ state: 'verified', team: 'payments' });

    expect(await other.transfer('example.org', 'payments')).toMatchObject({ team: 'shop', awaits: ['shop'] });
    const handed = await as(PEOPLE.lead).domains.decide('example.org', 'payments', 'approve');
    expect(handed).toMatchObject({ state: 'verified', team: 'payments' });
    await expect(as(PEOPLE.lead).domains.remove('example.org')).rejects.toMatchObject({ code: 'NotAllowed' });
    expect(await as(PAYMENTS_LEAD).domains.remove('example.org')).toMatchObject({ state: 'released' });
  });

  it.each([
    ['co.uk', PEOPLE.owner, 'InvalidRequest'],
    ['shop.naas.test', PEOPLE.owner, 'InvalidRequest'],
    ['*.example.org', PEOPLE.owner, 'InvalidRequest'],
    ['mine.org', PEOPLE.stranger, 'NotAllowed'],
  ] as const)('is not %s by %o: %s', async (name, person, code) => {
    await expect(as(person).domains.add(name, 'shop')).rejects.toMatchObject({ code });
  });

  it('has one holder when two teams race for parent and child', async () => {
    const [parent, child] = await Promise.all([
      as(PEOPLE.owner).domains.add('race.org', 'shop'),
      as(PAYMENTS).domains.add('pay.race.org', 'payments'),
    ]);
    if (parent.record === undefined || child.record === undefined) throw new Error('there is nothing to enter');
    await dns.enter(parent.record, child.record);
    await Promise.all([
      as(PEOPLE.owner).domains.add('race.org', 'shop'),
      as(PAYMENTS).domains.add('pay.race.org', 'payments'),
    ]);
    const states = async () => (await as(PEOPLE.owner).domains.status('race.org')).holdings.map(({ state }) => state);
    await expect.poll(async () => (await states()).sort(), { timeout: 30_000 }).toEqual(['contested', 'verified']);
  });

  it('is missed by the daily sweep when its record is gone, which tells the team', async () => {
    await proven('lost.org', 'shop', PEOPLE.owner);
    await dns.takeOut('_naas-challenge.lost.org');
    const { temporalAddress: address, temporalNamespace: namespace } = sharedPlatform();
    const t = await connect({ address, namespace, prove: () => Promise.reject(new Error('nothing is signed')) });
    try {
      const sweep = (): Promise<DomainRecheck> =>
        t.client.workflow.execute(DOMAIN_RECHECK_WORKFLOW, {
          taskQueue: worker.taskQueue,
          workflowId: `recheck-${Math.random()}`,
        }) as Promise<DomainRecheck>;
      // Visibility lags a little.
      await expect.poll(async () => (await sweep()).missing, { timeout: 30_000 }).toContain('lost.org');
    } finally {
      await t.connection.close();
    }
    await expect.poll(() => stateOf('lost.org'), { timeout: 20_000 }).toBe('grace');
    const { timeline } = await as(PEOPLE.owner).domains.status('lost.org');
    expect(timeline.at(-1)?.text).toContain('to team shop: lost.org lost its proof');
  });
});
