// Namespaces below domains of their teams: they wait for the proof, with nothing made; their records are entered by people, or kept by
// naas in a zone that was handed over; and their names stop when the domain is the team's no more. On the real API server, with two
// emulated Azure DNS: the installation's, and that of a customer.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureEnvironment, LOCAL_RESOURCE_GROUP, LOCAL_SUBSCRIPTION } from '../../src/local/azure-dns/environment.ts';
import type { AzureDns } from '../../src/local/azure-dns/index.ts';
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import { ask } from '../../src/providers/dns-query/index.ts';
import { DOMAIN_RECHECK_WORKFLOW, domainWorkflowId } from '../../src/spec/names.ts';
import type { DomainRecheck } from '../../src/workflows/domain-contract.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { type CustomersDns, startCustomersDns } from '../support/customers-dns.ts';
import { gather } from '../support/fault-proxy-gate.ts';
import { wholly } from '../support/platform.ts';
import { withTemporal } from '../support/runs.ts';
import { DEV, openStand, type Stand } from '../support/scenario.ts';
import { requestOf } from '../support/scenario-requests.ts';

const ZONE = 'naas.test';
const ADDRESS = '203.0.113.1';
const NS_TTL_SECONDS = 2;

let platform: Platform;
let dns: AzureDns;
let customers: CustomersDns;
let stand: Stand;

beforeAll(async () => {
  platform = await startPlatform({ worker: false, standIns: { zone: ZONE }, dns: { zones: [ZONE], limits: 'off' } });
  if (platform.azureDns === null) throw new Error('the platform was to have a DNS');
  dns = platform.azureDns;
  customers = await startCustomersDns('example.org', 'never.org', 'given.org', 'race.org', 'ended.org');
  stand = await openStand({
    platform: wholly(platform),
    async alterCatalog(folder) {
      const domains = {
        nameServers: customers.nameServers,
        delegation: { subscriptionId: LOCAL_SUBSCRIPTION, resourceGroup: LOCAL_RESOURCE_GROUP },
        ttlSeconds: { default: 2 },
        quarantineMinutes: 0,
      };
      await appendFile(join(folder, 'policy.yaml'), `\ndomains: ${JSON.stringify(domains)}\n`);
    },
  });
  await stand.startWorker(azureEnvironment(dns));
});

afterAll(async () => {
  await stand?.close();
  await customers?.stop();
  await platform?.stop();
});

const named = (...names: string[]) => ({ ...DEV, hostnames: names.map((name) => ({ name })) });

const domains = () => stand.owner.domains;
const holdingOf = async (name: string) =>
  (await domains().status(name)).holdings.findLast((each) => each.name === name);

async function proven(name: string): Promise<void> {
  const { record } = await domains().add(name, 'shop');
  if (record === undefined) throw new Error('there is nothing to enter');
  await customers.enter(record);
  await domains().add(name, 'shop');
  await expect.poll(async () => (await holdingOf(name))?.state, { timeout: 20_000 }).toBe('verified');
}

const waitsFor = async (name: string): Promise<string> => (await stand.owner.status(name)).waitsFor?.what ?? '';

async function made(name: string): Promise<string[]> {
  const found = await kubectl(stand.kube, 'get', 'namespace', name, '--ignore-not-found', '-o', 'name');
  const routes = await kubectl(stand.kube, 'get', 'httproutes,listenersets', '-n', name, '-o', 'name');
  return `${found}\n${routes}`.split('\n').filter((line) => line !== '');
}

async function claimed(domain: string): Promise<string> {
  const list = ['get', 'configmap', `naas-hostnames.${domain}`, '-n', 'naas-system', '--ignore-not-found'];
  return kubectl(stand.kube, ...list, '-o', 'jsonpath={.data.claims}');
}

/** As every server of the installation says it; an empty list for "no such name". */
async function answers(name: string): Promise<string[][]> {
  const servers = dns.nameServers.map(({ address: { address, port } }) => `${address}:${port}`);
  const asked = servers.map((server) => ask(server, name, 'A', { deadlineMs: Date.now() + 5_000 }));
  return (await Promise.all(asked)).map(({ answers: said }) => said);
}

