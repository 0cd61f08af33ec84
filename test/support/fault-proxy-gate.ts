// Brings many tenants to a halt, each at its own write, so that one blow meets all of them exactly there.
import type { EffectPoint, Moment } from './effects-table.ts';
import { ruleAt } from './effects-table.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { HeldCall } from './fault-proxy-rules.ts';

export interface Gate {
  /** All tenants have arrived; says who has not when it takes too long. */
  allArrived(): Promise<void>;
  /** Later calls of this tenant, or of all, pass; what is held stays held. */
  pass(tenant?: string): void;
  /** Ends the holding, and later calls pass. */
  open(how?: Release): void;
  /** Sends each tenant's held calls to the API server now, as late packets; answers their statuses by tenant. */
  sendHeld(): Promise<number[][]>;
}

/** What becomes of the held calls. */
export interface Release {
  /** Held before their effect. */
  before: 'drop' | 'forward';
  /** Held with an answer in hand. */
  after: 'reply' | 'drop';
}

/** A tenant needs two or three stages to come to its last write; beside 40 others on two cores that takes seconds. */
const ARRIVAL_TIMEOUT_MS = 20_000;

export interface Place {
  tenant: string;
  point: EffectPoint;
  moment: Moment;
}

export function gather(
  proxy: FaultProxy,
  places: readonly Place[],
  arrivalTimeoutMs: number = ARRIVAL_TIMEOUT_MS,
): Gate {
  const held = places.map((): HeldCall[] => []);
  const arrivals = Promise.withResolvers<void>();
  const release = Promise.withResolvers<Release>();
  const arrive = (index: number, call: HeldCall): void => {
    held[index]?.push(call);
    if (held.every((calls) => calls.length > 0)) arrivals.resolve();
  };
  const rules = places.map(({ tenant, point, moment }, index) =>
    ruleAt(proxy, tenant, point, {
      async before(call) {
        if (moment === 'after') return 'forward';
        arrive(index, call);
        return (await release.promise).before;
      },
      async after(call) {
        if (moment === 'before') return 'reply';
        arrive(index, call);
        return (await release.promise).after;
      },
    }),
  );
  const pass = (tenant?: string): void => {
    for (const [index, rule] of rules.entries())
      if (tenant === undefined || places[index]?.tenant === tenant) rule.lift();
  };
  return {
    async allArrived() {
      const late = (): Error => {
        const missing = places.filter((_, index) => held[index]?.length === 0);
        const words = missing.map(({ tenant, point }) => `${tenant} at ${point.verb} ${point.resource}/${point.name}`);
        return new Error(`not arrived after ${arrivalTimeoutMs} ms: ${words.join(', ')}`);
      };
      const timer = setTimeout(() => arrivals.reject(late()), arrivalTimeoutMs);
      await arrivals.promise.finally(() => clearTimeout(timer));
    },
    pass,
    open(how = { before: 'drop', after: 'reply' }) {
      pass();
      release.resolve(how);
    },
    sendHeld: () =>
      Promise.all(held.map((calls) => Promise.all(calls.map(async (call) => (await call.forward()).status)))),
  };
}
