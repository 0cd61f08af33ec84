// The parts of `npm start` that need no server: who plays whom, what is said, and when the proof counts.
import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../src/local/cluster-snapshot.ts';
import { difference } from '../../src/local/cluster-snapshot.ts';
import { foundServers } from '../../src/local/found-servers.ts';
import { REQUESTER, seatPeople } from '../../src/local/start-people.ts';
import { proofOf } from '../../src/local/start-proof.ts';
import { durationsOf, readyReport, tryNext } from '../../src/local/start-report.ts';
import type { Status } from '../../src/spec/status.ts';

const NAME = 'shop-cart-staging';

describe('the people of the demonstration', () => {
  const seat = (slot: string, users: string[], groups: string[], decidedBy?: string) => ({
    slot,
    why: slot,
    users,
    groups,
    ...(decidedBy === undefined ? {} : { decidedBy }),
  });

  it('take one seat each, and never the requester', () => {
    const seated = seatPeople([
      seat('lead', [], ['leads']),
      seat('platform', [], ['platform']),
      seat('named', [REQUESTER, 'eve@example.com'], []),
    ]);
    expect(seated.map(({ slot, person }) => [slot, person.subject, person.groups])).toEqual([
      ['lead', 'lee@example.com', ['leads']],
      ['platform', 'pat@example.com', ['platform']],
      ['named', 'eve@example.com', []],
    ]);
  });

  it('leave taken seats alone, and those that nobody else can take', () => {
    expect(seatPeople([seat('lead', [], ['leads'], 'lee@example.com'), seat('only', [REQUESTER], [])])).toEqual([]);
    expect(
      seatPeople([seat('lead', [], ['leads'], 'lee@example.com'), seat('next', [], ['leads'])])[0]?.person.subject,
    ).toBe('pat@example.com');
  });
});

describe('servers that are there already', () => {
  const OWN = { standIns: { zone: 'naas.test' }, dns: { zones: ['naas.test'] } };

  it('are used from options before the environment', () => {
    const env = { KUBECONFIG: '/env/kubeconfig', TEMPORAL_ADDRESS: 'env:7233' };
    expect(foundServers({ kubeconfig: '/given' }, env, () => true)).toMatchObject({
      kubeconfig: '/given',
      temporalAddress: 'env:7233',
    });
  });

  it('are none when nothing names them', () => {
    expect(foundServers({}, { KUBECONFIG: '' }, () => true)).toEqual({ ...OWN, notes: [] });
  });

  it('do not come from the environment of a platform that is gone', () => {
    const env = { KUBECONFIG: '/gone/kubeconfig', TEMPORAL_ADDRESS: 'gone:7233', NAAS_ISSUER_KEY: '/gone/key' };
    const found = foundServers({}, env, () => false);
    expect(found).toEqual({ ...OWN, notes: [expect.stringContaining('is gone')] });
  });

  it('keep a cluster that was found without stand-in controllers, and say so', () => {
    const found = foundServers({ kubeconfig: '/given' }, {}, () => true);
    expect(found.standIns).toBeUndefined();
    expect(found.dns).toEqual(OWN.dns);
    expect(found.notes).toContain('No stand-in controllers are started in it: hostnames need a gateway of its own.');
  });

  it('are an Azure DNS too, when the environment says where or as whom', () => {
    for (const name of ['NAAS_AZURE_ENDPOINT', 'NAAS_AZURE_CREDENTIAL', 'AZURE_CLIENT_ID']) {
      const found = foundServers({}, { [name]: 'given' }, () => true);
      expect(found.dns).toBeUndefined();
      expect(found.notes.join('\n')).toContain(`${name} says where Azure DNS is`);
    }
  });
});

