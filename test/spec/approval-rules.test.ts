// Which rule decides, whom it seats, and who may end a namespace.
import { describe, expect, it } from 'vitest';
import {
  adoptionPolicy,
  approvalPolicy,
  changePolicy,
  rightsOf,
  transferPolicy,
} from '../../src/spec/approval-rules.ts';
import { NaasError } from '../../src/spec/errors.ts';
import type { IngressOwner } from '../../src/spec/guardrails.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import type { NamespaceSpec } from '../../src/spec/spec.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const catalog = shippedCatalog();
const ada = { subject: 'ada@example.com', groups: ['shop-developers'] };

function spec(tier: string, ingress: string[] = []): NamespaceSpec {
  const network = { ingressFrom: ingress.map((namespace) => ({ namespace })) };
  const request = {
    apiVersion: 'naas.dev/v1',
    kind: 'NamespaceRequest',
    team: 'shop',
    project: 'cart',
    environment: tier,
    tier,
    purpose: 'Work',
    network,
  };
  return resolve(parseRequest(request), catalog, { cluster: 'local' });
}

const policy = (tier: string, owners: Record<string, IngressOwner> = {}) =>
  approvalPolicy(spec(tier, Object.keys(owners)), ada, owners, catalog);

describe('approvalPolicy', () => {
  it('approves the dev tier by policy', () => {
    expect(policy('dev')).toMatchObject({ rule: 'dev-by-policy', slots: [] });
  });

  it('asks one team lead for staging, then the platform', () => {
    expect(policy('staging')).toMatchObject({
      rule: 'staging-one-team-lead',
      slots: [
        { slot: 'team-lead', users: [], groups: ['shop-leads'], escalation: { users: [], groups: ['platform-leads'] } },
      ],
      times: { remindAfterMinutes: 240, escalateAfterMinutes: 1440, lapseAfterMinutes: 10080 },
    });
  });

  it('asks two people for prod, one of them of the platform', () => {
    const { slots } = policy('prod');
    expect(slots.map(({ slot, groups }) => [slot, groups])).toEqual([
      ['platform', ['platform-leads']],
      ['team-lead', ['shop-leads']],
    ]);
    for (const slot of slots) expect(slot.why.length).toBeGreaterThan(20);
  });

  it('adds one slot for each other team that traffic comes from, to an automatic rule too', () => {
    const { slots } = policy('dev', {
      'shop-x-dev': { team: 'shop' },
      b: { team: 'payments' },
      c: { team: 'payments' },
      d: { team: 'platform' },
    });
    expect(slots.map(({ slot, groups }) => [slot, groups])).toEqual([
      ['ingress-from-payments', ['payments-leads']],
      ['ingress-from-platform', ['platform-leads']],
    ]);
    expect(slots[0]?.why).toContain('Team payments: b, c.');
  });

  it('refuses more people than a waiting request can be listed under', () => {
    const users = (team: string) => Array.from({ length: 20 }, (_, at) => `${'u'.repeat(40)}${at}@${team}.example.com`);
    const { shop } = catalog.teams;
    if (shop === undefined) throw new Error('the shipped catalog has the team shop');
    const crowded = (team: string) => ({ ...shop, leads: { users: users(team), groups: [] } });
    const teams = { ...catalog.teams, payments: crowded('payments'), platform: crowded('platform') };
    const ask = (owners: Record<string, IngressOwner>) => () =>
      approvalPolicy(spec('dev', Object.keys(owners)), ada, owners, { ...catalog, teams });
    expect(ask({ 'shop-x-dev': { team: 'shop' } })).not.toThrow();
    expect(ask({ a: { team: 'payments' }, b: { team: 'platform' } })).toThrow(
      expect.objectContaining({
        name: 'RefusedByGuardrail',
        message: expect.stringMatching(/too many people for approval: their names come to \d+ bytes, at most 2048 fit/),
      }),
    );
  });

  it('refuses where no rule holds', () => {
    const rules = catalog.approvals.rules.filter(({ name }) => name !== 'dev-by-policy');
    expect(rules.length).toBeGreaterThan(0);
    const bare = { ...catalog, approvals: { ...catalog.approvals, rules } };
    expect(() => approvalPolicy(spec('dev'), ada, {}, bare)).toThrow(NaasError);
  });

  it('takes the first rule whose every condition holds', () => {
    const [first] = catalog.approvals.rules;
    if (first === undefined) throw new Error('the shipped catalog has rules');
    const named = (name: string, when: (typeof first)['when']) => ({ ...first, name, when });
    const rules = [
      named('other-team', { tiers: ['dev'], teams: ['payments'] }),
      named('other-template', { templates: ['ml'] }),
      named('mine', { teams: ['shop'] }),
      named('all', {}),
    ];
    expect(approvalPolicy(spec('dev'), ada, {}, { ...catalog, approvals: { ...catalog.approvals, rules } }).rule).toBe(
      'mine',
    );
  });
});

