// The service's limits as token buckets: as many requests at once as fit into a minute, refilled evenly. Pure but for what
// is left in the buckets; the clock is given.

/** Requests a minute. Documented for each zone; creating and updating share one action here, as they do in the service. */
export interface Limits {
  recordSetWrites: number;
  recordSetDeletes: number;
  recordSetGets: number;
  recordSetLists: number;
  zoneWrites: number;
  zoneDeletes: number;
  zoneGets: number;
  zoneLists: number;
}

export type LimitedOperation = keyof Limits;

/** https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-dns-limits */
export const AZURE_LIMITS: Limits = {
  recordSetWrites: 200,
  recordSetDeletes: 200,
  recordSetGets: 2000,
  recordSetLists: 60,
  zoneWrites: 40,
  zoneDeletes: 40,
  zoneGets: 1000,
  zoneLists: 60,
};

export type Admission = { admitted: true; remaining: number } | { admitted: false; retryAfterSeconds: number };

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

const MINUTE_MS = 60_000;

export class Throttle {
  #limits: Limits | undefined;
  readonly #buckets = new Map<string, Bucket>();

  /** undefined: no limit at all. */
  constructor(limits: Limits | undefined) {
    this.#limits = limits;
  }

  /** Full buckets again, under other limits. */
  reset(limits: Limits | undefined): void {
    this.#limits = limits;
    this.#buckets.clear();
  }

  limitOf(operation: LimitedOperation): number {
    return this.#limits?.[operation] ?? Number.POSITIVE_INFINITY;
  }

  /** A refused request takes no token. */
  admit(scope: string, operation: LimitedOperation, nowMs: number): Admission {
    const limit = this.#limits?.[operation];
    if (limit === undefined) return { admitted: true, remaining: Number.POSITIVE_INFINITY };
    const bucket = this.#filled(`${operation} ${scope}`, limit, nowMs);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return { admitted: true, remaining: Math.floor(bucket.tokens) };
    }
    const waitMs = ((1 - bucket.tokens) / limit) * MINUTE_MS;
    return { admitted: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
  }

  #filled(key: string, limit: number, nowMs: number): Bucket {
    const bucket = this.#buckets.get(key) ?? { tokens: limit, filledAtMs: nowMs };
    const passedMs = Math.max(0, nowMs - bucket.filledAtMs);
    bucket.tokens = Math.min(limit, bucket.tokens + (passedMs * limit) / MINUTE_MS);
    bucket.filledAtMs = nowMs;
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
