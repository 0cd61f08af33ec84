// `naas change -f`, `naas quota` and `naas transfer`: what each sends, shows before people decide, and exits with.
import { describe, expect, it } from 'vitest';
import type { NaasClient } from '../../src/client/api.ts';
import { NaasError } from '../../src/spec/errors.ts';
import type { Status } from '../../src/spec/status.ts';
import {
  ADA,
  blocked,
  changeAnswer,
  NAME,
  operated,
  operating,
  operation,
  operationPlan,
  planAnswer,
  REQUEST,
  statuses,
  statusWith,
} from './samples.ts';
import { play } from './stage.ts';

const files = { 'request.yaml': REQUEST };
const HELD = planAnswer.planDigest;

function recording<Answer>(calls: unknown[], answer: Answer): (...call: unknown[]) => Promise<Answer> {
  return async (...call) => {
    calls.push(call);
    return answer;
  };
}

/** The request that holds, and what is sent instead. */
function living(request: Record<string, unknown>, sent: unknown[] = []): Partial<NaasClient> {
  return {
    request: async () => ({ requestId: 'r-1', request, planDigest: HELD }),
    change: recording(sent, changeAnswer),
  };
}

const held = {
  apiVersion: 'naas.dev/v1',
  kind: 'NamespaceRequest',
  team: 'shop',
  project: 'cart',
  environment: 'staging',
  template: 'standard',
  tier: 'staging',
  purpose: 'try the new cart',
};

describe('naas change -f', () => {
  it('sends the whole wanted state and shows the difference, from and to, and who has to approve', async () => {
    const sent: unknown[] = [];
    const argv = ['change', '-f', 'request.yaml', '--request-id', 'r-2', '--reason', 'sale', ...ADA];
    const played = await play(argv, { files, client: { change: recording(sent, changeAnswer) } });
    expect(sent).toMatchObject([[NAME, { tier: 'staging' }, { requestId: 'r-2', reason: 'sale' }]]);
    expect(played).toMatchObject({ exit: 0, closed: 1 });
    expect(`\n${played.out}`).toMatchInlineSnapshot(`
      "
      ✔ shop-cart-staging change accepted: waits for approval
          ~ change   ResourceQuota shop-cart-staging/naas-quota
                spec.hard["limits.cpu"]  "4" → "8"
                spec.hard["pods"]        none → "9"
          + create   RoleBinding shop-cart-staging/naas-developers
          - remove   RoleBinding shop-cart-staging/naas-viewers
          = keep     2 objects
        Difference: 1 to create, 1 to change, 2 to keep, 0 to conflict, 1 to remove.
        request id r-2, plan 5e6f7a8b5e6f
        needs the approval of
          ?  team-lead  one of group shop-leads  staging needs a lead of shop
        next: naas status shop-cart-staging
      "
    `);
  });

  it('goes to the namespace that is named, also where the file comes to another name by itself', async () => {
    const sent: unknown[] = [];
    const argv = ['change', '-f', 'request.yaml', 'handed-over', ...ADA];
    await play(argv, { files, client: { change: recording(sent, changeAnswer) } });
    expect(sent).toMatchObject([['handed-over', { name: 'handed-over' }, {}]]);
  });

  it('leaves the name of the file alone, so that the run itself can refuse another namespace', async () => {
    const sent: unknown[] = [];
    const argv = ['change', '-f', 'request.yaml', 'this-one', ...ADA];
    const named = { 'request.yaml': `${REQUEST}name: that-one\n` };
    await play(argv, { files: named, client: { change: recording(sent, changeAnswer) } });
    expect(sent).toMatchObject([['this-one', { name: 'that-one' }, {}]]);
  });

  it('says what was not changed when nothing differs, and waits for nothing', async () => {
    const { operation: _operation, ...rest } = changeAnswer;
    const unchanged = { ...rest, changes: [], note: 'nothing has to be changed: plan and cluster are as wanted' };
    const argv = ['change', '-f', 'request.yaml', '--wait', ...ADA];
    const client = { change: async () => unchanged };
    const played = await play(argv, { files, client });
    expect(played).toMatchObject({
      exit: 0,
      out: '= shop-cart-staging: nothing has to be changed: plan and cluster are as wanted\n',
    });
    expect(JSON.parse((await play([...argv, '--json'], { files, client })).out)).toEqual(unchanged);
  });

  it('is based on the plan that was looked at, in the short form that status prints', async () => {
    const sent: unknown[] = [];
    const argv = ['change', '-f', 'request.yaml', '--based-on', HELD.slice(0, 12), ...ADA];
    await play(argv, { files, client: living(held, sent) });
    expect(sent).toMatchObject([[NAME, {}, { basedOn: HELD }]]);
  });

  it('sends nothing when another plan holds by now', async () => {
    const argv = ['change', '-f', 'request.yaml', '--based-on', 'ffffffffffff', ...ADA];
    const { request } = living(held);
    const played = await play(argv, { files, client: request === undefined ? {} : { request } });
    expect(played.exit).toBe(7);
    expect(played.err).toContain('plan 1a2b3c4d1a2b holds');
  });

  it.each([
    [['change', ...ADA], 'either -f FILE or --to-catalog'],
    [['change', '-f', 'request.yaml', '--to-catalog', ...ADA], 'either -f FILE or --to-catalog'],
    [['change', '-f', 'request.yaml', '--all', ...ADA], '--all goes with --to-catalog'],
    [['change', '-f', 'request.yaml', '--based-on', 'latest', ...ADA], '12 to 64 hexadecimal digits'],
  ])('explains what cannot be meant: %j', async (argv, message) => {
    const played = await play(argv, { files });
    expect(played.exit).toBe(2);
    expect(played.err).toContain(message);
  });
});

