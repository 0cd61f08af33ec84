// The table of effect points: every write that one clean life of a namespace makes, as the proxy saw it. Tests break each
// of them; a write that is added to naas joins the table by itself.
import type { FaultProxy, LoggedCall } from './fault-proxy.ts';
import type { WriteVerb } from './fault-proxy-request.ts';
import { type ActiveRule, generalName, type Rule } from './fault-proxy-rules.ts';
import { FULL } from './generated-cases.ts';

export interface EffectPoint {
  verb: WriteVerb;
  resource: string;
  /** `*` stands for the tenant's name. */
  name: string;
  /** Set where two activities write the same object, and only one of them is meant. */
  activity?: string;
}

/** `before`: the write never happened. `after`: it happened, and its answer is lost or a lie. */
export type Moment = 'before' | 'after';
export const MOMENTS: readonly Moment[] = ['before', 'after'];

export interface EffectTable {
  provisioning: EffectPoint[];
  teardown: EffectPoint[];
}

/** The table of a life that the proxy has seen whole; `readySeq` is the first call after it was ready. */
export function effectTable(proxy: FaultProxy, tenant: string, readySeq: number): EffectTable {
  const calls = proxy.effects(tenant);
  return {
    provisioning: pointsOf(calls.filter((call) => call.seq < readySeq)),
    teardown: pointsOf(calls.filter((call) => call.seq >= readySeq)),
  };
}

/** Each write once, in the order in which it came first. */
export function pointsOf(calls: readonly LoggedCall[]): EffectPoint[] {
  const points = new Map<string, EffectPoint>();
  for (const call of calls) {
    if (call.verb === 'read') continue;
    const point: EffectPoint = { verb: call.verb, resource: call.resource, name: generalName(call) };
    points.set(describePoint(point), point);
  }
  return [...points.values()];
}

export function describePoint(point: EffectPoint): string {
  const within = point.activity === undefined ? '' : ` by ${point.activity}`;
  return `${point.verb} ${point.resource}/${point.name}${within}`;
}

/** Sets a rule on one point of one tenant. */
export function ruleAt(proxy: FaultProxy, tenant: string, point: EffectPoint, rule: Omit<Rule, 'tenant'>): ActiveRule {
  return proxy.add({ tenant, ...point, ...rule });
}

/** Each point at each moment: the cases of a suite. */
export function casesOf(points: readonly EffectPoint[]): { point: EffectPoint; moment: Moment; title: string }[] {
  return atEachMoment(points, describePoint);
}

export function atEachMoment<T>(
  points: readonly T[],
  describe: (point: T) => string,
): { point: T; moment: Moment; title: string }[] {
  return points.flatMap((point) => MOMENTS.map((moment) => ({ point, moment, title: `${moment} ${describe(point)}` })));
}

/** In the usual run each point at one of its two moments, in turns; in the full run at both. */
export function inTurns<T>(cases: readonly T[]): T[] {
  return FULL ? [...cases] : cases.filter((_, index) => index % 4 === 0 || index % 4 === 3);
}

export function batches<T>(items: readonly T[], size: number): T[][] {
  const result: T[][] = [];
  for (let at = 0; at < items.length; at += size) result.push(items.slice(at, at + size));
  return result;
}
