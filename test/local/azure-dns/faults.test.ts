import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, Faults } from '../../../src/local/azure-dns/faults.ts';

const put = { method: 'PUT', resource: 'record-set', zone: 'example.test', name: 'www', type: 'A' } as const;

describe('a fault', () => {
  it('meets as many requests as it was asked to, after those it lets pass', () => {
    const faults = new Faults();
    faults.add({ kind: 'throttled', times: 2, skip: 1, retryAfterSeconds: 3 });
    const met = [1, 2, 3, 4].map(() => faults.take(put)?.kind);
    expect(met).toEqual([undefined, 'throttled', 'throttled', undefined]);
    expect(faults.list()).toEqual([]);
  });

  it.each([
    [{ method: 'GET' }, false],
    [{ method: 'PUT' }, true],
    [{ resource: 'zone' }, false],
    [{ zone: 'EXAMPLE.test', name: 'WWW', type: 'a' }, true],
    [{ name: 'api' }, false],
    [{ type: 'AAAA' }, false],
    [{ zone: 'other.test' }, false],
  ] as const)('with %o meets it: %s', (match, expected) => {
    const faults = new Faults();
    faults.add({ kind: 'conflict', ...match });
    expect(faults.take(put) !== undefined).toBe(expected);
  });

  it('waits behind an older one that fits as well', () => {
    const faults = new Faults();
    for (const kind of FAULT_KINDS) faults.add({ kind });
    expect(FAULT_KINDS.map(() => faults.take(put)?.kind)).toEqual(FAULT_KINDS);
  });

  it('of no known kind is refused', () => {
    expect(() => new Faults().add({ kind: 'earthquake' as never })).toThrow('kind');
  });
});
