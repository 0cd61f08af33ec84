import { describe, expect, it } from 'vitest';
import { AZURE_LIMITS, Throttle } from '../../../src/local/azure-dns/throttle.ts';
import fc from '../../support/properties.ts';

const limits = { ...AZURE_LIMITS, recordSetWrites: 200 };

function burst(throttle: Throttle, nowMs: number, count: number): number {
  const admissions = Array.from({ length: count }, () => throttle.admit('zone', 'recordSetWrites', nowMs));
  return admissions.filter(({ admitted }) => admitted).length;
}

describe('the limits', () => {
  it('admit a minute of writes at once, and then as many as were refilled', () => {
    const throttle = new Throttle(limits);
    expect(burst(throttle, 0, 300)).toBe(200);
    expect(burst(throttle, 30_000, 300)).toBe(100);
    expect(burst(throttle, 600_000, 300)).toBe(200);
  });

  it('count each zone and each operation by itself', () => {
    const throttle = new Throttle(limits);
    burst(throttle, 0, 200);
    expect(throttle.admit('zone', 'recordSetWrites', 0).admitted).toBe(false);
    expect(throttle.admit('zone', 'recordSetDeletes', 0).admitted).toBe(true);
    expect(throttle.admit('other', 'recordSetWrites', 0).admitted).toBe(true);
  });

  it('are off without any', () => {
    expect(burst(new Throttle(undefined), 0, 100_000)).toBe(100_000);
  });

  it('hold whenever and however often one asks, and Retry-After is neither early nor late', () => {
    const steps = fc.array(fc.record({ afterMs: fc.nat(5000), count: fc.nat(30) }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 300 }), (asked, limit) => {
        const throttle = new Throttle({ ...AZURE_LIMITS, recordSetWrites: limit });
        let nowMs = 0;
        let admitted = 0;
        for (const { afterMs, count } of asked) {
          nowMs += afterMs;
          admitted += burst(throttle, nowMs, count);
        }
        expect(admitted).toBeLessThanOrEqual(limit + (nowMs * limit) / 60_000 + 1e-6);
        const last = throttle.admit('zone', 'recordSetWrites', nowMs);
        if (last.admitted) return;
        expect(throttle.admit('zone', 'recordSetWrites', nowMs + last.retryAfterSeconds * 1000).admitted).toBe(true);
        if (last.retryAfterSeconds > 1)
          expect(throttle.admit('zone', 'recordSetWrites', nowMs + (last.retryAfterSeconds - 1) * 1000 - 1)).toEqual({
            admitted: false,
            retryAfterSeconds: expect.any(Number),
          });
      }),
    );
  });
});