describe('naas change --wait', () => {
  const argv = ['change', '-f', 'request.yaml', '--wait', ...ADA];
  const ends: [string, Status, number, string][] = [
    ['applied', operated('applied'), 0, '✔ shop-cart-staging: the change is applied.'],
    ['rejected', operated('rejected'), 3, 'the change is rejected; the namespace is as it was before'],
    ['lapsed', operated('lapsed'), 3, 'the change is lapsed'],
    ['cancelled', operated('cancelled'), 3, 'the change is cancelled'],
    ['dropped', { ...operated('dropped'), phase: 'deleting' }, 3, 'the change is dropped.'],
    [
      'undone',
      operated('undone', { problems: [{ code: 'Forbidden', message: 'no right' }] }),
      4,
      'Forbidden: no right',
    ],
    ['blocked', { ...blocked, operation: { ...operation, step: 'undoing' } }, 5, 'naas retry shop-cart-staging'],
    ['overtaken', operated('applied', { requestId: 'r-3' }), 8, 'another one has ended since'],
  ];
  it.each(ends)('follows until it is %s and exits accordingly', async (_outcome, last, exit, text) => {
    const watch = () =>
      statuses(operating(), operating({ step: 'applying' }), last, statusWith({ team: 'never seen' }));
    const played = await play(argv, { files, client: { change: async () => changeAnswer, watch } });
    expect(played.exit).toBe(exit);
    expect(played.out).toContain(text);
    expect(played.out).toContain('ready (change waits for approval)');
    expect(played.out).not.toContain('never seen');
  });

  it('does not take the outcome of an earlier one for its own, nor a status that no worker gave', async () => {
    const stale = { ...operated('applied'), stale: true };
    const watch = () =>
      statuses({ ...operating(), ...operated('applied', { requestId: 'r-1' }), ...operating() }, stale);
    const played = await play(argv, { files, client: { change: async () => changeAnswer, watch } });
    expect(played.exit).toBe(8);
  });

  it('with --json prints one document: the answer, the outcome and the last status', async () => {
    const watch = () => statuses(operating(), operated('applied'));
    const played = await play([...argv, '--json'], { files, client: { change: async () => changeAnswer, watch } });
    expect(JSON.parse(played.out)).toMatchObject({
      planDigest: changeAnswer.planDigest,
      outcome: { outcome: 'applied' },
      status: { phase: 'ready' },
    });
  });

  it('redraws on a terminal what is decided and what is applied', async () => {
    const watch = () => statuses(operating(), operated('applied'));
    const client = { change: async () => changeAnswer, watch };
    const played = await play(argv, { files, isTerminal: true, client });
    expect(played.out).toContain('approval: team-lead');
    expect(played.out).toContain('change applied');
  });
});

