// What each command asks the client for, what it prints and how it exits.
import { describe, expect, it } from 'vitest';
import { NaasError } from '../../src/spec/errors.ts';
import type { Status, StatusRow } from '../../src/spec/status.ts';
import {
  ADA,
  awaiting,
  blocked,
  LEAD_SLOT,
  NAME,
  planAnswer,
  REQUEST,
  ready,
  statuses,
  statusWith,
} from './samples.ts';
import { play } from './stage.ts';

const files = { 'request.yaml': REQUEST, '-': REQUEST };
const submitted = {
  name: NAME,
  phase: 'awaiting-approval' as const,
  requestId: 'r-1',
  planDigest: planAnswer.planDigest,
  changeDigest: planAnswer.changeDigest,
  awaits: [LEAD_SLOT],
};
const submit = async () => submitted;

function recording<Answer>(calls: unknown[], answer: Answer): (...call: unknown[]) => Promise<Answer> {
  return async (...call) => {
    calls.push(call);
    return answer;
  };
}

describe('naas request', () => {
  it('sends what the file says and tells who has to approve', async () => {
    const sent: unknown[] = [];
    const played = await play(['request', '-f', 'request.yaml', '--request-id', 'mine', ...ADA], {
      files,
      client: { submit: recording(sent, submitted) },
    });
    expect(sent).toMatchObject([[{ team: 'shop', project: 'cart', environment: 'staging' }, { requestId: 'mine' }]]);
    expect(played).toMatchObject({ exit: 0, closed: 1 });
    expect(played.out).toContain('shop-cart-staging accepted: awaiting-approval');
    expect(played.out).toContain('team-lead  one of group shop-leads');
    expect(played.out).toContain('naas status shop-cart-staging');
  });

  it('reads standard input and prints one JSON document', async () => {
    const played = await play(['request', '-f', '-', '--json', ...ADA], { files, client: { submit } });
    expect(JSON.parse(played.out)).toEqual(submitted);
    expect(played.err).toBe('');
  });

  it('refuses without a name, before it reads or sends anything', async () => {
    const played = await play(['request', '-f', 'request.yaml'], { files });
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain('--as USER --group GROUP');
  });

  it('reports a fault in the file with its line, and sends nothing', async () => {
    const played = await play(['request', '-f', 'request.yaml', ...ADA], {
      files: { 'request.yaml': `${REQUEST}teir: dev\n` },
    });
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain('request.yaml:8');
    expect(played.err).toContain('tier');
  });

  it('says which file it could not read', async () => {
    const played = await play(['request', '-f', 'absent.yaml', ...ADA], { files });
    expect(played.exit).toBe(2);
    expect(played.err).toContain('absent.yaml');
  });

  const ends: [string, Status, number][] = [
    ['ready', ready, 0],
    [
      'refused',
      statusWith({ phase: 'refused', problems: [{ code: 'RefusedByGuardrail', message: 'the tier is not for you' }] }),
      2,
    ],
    ['rejected', statusWith({ phase: 'rejected' }), 3],
    ['lapsed', statusWith({ phase: 'lapsed' }), 3],
    ['cancelled', statusWith({ phase: 'cancelled' }), 3],
    ['failed', statusWith({ phase: 'failed' }), 4],
    ['blocked', blocked, 5],
    ['deleted', statusWith({ phase: 'deleted', step: 'removing' }), 7],
  ];
  it.each(ends)('waits until %s and exits accordingly', async (phase, last, exit) => {
    const played = await play(['request', '-f', 'request.yaml', '--wait', ...ADA], {
      files,
      client: {
        submit,
        watch: () => statuses(awaiting, awaiting, last, statusWith({ phase: 'requested', team: 'never looked at' })),
      },
    });
    expect(played.exit).toBe(exit);
    expect(played.out).toContain(`${NAME}  ${phase}`);
    expect(played.out.split('\n').filter((line) => line.includes('waits for a decision'))).toHaveLength(1);
  });

  it('prints the blocker, the object and the command that shows it', async () => {
    const played = await play(['request', '-f', 'request.yaml', '--wait', ...ADA], {
      files,
      client: { submit, watch: () => statuses(blocked) },
    });
    expect(played.out).toContain('1 × ConfigMap, finalizer example.com/hold: stuck');
    expect(played.out).toContain('object   Namespace shop-cart-staging');
    expect(played.out).toContain('kubectl -n shop-cart-staging get configmaps');
  });

  it('with --wait and --json prints the last status alone', async () => {
    const played = await play(['request', '-f', 'request.yaml', '--wait', '--json', ...ADA], {
      files,
      client: { submit, watch: () => statuses(awaiting, ready) },
    });
    expect(JSON.parse(played.out)).toMatchObject({ phase: 'ready' });
  });

  it('leaves the run going at Ctrl-C, says so and exits as unknown', async () => {
    const interrupt = new AbortController();
    async function* watch(): AsyncGenerator<Status> {
      yield awaiting;
      interrupt.abort();
    }
    const played = await play(['request', '-f', 'request.yaml', '--wait', ...ADA], {
      files,
      interrupt: interrupt.signal,
      client: { submit, watch },
    });
    expect(played.exit).toBe(8);
    expect(played.err).toContain('The run goes on');
    expect(played.closed).toBe(1);
  });

  it('redraws on a terminal, with the steps and what a person can do', async () => {
    const played = await play(['request', '-f', 'request.yaml', '--wait', ...ADA], {
      files,
      isTerminal: true,
      client: { submit, watch: () => statuses(awaiting, ready) },
    });
    expect(played.out).toContain('\x1b[');
    expect(played.out).toContain('approval: team-lead');
    expect(played.out).toContain('you can    somebody of group shop-leads approves or rejects it');
    expect(played.out).toContain('made in 0.4 s');
  });
});

