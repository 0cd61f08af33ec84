// Hostnames through a whole life: asked for, answered by every name server, changed, handed over, adopted, recovered and gone
// again, on the real API server, with the emulated Azure DNS and the stand-in controllers. After each undo zone, list and
// objects are as they were.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureEnvironment } from '../../src/local/azure-dns/environment.ts';
import type { AzureDns } from '../../src/local/azure-dns/index.ts';
import { type Platform, startPlatform } from '../../src/local/platform.ts';
import { ask } from '../../src/providers/dns-query/index.ts';
import { ANNOTATION, workflowId } from '../../src/spec/names.ts';
import type { Status } from '../../src/spec/status.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { wholly } from '../support/platform.ts';
import { withTemporal } from '../support/runs.ts';
import { DEV, openStand, PEOPLE, type Stand } from '../support/scenario.ts';
import { requestOf } from '../support/scenario-requests.ts';

const ZONE = 'naas.test';
const LIST = `naas-hostnames.${ZONE}`;

let platform: Platform;
let dns: AzureDns;
let stand: Stand;

beforeAll(async () => {
  platform = await startPlatform({ worker: false, standIns: { zone: ZONE }, dns: { zones: [ZONE], limits: 'off' } });
  if (platform.azureDns === null) throw new Error('the platform was to have a DNS');
  dns = platform.azureDns;
  stand = await openStand({ platform: wholly(platform) });
  await stand.startWorker(azureEnvironment(dns));
});

afterAll(async () => {
  await stand?.close();
  await platform?.stop();
});

const named = (...names: string[]) => ({ ...DEV, hostnames: names.map((name) => ({ name })) });

/** As every server of the zone says it; an empty list for "no such name". */
async function answers(name: string): Promise<string[][]> {
  const servers = dns.nameServers.map(({ address: { address, port } }) => `${address}:${port}`);
  const asked = servers.map((server) => ask(server, name, 'A', { deadlineMs: Date.now() + 5_000 }));
  return (await Promise.all(asked)).map(({ rcode, answers: said }) => (rcode === 'NXDOMAIN' ? [] : said));
}

interface Seen {
  sets: string[];
  claims: string;
  routes: string[];
}

/** What the zone, the list and the namespace hold of hostnames; without what only counts writes. */
async function seen(name: string): Promise<Seen> {
  const { zones } = dns.snapshot() as { zones: { recordSets: Record<string, unknown>[] }[] };
  const sets = zones.flatMap(({ recordSets }) => recordSets.map(({ etag: _etag, ...set }) => JSON.stringify(set)));
  const claims = await kubectl(
    stand.kube,
    'get',
    'configmap',
    LIST,
    '-n',
    'naas-system',
    '-o',
    'jsonpath={.data.claims}',
    '--ignore-not-found',
  );
  const routes = await kubectl(stand.kube, 'get', 'httproutes,listenersets,certificates', '-n', name, '-o', 'json');
  const { items } = JSON.parse(routes) as { items: { kind: string; metadata: { name: string }; spec: unknown }[] };
  return {
    sets,
    claims,
    routes: items.map(({ kind, metadata, spec }) => `${kind} ${metadata.name} ${JSON.stringify(spec)}`),
  };
}

async function change(name: string, hostnames: object[]): Promise<Status> {
  const request = requestOf(name, { ...DEV, ...(hostnames.length === 0 ? {} : { hostnames }) });
  await stand.owner.change(name, request, { requestId: crypto.randomUUID() });
  return stand.untilOperation(name);
}

describe('a hostname', () => {
  it('answers at every name server once the namespace is ready, and at none after it', async () => {
    await stand.submit('reach-life', named('life.naas.test', '*.Wild.naas.test.'));
    await stand.untilAll(['reach-life'], ['ready']);
    expect(await answers('life.naas.test')).toEqual(dns.nameServers.map(() => ['203.0.113.1']));
    expect(await answers('any.wild.naas.test')).toEqual(dns.nameServers.map(() => ['203.0.113.1']));
    const status = await stand.owner.status('reach-life');
    expect(status.hostnames).toEqual(['*.wild.naas.test', 'life.naas.test']);
    await stand.teardown('reach-life');
    await stand.untilAll(['reach-life'], ['deleted']);
    expect(await answers('life.naas.test')).toEqual(dns.nameServers.map(() => []));
  });

  it('of somebody else is refused with whose it is, before anything is made', async () => {
    await stand.submit('reach-one', named('mine.naas.test'));
    await stand.untilAll(['reach-one'], ['ready']);
    const before = await stand.snapshot();
    const taken = stand.owner.submit(requestOf('reach-two', named('MINE.naas.test')), { requestId: 'two' });
    await expect(taken).rejects.toThrow(/mine\.naas\.test .* is held by namespace reach-one of team shop/);
    const covered = stand.owner.submit(requestOf('reach-three', named('*.naas.test')), { requestId: 'three' });
    await expect(covered).rejects.toThrow(/whole of zone naas\.test/);
    expect(await stand.changesSince(before)).toEqual([]);
    await stand.teardown('reach-one');
    await stand.untilAll(['reach-one'], ['deleted']);
  });
});