describe('a namespace below a domain of its team', () => {
  it('is refused while nobody has registered the domain, with what registers it', async () => {
    const asked = stand.owner.submit(requestOf('own-nobody', named('www.example.org')), { requestId: 'nobody' });
    const hint = expect.stringContaining('naas domain add');
    await expect(asked).rejects.toMatchObject({ problems: [{ code: 'NotAllowed', hint }] });
  });

  it('waits for the proof with nothing made, then for the record that its team enters, and is ready', async () => {
    const { record } = await domains().add('example.org', 'shop');
    if (record === undefined) throw new Error('there is nothing to enter');
    await stand.submit('own-waits', named('www.example.org'));
    await expect.poll(() => waitsFor('own-waits'), { timeout: 20_000 }).toContain('domain example.org');
    expect(await stand.owner.status('own-waits')).toMatchObject({ phase: 'provisioning', inventory: [] });
    expect(await made('own-waits')).toEqual([]);
    expect(await claimed('example.org')).toBe('');

    await customers.enter(record);
    await domains().add('example.org', 'shop');
    await expect.poll(() => waitsFor('own-waits'), { timeout: 30_000 }).toContain(`www.example.org A ${ADDRESS}`);
    await customers.enterAddress('www.example.org', ADDRESS);
    await stand.untilAll(['own-waits'], ['ready']);
    expect(await claimed('example.org')).toContain('www');
  });

  it('is not asked to wait again by a change, and changes beside its names', async () => {
    const request = requestOf('own-waits', { ...named('www.example.org'), purpose: 'another' });
    await stand.owner.change('own-waits', request, { requestId: crypto.randomUUID() });
    expect((await stand.untilOperation('own-waits')).lastOperation).toMatchObject({ outcome: 'applied' });
  });

  it('loses its names, and nothing else, when the domain is given up', async () => {
    await stand.lead.domains.remove('example.org');
    await expect
      .poll(async () => (await stand.owner.status('own-waits')).hostnames, { timeout: 30_000 })
      .toBeUndefined();
    const status = await stand.owner.status('own-waits');
    expect(status).toMatchObject({ phase: 'ready', problems: [] });
    expect(status).not.toHaveProperty('hostnames');
    expect(await made('own-waits')).toEqual(['namespace/own-waits']);
    expect(await claimed('example.org')).not.toContain(' own-waits');
    await stand.teardown('own-waits');
    await stand.untilAll(['own-waits'], ['deleted']);
  });

  it('ends with nothing made when it is cancelled while it waits, or the domain is never proven', async () => {
    await domains().add('never.org', 'shop');
    await stand.submit('own-cancelled', named('www.never.org'));
    await stand.submit('own-given-up', named('api.never.org'));
    for (const name of ['own-cancelled', 'own-given-up'])
      await expect.poll(() => waitsFor(name), { timeout: 20_000 }).toContain('domain never.org');
    await stand.owner.cancel('own-cancelled');
    await domains().remove('never.org');
    await stand.untilAll(['own-cancelled', 'own-given-up'], ['failed']);
    const [cancelled, lost] = await Promise.all(
      ['own-cancelled', 'own-given-up'].map((name) => stand.owner.status(name)),
    );
    expect(cancelled?.problems).toMatchObject([{ code: 'Cancelled' }]);
    expect(lost?.problems).toMatchObject([{ code: 'NotAllowed', value: 'api.never.org' }]);
    for (const name of ['own-cancelled', 'own-given-up']) expect(await made(name)).toEqual([]);
    expect(await claimed('never.org')).toBe('');
  });
});

describe('a domain that is given up just when a namespace claims a name of it', () => {
  const LIST = {
    verb: 'patch',
    resource: 'configmaps',
    name: 'naas-hostnames.race.org',
    activity: 'claimNamespace',
  } as const;

  it('leaves nothing of the namespace, and no name claimed', async () => {
    await proven('race.org');
    // The list is there from now on.
    await stand.submit('own-first', named('first.race.org'));
    await expect.poll(() => waitsFor('own-first'), { timeout: 30_000 }).toContain('first.race.org A');
    await stand.owner.cancel('own-first');
    await stand.untilAll(['own-first'], ['failed']);
    const gate = gather(stand.proxy, [{ tenant: 'naas-system', point: LIST, moment: 'before' }]);
    await stand.submit('own-second', named('second.race.org'));
    await gate.allArrived();
    await stand.lead.domains.remove('race.org');
    await expect.poll(async () => (await holdingOf('race.org'))?.state).toBe('released');
    gate.open({ before: 'forward', after: 'reply' });
    const [status] = await stand.untilAll(['own-second'], ['failed']);
    expect(status?.problems).toMatchObject([{ code: 'NotAllowed', value: 'second.race.org' }]);
    expect(await made('own-second')).toEqual([]);
    expect(await claimed('race.org')).not.toContain('second');
  });
});

