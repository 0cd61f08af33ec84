// What a namespace becomes in another team's hands.
import { describe, expect, it } from 'vitest';
import type { NaasError } from '../../src/spec/errors.ts';
import { parseRequest } from '../../src/spec/request.ts';
import { requestOf } from '../../src/spec/request-of.ts';
import { resolve } from '../../src/spec/resolve.ts';
import type { NamespaceSpec } from '../../src/spec/spec.ts';
import { transferred } from '../../src/spec/transfer.ts';
import { LEAST_REQUEST } from '../support/least-request.ts';
import { shippedCatalog } from '../support/shipped-catalog.ts';

const catalog = shippedCatalog();

function spec(more: Record<string, unknown> = {}): NamespaceSpec {
  const request = {
    ...LEAST_REQUEST,
    project: 'ledger',
    members: { admins: [{ group: 'shop-leads' }], viewers: [{ user: 'ada@example.com' }] },
    costCentre: 'CC-77',
    ...more,
  };
  return resolve(parseRequest(request), catalog, { cluster: 'local' });
}

describe('a transfer', () => {
  it('brings the new team’s people and cost, and leaves nobody of before', () => {
    const before = spec({ quota: { 'limits.cpu': '1' }, leaseDays: 12 });
    const after = transferred(before, 'payments', catalog);
    expect(after).toEqual({
      ...before,
      team: 'payments',
      costCentre: 'CC-1002',
      grants: [
        { role: 'admin', clusterRole: 'tenant-admin', subjects: [{ kind: 'Group', name: 'payments-leads' }] },
        {
          role: 'developer',
          clusterRole: 'tenant-developer',
          subjects: [{ kind: 'Group', name: 'payments-developers' }],
        },
      ],
    });
    expect(resolve(parseRequest(requestOf(after)), catalog, { cluster: 'local' })).toEqual(after);
  });

  it('keeps the numbers that hold, though the catalog has others by now', () => {
    const before = { ...spec(), quota: { 'limits.cpu': '77', secrets: '5' }, leaseDays: 9999 };
    expect(transferred(before, 'platform', catalog)).toMatchObject({ quota: before.quota, leaseDays: 9999 });
  });

  it('seats leads that are users as well', () => {
    const { platform } = catalog.teams;
    if (platform === undefined) throw new Error('the shipped catalog has the team platform');
    const teams = { ...catalog.teams, platform: { ...platform, leads: { users: ['b', 'a'], groups: ['g'] } } };
    expect(transferred(spec(), 'platform', { ...catalog, teams }).grants[0]?.subjects).toEqual([
      { kind: 'Group', name: 'g' },
      { kind: 'User', name: 'a' },
      { kind: 'User', name: 'b' },
    ]);
  });

  it('to its own team changes nothing', () => {
    const before = spec();
    expect(transferred(before, 'shop', catalog)).toBe(before);
  });

  it.each([
    ['a team that nobody knows', 'paymnts', 'did you mean "payments"'],
    ['no team at all', undefined, 'team "undefined" is not known'],
    ['a name that every object has', 'constructor', 'is not known'],
  ])('is refused to %s', (_what, to, why) => {
    const refused = (() => {
      try {
        return transferred(spec(), to, catalog);
      } catch (error) {
        return error as NaasError;
      }
    })();
    expect(refused).toMatchObject({ name: 'InvalidRequest', message: expect.stringContaining(why) });
  });

  it('is refused to a team that may not have its project', () => {
    expect(() => transferred(spec({ project: 'cart' }), 'payments', catalog)).toThrow(/ledger, checkout, fraud/);
  });
});
