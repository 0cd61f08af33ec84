// `naas catalog diff` and `naas change --to-catalog`: which living namespaces a catalog would touch, and touching them with
// a brake before many. The catalog and the plans are real, the client is played.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChangeAnswer, PlanAnswer } from '../../src/cli/answers.ts';
import type { NaasClient } from '../../src/client/api.ts';
import { readCatalog } from '../../src/config.ts';
import { plan, planDigest } from '../../src/plan/index.ts';
import type { KubernetesObject, Plan } from '../../src/plan/plan.ts';
import type { Catalog } from '../../src/spec/catalog.ts';
import { NaasError } from '../../src/spec/errors.ts';
import { refOf, STAGES } from '../../src/spec/inventory.ts';
import { ANNOTATION, LABEL } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import type { StatusRow } from '../../src/spec/status.ts';
import { operated, statuses } from './samples.ts';
import { play, type Setting } from './stage.ts';

const OLGA = ['--as', 'olga@example.com', '--group', 'platform-operators'];
const SHIPPED = join(import.meta.dirname, '../../catalog');
let dir: string;
/** Where the dev tier gives one pod more and bounds limits.cpu closer. */
let changed: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'naas-catalog-'));
  changed = join(dir, 'changed');
  mkdirSync(changed);
  cpSync(SHIPPED, changed, { recursive: true });
  const dev = join(changed, 'tiers/dev.yaml');
  const text = readFileSync(dev, 'utf8');
  writeFileSync(
    dev,
    text
      .replace('pods: "40"', 'pods: "41"')
      .replace('{ minimum: 500m, maximum: "3" }', '{ minimum: 500m, maximum: "2" }'),
  );
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Living {
  name: string;
  tier?: string;
  quota?: Record<string, string>;
  team?: string;
  /** An operation is under way, so the plan that is shown is not the applied one. */
  busy?: boolean;
  /** No worker answers for it. */
  silent?: boolean;
}

function requestFor({ name, tier = 'dev', quota, team = 'shop' }: Living): Record<string, unknown> {
  return {
    apiVersion: 'naas.dev/v1',
    kind: 'NamespaceRequest',
    team,
    project: team === 'payments' ? 'ledger' : 'cart',
    environment: tier,
    name,
    tier,
    purpose: 'a test',
    members: { developers: [{ group: 'shop-developers' }] },
    ...(quota === undefined ? {} : { quota }),
  };
}

/** Read once: sixty namespaces ask for it. */
const catalogs = new Map<string, Catalog>();

function planBy(catalogDir: string, living: Living): Plan {
  const catalog = catalogs.get(catalogDir) ?? readCatalog(catalogDir);
  catalogs.set(catalogDir, catalog);
  return plan(resolve(parseRequest(requestFor(living)), catalog, { cluster: 'local' }));
}

function digestBy(catalogDir: string, living: Living): string {
  return planDigest(planBy(catalogDir, living));
}

/** As admission stamps it: what a comparison must not take for a difference. */
function stamped(object: KubernetesObject): KubernetesObject {
  const labels = { ...object.metadata.labels, [LABEL.incarnation]: 'k3v9' };
  const annotations = { ...object.metadata.annotations, [ANNOTATION.spec]: 'packed', [ANNOTATION.request]: 'r-1' };
  const stamps = object.kind === 'Namespace' ? { labels, annotations } : { labels };
  return { ...object, metadata: { ...object.metadata, ...stamps } };
}

/** What is applied was planned with the shipped catalog. */
function appliedPlan(living: Living): PlanAnswer {
  const planned = planBy(SHIPPED, living);
  const packed = STAGES.map((stage) => {
    const objects = planned.resources.filter((each) => each.stage === stage).map(({ object }) => stamped(object));
    return [stage, gzipSync(JSON.stringify(objects)).toString('base64')];
  });
  return {
    kind: living.busy ? 'change' : 'request',
    planDigest: planDigest(planned),
    changeDigest: '0'.repeat(64),
    incarnation: 'k3v9',
    changes: planned.resources.map(({ object }) => ({ verb: 'create', ref: refOf('local', object), fields: [] })),
    stages: Object.fromEntries(packed),
  };
}

function clientOf(all: Living[], blocked = 0): Partial<NaasClient> {
  const find = (name: string): Living => {
    const living = all.find((each) => each.name === name);
    if (living === undefined) throw new Error(`nobody listed ${name}`);
    if (living.silent) throw new NaasError({ code: 'Unknown', message: `request of ${name}: no answer within 10 s` });
    return living;
  };
  return {
    async *list(filter = {}) {
      const row = { environment: 'dev', needsPerson: false, startedAt: '2026-03-01T11:00:00Z' };
      if (filter.phase === 'blocked') {
        for (let count = 0; count < blocked; count += 1)
          yield { ...row, name: `blocked-${count}`, phase: 'blocked', team: 'shop' } satisfies StatusRow;
        return;
      }
      expect(filter).toEqual({ phase: 'ready' });
      for (const { name, team = 'shop', tier = 'dev' } of all)
        yield { ...row, name, phase: 'ready', team, environment: tier } satisfies StatusRow;
    },
    request: async (name) => {
      const living = find(name);
      return { requestId: 'r-1', request: requestFor(living), planDigest: digestBy(SHIPPED, living) };
    },
    plan: async (name) => appliedPlan(find(name)),
  };
}