describe('naas plan', () => {
  const preview = async () => ({ problems: [], plan: planAnswer, approval: { rule: 'staging', awaits: [LEAD_SLOT] } });

  it('shows the difference, the counts and the approvals', async () => {
    const played = await play(['plan', '-f', 'request.yaml'], { files, client: { preview } });
    expect(played.exit).toBe(0);
    expect(played.out).toContain(
      '~ change   ResourceQuota shop-cart-staging/naas-quota\n      spec.hard["limits.cpu"]  → "8"',
    );
    expect(played.out).toContain('Plan: 1 to create, 1 to change, 1 to keep, 1 to conflict.');
    expect(played.out).toContain('Approval: 1 person (rule staging)');
  });

  it('as JSON hands over the objects unpacked', async () => {
    const played = await play(['plan', '-f', 'request.yaml', '--json'], { files, client: { preview } });
    expect(JSON.parse(played.out).plan.stages.claim).toEqual([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAME } },
    ]);
  });

  it('exits as refused when a guardrail refuses', async () => {
    const problems = [{ code: 'RefusedByGuardrail' as const, message: 'prod is closed' }];
    const played = await play(['plan', '-f', 'request.yaml'], {
      files,
      client: { preview: async () => ({ problems, plan: null, approval: null }) },
    });
    expect(played.exit).toBe(2);
    expect(played.out).toContain('RefusedByGuardrail: prod is closed');
  });
});

