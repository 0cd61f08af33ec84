// One object's status as it should stand: what is said of it, on top of what stands there. Pure.
import type { Condition, LiveObject, RouteParentStatus } from '../../spec/gateway-objects.ts';
import type { Addresses } from './addresses.ts';
import { merged, type Said } from './conditions.ts';
import type { ListenerVerdict } from './listener-status.ts';
import type { Listener } from './listeners.ts';
import { misbehave, observed } from './misbehave.ts';
import { CONTROLLER_NAME, placeOf, type World } from './objects.ts';
import type { ParentVerdict } from './routes.ts';
import { type Switches, switchFor } from './switches.ts';

export interface Desired {
  object: LiveObject;
  status: Record<string, unknown>;
}

export interface Given {
  world: World;
  switches: Switches;
  addresses: Addresses;
  /** RFC 3339. */
  now: string;
}

/** How many routes hang on a listener. */
export type Counts = ReadonlyMap<Listener, number>;

/** The status as it should stand; undefined where a switch says that it never comes. */
export function written(
  { switches, now }: Given,
  object: LiveObject,
  conditions: readonly Said[],
  { listeners }: { listeners?: readonly ListenerVerdict[] } = {},
  attached: Counts = new Map(),
  more: Record<string, unknown> = {},
): Desired | undefined {
  const wanted = switchFor(switches, object.kind, placeOf(object));
  const said = misbehave(conditions, wanted);
  if (said === undefined) return undefined;
  const generation = observed(object.metadata.generation ?? 0, wanted);
  const standing = (object['status'] ?? {}) as {
    conditions?: Condition[];
    listeners?: { name: string; conditions?: Condition[] }[];
  };
  // cert-manager takes this one away once a certificate is issued.
  const issuing = said.some(({ type }) => type === 'Issuing');
  const kept = standing.conditions?.filter(({ type }) => issuing || type !== 'Issuing');
  return {
    object,
    status: {
      conditions: merged(kept, said, generation, now),
      ...(listeners === undefined
        ? {}
        : {
            listeners: listeners.map((verdict) => {
              const { name } = verdict.listener.spec;
              const before = standing.listeners?.find((each) => each.name === name)?.conditions;
              return {
                name,
                supportedKinds: verdict.supportedKinds,
                attachedRoutes: attached.get(verdict.listener) ?? 0,
                conditions: merged(before, misbehave(verdict.conditions, wanted) ?? [], generation, now),
              };
            }),
          }),
      ...more,
    },
  };
}

/** Undefined where there is nothing to say: a real controller leaves the routes of others alone. */
export function writtenRoute(
  { now, switches }: Given,
  route: LiveObject,
  parents: readonly { verdict: ParentVerdict; said: Said[] | undefined }[],
): Desired | undefined {
  const wanted = switchFor(switches, route.kind, placeOf(route));
  const { parents: standing = [] } = (route['status'] ?? {}) as { parents?: RouteParentStatus[] };
  const ours = parents.map(({ verdict: { parentRef }, said = [] }): RouteParentStatus => {
    const before = standing.find((each) => each.controllerName === CONTROLLER_NAME && same(each.parentRef, parentRef));
    const conditions = merged(before?.conditions, said, observed(route.metadata.generation ?? 0, wanted), now);
    return { parentRef, controllerName: CONTROLLER_NAME, conditions };
  });
  const others = standing.filter(({ controllerName }) => controllerName !== CONTROLLER_NAME);
  if (ours.length === 0 && others.length === standing.length) return undefined;
  return { object: route, status: { parents: [...others, ...ours] } };
}

function same(left: object, right: object): boolean {
  const sorted = (ref: object) => JSON.stringify(Object.entries(ref).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(left) === sorted(right);
}
