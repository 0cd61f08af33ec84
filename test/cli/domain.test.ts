import { describe, expect, it } from 'vitest';
import type { DomainView, NaasClient } from '../../src/client/api.ts';
import { NaasError } from '../../src/spec/errors.ts';
import type { DomainAnswer } from '../../src/workflows/domain-contract.ts';
import { NOW, play } from './stage.ts';

const RECORD = { name: '_naas-challenge.example.org', value: 'naas-domain-verification=abc' };
const ADA = ['--as', 'ada@example.com', '--group', 'shop-developers'];

const METHODS = ['add', 'buy', 'bought', 'status', 'list', 'remove', 'transfer', 'decide'] as const;

function client(domains: Partial<NaasClient['domains']>): { client: Partial<NaasClient> } {
  const none = METHODS.map((name) => [
    name,
    (): never => {
      throw new Error(`the command called ${name}`);
    },
  ]);
  return { client: { domains: { ...(Object.fromEntries(none) as NaasClient['domains']), ...domains } } };
}

const VIEW: DomainView = {
  domain: 'example.org',
  asked: 'example.org',
  holdings: [
    {
      name: 'example.org',
      team: 'shop',
      state: 'pending',
      agreed: [],
      owner: 'ada@example.com',
      since: '2026-03-01T11:00:00.000Z',
      until: '2026-03-31T11:00:00.000Z',
      records: [RECORD],
      why: 'ada@example.com registered it',
      awaits: [],
      todo: ['enter this record', `  name   ${RECORD.name}`],
    },
  ],
  looks: [{ times: 3, saw: '0 of 4 servers have it', nextAt: '2026-03-01T12:04:00.000Z' }],
  timeline: [{ at: NOW, kind: 'state', text: 'example.org of shop is pending' }],
};