describe('naas approve and reject', () => {
  const lee = ['--as', 'lee@example.com', '--group', 'shop-leads'];
  const answer = { slot: 'team-lead', decision: 'approve' as const, phase: 'provisioning' as const, awaits: [] };

  it('binds the decision to the plan that was looked at', async () => {
    const decided: unknown[] = [];
    const played = await play(['approve', NAME, '--digest', '1a2b3c4d1a2b-9f8e7d6c9f8e', ...lee], {
      client: { plan: async () => planAnswer, decide: recording(decided, answer) },
    });
    expect(decided).toEqual([
      [NAME, { decision: 'approve', planDigest: planAnswer.planDigest, changeDigest: planAnswer.changeDigest }],
    ]);
    expect(played.out).toBe('shop-cart-staging: approved as team-lead; everybody has approved, it goes on\n');
  });

  it.each([planAnswer.planDigest.slice(0, 8), `${planAnswer.planDigest}-${planAnswer.changeDigest}`])(
    'takes the beginning of the plan alone, and both digests whole: %s',
    async (digest) => {
      const decided: unknown[] = [];
      await play(['approve', NAME, '--digest', digest, ...lee], {
        client: { plan: async () => planAnswer, decide: recording(decided, answer) },
      });
      expect(decided).toMatchObject([
        [NAME, { planDigest: planAnswer.planDigest, changeDigest: planAnswer.changeDigest }],
      ]);
    },
  );

  it.each(['1a2b3c4', '1a2b3c4d1a2b-', 'what I saw', `1a2b3c4d1a2b-${'9'.repeat(12)}`])(
    'decides nothing on %s',
    async (digest) => {
      const played = await play(['approve', NAME, '--digest', digest, ...lee], {
        client: { plan: async () => planAnswer },
      });
      expect(played.exit).toBeGreaterThan(0);
      expect(played.err).toContain(digest);
    },
  );

  it('says of a rejected change that the namespace stays', async () => {
    const rejected = { ...answer, decision: 'reject' as const, phase: 'ready' as const };
    const played = await play(['reject', NAME, '--reason', 'no', ...lee], { client: { decide: async () => rejected } });
    expect(played.out).toBe(`${NAME}: rejected as team-lead; the change ends here; the namespace stays as it is\n`);
  });

  it('decides nothing when the plan is another one now', async () => {
    const played = await play(['approve', NAME, '--digest', 'ffffffffffff-9f8e7d6c9f8e', ...lee], {
      client: { plan: async () => planAnswer },
    });
    expect(played.exit).toBe(7);
    expect(played.err).toContain('it stands at 1a2b3c4d1a2b-9f8e7d6c9f8e');
  });

  it('wants a reason for a rejection', async () => {
    const played = await play(['reject', NAME, ...lee]);
    expect(played.exit).toBe(2);
    expect(played.err).toContain('--reason');
  });

  it('sends the reason of a rejection', async () => {
    const decided: unknown[] = [];
    await play(['reject', NAME, '--reason', 'too big', ...lee], {
      client: {
        decide: recording(decided, { ...answer, decision: 'reject' as const, phase: 'rejected' as const }),
      },
    });
    expect(decided).toEqual([[NAME, { decision: 'reject', reason: 'too big' }]]);
  });
});

describe('naas approvals', () => {
  it('asks for what waits for this person and prints the command that decides', async () => {
    const asked: unknown[] = [];
    const played = await play(['approvals', '--as', 'lee@example.com', '--group', 'shop-leads', '--group', 'shop'], {
      client: { approvals: recording(asked, [{ name: NAME, status: awaiting, plan: planAnswer, request: null }]) },
    });
    expect(asked).toEqual([[{ user: 'lee@example.com', groups: ['shop-leads', 'shop'] }]]);
    expect(played.out).toContain(
      'naas approve shop-cart-staging --as lee@example.com --group shop-leads --group shop --digest 1a2b3c4d1a2b-9f8e7d6c9f8e',
    );
    expect(played.out).toContain('why you   team-lead: staging needs a lead of shop');
  });
});

describe('naas delete and cancel', () => {
  const teardown = async () => ({ phase: 'deleting' as const });

  it('needs --yes where nobody can be asked', async () => {
    const played = await play(['delete', NAME, ...ADA]);
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain('--yes');
  });

  it('deletes nothing when another name is typed', async () => {
    const played = await play(['delete', NAME, ...ADA], { isTerminal: true, answer: 'shop-cart-prod' });
    expect(played).toMatchObject({ exit: 2, options: [] });
  });

  it('goes on when the name is typed', async () => {
    const played = await play(['delete', NAME, ...ADA], {
      isTerminal: true,
      answer: `${NAME}\n`,
      client: { teardown },
    });
    expect(played).toMatchObject({ exit: 0, out: 'shop-cart-staging: deleting\n' });
  });

  it.each([
    ['deleted', statusWith({ phase: 'deleted', step: 'removing' }), 0],
    ['blocked', blocked, 5],
  ])('with --wait ends when it is %s', async (_phase, last, exit) => {
    const deleting = statusWith({ phase: 'deleting', step: 'revoking' });
    const played = await play(['delete', NAME, '--yes', '--wait', ...ADA], {
      client: { teardown, watch: () => statuses(ready, deleting, last) },
    });
    expect(played.exit).toBe(exit);
  });

  it('cancels with the reason and the request id that were given', async () => {
    const calls: unknown[] = [];
    const played = await play(['cancel', NAME, '--reason', 'typo', '--request-id', 'c-1', ...ADA], {
      client: { cancel: recording(calls, { phase: 'cancelled' as const, note: 'nothing existed yet' }) },
    });
    expect(calls).toEqual([[NAME, { reason: 'typo', requestId: 'c-1' }]]);
    expect(played.out).toBe('shop-cart-staging: cancelled (nothing existed yet)\n');
  });
});

