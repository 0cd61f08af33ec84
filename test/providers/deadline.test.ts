// What a call ends with whose time is over: whether anything was sent decides what whoever hears of it may believe.
import { describe, expect, it } from 'vitest';
import { bind } from '../../src/providers/deadline.ts';
import { NaasError } from '../../src/spec/errors.ts';

async function ended(sends: boolean): Promise<NaasError> {
  const bound = bind({ deadlineMs: Date.now() + 20 }, { what: 'read of a thing' });
  if (sends) bound.send();
  await new Promise<void>((resolve) => bound.signal.addEventListener('abort', () => resolve()));
  bound.forget();
  const { reason } = bound.signal;
  if (!(reason instanceof NaasError)) throw new Error('a call ends with an error of the table');
  return reason;
}

describe('a call whose deadline passed', () => {
  it('before it was sent says that nothing was, in words and for programs', async () => {
    const error = await ended(false);
    expect([error.code, error.isUnsent]).toEqual(['DeadlinePassed', true]);
    expect(error.message).toContain('nothing was sent');
  });

  it('after it was sent leaves its effect open', async () => {
    const error = await ended(true);
    expect([error.code, error.isUnsent]).toEqual(['DeadlinePassed', false]);
    expect(error.message).toContain('its effect is unknown');
  });
});
