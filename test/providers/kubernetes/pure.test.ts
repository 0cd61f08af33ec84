// The pure parts of the provider.
import { describe, expect, it } from 'vitest';
import { parseDeletionReport } from '../../../src/providers/kubernetes/deletion-report.ts';
import { createServerClock } from '../../../src/providers/kubernetes/server-clock.ts';
import { createWriteRate } from '../../../src/providers/kubernetes/write-rate.ts';
import { redact } from '../../../src/providers/redact.ts';
import { retryAfterMs } from '../../../src/providers/retry-after.ts';

const kindOf = (resource: string) => (resource === 'configmaps' ? { apiVersion: 'v1', kind: 'ConfigMap' } : undefined);
const condition = (type: string, message: string, status = 'True') => ({ type, status, message });

describe('the report of a namespace that does not die', () => {
  it('lists kinds, counts and finalizers from the conditions', () => {
    const conditions = [
      condition(
        'NamespaceContentRemaining',
        'Some resources are remaining: configmaps. has 1 resource instances, widgets.example.com has 3 resource instances',
      ),
      condition(
        'NamespaceFinalizersRemaining',
        'Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances, keep in 1 resource instances',
      ),
    ];
    expect(parseDeletionReport({ conditions }, kindOf)).toEqual({
      remaining: [
        { kind: 'ConfigMap', apiVersion: 'v1', count: 1, resource: 'configmaps' },
        { kind: 'widgets', count: 3, resource: 'widgets.example.com' },
      ],
      finalizers: [
        { finalizer: 'example.com/hold', count: 2 },
        { finalizer: 'keep', count: 1 },
      ],
      failures: [],
    });
  });

  it('repeats what the server says of failures, and leaves out what is over', () => {
    const conditions = [
      condition(
        'NamespaceDeletionDiscoveryFailure',
        'Discovery failed for some groups, 1 failing: metrics.k8s.io/v1beta1',
      ),
      condition('NamespaceDeletionContentFailure', 'it was denied'),
      condition('NamespaceDeletionGroupVersionParsingFailure', 'All legacy kube types successfully parsed', 'False'),
      condition('NamespaceContentRemaining', 'configmaps. has 1 resource instances', 'False'),
    ];
    expect(parseDeletionReport({ conditions }, kindOf)).toEqual({
      remaining: [],
      finalizers: [],
      failures: ['Discovery failed for some groups, 1 failing: metrics.k8s.io/v1beta1', 'it was denied'],
    });
  });

  it('is empty for a namespace that says nothing yet', () => {
    expect(parseDeletionReport({ phase: 'Terminating' }, kindOf)).toEqual({
      remaining: [],
      finalizers: [],
      failures: [],
    });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  it.each([
    ['0', 0],
    ['12', 12_000],
    ['Tue, 01 Jan 2030 00:00:05 GMT', 5_000],
    ['Mon, 31 Dec 2029 23:59:00 GMT', 0],
    ['86400', 600_000],
    ['soon', undefined],
    [undefined, undefined],
  ])('%s is %s ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

describe('the server clock', () => {
  const at = (ms: number) => new Date(ms).toUTCString();

  it('gets better with every answer and is never off by more than half a second after a few', () => {
    const clock = createServerClock();
    const offsetMs = 5_250;
    for (let nowMs = 1_000_000; nowMs < 1_004_000; nowMs += 130)
      clock.learn(at(nowMs + 3 + offsetMs), nowMs, nowMs + 6);
    expect(Math.abs(clock.offsetMs() - offsetMs)).toBeLessThan(200);
  });

  it('starts anew when a clock was set', () => {
    const clock = createServerClock();
    clock.learn(at(1_000_000), 1_000_000, 1_000_010);
    clock.learn(at(9_000_000), 1_000_100, 1_000_110);
    expect(Math.abs(clock.offsetMs() - 7_999_900)).toBeLessThan(1000);
  });

  it('is not moved by a header that is missing or no date', () => {
    const clock = createServerClock();
    clock.learn(undefined, 1, 2);
    clock.learn('yesterday', 1, 2);
    expect([clock.known(), clock.offsetMs()]).toEqual([false, 0]);
  });
});

describe('the rate of writes', () => {
  it('lets a first one go, and refuses at once what would have to wait beyond its deadline', async () => {
    const rate = createWriteRate(2);
    const late = new Error('too late');
    const taken = await Promise.allSettled(
      [1, 2, 3, 4, 5].map(() => rate.take({ deadlineMs: Date.now() + 100 }, () => late)),
    );
    expect(taken[0]).toMatchObject({ status: 'fulfilled' });
    expect(taken.at(-1)).toMatchObject({ status: 'rejected', reason: late });
  });
});

describe('a message', () => {
  it('lets no credential through', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';
    const text = redact(`Bearer abc123== and ${jwt} and plain-secret`, ['plain-secret']);
    for (const secret of ['abc123', 'eyJ', 'plain-secret']) expect(text).not.toContain(secret);
  });
});
