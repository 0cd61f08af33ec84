// Living namespaces as their people and operators handle them: the command `naas` as a process of its own, against the real
// servers. What it says, what it exits with, and what then stands in the cluster.
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { localFiles, publishState } from '../../src/local/state.ts';
import type { Status } from '../../src/spec/status.ts';
import { kubectl } from '../support/cluster-snapshot.ts';
import { type CommandLine, commandLine, type Ran } from '../support/command-line.ts';
import { sharedPlatform } from '../support/platform.ts';
import { openStand, type Person, type Stand } from '../support/scenario.ts';
import { hurriedCatalog } from '../support/scenario-catalog.ts';
import { applyForeign, HELD_CONFIG_MAP, hold, release } from '../support/scenario-foreign.ts';

const ADA: Person = { subject: 'ada@example.com', groups: ['shop-developers'] };
const LEE: Person = { subject: 'lee@example.com', groups: ['shop-leads'] };
const PIA: Person = { subject: 'pia@example.com', groups: ['payments-leads'] };
const OLGA: Person = { subject: 'olga@example.com', groups: ['platform-operators'] };
const HAL: Person = { subject: 'hal@example.com', groups: ['harbour-crew'] };

let stand: Stand;
let dir: string;
let naas: CommandLine;
/** Two states of one catalog: in the newer one the dev tier gives one pod more. */
let older: string;
let newer: string;

beforeAll(async () => {
  stand = await openStand();
  dir = await mkdtemp(join(tmpdir(), 'naas-operations-'));
  const platform = sharedPlatform();
  older = await hurriedCatalog(platform.catalogDir, join(dir, 'older'), { quarantineMinutes: 60 });
  await addTeam(older);
  newer = join(dir, 'newer');
  await cp(older, newer, { recursive: true });
  await replaceIn(join(newer, 'tiers/dev.yaml'), 'pods: "40"', 'pods: "41"');
  const env = { NAAS_LOCAL_STATE: join(dir, 'local') };
  await mkdir(localFiles(env).folder, { recursive: true });
  // As `naas local up` leaves it: the command finds the platform by it.
  await publishState(localFiles(env), platform);
  naas = commandLine({ platform, taskQueue: stand.taskQueue, dir });
  await stand.startWorker({ NAAS_CATALOG: older });
});

afterAll(async () => {
  try {
    await takeAllAway();
  } finally {
    await stand?.close();
    await rm(dir, { recursive: true, force: true });
  }
});

/** Other suites look at the whole cluster, and at all that lives. */
async function takeAllAway(): Promise<void> {
  const rows: { name: string; phase: string }[] = JSON.parse((await naas(OLGA, 'list', '--json')).out);
  const names = rows.filter(({ name, phase }) => name.startsWith('ops-') && phase === 'ready').map(({ name }) => name);
  for (const name of names) await naas(OLGA, 'delete', name, '--yes');
  await stand.untilAll(names, ['deleted']);
}

/** A team of this file's own: what is done to all of its namespaces meets nobody else's. */
async function addTeam(catalog: string): Promise<void> {
  const file = join(catalog, 'teams.yaml');
  const crew = { groups: ['harbour-crew'], leads: { groups: ['harbour-leads'] }, costCentre: 'CC-7', description: 'x' };
  await writeFile(file, `${await readFile(file, 'utf8')}\n${stringify({ harbour: crew })}`);
}

async function replaceIn(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  expect(text).toContain(from);
  await writeFile(file, text.replace(from, to));
}

async function requestFile(name: string, fields: Record<string, unknown> = {}): Promise<string> {
  const file = join(dir, `${name}.yaml`);
  const request = {
    apiVersion: 'naas.dev/v1',
    kind: 'NamespaceRequest',
    team: 'shop',
    project: 'ledger',
    environment: name,
    name,
    tier: 'dev',
    purpose: 'a test',
    members: { developers: [{ group: 'shop-developers' }] },
  };
  await writeFile(file, stringify({ ...request, ...fields }));
  return file;
}

async function living(name: string, fields: Record<string, unknown> = {}, who = ADA): Promise<string> {
  const file = await requestFile(name, fields);
  const request = naas(who, 'request', '-f', file, '--wait');
  if (fields['tier'] === 'staging') await approved(name, LEE);
  expect(await request).toMatchObject({ exit: 0 });
  return file;
}

/** Approves what the inbox shows, by the digest that it prints; answers the inbox. */
async function approved(name: string, who: Person): Promise<string> {
  const inbox = await untilInInbox(name, who);
  const [, digest = ''] = new RegExp(`naas approve ${name} .*--digest (\\S+)`).exec(inbox) ?? [];
  expect(await naas(who, 'approve', name, '--digest', digest)).toMatchObject({ exit: 0 });
  return inbox;
}

