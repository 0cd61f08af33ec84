// Which rule decides, whom it seats, and who may end a namespace.
import { describe, expect, it } from 'vitest';
import { approvalPolicy, rightsOf } from '../../src/spec/approval-rules.ts';
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
    const bare = { ...catalog, approvals: { ...catalog.approvals, rules: [] } };
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

describe('rightsOf', () => {
  it('gives what changes or ends a namespace to the owner, the leads and the operators, a new request to the team', () => {
    const people = { users: ['ada@example.com'], groups: ['platform-operators', 'shop-leads'] };
    const submit = { users: [], groups: ['platform-operators', 'shop-developers', 'shop-leads'] };
    expect(rightsOf(spec('dev'), ada, catalog)).toEqual({
      submit,
      change: people,
      transfer: people,
      teardown: people,
      cancel: people,
    });
  });
});
