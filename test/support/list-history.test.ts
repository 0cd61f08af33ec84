// The judge of list histories sees each kind of break, and lets a lawful history be.
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/spec/hostname-claims.ts';
import { writeClaims } from '../../src/spec/hostname-claims-text.ts';
import type { AuditEvent } from './audit.ts';
import { brokenHistory, type ListState, listHistory } from './list-history.ts';

const held = (name: string, namespace: string): Claim => ({
  name,
  namespace,
  team: 'shop',
  incarnation: namespace,
  state: 'held',
});
const rests = (name: string, namespace: string, freeAfter: string): Claim => ({
  ...held(name, namespace),
  state: 'released',
  freeAfter,
});
const at = (version: number, claims: Claim[], on = version === 1 ? undefined : String(version - 1)): ListState => ({
  zone: 'z.test',
  atMs: Date.parse('2026-01-01T00:00:00Z') + version * 1000,
  on,
  version: String(version),
  claims,
});
const LATER = '2026-01-01T01:00:00Z';

describe('the history of a list', () => {
  it.each([
    ['one name', 'a.z.test', 'a.z.test'],
    ['a wildcard over a name', '*.z.test', 'a.z.test'],
    ['a wildcard over a name far below', '*.z.test', 'b.a.z.test'],
    ['two wildcards', '*.a.z.test', '*.z.test'],
  ])('is broken where two hold %s', (_what, one, other) => {
    expect(brokenHistory([at(1, [held(one, 'x')]), at(2, [held(one, 'x'), held(other, 'y')])])).toHaveLength(1);
  });

  it.each([
    ['two names', 'a.z.test', 'b.z.test'],
    ['a wildcard and what it hangs on', '*.a.z.test', 'a.z.test'],
    ['names of which one only ends alike', '*.a.z.test', 'xa.z.test'],
  ])('is whole where two hold %s', (_what, one, other) => {
    expect(brokenHistory([at(1, [held(one, 'x')]), at(2, [held(one, 'x'), held(other, 'y')])])).toEqual([]);
  });

  it('is broken by a write on another version than the one before', () => {
    expect(brokenHistory([at(1, []), at(2, []), at(3, [], '1')])).toHaveLength(1);
    expect(brokenHistory([at(1, [], '7'), at(2, [])])).toHaveLength(1);
  });

  it('is broken where a name that rests goes to somebody else, and not where its own come back', () => {
    const before = at(1, [rests('a.z.test', 'x', LATER)]);
    expect(brokenHistory([before, at(2, [held('a.z.test', 'y')])])).toHaveLength(1);
    expect(brokenHistory([before, at(2, [held('a.z.test', 'x')])])).toEqual([]);
    const over = at(1, [rests('a.z.test', 'x', '2026-01-01T00:00:01Z')]);
    expect(brokenHistory([over, at(2, [held('a.z.test', 'y')])])).toEqual([]);
  });

  it('is read from the bodies of the audit log, in the order of the versions', () => {
    const event = (version: string, on: string | undefined, code = 200): AuditEvent => ({
      auditID: version,
      stage: 'ResponseComplete',
      verb: on === undefined ? 'create' : 'patch',
      user: { username: 'naas' },
      objectRef: { resource: 'configmaps', namespace: 'naas-system', ...(on && { name: 'naas-hostnames.z.test' }) },
      requestURI: '/',
      responseStatus: { code },
      requestReceivedTimestamp: LATER,
      stageTimestamp: LATER,
      requestObject: { metadata: on === undefined ? {} : { resourceVersion: on } },
      responseObject: {
        metadata: { name: 'naas-hostnames.z.test', resourceVersion: version },
        data: { claims: writeClaims({ zone: 'z.test', claims: [held('a.z.test', 'x')] }) },
      },
    });
    const history = listHistory([event('12', '9'), event('9', undefined, 201), event('13', '9', 409)]);
    expect(history.map(({ version, on, zone }) => [zone, version, on])).toEqual([
      ['z.test', '9', undefined],
      ['z.test', '12', '9'],
    ]);
    expect(brokenHistory(history)).toEqual([]);
  });
});