/** Temporal's visibility lags a little. */
async function until(what: string, look: () => Promise<Ran>, seen: (ran: Ran) => boolean): Promise<Ran> {
  const giveUpMs = Date.now() + 90_000;
  for (;;) {
    const ran = await look();
    if (seen(ran)) return ran;
    if (Date.now() > giveUpMs) throw new Error(`${what} was not seen within 90 s: ${ran.out}${ran.err}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function untilInInbox(name: string, who: Person): Promise<string> {
  const look = () => naas(who, 'approvals');
  return (await until(`${name} in the inbox`, look, ({ out }) => out.includes(`naas approve ${name} `))).out;
}

async function statusOf(name: string): Promise<Status> {
  return JSON.parse((await naas(ADA, 'status', name, '--json')).out);
}

async function hardOf(name: string): Promise<Record<string, string>> {
  const path = 'jsonpath={.spec.hard}';
  return JSON.parse(await kubectl(stand.kube, 'get', 'resourcequota', 'naas-quota', '-n', name, '-o', path));
}

describe('naas change', () => {
  it('shows the difference, waits until it is applied, and says when nothing is left to change', async () => {
    const name = 'ops-change';
    await living(name);
    const file = await requestFile(name, { quota: { 'limits.cpu': '3' } });
    const changed = await naas(ADA, 'change', '-f', file, '--wait');
    expect(changed, changed.err).toMatchObject({ exit: 0 });
    expect(changed.out).toContain('spec.hard["limits.cpu"]  "2" → "3"');
    expect(changed.out).toContain('approved by policy');
    expect(changed.out).toContain(`✔ ${name}: the change is applied.`);
    expect((await hardOf(name))['limits.cpu']).toBe('3');
    const again = await naas(ADA, 'change', '-f', file, '--wait');
    expect(again).toMatchObject({ exit: 0 });
    expect(again.out).toContain('nothing has to be changed');
    const history = (await naas(ADA, 'history', name)).out;
    expect(history).toContain('change applied: asked for by ada@example.com');
  });

  it('shows an approver what each value becomes, and exits by what people decide', async () => {
    const name = 'ops-approval';
    const file = await living(name, { tier: 'staging' });
    const wanted = await requestFile(name, { tier: 'staging', quota: { pods: '90' } });
    const { planDigest = '' } = await statusOf(name);

    const rejected = naas(ADA, 'change', '-f', wanted, '--wait', '--based-on', planDigest.slice(0, 12));
    const inbox = await untilInInbox(name, LEE);
    expect(inbox).toContain(`${name}  change awaiting-approval`);
    expect(inbox).toContain('spec.hard.pods  "80" → "90"');
    expect((await naas(ADA, 'status', name)).out).toContain('Operation: change, waits for approval');
    expect(await naas(LEE, 'reject', name, '--reason', 'no need')).toMatchObject({ exit: 0 });
    const ended = await rejected;
    expect(ended).toMatchObject({ exit: 3 });
    expect(ended.out).toContain('the change is rejected; the namespace is as it was before');
    expect((await hardOf(name))['pods']).toBe('80');

    const applied = naas(ADA, 'change', '-f', wanted, '--wait');
    await approved(name, LEE);
    expect(await applied).toMatchObject({ exit: 0 });
    expect((await hardOf(name))['pods']).toBe('90');
    const late = await naas(ADA, 'change', '-f', file, '--based-on', planDigest.slice(0, 12));
    expect(late).toMatchObject({ exit: 7 });
    expect(late.err).toContain('StaleDigest');
  });
});

describe('naas quota', () => {
  it('refuses less than is in use, with the numbers, and goes back to the tier’s', async () => {
    const name = 'ops-quota';
    await living(name);
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: name },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '7Gi' } } },
    };
    await applyForeign(stand.kube, [claim]);
    await kubectl(
      stand.kube,
      'wait',
      '-n',
      name,
      'resourcequota/naas-quota',
      '--for=jsonpath={.status.used.persistentvolumeclaims}=1',
      '--timeout=30s',
    );
    const below = await naas(ADA, 'quota', name, 'persistentvolumeclaims=0', 'requests.storage=5Gi');
    expect(below).toMatchObject({ exit: 2, out: '' });
    expect(below.err).toContain('quota.persistentvolumeclaims: 1 are in use, the change allows 0');
    expect(below.err).toContain('quota.requests.storage: 7Gi are in use, the change allows 5Gi');
    expect(await naas(ADA, 'quota', name, 'requests.storage=8Gi', 'pods=50', '--wait')).toMatchObject({ exit: 0 });
    expect(await hardOf(name)).toMatchObject({ 'requests.storage': '8Gi', pods: '50' });
    const shown = JSON.parse((await naas(ADA, 'quota', name, '--json')).out).quota;
    expect(shown).toContainEqual({ key: 'pods', now: '50', from: 'request' });
    expect(await naas(ADA, 'quota', name, 'pods=default', '--wait')).toMatchObject({ exit: 0 });
    expect(await hardOf(name)).toMatchObject({ 'requests.storage': '8Gi', pods: '40' });
    // Nobody here takes the protection off a claim that no pod uses, as a cluster's controller does.
    await release(stand.kube, name, [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', name: 'data' }]);
  });
});

describe('naas transfer', () => {
  it('is decided by the leads of both teams', async () => {
    const name = 'ops-transfer';
    await living(name);
    const transfer = naas(ADA, 'transfer', name, '--team', 'payments', '--reason', 'they run it', '--wait');
    const inbox = await approved(name, LEE);
    expect(inbox).toContain('transfer awaiting-approval');
    expect(inbox).toContain('metadata.labels["naas.dev/team"]  "shop" → "payments"');
    await approved(name, PIA);
    expect(await transfer).toMatchObject({ exit: 0 });
    expect(await statusOf(name)).toMatchObject({ team: 'payments', lastOperation: { kind: 'transfer' } });
    // Whatever the file's team, it is still the namespace that is named.
    const file = await requestFile(name, { team: 'payments', name: undefined, quota: { pods: '41' } });
    expect(await naas(PIA, 'change', '-f', file, name, '--wait')).toMatchObject({ exit: 0 });
  });
});

describe('a blocked namespace', () => {
  it('names what operators can do; retry tries it, skip leaves the object behind and goes on', async () => {
    const name = 'ops-skip';
    await living(name, { team: 'harbour' }, HAL);
    const fault = { mode: 'fail-before' as const, status: 403 as const };
    stand.proxy.add({ tenant: name, verb: 'delete', resource: 'rolebindings', fault });
    const removed = await naas(HAL, 'delete', name, '--yes', '--wait');
    expect(removed).toMatchObject({ exit: 5 });
    for (const command of ['retry', 'skip', 'abandon']) expect(removed.out).toContain(`naas ${command} ${name}`);
    const refused = await naas(HAL, 'skip', name, '--reason', 'mine');
    expect(refused).toMatchObject({ exit: 2 });
    expect(refused.err).toContain('NotAllowed');
    expect(await naas(OLGA, 'retry', name)).toMatchObject({ exit: 0 });
    const where = 'error=Forbidden,team=harbour';
    const look = () => naas(OLGA, 'retry', '--where', where, '--json');
    const bulk = await until('the blocked one', look, ({ out }) => JSON.parse(out).found === 1);
    expect(JSON.parse(bulk.out)).toMatchObject({ tried: 1, failed: 0, namespaces: [{ name, answer: 'tried' }] });
    expect(await naas(OLGA, 'skip', name, '--reason', 'its webhook is gone')).toMatchObject({ exit: 0 });
    expect(await naas(HAL, 'watch', name)).toMatchObject({ exit: 0 });
    const status = await naas(HAL, 'status', name);
    expect(status.out).toContain('Left behind, given up by people');
    expect(status.out).toMatch(/RoleBinding ops-skip\/naas-developers +olga@example.com, .* its webhook is gone/);
  });

  it('is abandoned only by who means it, with all that is left listed', async () => {
    const name = 'ops-abandon';
    await living(name);
    await hold(stand.kube, name, [HELD_CONFIG_MAP]);
    expect(await naas(ADA, 'delete', name, '--yes', '--wait')).toMatchObject({ exit: 5 });
    const skipped = await naas(OLGA, 'skip', name, '--reason', 'no');
    expect(skipped).toMatchObject({ exit: 2 });
    expect(skipped.err).toContain(`naas abandon ${name}`);
    const unsure = await naas(OLGA, 'abandon', name, '--reason', 'it is stuck');
    expect(unsure).toMatchObject({ exit: 2 });
    expect(unsure.err).toContain('--yes');
    expect(await statusOf(name)).toMatchObject({ phase: 'blocked' });
    expect(await naas(OLGA, 'abandon', name, '--reason', 'it is stuck', '--yes')).toMatchObject({ exit: 0 });
    const { phase, leftBehind } = await statusOf(name);
    expect(phase).toBe('abandoned');
    const given = { ref: { kind: 'Namespace', name }, reason: 'it is stuck', by: OLGA.subject };
    expect(leftBehind).toContainEqual(expect.objectContaining({ ...given, ref: expect.objectContaining(given.ref) }));
    await release(stand.kube, name, [HELD_CONFIG_MAP]);
  });
});

describe('a name that rests', () => {
  it('is refused to another team with the time, and given to its own at once', async () => {
    const name = 'ops-rest';
    const file = await living(name);
    const deleted = await naas(ADA, 'delete', name, '--yes', '--wait');
    expect(deleted).toMatchObject({ exit: 0 });
    const { quarantinedUntil = '' } = await statusOf(name);
    expect(Date.parse(quarantinedUntil)).toBeGreaterThan(Date.now());
    const theirs = await requestFile(`${name}-theirs`, { team: 'harbour', name });
    const refused = await naas(HAL, 'request', '-f', theirs);
    expect(refused).toMatchObject({ exit: 7 });
    expect(refused.err).toContain(`rests until ${quarantinedUntil}`);
    const again = await naas(ADA, 'request', '-f', file, '--wait');
    expect(again, again.err).toMatchObject({ exit: 0 });
  });
});

describe('naas kubeconfig', () => {
  it('lets a developer work in the namespace at once, and nowhere else', async () => {
    const name = 'ops-access';
    await Promise.all([living(name), living('ops-foreign', { team: 'harbour', members: {} }, HAL)]);
    const file = join(dir, 'ada.kubeconfig');
    const given = await naas(ADA, '--kubeconfig', sharedPlatform().kubeconfig, 'kubeconfig', name, '-o', file);
    expect(given, given.err).toMatchObject({ exit: 0 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain(sharedPlatform().controlPlane.adminToken);
    const own = { ...stand.kube, kubeconfig: file };
    const create = ['create', 'deployment', 'web', '--image=registry.example/app:1'];
    expect(await kubectl(own, ...create)).toContain('deployment.apps/web created');
    await expect(kubectl(own, ...create, '-n', 'ops-foreign')).rejects.toThrow(/forbidden/i);
    await expect(kubectl(own, 'get', 'namespaces')).rejects.toThrow(/forbidden/i);
    const early = await naas(ADA, 'kubeconfig', 'ops-nothing');
    expect(early).toMatchObject({ exit: 6, out: '' });
  });
});

describe('a newer catalog', () => {
  it('is shown as a difference first, then brought to the namespaces of a team, with a brake before many', async () => {
    const names = ['ops-pier', 'ops-quay'];
    await Promise.all(names.map((name) => living(name, { team: 'harbour', members: {} }, HAL)));
    const diff = () => naas(OLGA, 'catalog', 'diff', '--team', 'harbour', '--catalog', newer, '--json');
    const seen = (ran: Ran) => names.every((name) => ran.out.includes(name));
    const { differing, namespaces } = JSON.parse((await until('both in the list', diff, seen)).out);
    const touched = namespaces.filter(({ verdict }: { verdict: string }) => verdict === 'differs').length;
    expect(differing).toBe(touched);
    const text = (await naas(OLGA, 'catalog', 'diff', '--team', 'harbour', '--catalog', newer)).out;
    expect(text).toMatch(/ops-pier \(team harbour\).*\n.*ResourceQuota ops-pier\/naas-quota\n.*"40" → "41"/);

    const change = (...words: string[]) =>
      naas(OLGA, 'change', '--to-catalog', '--team', 'harbour', '--catalog', newer, ...words);
    const braked = await change();
    expect(braked).toMatchObject({ exit: 2 });
    expect(braked.err).toContain(`needs --yes ${touched}`);
    // The worker still has the older one.
    const stopped = await change('--yes', String(touched));
    expect(stopped).toMatchObject({ exit: 7 });
    expect(stopped.err).toContain('Bring both to the same catalog');
    expect((await hardOf('ops-pier'))['pods']).toBe('40');

    await stand.killWorkers();
    await stand.startWorker({ NAAS_CATALOG: newer });
    const brought = await change('--yes', String(touched), '--wait');
    expect(brought, brought.err).toMatchObject({ exit: 0 });
    for (const name of names) expect((await hardOf(name))['pods']).toBe('41');
    expect(JSON.parse((await diff()).out)).toMatchObject({ differing: 0 });
    const one = await naas(OLGA, 'change', '--to-catalog', 'ops-pier');
    expect(one.out).toContain('nothing has to be changed');
  });
});
