// The edge between Temporal and the effects: until when an attempt may write, and what the workflow hears of its failure.
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { allEffects, atTheBoundary, callOptions, PartialFailure } from '../../src/activities/boundary.ts';
import { type ErrorName, NaasError } from '../../src/spec/errors.ts';
import type { Effect, ObjectRef } from '../../src/spec/inventory.ts';
import { attemptOf, failureOf, inActivity } from '../support/activity-world.ts';

const REF: ObjectRef = { system: 'kubernetes', cluster: 'local', apiVersion: 'v1', kind: 'ConfigMap', name: 'a' };
const DONE: Effect = { verb: 'apply', ref: REF, outcome: 'created' };
const fault = (code: ErrorName, retryAfterMs?: number): NaasError =>
  new NaasError({ code, message: `it is ${code}` }, retryAfterMs === undefined ? {} : { retryAfterMs });
const fails = (error: Error) => async (): Promise<never> => {
  throw error;
};

describe('the deadline of an attempt', () => {
  const deadline = async (times: Parameters<typeof inActivity>[1]): Promise<number> =>
    (await inActivity(async () => callOptions(), times)).deadlineMs;

  it('ends five seconds before Temporal gives the attempt up', async () => {
    const currentAttemptScheduledTimestampMs = Date.now() - 2_000;
    const ends = currentAttemptScheduledTimestampMs + 30_000 - 5_000;
    expect(await deadline({ currentAttemptScheduledTimestampMs })).toBe(ends);
  });

  it('ends with its stage, where that ends first', async () => {
    const scheduledTimestampMs = Date.now() - 10_000;
    const ends = scheduledTimestampMs + 25_000 - 5_000;
    expect(await deadline({ scheduledTimestampMs, scheduleToCloseTimeoutMs: 25_000 })).toBe(ends);
  });

  it('that is too near begins nothing', async () => {
    let begun = false;
    const late = inActivity(
      () =>
        atTheBoundary(async () => {
          callOptions();
          begun = true;
        }),
      { currentAttemptScheduledTimestampMs: Date.now() - 24_000 },
    );
    expect(await failureOf(late)).toMatchObject({ type: 'DeadlinePassed', nonRetryable: false });
    expect(begun).toBe(false);
  });
});