describe('naas quota', () => {
  it('edits single keys of the request that holds, based on the plan that was read', async () => {
    const sent: unknown[] = [];
    const argv = ['quota', NAME, 'limits.cpu=8', 'count/jobs.batch=9', 'pods=default', '--reason', 'sale', ...ADA];
    const request = { ...held, quota: { 'limits.memory': '6Gi', pods: '70' } };
    const played = await play(argv, { client: living(request, sent) });
    expect(played.exit).toBe(0);
    const quota = { 'limits.memory': '6Gi', 'limits.cpu': '8', 'count/jobs.batch': '9' };
    expect(sent).toEqual([[NAME, { ...request, quota }, { basedOn: HELD, reason: 'sale' }]]);
  });

  it('leaves no empty quota behind when the last key goes back to the tier', async () => {
    const sent: unknown[] = [];
    await play(['quota', NAME, 'pods=default', ...ADA], { client: living({ ...held, quota: { pods: 70 } }, sent) });
    expect(sent).toEqual([[NAME, held, { basedOn: HELD }]]);
  });

  it.each([['limits.cpu'], ['=4'], ['limits.cpu='], ['pods=1', 'pods=2']])(
    'refuses %j before it asks a server',
    async (...words) => {
      const played = await play(['quota', NAME, ...words, ...ADA]);
      expect(played).toMatchObject({ exit: 2, options: [] });
    },
  );

  it('without keys shows what holds, and where each number is from', async () => {
    const client = { ...living({ ...held, quota: { 'limits.cpu': '8' } }), plan: async () => planAnswer };
    const played = await play(['quota', NAME], { client });
    expect(`\n${played.out}`).toMatchInlineSnapshot(`
      "
      KEY         NOW  FROM
      limits.cpu  8    the request

      What is in use: kubectl -n shop-cart-staging describe resourcequota naas-quota
      "
    `);
  });

  it('beside a change that waits shows what holds now and what would', async () => {
    const client = { ...living(held), plan: async () => operationPlan };
    const played = await play(['quota', NAME], { client });
    expect(played.out.split('\n').slice(0, 3)).toEqual([
      'KEY         NOW   AFTER THE CHANGE  FROM',
      'limits.cpu  4     8                 tier staging',
      'pods        none  9                 tier staging',
    ]);
    const json = JSON.parse((await play(['quota', NAME, '--json'], { client })).out);
    expect(json.quota[0]).toEqual({ key: 'limits.cpu', now: '4', wanted: '8', from: 'tier' });
  });

  it('says why there is nothing to edit while the request is still being checked', async () => {
    const played = await play(['quota', NAME, 'pods=3', ...ADA], { client: { request: async () => null } });
    expect(played.exit).toBe(7);
    expect(played.err).toContain('was not admitted yet');
  });
});

describe('naas transfer', () => {
  it('names the other team and waits for both leads', async () => {
    const sent: unknown[] = [];
    const answer = { ...changeAnswer, operation: { kind: 'transfer' as const, step: 'awaiting-approval' as const } };
    const argv = ['transfer', NAME, '--team', 'payments', '--reason', 'moves', '--wait', ...ADA];
    const last = operated('applied', { kind: 'transfer' });
    const client = { transfer: recording(sent, answer), watch: () => statuses(operating({ kind: 'transfer' }), last) };
    const played = await play(argv, { client });
    expect(sent).toEqual([[NAME, 'payments', { reason: 'moves' }]]);
    expect(played.exit).toBe(0);
    expect(played.out).toContain('transfer accepted: waits for approval');
    expect(played.out).toContain('the transfer is applied');
  });

  it('prints the refusal with its code, as every message', async () => {
    const transfer = async () => {
      throw new NaasError({ code: 'NotAllowed', message: 'ada@example.com may not transfer it' });
    };
    const played = await play(['transfer', NAME, '--team', 'payments', ...ADA], { client: { transfer } });
    expect(played.exit).toBe(2);
    expect(played.err).toContain('NotAllowed: ada@example.com may not transfer it');
  });
});