describe('the report', () => {
  const status: Status = {
    name: NAME,
    phase: 'ready',
    step: 'waiting',
    team: 'shop',
    project: 'cart',
    environment: 'staging',
    tier: 'staging',
    template: 'standard',
    cluster: 'local',
    requester: REQUESTER,
    requestId: 'r-1',
    requestedAt: '2026-03-01T12:00:00.000Z',
    provisioningStartedAt: '2026-03-01T12:00:05.100Z',
    readyAt: '2026-03-01T12:00:05.350Z',
    problems: [],
    inventory: [
      {
        system: 'kubernetes',
        cluster: 'local',
        apiVersion: 'v1',
        kind: 'Namespace',
        name: NAME,
        stage: 'claim',
        state: 'confirmed',
      },
    ],
    leftAlone: [],
    leftBehind: [],
    stale: false,
  };

  it('counts waiting for people apart', () => {
    expect(durationsOf(status, '2026-03-01T12:00:00.100Z')).toEqual({ checkedMs: 100, peopleMs: 5000, madeMs: 250 });
    expect(durationsOf(status, undefined)).toEqual({ checkedMs: 5100, peopleMs: 0, madeMs: 250 });
  });

  it('links to this run in the Temporal UI, and leaves the link out where there is none', () => {
    const places = { kubeconfig: '/k', temporalUi: 'http://127.0.0.1:8233', temporalNamespace: 'default' };
    const durations = durationsOf(status, undefined);
    expect(readyReport(status, durations, places)).toContain(
      'Temporal UI   http://127.0.0.1:8233/namespaces/default/workflows/namespace%3Ashop-cart-staging',
    );
    expect(readyReport(status, durations, { ...places, temporalUi: null }).join('\n')).not.toContain('Temporal UI');
  });

  it('gives five commands, the first of which sets the environment of the others', () => {
    const commands = tryNext(NAME, '/tmp/naas-1', { subject: REQUESTER, groups: ['shop'] }).filter((line) =>
      line.startsWith('  '),
    );
    expect(commands).toHaveLength(5);
    expect(commands[0]).toBe(`  eval "$(NAAS_LOCAL_STATE='/tmp/naas-1' npx naas local env)"`);
  });
});

describe('the proof', () => {
  const snapshot = (objects: Record<string, string>): Snapshot => ({
    kinds: 3,
    objects: new Map(Object.entries(objects)),
    apart: new Map(),
  });
  const before = snapshot({ 'Namespace default': 'a', 'ConfigMap default/x': 'b' });
  const ready = snapshot({
    'Namespace default': 'a',
    'ConfigMap default/x': 'b',
    [`Namespace ${NAME}`]: 'c',
    [`ConfigMap ${NAME}/y`]: 'd',
  });

  it('counts when the cluster is as it was', () => {
    const proof = proofOf(NAME, { before, ready, after: before }, true);
    expect(proof.clean).toBe(true);
    expect(proof.lines.join('\n')).toContain(`ready   4 objects, 2 of them ${NAME} or in it`);
  });

  it('tells apart a hostname that rests and one that is still held', () => {
    const list = (line: string) =>
      new Map([['ConfigMap naas-system/naas-hostnames.naas.test', { claims: `naas claims 1 naas.test\n${line}\n` }]]);
    const rests = { ...before, apart: list('cart shop -cart-staging 0123456789abcdef0123456789abcdef 1777636800') };
    const resting = proofOf(NAME, { before, ready, after: rests }, true);
    expect(resting.clean).toBe(true);
    expect(resting.lines).toContain('  cart.naas.test rests for team shop until 2026-05-01T12:00:00Z');
    const held = { ...before, apart: list('cart shop -cart-staging 0123456789abcdef0123456789abcdef') };
    const holding = proofOf(NAME, { before, ready, after: held }, true);
    expect(holding.clean).toBe(false);
    expect(holding.lines.join('\n')).toContain('1 objects of shop-cart-staging are left: hostname cart.naas.test');
  });

  it('fails on anything of the namespace that is left, on anybody’s cluster', () => {
    const after = snapshot({ 'Namespace default': 'a', 'ConfigMap default/x': 'b', [`ConfigMap ${NAME}/y`]: 'd' });
    expect(proofOf(NAME, { before, ready, after }, false).clean).toBe(false);
  });

  it('fails on a changed, new or missing object elsewhere only where nobody else writes', () => {
    const after = snapshot({ 'ConfigMap default/x': 'changed', 'ClusterRole new': 'e' });
    expect(difference(before, after)).toEqual({
      added: ['ClusterRole new'],
      removed: ['Namespace default'],
      changed: ['ConfigMap default/x'],
    });
    expect(proofOf(NAME, { before, ready, after }, true).clean).toBe(false);
    expect(proofOf(NAME, { before, ready, after }, false).clean).toBe(true);
  });
});