describe('a failure', () => {
  const failed = (error: Error, times: Parameters<typeof inActivity>[1] = {}) =>
    failureOf(inActivity(() => atTheBoundary(fails(error)), times));

  it('of the permanent kind is not tried again, of the other it is', async () => {
    expect(await failed(fault('Forbidden'))).toMatchObject({ type: 'Forbidden', nonRetryable: true });
    expect(await failed(fault('Unavailable'))).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  });

  it('hands on how long the system asked to wait', async () => {
    const failure = await failed(fault('Throttled', 7_000));
    expect(failure.nextRetryDelay).toBe(7_000);
    expect(failure.details).toMatchObject([{ retryAfterMs: 7_000 }]);
  });

  it('is the last word where the next attempt would come too late', async () => {
    const times = { scheduledTimestampMs: Date.now() - 20_000, scheduleToCloseTimeoutMs: 30_000 };
    expect(await failed(fault('Throttled', 1_000), times)).toMatchObject({ nonRetryable: false });
    expect(await failed(fault('Throttled', 9_000), times)).toMatchObject({ nonRetryable: true });
  });

  it('is told to the next attempt, which may begin too late to learn anything itself', async () => {
    const attempt = attemptOf();
    const beats: unknown[] = [];
    attempt.on('heartbeat', (details: unknown) => beats.push(details));
    await failureOf(attempt.run(() => atTheBoundary(fails(fault('Unavailable')))));
    expect(beats).toMatchObject([{ problems: [{ code: 'Unavailable' }] }]);
  });

  it('that is only that time ran out tells what the attempt before it met, where nothing was sent', async () => {
    const unsent = new NaasError({ code: 'DeadlinePassed', message: 'nothing was sent' }, { isUnsent: true });
    const sent = new NaasError({ code: 'DeadlinePassed', message: 'its effect is unknown' });
    const problems = [{ code: 'Throttled', message: 'too many' }];
    const second = { attempt: 2, heartbeatDetails: { problems, objects: [REF], effects: [], attempt: 1 } };
    const effects = [DONE];
    const late = new PartialFailure(unsent, { problems: unsent.problems, objects: [], effects });
    expect(await failed(late, second)).toMatchObject({
      type: 'Throttled',
      details: [{ problems, objects: [REF], effects }],
    });
    expect(await failed(sent, second)).toMatchObject({ type: 'DeadlinePassed' });
    expect(await failed(unsent), 'the first one has nobody to ask').toMatchObject({ type: 'DeadlinePassed' });
  });

  it('of a write that nothing fences is told only when it can come no more', async () => {
    const times = { startToCloseTimeoutMs: 1_500 };
    const beganMs = Date.now();
    const work = (code: ErrorName) =>
      failureOf(inActivity(() => atTheBoundary(fails(fault(code)), { unfenced: true }), times));
    await work('Forbidden');
    const refusedMs = Date.now() - beganMs;
    await work('Unavailable');
    expect(Date.now() - beganMs - refusedMs).toBeGreaterThanOrEqual(990);
  });

  it('after a cancel tells what had been done by then', async () => {
    const attempt = attemptOf();
    const error = new PartialFailure(fault('Cancelled'), { problems: [], objects: [], effects: [DONE] });
    const work = attempt.run(() =>
      atTheBoundary(async () => {
        attempt.cancel();
        throw error;
      }),
    );
    const failure = await work.catch((reason: unknown) => reason);
    expect(failure).toBeInstanceOf(CancelledFailure);
    expect((failure as CancelledFailure).details).toEqual([error.details]);
  });

  it('that is a defect stays what it is', async () => {
    const defect = new TypeError('undefined is no function');
    await expect(inActivity(() => atTheBoundary(fails(defect)))).rejects.toBe(defect);
    expect(defect).not.toBeInstanceOf(ApplicationFailure);
  });
});

describe('an activity that takes long', () => {
  it('beats three times within its time, so that two may be lost', async () => {
    const attempt = attemptOf({ heartbeatTimeoutMs: 60 });
    let beats = 0;
    const enough = new Promise<void>((resolve) => {
      attempt.on('heartbeat', () => {
        beats += 1;
        if (beats === 3) resolve();
      });
    });
    await attempt.run(() => atTheBoundary(() => enough));
    expect(beats).toBe(3);
  }, 5_000);
});

describe('several writes', () => {
  const together = async (...writes: (() => Promise<Effect>)[]): Promise<PartialFailure> => {
    const work = inActivity(() => allEffects(writes.map((write) => ({ ref: REF, write }))));
    const error: unknown = await work.catch((reason: unknown) => reason);
    if (!(error instanceof PartialFailure)) throw new Error('they did not fail', { cause: error });
    return error;
  };

  it('go past the failure of one, and say what was done', async () => {
    const error = await together(fails(fault('Unavailable')), async () => DONE, fails(fault('Invalid')));
    expect(error.details.effects).toEqual([DONE]);
    expect(error.details.problems.map(({ code }) => code)).toEqual(['Unavailable', 'Invalid']);
  });

  it('fail for good where one of them does', async () => {
    expect((await together(fails(fault('Throttled', 500)), fails(fault('Invalid')))).cause.code).toBe('Invalid');
  });

  it('fail of what was asked, where another one never was', async () => {
    const unsent = new NaasError({ code: 'DeadlinePassed', message: 'nothing was sent' }, { isUnsent: true });
    expect((await together(fails(unsent), fails(fault('Throttled')))).cause.code).toBe('Throttled');
  });

  it('wait as long as the longest of them was asked to', async () => {
    const error = await together(fails(fault('Throttled', 500)), fails(fault('Unavailable', 9_000)));
    expect(error.cause.retryAfterMs).toBe(9_000);
  });
});
