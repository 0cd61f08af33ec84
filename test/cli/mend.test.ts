// `naas retry`, `skip` and `abandon`: one namespace or all that a condition finds; failures are passed and counted.
import { describe, expect, it } from 'vitest';
import { NaasError } from '../../src/spec/errors.ts';
import type { Blocked, StatusRow } from '../../src/spec/status.ts';
import { blocked, NAME } from './samples.ts';
import { play } from './stage.ts';

const OLGA = ['--as', 'olga@example.com', '--group', 'platform-operators'];

function row(name: string): StatusRow {
  return {
    name,
    phase: 'blocked',
    team: 'shop',
    environment: 'dev',
    needsPerson: true,
    startedAt: '2026-03-01T11:00:00Z',
  };
}

async function* rows(...names: string[]): AsyncGenerator<StatusRow> {
  for (const name of names) yield row(name);
}

describe('naas retry', () => {
  it('asks for another try of one namespace', async () => {
    const asked: unknown[] = [];
    const retry = async (...call: unknown[]) => {
      asked.push(call);
      return { phase: 'blocked' as const };
    };
    const played = await play(['retry', NAME, '--request-id', 'again', ...OLGA], { client: { retry } });
    expect(asked).toEqual([[NAME, { requestId: 'again' }]]);
    expect(played).toMatchObject({ exit: 0, out: `${NAME}: blocked\n` });
  });

  it('finds the blocked ones by error, team and environment', async () => {
    const filters: unknown[] = [];
    const list = (filter: unknown) => {
      filters.push(filter);
      return rows();
    };
    const played = await play(['retry', '--where', 'error=Throttled, team=shop,environment=dev', ...OLGA], {
      client: { list },
    });
    expect(filters).toEqual([{ phase: 'blocked', errorType: 'Throttled', team: 'shop', environment: 'dev' }]);
    expect(played).toMatchObject({ exit: 0 });
    expect(played.out).toContain('0 blocked: 0 tried again');
  });

  const retry = async (name: string) => {
    if (name === 'b') throw new NaasError({ code: 'NotBlocked', message: 'nothing is blocked' });
    if (name === 'c') throw new NaasError({ code: 'Unknown', message: 'no answer within 10 s' });
    if (name === 'd') throw new NaasError({ code: 'NotAllowed', message: 'not for you' });
    return { phase: 'blocked' as const };
  };

  it('goes past failures, counts them, and exits with the gravest; who went on by itself is no failure', async () => {
    const client = { list: () => rows('a', 'b', 'c', 'd', 'e'), retry };
    const played = await play(['retry', '--where', 'phase=blocked', ...OLGA], { client });
    expect(`\n${played.out}`).toMatchInlineSnapshot(`
      "
      a: is tried again now
      b: went on by itself meanwhile
      ✘ c
        Unknown: no answer within 10 s
      ✘ d
        NotAllowed: not for you
      e: is tried again now
      5 blocked: 2 tried again, 1 went on by themselves, 2 failed.
      "
    `);
    expect(played.exit).toBe(8);
  });

  it('is one JSON document over all of them', async () => {
    const client = { list: () => rows('a', 'b', 'd'), retry };
    const played = await play(['retry', '--where', 'phase=blocked', '--json', ...OLGA], { client });
    expect(played.exit).toBe(2);
    expect(JSON.parse(played.out)).toEqual({
      found: 3,
      tried: 1,
      wentOn: 1,
      failed: 1,
      namespaces: [
        { name: 'a', answer: 'tried', exit: 0 },
        { name: 'b', answer: 'went-on', exit: 0 },
        { name: 'd', problems: [{ code: 'NotAllowed', message: 'not for you' }], exit: 2 },
      ],
    });
  });

  it.each([
    [[], 'either a NAME or --where'],
    [[NAME, '--where', 'team=shop'], 'either a NAME or --where'],
    [['--where', 'colour=red'], 'expected KEY=VALUE with error, team, environment'],
    [['--where', 'team=shop,team=pay'], 'names team twice'],
    [['--where', 'error=Trottled'], 'did you mean Throttled?'],
    [['--where', 'phase=ready'], 'only what is blocked'],
    [['--where', 'team=shop', '--request-id', 'r'], '--request-id is for one NAME'],
  ])('explains what cannot be meant: %j', async (words, message) => {
    const played = await play(['retry', ...words, ...OLGA]);
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain(message);
  });
});

describe('naas skip', () => {
  it('sends the reason, which stays listed, and what the status says that it gives up', async () => {
    const asked: unknown[] = [];
    const skip = async (...call: unknown[]) => {
      asked.push(call);
      return { phase: 'blocked' as const };
    };
    const where = { system: 'kubernetes', cluster: 'local', apiVersion: 'v1', namespace: NAME } as const;
    const why = { ...blocked.blocked, objects: [{ ...where, kind: 'ConfigMap', name: 'a' }] } as Blocked;
    const status = async () => ({ ...blocked, blocked: why });
    await play(['skip', NAME, '--reason', 'its webhook is gone', ...OLGA], { client: { skip, status } });
    expect(asked).toEqual([[NAME, { reason: 'its webhook is gone', objects: [`ConfigMap ${NAME}/a`] }]]);
  });

  it.each(['skip', 'abandon'])('%s wants a reason', async (command) => {
    const played = await play([command, NAME, ...OLGA]);
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain('--reason');
  });
});

describe('naas abandon', () => {
  const argv = ['abandon', NAME, '--reason', 'the cluster is gone', ...OLGA];
  const abandon = async () => ({ phase: 'abandoned' as const });

  it('needs --yes where nobody can be asked', async () => {
    const played = await play(argv);
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain('abandoning shop-cart-staging needs --yes');
  });

  it('abandons nothing when another name is typed', async () => {
    expect(await play(argv, { isTerminal: true, answer: 'shop-cart-prod' })).toMatchObject({ exit: 2, options: [] });
  });

  it.each([
    [[], { isTerminal: true, answer: NAME }],
    [['--yes'], {}],
  ])('goes on with %j when it is meant', async (words, setting) => {
    const played = await play([...argv, ...words], { ...setting, client: { abandon } });
    expect(played).toMatchObject({ exit: 0, out: `${NAME}: abandoned\n` });
  });
});