describe('a change of hostnames', () => {
  const NAME = 'reach-change';

  it('adds names, and leaves the record of the others as it was written', async () => {
    await stand.submit(NAME, named('first.naas.test'));
    await stand.untilAll([NAME], ['ready']);
    const [written] = (await seen(NAME)).sets.filter((set) => set.includes('"first"'));
    const { lastOperation } = await change(NAME, [
      { name: 'first.naas.test' },
      { name: 'second.naas.test', records: [{ type: 'TXT', values: ['hello'] }] },
    ]);
    expect(lastOperation).toMatchObject({ outcome: 'applied' });
    expect(await answers('second.naas.test')).toEqual(dns.nameServers.map(() => ['203.0.113.1']));
    expect((await seen(NAME)).sets.filter((set) => set.includes('"first"'))).toEqual([written]);
  });

  it('that fails at the last record is put back, the names with it', async () => {
    const before = await seen(NAME);
    dns.faults.add({ kind: 'forbidden', times: 50, method: 'PUT', resource: 'record-set', name: 'third' });
    const { lastOperation } = await change(NAME, [
      { name: 'first.naas.test', ttlSeconds: 60 },
      { name: 'third.naas.test' },
    ]);
    dns.faults.clear();
    expect(lastOperation).toMatchObject({ outcome: 'undone', problems: [{ code: 'Forbidden' }] });
    expect(await seen(NAME)).toEqual(before);
  });

  it('takes names away: out of DNS first, and their routes after one TTL', async () => {
    const { lastOperation } = await change(NAME, [{ name: 'first.naas.test' }]);
    expect(lastOperation).toMatchObject({ outcome: 'applied' });
    expect(await answers('second.naas.test')).toEqual(dns.nameServers.map(() => []));
    const { sets, claims, routes } = await seen(NAME);
    expect(sets.filter((set) => set.includes('second'))).toEqual([]);
    expect(claims).toMatch(/^second \S+ \S+ \S+ \d+$/m);
    expect(routes.filter((route) => route.includes('second'))).toEqual([]);
    await stand.teardown(NAME);
    await stand.untilAll([NAME], ['deleted']);
  });
});

describe('a transfer', () => {
  it('hands the hostnames over in their list, and leaves their records alone', async () => {
    await stand.submit('reach-moves', { ...named('moves.naas.test'), project: 'ledger' });
    await stand.untilAll(['reach-moves'], ['ready']);
    const { sets } = await seen('reach-moves');
    await stand.clientOf(PEOPLE.operator).transfer('reach-moves', 'payments', { requestId: 'moves' });
    for (const lead of [PEOPLE.lead, { subject: 'pia@example.com', groups: ['payments-leads'] }])
      await stand.clientOf(lead).decide('reach-moves', { decision: 'approve' });
    await stand.untilOperation('reach-moves');
    const after = await seen('reach-moves');
    expect(after.sets).toEqual(sets);
    expect(after.claims).toMatch(/^moves payments reach-moves \S+$/m);
    await stand.clientOf(PEOPLE.operator).teardown('reach-moves', { requestId: crypto.randomUUID() });
    await stand.untilAll(['reach-moves'], ['deleted']);
  });
});

describe('an adoption', () => {
  const NAME = 'reach-adopt';
  const words = (...all: string[]) => kubectl(stand.kube, ...all);

  beforeAll(async () => {
    await words('create', 'namespace', NAME);
  });

  async function adopt(requestId: string): Promise<void> {
    await words('annotate', '--overwrite', 'namespace', NAME, `${ANNOTATION.adoptAllow}=${requestId}`);
    await stand.owner.adopt(requestOf(NAME, named('adopted.naas.test')), { requestId });
    await stand.untilAll([NAME], ['awaiting-approval']);
    await stand.clientOf(PEOPLE.operator).decide(NAME, { decision: 'approve' });
    await stand.untilAll([NAME], ['ready', 'failed']);
  }

  it('that fails leaves zone and list as they were', async () => {
    const before = await seen(NAME);
    dns.faults.add({ kind: 'forbidden', times: 50, method: 'PUT', resource: 'record-set', name: 'adopted' });
    await adopt('adopt-in-vain');
    dns.faults.clear();
    expect(await stand.owner.status(NAME)).toMatchObject({ phase: 'failed' });
    expect(await seen(NAME)).toEqual(before);
  });

  it('gives the namespace its hostnames; recovered, it keeps them and nothing is written', async () => {
    await adopt('adopt-at-last');
    expect(await stand.owner.status(NAME)).toMatchObject({ phase: 'ready' });
    expect(await answers('adopted.naas.test')).toEqual(dns.nameServers.map(() => ['203.0.113.1']));
    const before = await stand.snapshot();
    const zone = JSON.stringify(dns.snapshot());
    await withTemporal(platform.temporalAddress, (client) =>
      client.workflow.getHandle(workflowId(NAME)).terminate('lost'),
    );
    await stand.clientOf(PEOPLE.operator).recover(NAME);
    await stand.untilAll([NAME], ['ready']);
    expect(await stand.changesSince(before)).toEqual([]);
    expect(JSON.stringify(dns.snapshot())).toBe(zone);
    await stand.clientOf(PEOPLE.operator).teardown(NAME, { requestId: crypto.randomUUID() });
    await stand.untilAll([NAME], ['deleted']);
    expect(await answers('adopted.naas.test')).toEqual(dns.nameServers.map(() => []));
  });
});