describe('a zone that a team hands over', () => {
  const CHILD = 'apps.given.org';
  const zones = (): string[] => (dns.snapshot() as { zones: { name: string }[] }).zones.map(({ name }) => name);

  it('is made once the name is proven, and handed over when the DNS above refers to it', async () => {
    await proven('given.org');
    expect(zones()).not.toContain(CHILD);
    expect(await domains().add(CHILD, 'shop', { delegate: true })).toMatchObject({ state: 'verified' });
    await expect.poll(async () => (await holdingOf(CHILD))?.delegation?.state, { timeout: 20_000 }).toBe('waiting');
    expect(zones()).toContain(CHILD);
    const holding = await holdingOf(CHILD);
    const { nameServers = [] } = holding?.delegation ?? {};
    expect(holding?.todo.join('\n')).toContain(`${CHILD}  NS  ${nameServers[0]}`);
    await customers.delegate(CHILD, nameServers, NS_TTL_SECONDS);
    await domains().add(CHILD, 'shop', { delegate: true });
    await expect.poll(async () => (await holdingOf(CHILD))?.delegation?.state, { timeout: 20_000 }).toBe('delegated');
  });

  it('has the records of its names kept by naas, as in any zone of the installation', async () => {
    await stand.submit('own-child', named(`cart.${CHILD}`));
    await stand.untilAll(['own-child'], ['ready']);
    expect(await answers(`cart.${CHILD}`)).toEqual(dns.nameServers.map(() => [ADDRESS]));
  });

  it('goes in order when it is given up: names, NS set, what resolvers remember, zone', async () => {
    await stand.lead.domains.remove(CHILD);
    await expect
      .poll(async () => (await stand.owner.status('own-child')).lastOperation?.outcome, { timeout: 30_000 })
      .toBe('applied');
    expect(await answers(`cart.${CHILD}`)).toEqual(dns.nameServers.map(() => []));
    await expect.poll(async () => (await holdingOf(CHILD))?.state).toBe('leaving');
    expect(zones()).toContain(CHILD);
    await expect
      .poll(async () => (await holdingOf(CHILD))?.todo.join('\n'), { timeout: 20_000 })
      .toContain('take these records away');
    await customers.takeOut(CHILD, 'NS');
    await expect.poll(async () => (await holdingOf(CHILD))?.state, { timeout: 150_000 }).toBe('released');
    expect(zones()).not.toContain(CHILD);
    await stand.teardown('own-child');
    await stand.untilAll(['own-child'], ['deleted']);
  });
});

describe('a domain whose run was ended in Temporal', () => {
  it('is nobody’s for new names, and the sweep tells whose old ones nobody watches', async () => {
    await proven('ended.org');
    await stand.submit('own-kept', named('kept.ended.org'));
    await expect.poll(() => waitsFor('own-kept'), { timeout: 30_000 }).toContain('kept.ended.org A');
    await withTemporal(platform.temporalAddress, (client) =>
      client.workflow.getHandle(domainWorkflowId('ended.org')).terminate('by hand'),
    );
    await expect(stand.owner.submit(requestOf('own-late', named('late.ended.org')))).rejects.toMatchObject({
      problems: [{ code: 'NotAllowed', value: 'late.ended.org' }],
    });
    const sweep = () =>
      withTemporal(platform.temporalAddress, (client) =>
        client.workflow.execute(DOMAIN_RECHECK_WORKFLOW, {
          taskQueue: stand.taskQueue,
          workflowId: `recheck-${crypto.randomUUID()}`,
        }),
      ) as Promise<DomainRecheck>;
    // Visibility lags a little.
    await expect
      .poll(async () => (await sweep()).unwatched, { timeout: 30_000 })
      .toEqual([{ domain: 'ended.org', namespaces: ['own-kept'] }]);
    // Who adds it again has it watched again, once it is proven.
    await proven('ended.org');
    await expect.poll(async () => (await sweep()).unwatched, { timeout: 30_000 }).toEqual([]);
    await stand.owner.cancel('own-kept');
    await stand.untilAll(['own-kept'], ['failed']);
  });
});