describe('commands that only look', () => {
  it('need no identity', async () => {
    const played = await play(['status', NAME], { client: { status: async () => ready } });
    expect(played).toMatchObject({ exit: 0, provers: [] });
  });

  it('watch prints one JSON document a line', async () => {
    const end = statusWith({ phase: 'deleted', step: 'removing' });
    const played = await play(['watch', NAME, '--json'], { client: { watch: () => statuses(ready, blocked, end) } });
    expect(played.exit).toBe(0);
    expect(
      played.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).phase),
    ).toEqual(['ready', 'blocked', 'deleted']);
  });

  it('list hands its filters on and keeps its columns aligned', async () => {
    const filters: unknown[] = [];
    async function* rows() {
      yield {
        name: NAME,
        phase: 'awaiting-approval' as const,
        team: 'shop',
        environment: 'staging',
        needsPerson: true,
        startedAt: '2026-03-01T11:58:00Z',
      };
      yield {
        name: 'pay-ledger-prod',
        phase: 'ready' as const,
        team: 'pay',
        environment: 'prod',
        needsPerson: false,
        startedAt: '2026-02-01T12:00:00Z',
        leaseEnd: '2026-03-31T12:00:00Z',
      };
    }
    const played = await play(['list', '--team', 'shop', '--phase', 'ready', '--all'], {
      client: {
        list: (filter) => {
          filters.push(filter);
          return rows();
        },
      },
    });
    expect(filters).toEqual([{ team: 'shop', phase: 'ready', closed: true }]);
    expect(played.out).toBe(
      [
        'NAME               PHASE              TEAM  ENVIRONMENT  AGE    LEASE ENDS',
        'shop-cart-staging  awaiting-approval  shop  staging      2 min  -                     needs a person',
        'pay-ledger-prod    ready              pay   prod         28 d   2026-03-31 (in 30 d)',
        '',
      ].join('\n'),
    );
  });
});

describe('naas list', () => {
  const listing = (rows: StatusRow[], filters: unknown[] = []) => ({
    list: async function* (filter: unknown) {
      filters.push(filter);
      yield* rows;
    },
  });

  it.each<[string[], string]>([
    [
      [],
      'No namespace lives or is on its way; `naas request -f FILE` asks for one; `--all` shows those that are over.',
    ],
    [['--all'], 'No namespace is known; `naas request -f FILE` asks for one.'],
    [
      ['--team', 'shop', '--error', 'Throttled'],
      'No namespace matches team=shop, error=Throttled; `--all` shows those that are over.',
    ],
    [['--phase', 'deleted'], 'No namespace matches phase=deleted.'],
  ])('says of nothing found with %j what was looked for', async (argv, line) => {
    const played = await play(['list', ...argv], { client: listing([]) });
    expect(played).toMatchObject({ exit: 0, out: `${line}\n` });
  });

  it('looks among those that are over where the phase is an end', async () => {
    const filters: unknown[] = [];
    await play(['list', '--phase', 'failed'], { client: listing([], filters) });
    await play(['list', '--phase', 'blocked'], { client: listing([], filters) });
    expect(filters).toEqual([{ phase: 'failed', closed: true }, { phase: 'blocked' }]);
  });

  it.each([
    [['--phase', 'raedy'], 'did you mean ready?'],
    [['--error', 'Trottled'], 'did you mean Throttled?'],
    [['--phase', 'xyz'], 'one of requested, awaiting-approval'],
  ])('knows its words: %j', async (argv, words) => {
    const played = await play(['list', ...argv]);
    expect(played).toMatchObject({ exit: 2, options: [] });
    expect(played.err).toContain(words);
  });
});

