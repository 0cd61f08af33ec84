// The checks over gathered facts.
import { describe, expect, it } from 'vitest';
import {
  adoptionGuardrails,
  changeGuardrails,
  type Facts,
  guardrails,
  type LiveQuota,
} from '../../src/spec/guardrails.ts';
import { ANNOTATION, LABEL } from '../../src/spec/names.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { resolve } from '../../src/spec/resolve.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const catalog = shippedCatalog();

function facts(changes: Partial<Facts> = {}, request: Record<string, unknown> = {}): Facts {
  const spec = resolve(
    parseRequest({
      ...LEAST_REQUEST,
      ...request,
    }),
    catalog,
    { cluster: 'local' },
  );
  return {
    sender: { subject: 'ada@example.com', groups: ['shop-developers'] },
    spec,
    catalog,
    liveNamespace: null,
    ingressOwners: {},
    ...changes,
  };
}

const held = (team: string, project: string, environment: string): Facts['liveNamespace'] => ({
  labels: { [LABEL.team]: team, [LABEL.project]: project, [LABEL.environment]: environment },
  annotations: {},
});

describe('guardrails', () => {
  it('let a member ask for a free name', () => {
    expect(guardrails(facts())).toEqual([]);
  });

  it.each([
    ['a lead', { subject: 'bob@example.com', groups: ['shop-leads'] }, true],
    ['an operator', { subject: 'ops@example.com', groups: ['platform-operators'] }, true],
    ['a member of another team', { subject: 'eve@example.com', groups: ['payments-developers'] }, false],
    ['somebody without groups', { subject: 'shop-developers', groups: [] }, false],
  ])('%s may submit for the team: %s', (_who, sender, allowed) => {
    const problems = guardrails(facts({ sender }));
    expect(problems.map((problem) => problem.code)).toEqual(allowed ? [] : ['NotAllowed']);
    if (!allowed) expect(problems[0]?.message).toContain('group shop-developers');
  });

  it('say whose an existing namespace is', () => {
    expect(guardrails(facts({ liveNamespace: held('shop', 'cart', 'dev') }))).toEqual([
      expect.objectContaining({
        code: 'Conflict',
        field: 'name',
        message: expect.stringContaining('exists already: it is team shop, project cart, environment dev'),
      }),
    ]);
    expect(guardrails(facts({ liveNamespace: { labels: {}, annotations: {} } }))[0]).toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('not managed by naas'),
    });
    expect(guardrails(facts({ liveNamespace: held('payments', 'x', 'y') }))[0]?.message).toContain(
      'belongs to team payments, project x, environment y, the request is for team shop',
    );
  });

  it('name both triples when they come to the same name', () => {
    const [problem] = guardrails(
      facts({ liveNamespace: held('shop', 'cart-a', 'dev') }, { project: 'cart', environment: 'a-dev' }),
    );
    expect(problem).toMatchObject({ code: 'Conflict' });
    expect(problem?.message).toContain(
      'team shop, project cart-a, environment dev and team shop, project cart, environment a-dev come to the same name',
    );
  });

  it.each([
    ['absent', 'absent' as const, 'does not exist'],
    ['unmanaged', 'unmanaged' as const, 'does not manage it'],
    ['never gathered', undefined, 'does not exist'],
    ['of a team that has left', { team: 'gone' }, 'no lead'],
  ])('refuse ingress from a namespace that is %s', (_name, owner, why) => {
    const problems = guardrails(
      facts(
        { ingressOwners: owner === undefined ? {} : { 'other-x-dev': owner } },
        { network: { ingressFrom: [{ namespace: 'other-x-dev' }] } },
      ),
    );
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'RefusedByGuardrail',
        field: 'network.ingressFrom',
        message: expect.stringContaining(why),
      }),
    ]);
  });

  it('take ingress from managed namespaces', () => {
    const owners = { a: { team: 'shop' }, b: { team: 'payments' } };
    expect(
      guardrails(
        facts(
          { ingressOwners: owners },
          { network: { ingressFrom: [{ namespace: 'a' }, { namespace: 'b', team: 'payments' }] } },
        ),
      ),
    ).toEqual([]);
  });

  it.each([
    ['left out', undefined, { team: 'payments' }, 'belongs to team payments, not to shop; say `team: payments`'],
    ['another', 'platform', { team: 'payments' }, 'belongs to team payments, not to platform; say `team: payments`'],
    ['not the own one', 'payments', { team: 'shop' }, 'belongs to team shop, not to payments; say `team: shop`'],
  ])('refuse ingress whose team is %s and not that of the live namespace', (_name, team, owner, why) => {
    const source = team === undefined ? { namespace: 'a' } : { namespace: 'a', team };
    expect(guardrails(facts({ ingressOwners: { a: owner } }, { network: { ingressFrom: [source] } }))).toEqual([
      expect.objectContaining({
        code: 'RefusedByGuardrail',
        field: 'network.ingressFrom',
        value: 'a',
        message: expect.stringContaining(why),
      }),
    ]);
  });

  it.each([
    ['payments-ledger-dev', 'begins as those of another team'],
    ['payments', 'is another team'],
  ])('refuse the name %s, which %s, to everybody but an operator', (name) => {
    expect(guardrails(facts({}, { name }))).toEqual([
      expect.objectContaining({
        code: 'RefusedByGuardrail',
        field: 'name',
        value: name,
        message: expect.stringMatching(/reads as one of team payments.*team shop.*group platform-operators/),
      }),
    ]);
    const lead = { subject: 'bob@example.com', groups: ['shop-leads'] };
    expect(guardrails(facts({ sender: lead }, { name }))).toHaveLength(1);
    const operator = { subject: 'ops@example.com', groups: ['platform-operators'] };
    expect(guardrails(facts({ sender: operator }, { name }))).toEqual([]);
  });

  it.each(['shop-other', 'paymentsx', 'pay', 'x-payments-dev'])(
    'take the name %s, which is no other team’s',
    (name) => {
      expect(guardrails(facts({}, { name }))).toEqual([]);
    },
  );

  it('read a name as that of the longest team that it begins with', () => {
    const { shop } = catalog.teams;
    if (shop === undefined) throw new Error('the shipped catalog has the team shop');
    const teams = { ...catalog.teams, 'shop-eu': shop };
    const codes = (spec: Facts['spec'], changes: Partial<Facts['spec']>) =>
      guardrails({ ...facts(), catalog: { ...catalog, teams }, spec: { ...spec, ...changes } }).map(({ code }) => code);
    const { spec } = facts({}, { name: 'shop-eu-dev' });
    expect(codes(spec, {})).toEqual(['RefusedByGuardrail']);
    expect(codes(spec, { team: 'shop-eu' })).toEqual([]);
    expect(codes(spec, { name: 'shop-europe-dev' })).toEqual([]);
  });

  it('say of a name that is held only by whom', () => {
    const problems = guardrails(
      facts({ liveNamespace: held('payments', 'ledger', 'dev') }, { name: 'payments-ledger-dev' }),
    );
    expect(problems.map(({ code }) => code)).toEqual(['Conflict']);
  });

  it('say everything at once', () => {
    const problems = guardrails(
      facts(
        { sender: { subject: 'eve', groups: [] }, liveNamespace: { labels: {}, annotations: {} } },
        { network: { ingressFrom: [{ namespace: 'constructor' }] } },
      ),
    );
    expect(problems.map((problem) => problem.code)).toEqual(['NotAllowed', 'Conflict', 'RefusedByGuardrail']);
  });
});