const FOUR: Living[] = [
  { name: 'shop-b-dev' },
  { name: 'shop-a-dev', quota: { pods: '50' } },
  { name: 'shop-d-dev', quota: { 'limits.cpu': '3' } },
  { name: 'shop-c-staging', tier: 'staging' },
];

describe('naas catalog diff', () => {
  const diff = (words: string[], setting: Setting) => play(['catalog', 'diff', ...words], setting);

  it('shows whom the catalog would touch and how, whom it would refuse, and the sum', async () => {
    const played = await diff(['--catalog', changed], { client: clientOf(FOUR) });
    const planOf = (name: string, by: string) =>
      digestBy(by, FOUR.find((each) => each.name === name) ?? { name }).slice(0, 12);
    expect(played.out.trimEnd().split('\n')).toEqual([
      `~ shop-b-dev (team shop) plan ${planOf('shop-b-dev', SHIPPED)} → ${planOf('shop-b-dev', changed)}`,
      '    ~ change   ResourceQuota shop-b-dev/naas-quota',
      '          spec.hard.pods  "40" → "41"',
      '    = keep     11 objects',
      '! shop-d-dev (team shop) would be refused',
      expect.stringContaining('quota["limits.cpu"]: 3 is outside what tier dev allows: 500m to 2'),
      '',
      'Of 4 living namespaces: 1 would be touched, 2 already as the catalog has it, 1 would be refused.',
    ]);
    expect(played.exit).toBe(2);
  });

  it('finds nothing where the catalog is the one that everything was made with', async () => {
    const played = await diff([], { client: clientOf(FOUR), env: { NAAS_CATALOG: SHIPPED } });
    expect(played).toMatchObject({ exit: 0, err: '' });
    expect(played.out).toBe('Of 4 living namespaces: 0 would be touched, 4 already as the catalog has it.\n');
  });

  it('counts what is blocked, and so was not looked at', async () => {
    const setting = { client: clientOf(FOUR, 2), env: { NAAS_CATALOG: SHIPPED } };
    expect((await diff([], setting)).out).toContain('already as the catalog has it. 2 blocked ones not looked at.\n');
    expect(JSON.parse((await diff(['--json'], setting)).out)).toMatchObject({ living: 4, blocked: 2 });
  });

  it('looks at one team alone, and prints JSON', async () => {
    const client = clientOf([...FOUR, { name: 'pay-ledger', team: 'payments' }]);
    const played = await diff(['--catalog', changed, '--team', 'payments', '--json'], { client });
    expect(JSON.parse(played.out)).toMatchObject({
      living: 1,
      differing: 1,
      namespaces: [{ name: 'pay-ledger', team: 'payments', verdict: 'differs' }],
    });
  });

  it('goes past what cannot be read, and says what an operation hides', async () => {
    const client = clientOf([
      { name: 'shop-a', silent: true },
      { name: 'shop-b', busy: true },
    ]);
    const played = await diff(['--catalog', changed], { client });
    expect(played.exit).toBe(8);
    expect(played.out).toContain('! shop-a (team shop) could not be read');
    expect(played.out).toContain('an operation is under way');
    expect(played.out).toContain(
      'Of 2 living namespaces: 1 would be touched, 0 already as the catalog has it, 1 could',
    );
  });

  it('says which folder is no catalog', async () => {
    const played = await diff(['--catalog', join(dir, 'absent')], { client: clientOf(FOUR) });
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toMatch(/cannot read the catalog .*absent/);
  });

  it('wants a catalog to be named: the shipped example is nobody’s', async () => {
    const played = await diff([], { client: clientOf(FOUR) });
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain('--catalog DIR or NAAS_CATALOG');
  });
});

/** A worker with that catalog. */
function changing(by: string, all: Living[], sent: string[]): Partial<NaasClient> {
  return {
    ...clientOf(all),
    change: async (name, request, options) => {
      const living = all.find((each) => each.name === name) ?? { name };
      expect(request).toMatchObject(requestFor(living));
      expect(options?.basedOn).toBe(digestBy(SHIPPED, living));
      sent.push(name);
      if (name.endsWith('-x')) throw new NaasError({ code: 'StaleDigest', message: `${name} is being changed` });
      return answerFor(name, digestBy(by, living));
    },
  };
}

