// What is read of Temporal's pending activities while hostnames are made to answer.
import { describe, expect, it } from 'vitest';
import { type Pending, withPending } from '../../src/client/pending.ts';
import { NAME, statusWith } from '../cli/samples.ts';

const STARTED = { seconds: Date.parse('2026-03-01T12:00:10Z') / 1000 };

type PendingActivity = NonNullable<NonNullable<Pending['raw']>['pendingActivities']>[number];

const run = (...pendingActivities: PendingActivity[]): Pending => ({ raw: { pendingActivities } });

function pending(type: string, message?: string, attempt = 3): PendingActivity {
  return {
    activityType: { name: type },
    attempt,
    lastStartedTime: STARTED,
    ...(message === undefined ? {} : { lastFailure: { message } }),
  };
}

const publishing = statusWith({ phase: 'provisioning', step: 'publish', hostnames: ['cart.naas.test'] });

describe('what a run with hostnames waits for', () => {
  it('is the last failure of what is tried again, since when, and what somebody can do', () => {
    const { waitsFor } = withPending(
      publishing,
      run(pending('awaitAnswers', '2 of 4 name servers answer for A cart.naas.test (attempt 3)')),
    );
    expect(waitsFor).toEqual({
      what: '2 of 4 name servers answer for A cart.naas.test (attempt 3)',
      since: '2026-03-01T12:00:10.000Z',
      todo: expect.stringContaining(`naas cancel ${NAME}`),
    });
  });

  it('counts the attempts where the failure does not, and tells each reason once', () => {
    const { waitsFor } = withPending(
      publishing,
      run(
        pending('publishRecord', 'zone naas.test is throttled'),
        pending('publishRecord', 'zone naas.test is throttled'),
        pending('publishRecord', 'zone naas.test is away', 1),
      ),
    );
    expect(waitsFor?.what).toBe('zone naas.test is throttled (attempt 3); zone naas.test is away (attempt 1)');
  });

  it('is nothing in a first attempt, of another activity, or of a name that every object has', () => {
    for (const each of [
      pending('awaitAnswers'),
      pending('ensureGuardrails', 'the quota is not in force yet'),
      pending('toString', 'no activity'),
      {},
    ])
      expect(withPending(publishing, run(each))).toBe(publishing);
  });

  it('is what the run says itself, where it says something, and nothing when it rests', () => {
    const waitsFor = { what: 'caches', since: '2026-03-01T12:00:00.000Z', todo: 'nothing' };
    const failing = run(pending('withdrawRecord', 'the zone is away'));
    const told = statusWith({ phase: 'deleting', step: 'withdrawing', waitsFor });
    expect(withPending(told, failing)).toBe(told);
    for (const phase of ['ready', 'blocked', 'deleted'] as const) {
      const status = statusWith({ phase });
      expect(withPending(status, failing)).toBe(status);
    }
    expect(withPending(statusWith({ phase: 'deleting', step: 'withdrawing' }), failing).waitsFor?.what).toContain(
      'the zone is away',
    );
  });
});
