// What a request may say, and what is said to those who send something else.

import { describe, expect, it } from 'vitest';
import { NaasError, type Problem } from '../../src/spec/errors.ts';
import { parseRequest, parseRequestText, requestJsonSchema } from '../../src/spec/request.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import fc from '../support/properties.ts';
import { goodRequests, hostileValues } from '../support/request-arbitrary.ts';
import { exampleText } from '../support/shipped-catalog.ts';

function problemsOf(parse: () => unknown): Problem[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof NaasError) return error.problems;
    throw error;
  }
  return [];
}

describe('parseRequest', () => {
  it('takes the least, and fills in the template', () => {
    expect(parseRequest(LEAST_REQUEST)).toEqual({ ...LEAST_REQUEST, template: 'standard' });
  });

  it('takes its own answer again, unchanged', () => {
    fc.assert(
      fc.property(goodRequests, (request) => {
        const once = parseRequest(request);
        expect(parseRequest(once)).toEqual(once);
      }),
    );
  });

  it.each(['apiVersion', 'kind', 'team', 'project', 'environment', 'tier', 'purpose'])('wants %s', (field) => {
    const { [field]: _left, ...rest } = LEAST_REQUEST as Record<string, unknown>;
    expect(problemsOf(() => parseRequest(rest))).toEqual([
      expect.objectContaining({ code: 'InvalidRequest', field, message: `${field} is missing` }),
    ]);
  });

  it.each<[string, unknown, string, string]>([
    ['apiVersion', 'naas.dev/v2', 'apiVersion', 'is not one of naas.dev/v1'],
    ['team', 'Shop', 'team', 'lower-case'],
    ['team', '-shop', 'team', 'lower-case'],
    ['team', 'a'.repeat(64), 'team', 'at most 63 characters'],
    ['team', 7, 'team', 'put it in quotes'],
    ['team', null, 'team', 'is empty'],
    ['name', 'a_b', 'name', 'lower-case'],
    ['purpose', '', 'purpose', 'say what it is for'],
    ['purpose', 'two\nlines', 'purpose', 'line breaks'],
    ['purpose', 'a\u202eb', 'purpose', 'control characters'],
    ['purpose', '\u001b[31mred', 'purpose', 'control characters'],
    ['purpose', 'x'.repeat(201), 'purpose', 'at most 200'],
    ['costCentre', 'a b', 'costCentre', 'letters'],
    ['leaseDays', 0, 'leaseDays', 'at least 1'],
    ['leaseDays', 1.5, 'leaseDays', 'int'],
    ['leaseDays', 4000, 'leaseDays', 'at most 3650'],
    ['members', { owners: [] }, 'members.owners', 'known are admins, developers, viewers'],
    ['members', { admins: [{}] }, 'members.admins[0]', 'exactly one of "group" and "user"'],
    ['members', { admins: [{ group: 'a', user: 'b' }] }, 'members.admins[0]', 'exactly one'],
    ['members', { admins: [{ group: 'system:masters' }] }, 'members.admins[0].group', "Kubernetes' own"],
    ['members', { viewers: [{ group: 'System:Authenticated' }] }, 'members.viewers[0].group', "Kubernetes' own"],
    ['members', { viewers: [{ user: 'a\u200bda' }] }, 'members.viewers[0].user', 'invisible'],
    ['members', { viewers: [{ user: '\u0430da@example.com' }] }, 'members.viewers[0].user', 'Cyrillic'],
    ['members', { viewers: [{ user: ' ada' }] }, 'members.viewers[0].user', 'invisible'],
    ['members', { viewers: [{ user: 'ada\u2028x' }] }, 'members.viewers[0].user', 'invisible'],
    ['members', { admins: Array.from({ length: 51 }, () => ({ user: 'a' })) }, 'members.admins', 'at most 50'],
    ['network', { profile: 'open' }, 'network.profile', 'isolated, team, open-egress'],
    ['network', { ingressFrom: [{ namespace: '*' }] }, 'network.ingressFrom[0].namespace', 'lower-case'],
    ['network', { ingressFrom: [{ namespace: 'a', team: 'Pay' }] }, 'network.ingressFrom[0].team', 'lower-case'],
    ['network', { egressTo: [{ cidr: '10.0.0.1/8', ports: [{ port: 1 }] }] }, 'network.egressTo[0].cidr', 'host bits'],
    ['network', { egressTo: [{ cidr: '10.0.0.0/8', ports: [] }] }, 'network.egressTo[0].ports', 'at least 1'],
    ['network', { egressTo: [{ cidr: '10.0.0.0/8' }] }, 'network.egressTo[0].ports', 'is missing'],
    [
      'network',
      { egressTo: [{ cidr: '10.0.0.0/8', ports: [{ protocol: 'ICMP', port: 1 }] }] },
      'network.egressTo[0].ports[0].protocol',
      'TCP, UDP, SCTP',
    ],
    [
      'network',
      { egressTo: [{ cidr: '10.0.0.0/8', ports: [{ port: 70_000 }] }] },
      'network.egressTo[0].ports[0].port',
      'at most 65535',
    ],
    ['labels', { 'a b': 'c' }, 'labels["a b"]', 'no valid key'],
    ['labels', { 'example.com/a': 'b c' }, 'labels["example.com/a"]', 'letters'],
    [
      'labels',
      Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`k${index}`, 'v'])),
      'labels',
      'at most 20',
    ],
    ['annotations', { 'example.com/a': 'two\nlines' }, 'annotations["example.com/a"]', 'line breaks'],
    ['quota', { 'limits.cpu': 1.5 }, 'quota["limits.cpu"]', 'in quotes'],
    ['quota', { 'limits.cpu': -1 }, 'quota["limits.cpu"]', 'at least 0'],
    ['quota', { 'Limits CPU': 1 }, 'quota["Limits CPU"]', 'no valid key'],
    ['teem', 'shop', 'teem', 'did you mean "team"?'],
    ['colour', 'red', 'colour', 'known are apiVersion, kind, team'],
    ['constructor', {}, 'constructor', 'not known'],
    ['toString', {}, 'toString', 'not known'],
  ])('%s: %j is refused at %s', (key, value, field, why) => {
    const problems = problemsOf(() => parseRequest({ ...LEAST_REQUEST, [key]: value }));
    expect(problems).toEqual([
      expect.objectContaining({ code: 'InvalidRequest', field, message: expect.stringContaining(why) }),
    ]);
  });

  it.each([
    '{"__proto__": {"team": "x"}}',
    '{"labels": {"__proto__": "x"}}',
    '{"quota": {"constructor": "1"}}',
    '{"members": {"prototype": []}}',
  ])('refuses %s', (json) => {
    const value: unknown = { ...LEAST_REQUEST, ...{} };
    for (const [key, item] of Object.entries(JSON.parse(json) as object))
      Object.defineProperty(value, key, { value: item, enumerable: true });
    expect(problemsOf(() => parseRequest(value))[0]?.message).toContain('this key is not known');
    expect(({} as Record<string, unknown>)['team']).toBeUndefined();
  });

  it('refuses what is computed rather than data, without running it', () => {
    let ran = false;
    const value = Object.defineProperty({ ...LEAST_REQUEST }, 'name', {
      enumerable: true,
      get: () => {
        ran = true;
        return 'x';
      },
    });
    expect(problemsOf(() => parseRequest(value))[0]?.message).toContain('computed');
    expect(ran).toBe(false);
  });

  it.each([
    ['what contains itself', 'contains itself', itself()],
    ['what is no plain object', 'no plain object', new Map()],
    [
      'what holds far too much',
      'more than 10000 values',
      Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`k${at}`, ''])),
    ],
  ])('refuses %s, and says that', (_what, why, labels) => {
    expect(problemsOf(() => parseRequest({ ...LEAST_REQUEST, labels }))[0]?.message).toContain(why);
  });

  it('answers every hostile value with problems, quickly', () => {
    let refused = 0;
    fc.assert(
      fc.property(hostileValues, (value) => {
        const problems = problemsOf(() => parseRequest(value));
        refused += problems.length > 0 ? 1 : 0;
        expect(problems.length).toBeLessThanOrEqual(51);
        for (const problem of problems) expect(problem.code).toBe('InvalidRequest');
      }),
      { numRuns: 4_000 },
    );
    expect(refused).toBeGreaterThan(3_000);
  }, 60_000);
});