describe('the guardrails of an adoption', () => {
  const marked = { labels: {}, annotations: { [ANNOTATION.adoptAllow]: 'a-1' } };
  const codes = (changes: Partial<Facts>) =>
    adoptionGuardrails({ ...facts(changes), requestId: 'a-1' }).map(({ code }) => code);

  it('let a member take over what an administrator has marked for this very request', () => {
    expect(codes({ liveNamespace: marked })).toEqual([]);
  });

  it.each([
    ['nothing stands there', { liveNamespace: null }, 'NotFound'],
    ['it carries no mark', { liveNamespace: { labels: {}, annotations: {} } }, 'RefusedByGuardrail'],
    [
      'its mark is for another request',
      { liveNamespace: { labels: {}, annotations: { [ANNOTATION.adoptAllow]: 'a-0' } } },
      'RefusedByGuardrail',
    ],
    ['naas manages it already', { liveNamespace: { ...marked, labels: { [LABEL.incarnation]: 'x' } } }, 'Conflict'],
    [
      'the sender may not submit for the team',
      { liveNamespace: marked, sender: { subject: 'eve@example.com', groups: [] } },
      'NotAllowed',
    ],
  ])('refuse it where %s', (_what, changes, code) => {
    expect(codes(changes)).toEqual([code]);
  });
});