describe('naas domain', () => {
  it('add shows the record that a person has to enter', async () => {
    const asked: unknown[] = [];
    const played = await play(
      ['domain', 'add', 'example.org', '--team', 'shop', ...ADA],
      client({
        add: async (...given) => {
          asked.push(given);
          return {
            domain: 'example.org',
            name: 'example.org',
            team: 'shop',
            state: 'pending',
            record: RECORD,
            awaits: [],
          };
        },
      }),
    );
    expect(asked).toEqual([['example.org', 'shop', {}]]);
    expect(played).toMatchObject({ exit: 0, err: '' });
    expect(played.out).toBe(
      [
        'example.org of shop: pending',
        '  enter this record at the DNS of the domain, beside whatever stands there:',
        '    name   _naas-challenge.example.org',
        '    type   TXT',
        '    value  naas-domain-verification=abc',
        '  next: naas domain status example.org\n',
      ].join('\n'),
    );
  });

  it('status says what was seen and when naas looks again; --json is the status itself', async () => {
    const given = client({ status: async () => VIEW });
    const played = await play(['domain', 'status', 'example.org'], given);
    expect(played.exit).toBe(0);
    expect(played.out).toContain('example.org of shop: pending since 2026-03-01 11:00:00Z (1 h ago), until 2026-03-31');
    expect(played.out).toContain('→   name   _naas-challenge.example.org');
    expect(played.out).toContain('looked 3 times: 0 of 4 servers have it; next look in 4 min');
    const json = await play(['domain', 'status', 'example.org', '--json'], given);
    expect(JSON.parse(json.out)).toEqual(VIEW);
  });

  it('list is one line a hold, and says how to begin where there is none', async () => {
    const rows = [
      {
        domain: 'example.org',
        name: 'example.org',
        team: 'shop',
        state: 'grace',
        since: NOW,
        until: '2026-03-08T12:00:00.000Z',
      },
    ] as const;
    const filters: unknown[] = [];
    const listing = (found: readonly (typeof rows)[number][]) =>
      client({
        async *list(filter) {
          filters.push(filter);
          yield* found;
        },
      });
    const played = await play(['domain', 'list', '--team', 'shop', '--state', 'grace'], listing(rows));
    expect(filters).toEqual([{ team: 'shop', state: 'grace' }]);
    expect(played.out).toMatch(/^DOMAIN +TEAM +STATE +SINCE +UNTIL\nexample\.org +shop +grace +now +in 7 d\n$/);
    expect((await play(['domain', 'list'], listing([]))).out).toContain('naas domain add DOMAIN --team TEAM');
    expect(await play(['domain', 'list', '--state', 'lost'], listing([]))).toMatchObject({ exit: 2, out: '' });
  });

  it('buy and bought say for how much, and refuse what is no price', async () => {
    const calls: unknown[] = [];
    const price = { amount: '12.00', currency: 'GBP' };
    const purchase = { approvers: 'group finance', buyers: 'group procurement', price };
    const answer = { domain: 'example.org', name: 'example.org', team: 'shop', awaits: [] };
    const given = client({
      buy: async (...args) => {
        calls.push(args);
        return { ...answer, state: 'wanted', purchase };
      },
      bought: async (...args) => {
        calls.push(args);
        return { ...answer, state: 'pending', record: RECORD, purchase: { ...purchase, paid: args[2] } };
      },
    });
    const of = ['example.org', '--team', 'shop', ...ADA];
    expect((await play(['domain', 'buy', ...of], given)).out).toContain('waits for group finance for 12.00 GBP a year');
    const bought = await play(['domain', 'bought', ...of, '--price', ' 11.5 gbp'], given);
    expect(bought.out).toContain('enter this record');
    for (const wrong of ['12', 'GBP', '12,00 pounds'])
      expect(await play(['domain', 'bought', ...of, '--price', wrong], given)).toMatchObject({ exit: 2, out: '' });
    expect(calls).toEqual([
      ['example.org', 'shop', {}],
      ['example.org', 'shop', { amount: '11.5', currency: 'GBP' }, {}],
    ]);
  });

  it('add --delegate shows how far the zone is', async () => {
    const given = client({
      add: async (_name, _team, options) => ({
        ...{ domain: 'example.org', name: 'apps.example.org', team: 'shop', state: 'verified', awaits: [] },
        delegation: {
          ...{ state: 'failed', since: NOW, nameServers: [] },
          why: `asked with ${JSON.stringify(options)}`,
        },
      }),
    });
    const played = await play(['domain', 'add', 'apps.example.org', '--team', 'shop', '--delegate', ...ADA], given);
    expect(played.out).toContain('zone apps.example.org: failed (asked with {"delegate":true})');
  });

  it('approve, reject and transfer say who, to whom, and why', async () => {
    const calls: unknown[] = [];
    const answer: DomainAnswer = {
      domain: 'example.org',
      name: 'pay.example.org',
      team: 'payments',
      state: 'verified',
      awaits: [],
    };
    const given = client({
      decide: async (...args) => {
        calls.push(args);
        return answer;
      },
      transfer: async (...args) => {
        calls.push(args);
        return { ...answer, team: 'shop', awaits: ['shop'] };
      },
    });
    const of = ['pay.example.org', '--team', 'payments', '--reason', 'agreed', ...ADA];
    expect((await play(['domain', 'approve', ...of], given)).exit).toBe(0);
    expect((await play(['domain', 'reject', ...of], given)).exit).toBe(0);
    const asked = await play(['domain', 'transfer', ...of], given);
    expect(asked.out).toContain('waits for the decision of a lead of shop');
    expect(calls).toEqual([
      ['pay.example.org', 'payments', 'approve', { reason: 'agreed' }],
      ['pay.example.org', 'payments', 'reject', { reason: 'agreed' }],
      ['pay.example.org', 'payments', { reason: 'agreed' }],
    ]);
  });

  it('remove asks before it gives anything up, and needs --yes where nobody sits', async () => {
    const answer: DomainAnswer = {
      domain: 'example.org',
      name: 'example.org',
      team: 'shop',
      state: 'released',
      awaits: [],
    };
    const removed: string[] = [];
    const given = client({
      remove: async (name) => {
        removed.push(name);
        return answer;
      },
    });
    const command = ['domain', 'remove', 'example.org', ...ADA];
    expect(await play(command, given)).toMatchObject({ exit: 2 });
    expect(await play(command, { ...given, isTerminal: true, answer: 'no' })).toMatchObject({ exit: 2 });
    expect(removed).toEqual([]);
    expect(await play([...command, '--yes'], given)).toMatchObject({ exit: 0 });
    expect(removed).toEqual(['example.org']);
  });

  it('exits with the code of what it was answered, and sends nothing without a caller', async () => {
    const conflict = async (): Promise<never> => {
      throw new NaasError({ code: 'Conflict', message: 'another team holds it' });
    };
    const played = await play(['domain', 'add', 'example.org', '--team', 'shop', ...ADA], client({ add: conflict }));
    expect(played).toMatchObject({ exit: 7, out: '' });
    expect((await play(['domain', 'add', 'example.org', '--team', 'shop'], client({}))).err).toContain('Unproven');
  });
});
