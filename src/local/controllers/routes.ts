// Which listeners a route hangs on, and what its status says. Pure.
import type { LiveObject, ParentReference } from '../../spec/gateway-objects.ts';
import { no, type Said, yes } from './conditions.ts';
import { routeKinds } from './listener-status.ts';
import type { Listener } from './listeners.ts';
import { find, GATEWAY_GROUP, letsIn, type World } from './objects.ts';

export interface ParentVerdict {
  parentRef: ParentReference;
  attached: Listener[];
  conditions: Said[];
}

interface RouteSpec {
  parentRefs?: ParentReference[];
  hostnames?: string[];
  rules?: { backendRefs?: { group?: string; kind?: string; namespace?: string; name: string }[] }[];
}

/** `listenersBy`: of a Gateway or ListenerSet by `Kind/namespace/name`; undefined for what is not the stand-ins'. */
export function routeVerdicts(
  world: World,
  route: LiveObject,
  listenersBy: (owner: string) => readonly Listener[] | undefined,
): ParentVerdict[] {
  const { parentRefs = [] } = (route['spec'] ?? {}) as RouteSpec;
  return parentRefs.flatMap((parentRef) => {
    const { group = GATEWAY_GROUP, kind = 'Gateway', namespace = route.metadata.namespace, name } = parentRef;
    const listeners = group === GATEWAY_GROUP ? listenersBy(`${kind}/${namespace}/${name}`) : undefined;
    // A real controller says nothing of a parent that is not its own, not even that it is missing.
    if (listeners === undefined) return [];
    const { attached, refused } = attachment(world, route, parentRef, listeners);
    const accepted = refused === undefined ? yes('Accepted') : no('Accepted', refused, `at ${kind} ${name}`);
    return [{ parentRef, attached, conditions: [accepted, resolvedRefs(world, route)] }];
  });
}

/** Each rule leaves fewer listeners; the one that leaves none gives the reason. */
function attachment(
  world: World,
  route: LiveObject,
  { sectionName, port }: ParentReference,
  listeners: readonly Listener[],
): { attached: Listener[]; refused?: string } {
  const named = listeners.filter(
    ({ spec }) => (sectionName ?? spec.name) === spec.name && (port ?? spec.port) === spec.port,
  );
  if (named.length === 0) return { attached: [], refused: 'NoMatchingParent' };
  const { namespace = '' } = route.metadata;
  const allowing = named.filter((listener) => {
    const { owner, spec } = listener;
    const from = spec.allowedRoutes?.namespaces ?? { from: 'Same' };
    return routeKinds(listener).includes(route.kind) && letsIn(world, from, owner.metadata.namespace ?? '', namespace);
  });
  if (allowing.length === 0) return { attached: [], refused: 'NotAllowedByListeners' };
  const { hostnames = [] } = route['spec'] as RouteSpec;
  const attached = allowing.filter(({ spec }) => intersects(spec.hostname, hostnames));
  return attached.length === 0 ? { attached, refused: 'NoMatchingListenerHostname' } : { attached };
}

/** Without a hostname everything matches; a wildcard stands for any number of labels, but never for none. */
export function intersects(listener: string | undefined, hostnames: readonly string[]): boolean {
  if (listener === undefined || hostnames.length === 0) return true;
  return hostnames.some((hostname) => covers(listener, hostname) || covers(hostname, listener));
}

function covers(wide: string, narrow: string): boolean {
  return wide === narrow || (wide.startsWith('*.') && narrow.endsWith(wide.slice(1)));
}

function resolvedRefs(world: World, route: LiveObject): Said {
  const { rules = [] } = (route['spec'] ?? {}) as RouteSpec;
  for (const { group = '', kind = 'Service', namespace = route.metadata.namespace, name } of rules.flatMap(
    ({ backendRefs = [] }) => backendRefs,
  )) {
    const what = `${kind} ${namespace}/${name}`;
    if (group !== '' || kind !== 'Service') return no('ResolvedRefs', 'InvalidKind', `${what} is no Service`);
    if (namespace !== route.metadata.namespace)
      return no('ResolvedRefs', 'RefNotPermitted', `${what} is in another namespace`);
    if (find(world, 'Service', `${namespace}/${name}`) === undefined) {
      return no('ResolvedRefs', 'BackendNotFound', `there is no ${what}`);
    }
  }
  return yes('ResolvedRefs');
}
