// Every write of an operation and of its undo, recorded from a clean run of each, as the cases that a proof breaks: a write
// that is added to an operation joins the table by itself.
import { describePoint, type EffectPoint, MOMENTS, type Moment, pointsOf } from './effects-table.ts';
import type { LoggedCall } from './fault-proxy.ts';
import type { OperationFleet } from './operation-fleets.ts';
import type { Stand } from './scenario.ts';

export type Part = 'operation' | 'undo';

export interface OperationTable {
  fleet: OperationFleet;
  /** A namespace on which the operation was applied without a fault: what all others have to be like. */
  clean: string;
  operation: EffectPoint[];
  undo: EffectPoint[];
  /** Its failure leads to that undo: all others have been written by then. */
  last: EffectPoint;
}

export interface OperationCase {
  table: OperationTable;
  part: Part;
  point: EffectPoint;
  moment: Moment;
  title: string;
}

/** An undo writes the same objects as the operation: its points say who writes. */
const UNDO = 'restore';

export async function operationTable(stand: Stand, fleet: OperationFleet): Promise<OperationTable> {
  const { proxy } = stand;
  // Both at first: what was applied is the pattern, and serves no more.
  const [clean = '', undone = ''] = await fleet.take(2);
  const since = proxy.log.length;
  await fleet.begin(clean);
  const { outcome, problems } = await fleet.ended(clean);
  if (outcome !== 'applied') throw new Error(`${fleet.kind} of ${clean} is ${outcome}: ${JSON.stringify(problems)}`);
  const written = proxy.effects(clean).filter(({ seq }) => seq >= since);
  const operation = pointsOf(written).map((point) => ({ ...point, activity: activityOf(written, point) }));
  const last = operation.at(-1);
  if (last === undefined) throw new Error(`${fleet.kind} writes nothing`);
  const again = proxy.log.length;
  const rule = proxy.add({ tenant: undone, ...last, fault: { mode: 'fail-after', status: 403 }, times: 1 });
  await fleet.begin(undone);
  await fleet.ended(undone);
  rule.lift();
  const all = proxy.effects(undone).filter(({ seq }) => seq >= again);
  const undo = pointsOf(all.filter(({ activity }) => activity === UNDO)).map((point) => ({ ...point, activity: UNDO }));
  return { fleet, clean, operation, undo, last };
}

function activityOf(calls: readonly LoggedCall[], point: EffectPoint): string {
  const call = calls.find(({ verb, resource, tenant, name }) => {
    const general = tenant === '' ? name : name.replaceAll(tenant, '*');
    return verb === point.verb && resource === point.resource && general === point.name;
  });
  if (call === undefined) throw new Error(`nobody wrote ${describePoint(point)}`);
  return call.activity;
}

/** Of one kind of write the first stands for all. */
export function sampleOfKinds(points: readonly EffectPoint[]): EffectPoint[] {
  const seen = new Set<string>();
  return points.filter(({ verb, resource }) => !seen.has(`${verb} ${resource}`) && seen.add(`${verb} ${resource}`));
}

/** Each point at each of these moments; with `turns` at one of them, in turn. */
export function casesOfPart(
  table: OperationTable,
  part: Part,
  points: readonly EffectPoint[],
  how: 'each' | 'turns',
  from = 0,
): OperationCase[] {
  return points.flatMap((point, index) => {
    const turn = MOMENTS[(index + from) % MOMENTS.length] ?? 'before';
    return (how === 'each' ? MOMENTS : [turn]).map((moment) => ({
      table,
      part,
      point,
      moment,
      title: `${table.fleet.kind}: ${moment} ${describePoint(point)}`,
    }));
  });
}

/** Each case on a namespace of its own. */
export async function assigned<T extends OperationCase>(cases: readonly T[]): Promise<(T & { name: string })[]> {
  const fleets = [...new Set(cases.map(({ table }) => table.fleet))];
  const named = await Promise.all(
    fleets.map(async (fleet) => {
      const own = cases.filter(({ table }) => table.fleet === fleet);
      const names = await fleet.take(own.length);
      return own.map((each, index) => ({ ...each, name: names[index] ?? '' }));
    }),
  );
  return named.flat();
}