function answerFor(name: string, digest: string): ChangeAnswer {
  return {
    name,
    requestId: 'r-2',
    phase: 'ready',
    operation: { kind: 'change', step: 'applying' },
    planDigest: digest,
    changeDigest: '0'.repeat(64),
    changes: [],
    awaits: [],
  };
}

describe('naas change --to-catalog', () => {
  const toCatalog = (words: string[], setting: Setting) => play(['change', '--to-catalog', ...words, ...OLGA], setting);
  const many = (count: number): Living[] =>
    Array.from({ length: count }, (_, index) => ({ name: `shop-${index + 10}` }));

  it('sends the request of one again, without asking for a catalog', async () => {
    const sent: string[] = [];
    const played = await toCatalog(['shop-b-dev'], { client: changing(changed, FOUR, sent) });
    expect(played.exit).toBe(0);
    expect(sent).toEqual(['shop-b-dev']);
    expect(played.out).toContain('shop-b-dev change accepted: being applied');
  });

  it('touches only those that differ, past failures, and exits with the gravest', async () => {
    const sent: string[] = [];
    const staging = many(20).map(({ name }) => ({ name, tier: 'staging' }));
    const all = [...staging, { name: 'shop-0' }, { name: 'shop-1-x' }, { name: 'shop-2' }];
    const client = changing(changed, all, sent);
    const played = await toCatalog(['--team', 'shop', '--catalog', changed], { client });
    expect(sent).toEqual(['shop-0', 'shop-1-x', 'shop-2']);
    expect(played.exit).toBe(7);
    expect(played.out).toContain('✘ shop-1-x\n  StaleDigest: shop-1-x is being changed');
  });

  it('waits for each that was accepted and tells how it ended', async () => {
    const sent: string[] = [];
    const all = [...many(9).map(({ name }) => ({ name, tier: 'staging' })), { name: 'shop-0' }];
    const client = { ...changing(changed, all, sent), watch: () => statuses(operated('undone')) };
    const played = await toCatalog(['--all', '--wait', '--catalog', changed, '--json'], { client });
    expect(played.exit).toBe(4);
    expect(JSON.parse(played.out)).toMatchObject({
      living: 10,
      sent: [{ name: 'shop-0', exit: 4, outcome: { outcome: 'undone' } }],
    });
  });

  const BRAKED: [string, number, string[], Partial<Setting>, string | undefined][] = [
    [
      'more than ten stop',
      60,
      ['--all'],
      {},
      '11 of 60 namespaces (18.4 %) would be changed; the brake allows at most 10',
    ],
    ['a bare --yes is not enough', 60, ['--all', '--yes'], {}, '--yes --catalog: expected the number of namespaces'],
    ['another number is refused', 60, ['--all', '--yes', '10'], {}, '--yes says 10, and it would touch 11'],
    ['so is another one that was typed', 60, ['--all'], { isTerminal: true, answer: '12' }, 'not 11; nothing was done'],
    ['their number lets it go on', 60, ['--all', '--yes', '11'], {}, undefined],
    ['so does typing it', 60, ['--all'], { isTerminal: true, answer: '11' }, undefined],
    ['a fifth of all stops too', 20, ['--all'], {}, '5 of 20 namespaces (25 %) would be changed'],
  ];
  it.each(BRAKED)('has a brake: %s', async (_what, count, words, setting, refusal) => {
    const sent: string[] = [];
    const touched = count === 20 ? 5 : 11;
    const all = many(count).map(({ name }, index) => ({ name, tier: index < touched ? 'dev' : 'staging' }));
    const client = changing(changed, all, sent);
    const played = await toCatalog([...words, '--catalog', changed], { ...setting, client });
    if (refusal !== undefined) expect(played.err).toContain(refusal);
    expect(played.exit).toBe(refusal === undefined ? 0 : 2);
    expect(sent).toHaveLength(refusal === undefined ? touched : 0);
  });

  it('stops at once when the worker has another catalog than the one that was looked at', async () => {
    const sent: string[] = [];
    const all = [...many(18).map(({ name }) => ({ name, tier: 'staging' })), { name: 'shop-0' }, { name: 'shop-1' }];
    const played = await toCatalog(['--all', '--catalog', changed], { client: changing(SHIPPED, all, sent) });
    expect(sent).toEqual(['shop-0']);
    expect(played.exit).toBe(7);
    expect(played.err).toContain('Bring both to the same catalog');
  });

  it.each([
    [[], 'exactly one of a NAME, --team TEAM and --all'],
    [['shop-a', '--all'], 'exactly one of'],
    [['--all', '--request-id', 'r'], '--request-id is for one NAME'],
    [['shop-a', '--based-on', '0'], '--based-on goes with a file'],
  ])('explains what cannot be meant: %j', async (words, message) => {
    const played = await toCatalog(words, {});
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain(message);
  });
});