describe('the guardrails of a change', () => {
  const problems = (quota: Record<string, string>, live: Partial<LiveQuota>, changes: Partial<Facts> = {}) =>
    changeGuardrails({
      ...facts(changes, { quota }),
      ...changes,
      liveQuota: { hard: {}, used: {}, ...live },
    });

  it('refuse a quota below what is in use, with both numbers and what to do', () => {
    expect(
      problems(
        { 'limits.cpu': '1', pods: '10' },
        { hard: { 'limits.cpu': '2', pods: '40' }, used: { 'limits.cpu': '1500m', pods: '10' } },
      ),
    ).toEqual([
      {
        code: 'RefusedByGuardrail',
        message:
          'quota.limits.cpu: 1500m are in use, the change allows 1; free the difference first, or ask for at least 1500m',
        field: 'quota.limits.cpu',
        value: '1',
      },
    ]);
  });

  it('compare amounts, not texts, and take what is exactly in use', () => {
    const hard = { 'limits.memory': '4Gi' };
    expect(problems({ 'limits.memory': '1Gi' }, { hard, used: { 'limits.memory': '1024Mi' } })).toEqual([]);
    expect(problems({ 'limits.memory': '1Gi' }, { hard, used: { 'limits.memory': '1025Mi' } })).toHaveLength(1);
  });

  it('do not hold against a change that more is in use than was granted before', () => {
    const used = { 'limits.cpu': '5' };
    expect(problems({}, { hard: { 'limits.cpu': '2' }, used }), 'as granted').toEqual([]);
    expect(problems({ 'limits.cpu': '3' }, { hard: { 'limits.cpu': '2' }, used }), 'more than granted').toEqual([]);
    expect(problems({ 'limits.cpu': '1' }, { hard: { 'limits.cpu': '2' }, used }), 'less').toHaveLength(1);
    expect(problems({}, { used }), 'the quota was taken away by hand').toHaveLength(1);
  });

  it('mind no key that somebody else counts, and none that nobody counts', () => {
    expect(problems({}, { used: { 'requests.nvidia.com/gpu': '4', constructor: '9' } })).toEqual([]);
  });

  it('ask for every source of traffic anew: it may have got another owner', () => {
    const network = { ingressFrom: [{ namespace: 'a', team: 'payments' }] };
    const at = (owner: Facts['ingressOwners'][string]) =>
      changeGuardrails({
        ...facts({}, { network }),
        ingressOwners: { a: owner },
        liveQuota: { hard: {}, used: {} },
      }).map(({ message }) => message);
    expect(at({ team: 'payments' })).toEqual([]);
    expect(at({ team: 'platform' })).toEqual([expect.stringContaining('say `team: platform`')]);
    expect(at('absent')).toEqual([expect.stringContaining('does not exist')]);
  });
});
