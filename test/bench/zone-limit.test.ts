import { describe, expect, it } from 'vitest';
import { judged } from '../../bench/zone-limit.ts';
import type { LoggedRequest } from '../../src/local/azure-dns/request-log.ts';

let sequence = 0;

function put(atMs: number, name: string, more: Partial<LoggedRequest> = {}): LoggedRequest {
  sequence += 1;
  const nothing = { ifMatch: undefined, ifNoneMatch: '*', callerRequestId: undefined, userAgent: undefined };
  const none = { caller: undefined, retryAfterSeconds: undefined, fault: undefined };
  return {
    sequence,
    atMs,
    method: 'PUT',
    path: `/A/${name}`,
    ...nothing,
    ...none,
    status: 201,
    effect: 'created',
    spentMs: 1,
    ...more,
  };
}

const refusal = { status: 429, effect: 'none', retryAfterSeconds: 2 } as const;

describe('the limit of a zone', () => {
  it('is used wholly by a write every 300 ms, and half by one every 600 ms', () => {
    const every = (pauseMs: number) => [0, 1, 2, 3].map((index) => put(index * pauseMs, `n${index}`));
    expect(judged(every(300), 4)).toEqual({ earlyRetries: 0, refused: 0, shareOfAllowedRate: 1 });
    expect(judged(every(600), 4).shareOfAllowedRate).toBe(0.5);
  });

  it('counts a refusal, and as early only a call of the same name before its time is over', () => {
    const first = put(0, 'a');
    const refused = put(100, 'b', refusal);
    const other = put(300, 'c');
    expect(judged([first, refused, other, put(2_100, 'b')], 3)).toMatchObject({ earlyRetries: 0, refused: 1 });
    expect(judged([first, refused, other, put(2_099, 'b')], 3)).toMatchObject({ earlyRetries: 1, refused: 1 });
  });

  it('is not judged where names are missing', () => {
    expect(() => judged([put(0, 'a')], 2)).toThrow('1 of 2 names were created');
  });
});