describe('a key as long as the document', () => {
  it.each<[string, (key: string) => Record<string, unknown>]>([
    ['at the top', (key) => ({ [key]: 1 })],
    ['of a label', (key) => ({ labels: { [key]: 'x' } })],
    ['of a quota', (key) => ({ quota: { [key]: 1 } })],
    ['of a member', (key) => ({ members: { admins: [{ [key]: 'x' }] } })],
    ['above what is no data', (key) => ({ [key]: { __proto__: null, at: Number.NaN } })],
  ])('%s is refused in few words', (_where, requestWith) => {
    const problems = problemsOf(() => parseRequest({ ...LEAST_REQUEST, ...requestWith('k'.repeat(1_500_000)) }));
    expect(problems).not.toEqual([]);
    // What admission answers is recorded: it must fit into one payload of Temporal's, whatever was sent.
    expect(JSON.stringify(problems).length).toBeLessThan(20_000);
  });
});

describe('parseRequestText', () => {
  it.each(['shop-cart-staging', 'shop-cart-dev', 'payments-ledger-prod'])('takes the example %s', (name) => {
    expect(parseRequestText(exampleText(name), `${name}.yaml`)).toMatchObject({ kind: 'NamespaceRequest' });
  });

  it('takes JSON as well', () => {
    expect(parseRequestText(JSON.stringify(LEAST_REQUEST), 'stdin')).toEqual(parseRequest(LEAST_REQUEST));
  });

  it('says every problem at once, each with its place, in the order of the file', () => {
    const text =
      'apiVersion: naas.dev/v1\nkind: NamespaceRequest\nteem: shop\nproject: Cart\nenvironment: dev\ntier: dev\npurpose: Work\nnetwork:\n  profile: open\n';
    const problems = problemsOf(() => parseRequestText(text, 'my.yaml'));
    expect(
      problems.map(({ field, line, column, value, allowed }) => ({
        field,
        line,
        column,
        value,
        allowed: allowed?.slice(0, 3),
      })),
    ).toEqual([
      { field: 'team', line: 1, column: 1, value: undefined, allowed: undefined },
      { field: 'teem', line: 3, column: 1, value: undefined, allowed: ['apiVersion', 'kind', 'team'] },
      { field: 'project', line: 4, column: 10, value: 'Cart', allowed: undefined },
      { field: 'network.profile', line: 9, column: 12, value: 'open', allowed: ['isolated', 'team', 'open-egress'] },
    ]);
    expect(problems[2]?.message).toContain('my.yaml:4:10: project: "Cart"');
  });

  it('points at a refused key', () => {
    const problems = problemsOf(() => parseRequestText('team: x\nlabels:\n  __proto__: y\n', 'my.yaml'));
    expect(problems).toEqual([expect.objectContaining({ field: 'labels.__proto__', line: 3, column: 3 })]);
  });
});

describe('requestJsonSchema', () => {
  it('is closed, describes the defaults and names what is required', () => {
    expect(requestJsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'NamespaceRequest',
      additionalProperties: false,
      required: ['apiVersion', 'kind', 'team', 'project', 'environment', 'tier', 'purpose'],
      properties: {
        template: { default: 'standard' },
        members: {
          properties: { admins: { maxItems: 50, items: { oneOf: [{ required: ['group'] }, { required: ['user'] }] } } },
        },
      },
    });
  });
});

function itself(): Record<string, unknown> {
  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;
  return loop;
}