describe('changePolicy', () => {
  const rule = (from: string, to: string, owners: Record<string, IngressOwner> = {}) => {
    const { rule: name, slots, times } = changePolicy(spec(from), spec(to, Object.keys(owners)), ada, owners, catalog);
    return { name, slots: slots.map(({ slot }) => slot), lapse: times.lapseAfterMinutes };
  };

  it('is the rule of the tier where that stays', () => {
    expect(rule('dev', 'dev')).toEqual({ name: 'dev-by-policy', slots: [], lapse: 10080 });
    expect(rule('staging', 'staging')).toEqual({ name: 'staging-one-team-lead', slots: ['team-lead'], lapse: 10080 });
  });

  it('asks by both rules where the tier changes, each seat once', () => {
    expect(rule('dev', 'staging')).toEqual({ name: 'staging-one-team-lead', slots: ['team-lead'], lapse: 10080 });
    expect(rule('staging', 'prod')).toEqual({
      name: 'prod-two-people',
      slots: ['platform', 'team-lead'],
      lapse: 20160,
    });
  });

  it('frees nobody of those who answer for the larger tier by asking for a smaller one', () => {
    expect(rule('prod', 'dev')).toEqual({
      name: 'prod-two-people, dev-by-policy',
      slots: ['platform', 'team-lead'],
      lapse: 20160,
    });
    expect(rule('prod', 'staging', { b: { team: 'payments' } })).toEqual({
      name: 'prod-two-people, staging-one-team-lead',
      slots: ['platform', 'team-lead', 'ingress-from-payments'],
      lapse: 10080,
    });
  });

  it('asks both where two rules call different people by one name', () => {
    const rules = catalog.approvals.rules.map((rule) => ({
      ...rule,
      slots: rule.slots.map((slot) => ({ ...slot, slot: `approver-${rule.slots.indexOf(slot)}` })),
    }));
    const alike = { ...catalog, approvals: { ...catalog.approvals, rules } };
    const { slots } = changePolicy(spec('prod'), spec('staging'), ada, {}, alike);
    expect(slots.map(({ slot, groups }) => [slot, groups])).toEqual([
      ['prod-two-people/approver-0', ['platform-leads']],
      ['approver-1', ['shop-leads']],
      ['approver-0', ['shop-leads']],
    ]);
  });

  it('goes by the wanted one alone where no rule covers what is', () => {
    const [dev] = catalog.approvals.rules;
    if (dev === undefined) throw new Error('the shipped catalog has rules');
    const only = { ...catalog, approvals: { ...catalog.approvals, rules: [dev] } };
    expect(changePolicy(spec('prod'), spec('dev'), ada, {}, only)).toMatchObject({ rule: 'dev-by-policy', slots: [] });
  });
});

describe('adoptionPolicy', () => {
  it('asks people where policy alone would approve, and whom the rule asks elsewhere', () => {
    const { operators } = catalog.policy;
    expect(adoptionPolicy(spec('dev'), ada, {}, catalog).slots).toEqual([
      expect.objectContaining({ slot: 'adoption', ...operators, escalation: operators }),
    ]);
    expect(adoptionPolicy(spec('staging'), ada, {}, catalog)).toEqual(policy('staging'));
  });
});

describe('transferPolicy', () => {
  const to = { ...spec('dev'), team: 'payments' };
  const seats = (from: NamespaceSpec, by: { subject: string; groups: string[] }, teams = catalog.teams) =>
    transferPolicy(from, to, by, { ...catalog, teams }).slots.map(({ slot, users, groups, escalation }) => [
      slot,
      [...users, ...groups],
      escalation.groups,
    ]);
  const gives = ['gives', ['shop-leads'], ['platform-operators']];
  const takes = ['takes', ['payments-leads'], ['platform-operators']];

  it('seats a lead of each team, with the operators behind them', () => {
    expect(seats(spec('dev'), ada)).toEqual([gives, takes]);
    const { rule, times, slots } = transferPolicy(spec('dev'), to, ada, catalog);
    expect({ rule, lapse: times.lapseAfterMinutes }).toEqual({ rule: 'transfer', lapse: 10080 });
    expect(slots.map(({ why }) => why).join(' ')).toMatch(/Team shop gives .* Team payments takes/);
  });

  it('takes a lead who asks for it as decided for their own team, and for no other', () => {
    expect(seats(spec('dev'), { subject: 'grace', groups: ['shop-leads'] })).toEqual([takes]);
    expect(seats(spec('dev'), { subject: 'pat', groups: ['payments-leads'] })).toEqual([gives]);
    expect(seats(spec('dev'), { subject: 'both', groups: ['payments-leads', 'shop-leads'] })).toEqual([]);
    expect(seats(spec('dev'), { subject: 'op', groups: ['platform-operators'] })).toEqual([gives, takes]);
  });

  it('lets the operators decide for a team that is dissolved or has nobody who leads it', () => {
    const { shop, ...others } = catalog.teams;
    if (shop === undefined) throw new Error('the shipped catalog has the team shop');
    const operators = ['gives', ['platform-operators'], ['platform-operators']];
    expect(seats(spec('dev'), ada, others)).toEqual([operators, takes]);
    const leaderless = { ...others, shop: { ...shop, leads: { users: [], groups: [] } } };
    expect(seats(spec('dev'), ada, leaderless)).toEqual([operators, takes]);
    // Who asks for it decides on no seat of it, the operators not either.
    expect(seats(spec('dev'), { subject: 'op', groups: ['platform-operators'] }, others)).toEqual([operators, takes]);
  });
});

describe('rightsOf', () => {
  it('gives nobody the rights of an owner where there is none', () => {
    const { change } = rightsOf(spec('dev'), undefined, catalog);
    expect(change).toEqual({ users: [], groups: ['shop-leads'] });
  });

  it('gives what changes or ends a namespace to the owner and the leads, a new request to the team; operators are those of the day', () => {
    const people = { users: ['ada@example.com'], groups: ['shop-leads'] };
    const submit = { users: [], groups: ['shop-developers', 'shop-leads'] };
    expect(rightsOf(spec('dev'), ada, catalog)).toEqual({
      submit,
      change: people,
      transfer: people,
      teardown: people,
      cancel: people,
    });
  });
});
