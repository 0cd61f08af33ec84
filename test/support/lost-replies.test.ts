// The matrix of lost replies and the judges of its calls, without a server: no hole stays unseen, and no wrong call.
import { describe, expect, it } from 'vitest';
import { type CallSite, describeSite } from './call-sites.ts';
import type { LoggedCall } from './fault-proxy.ts';
import { effortOf, tooEarly } from './lost-replies-calls.ts';
import {
  coreOf,
  expectationOf,
  holesIn,
  type KnownSite,
  matrixOf,
  outlastsStall,
  placeOf,
  REPLIES,
  TIMES,
} from './lost-replies-matrix.ts';
import { drawFor } from './run-seed.ts';

const known = (activity: string, verb: CallSite['verb'], resource: string, life: KnownSite['life'] = 'whole') => ({
  site: { activity, verb, resource, name: '*' },
  life,
});

const SITES: KnownSite[] = [
  known('admit', 'read', 'namespaces'),
  known('claimNamespace', 'create', 'namespaces'),
  known('ensureEquipment', 'apply', 'configmaps'),
  known('grantAccess', 'read', 'resourcequotas'),
  known('revokeAccess', 'read', 'rolebindings', 'undone'),
  known('deleteNamespace', 'delete', 'namespaces'),
];
const kinds = Object.keys(REPLIES).length * Object.keys(TIMES).length;

describe('the matrix of lost replies', () => {
  it('has each site in each way, each so often', () => {
    const cases = matrixOf(SITES);
    expect(cases).toHaveLength(SITES.length * kinds);
    expect(holesIn(cases, SITES)).toEqual([]);
  });

  it('says what is missing from it and what it has twice', () => {
    const [first, ...rest] = matrixOf(SITES);
    expect(holesIn(rest, SITES)).toEqual([`missing: ${first?.title}`]);
    expect(holesIn([...rest, ...(first ? [first, first] : [])], SITES)).toEqual([`twice: ${first?.title}`]);
    expect(holesIn(matrixOf(SITES.slice(1)), SITES)).toHaveLength(kinds);
  });

  it('refuses an activity that nobody has given a place', () => {
    expect(() => placeOf({ activity: 'renameNamespace', verb: 'read', resource: 'namespaces', name: '*' })).toThrow(
      /renameNamespace/,
    );
  });

  it.each([1, 2, 3])('has a core with every site and every way in it (seed %i)', (seed) => {
    const core = coreOf(SITES, drawFor('core', seed));
    const of = (what: (each: (typeof core)[number]) => string): Set<string> => new Set(core.map(what));
    expect(of(({ site }) => describeSite(site)).size).toBe(SITES.length);
    expect(of(({ reply, times }) => `${reply} ${times}`).size).toBe(kinds);
    expect(of(({ title }) => title).size).toBe(core.length);
    expect(core.filter(({ reply, site }) => reply === '30 s stall' && !outlastsStall(site))).toEqual([]);
    expect(coreOf(SITES, drawFor('core', seed))).toEqual(core);
  });

  it('expects an end for each case by the table of errors', () => {
    const [admit, claim, equipment, , revoke] = SITES.map(({ site }) => site);
    if (!admit || !claim || !equipment || !revoke) throw new Error('the sites of this test are gone');
    const end = (site: CallSite, reply: keyof typeof REPLIES, times: keyof typeof TIMES): string => {
      const expected = expectationOf({ site, reply, times });
      return `${expected.end} ${expected.code}`;
    };
    expect(end(admit, '422', 'once')).toBe('refused Invalid');
    expect(end(admit, '503', 'for ever')).toBe('waits Unavailable');
    expect(end(claim, '409', 'once')).toBe('failed NotOurs');
    expect(end(claim, '30 s stall', 'for ever')).toBe('failed DeadlinePassed');
    expect(end(equipment, '409', 'three times')).toBe('passes Unavailable');
    expect(end(equipment, '30 s stall', 'for ever')).toBe('failed DeadlinePassed');
    expect(end(revoke, '30 s stall', 'for ever')).toBe('passes DeadlinePassed');
    // It was done, and the next attempt sees that.
    expect(end(equipment, '504 after the effect', 'for ever')).toBe('passes Unavailable');
    expect(end(claim, '504 after the effect', 'for ever')).toBe('failed Unavailable');
    expect(end(equipment, '412', 'for ever')).toBe('failed Unexpected');
    expect(end(revoke, '422', 'once')).toBe('blocked Invalid');
  });
});

/** A log in which each entry is `at verb resource`, with what it was told. */
function log(...entries: [number, 'apply' | 'read', string, { fault?: 'fail-before'; retryAfterSeconds?: number }?][]) {
  return entries.map(
    ([at, verb, resource, told = {}], seq): LoggedCall => ({
      ...told,
      seq,
      at,
      activity: 'ensureEquipment',
      verb,
      resource,
      name: 'x',
      tenant: 't',
      method: '',
      path: '',
      group: '',
      subresource: '',
      kind: '',
      namespace: 't',
      dryRun: false,
      effect: verb === 'apply',
    }),
  );
}

const STRUCK = { fault: 'fail-before', retryAfterSeconds: 2 } as const;

describe('the judge of Retry-After', () => {
  it('lets what was on its way arrive, and the next attempt come in time', () => {
    const calls = log(
      [0, 'apply', 'a', STRUCK],
      [5, 'apply', 'b'],
      [2_001, 'apply', 'a', STRUCK],
      [2_002, 'apply', 'b'],
    );
    expect(tooEarly(calls)).toEqual([]);
  });

  it('sees a call that comes again too early, of its own site or of another of the attempt', () => {
    expect(tooEarly(log([0, 'apply', 'a', STRUCK], [1_999, 'apply', 'a']))).toHaveLength(1);
    expect(tooEarly(log([0, 'apply', 'b'], [0, 'apply', 'a', STRUCK], [900, 'apply', 'b']))).toHaveLength(1);
  });
});

describe('the judge of effort', () => {
  it('grants one more of each call of the attempt for each strike', () => {
    const calls = log([0, 'apply', 'a', STRUCK], [0, 'apply', 'b'], [9, 'apply', 'a'], [9, 'apply', 'b']);
    expect(effortOf(calls, 'whole')).toEqual({ forced: 4, extra: 0, sites: [] });
  });

  it('counts and names what nothing forced', () => {
    const calls = log(
      [0, 'apply', 'a', STRUCK],
      [9, 'apply', 'a'],
      [9, 'apply', 'a'],
      [9, 'read', 'c'],
      [9, 'read', 'c'],
      [9, 'read', 'c'],
    );
    const { forced, extra, sites } = effortOf(calls, 'whole');
    expect({ forced, extra }).toEqual({ forced: 4, extra: 2 });
    expect(sites).toEqual([expect.stringContaining('apply a/x ×3'), expect.stringContaining('read c/x ×3')]);
  });
});