describe('a run that was ended in Temporal', () => {
  const terminated = { ...ready, stale: true, endedInTemporal: 'terminated' };
  const waitsFor = { what: 'nothing', since: ready.requestedAt, todo: `\`naas recover ${NAME}\` gives it a run again` };

  it.each([
    ['watch', NAME],
    ['watch', NAME, '--json'],
    ['request', '-f', 'request.yaml', '--wait', ...ADA],
  ])('ends %s with what became of it and what helps', async (...argv) => {
    const played = await play(argv, { files, client: { submit, watch: () => statuses({ ...terminated, waitsFor }) } });
    expect(played.exit).toBe(7);
    expect(played.out + played.err).toContain('was ready when its run was terminated in Temporal');
    expect(played.out + played.err).toContain(`naas recover ${NAME}`);
    expect(played.out + played.err).not.toContain('submit a new request');
  });

  it('is not said to wait for a worker', async () => {
    const played = await play(['status', NAME], { client: { status: async () => ({ ...terminated, waitsFor }) } });
    expect(played.out).toContain('stale: its run was terminated in Temporal');
    expect(played.out).not.toContain('no worker');
  });
});

describe('naas pause and resume', () => {
  it.each(['pause', 'resume'])('%s wants to know whose cluster is meant', async (command) => {
    const played = await play([command]);
    expect(played).toMatchObject({ exit: 2, out: '' });
    expect(played.err).toContain('KUBECONFIG');
  });
});

describe('errors', () => {
  const status = async () => {
    throw new NaasError({ code: 'NotFound', message: 'no namespace pay-x is known' });
  };

  it('print code, message and hint on standard error', async () => {
    const played = await play(['status', 'pay-x'], { client: { status } });
    expect(played).toMatchObject({ exit: 6, out: '', closed: 1 });
    expect(played.err).toBe('NotFound: no namespace pay-x is known\n  → `naas list` shows what there is.\n');
  });

  it('are one JSON object on standard output with --json', async () => {
    const played = await play(['--json', 'status', 'pay-x'], { client: { status } });
    expect(JSON.parse(played.out)).toMatchObject({ error: { code: 'NotFound', problems: [{ code: 'NotFound' }] } });
    expect(played.err).toBe('');
  });

  it('that nobody foresaw exit 1', async () => {
    const played = await play(['status', NAME], {
      client: { status: async () => Promise.reject(new TypeError('x is not a function')) },
    });
    expect(played.exit).toBe(1);
    expect(played.err).toContain('Unexpected: x is not a function');
  });

  it.each([
    [['requst'], 'Did you mean request?'],
    [['list', '--tem', 'shop'], 'Did you mean --team?'],
    [['local', 'stauts'], 'Did you mean status?'],
  ])('of usage name the nearest match: %j', async (argv, meant) => {
    const played = await play(argv);
    expect(played.exit).toBe(2);
    expect(played.err).toContain(meant);
  });

  it.each([
    [['catalog'], 'catalog needs one of: diff'],
    [['local'], 'local needs one of: up, down, status, env, azure-dns'],
    [['--json'], 'naas needs a command'],
  ])('of usage name what is missing: %j', async (argv, message) => {
    const played = await play([...argv, '--json']);
    expect(played).toMatchObject({ exit: 2, err: '' });
    expect(JSON.parse(played.out).error.message).toBe(message);
  });

  it('of usage are JSON too', async () => {
    const played = await play(['list', '--tem', 'shop', '--json']);
    expect(JSON.parse(played.out).error).toMatchObject({
      message: expect.stringContaining('--tem'),
      hint: 'See: naas list --help',
    });
  });
});
